/**
 * Forks: a device that signed two histories, and the proof of it, which anybody can check.
 */
import { decodeHeader, equal, headerHash, type Verify } from './envelope.ts';
import type { ForkProof } from './exchange.ts';

/** What a proof proves. */
export interface Fork {
  readonly device: Uint8Array;
  readonly space: Uint8Array;
  /** The first seq of which the two histories are known to differ. */
  readonly seq: number;
}

/**
 * What two headers prove, if their device has signed both.
 *
 * @returns null if one log may hold both.
 */
export function forkPoint({ first, second }: ForkProof): Fork | null {
  const [a, b] = [decodeHeader(first.header), decodeHeader(second.header)];
  if (!a || !b || !equal(a.device, b.device) || !equal(a.space, b.space)) return null;
  const { device, space } = a;
  const hash = headerHash(first.header);
  if (a.seq === b.seq) {
    return equal(hash, headerHash(second.header)) ? null : { device, space, seq: a.seq };
  }
  // The second says that it follows another envelope than the first in the first one's place.
  if (b.seq === a.seq + 1 && !equal(b.prev, hash)) return { device, space, seq: a.seq };
  return null;
}

/** @returns null: it proves nothing. */
export async function checkForkProof(proof: ForkProof, verify: Verify): Promise<Fork | null> {
  const fork = forkPoint(proof);
  if (!fork) return null;
  for (const { header, signature } of [proof.first, proof.second]) {
    if (!(await verify(fork.device, signature, header))) return null;
  }
  return fork;
}
