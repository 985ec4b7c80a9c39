/**
 * Ids: UUIDs written as 32 lower-case hex digits.
 *
 * A new thing gets a UUIDv7, so that ids of one device ascend with time (RFC 9562, 5.7). Where two
 * devices may make the same thing apart (a clip of one address, a task from one sentence), its id is
 * derived from what makes it the same, as a UUIDv8 (5.8), so that both make one.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';

export const Id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/), v.brand('Id'));
export type Id = v.InferOutput<typeof Id>;

/** @param time Unix ms, UTC. @param random 10 random bytes. */
export function newId(time: number, random: Uint8Array): Id {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(time / 0x1_0000));
  view.setUint16(4, time % 0x1_0000);
  bytes.set(random.subarray(0, 10), 6);
  return stamped(bytes, 0x70);
}

/** The id that every device gives to the thing that `parts` name. */
function derivedId(...parts: readonly string[]): Id {
  return stamped(sha256(new TextEncoder().encode(JSON.stringify(parts))).slice(0, 16), 0x80);
}

/** The id of a new action, by this machine's clock and randomness. */
export function newAction(): Id {
  return newId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}

/** The clip of an address. @param address normalised, see lib/clip/address.ts. */
export function clipId(address: string): Id {
  return derivedId('clip', address);
}

/** The task that a sentence of a clip asks for, whichever version of the page says it.
 *  @param nth of the proposals with this very quote, from 0. */
export function proposalId(clip: Id, quote: string, nth: number): Id {
  return derivedId('proposal', clip, quote, String(nth));
}

/** Whether other devices would give this thing the same id. */
export function isDerived(id: Id): boolean {
  return id[12] === '8';
}

export function idToBytes(id: Id): Uint8Array {
  return hexToBytes(id);
}

export function idFromBytes(bytes: Uint8Array): Id {
  return v.parse(Id, bytesToHex(bytes));
}

function stamped(bytes: Uint8Array, version: number): Id {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | version;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToHex(bytes) as Id;
}
