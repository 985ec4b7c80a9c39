/**
 * Where two histories of one device part: a search by `limits.seqs` hashes a round.
 *
 * A log is a chain, so two that are the same at one seq are the same below it, and two that differ
 * differ from there on. Three rounds find the place among 100,000.
 */
import { equal } from '../ledger/envelope.ts';
import { limits } from './messages.ts';

export interface ForkSearch {
  readonly device: Uint8Array;
  /** The highest seq that is known to be the same; 0 if none is. */
  readonly same: number;
  /** The lowest seq that is known to differ. */
  readonly differ: number;
  /** Whether nothing in between is held by both: one of them has pruned it. */
  readonly pinned: boolean;
  /** Questions that were asked. */
  readonly rounds: number;
}

/** @param differ a seq of which both hold another header. */
export function startSearch(device: Uint8Array, differ: number): ForkSearch {
  return { device, same: 0, differ, pinned: false, rounds: 0 };
}

/** What to ask for next; empty once `differ` is the first seq that can be shown to differ. */
export function nextSeqs({ same, differ, pinned }: ForkSearch): number[] {
  const between = differ - same - 1;
  if (pinned || between < 1) return [];
  if (between <= limits.seqs) return Array.from({ length: between }, (_, at) => same + 1 + at);
  const step = (differ - same) / (limits.seqs + 1);
  return Array.from({ length: limits.seqs }, (_, at) => same + Math.floor((at + 1) * step));
}

/**
 * What an answer tells.
 *
 * @returns null if it cannot be true.
 */
export function narrow(
  search: ForkSearch,
  seqs: readonly number[],
  theirs: readonly (Uint8Array | null)[],
  ours: readonly (Uint8Array | null)[],
): ForkSearch | null {
  let { same, differ } = search;
  seqs.forEach((seq, at) => {
    const [their, our] = [theirs[at], ours[at]];
    if (!their || !our) return;
    if (equal(their, our)) same = Math.max(same, seq);
    else differ = Math.min(differ, seq);
  });
  if (same >= differ) return null;
  const asked = nextSeqs(search);
  const answers = seqs.length === asked.length && seqs.every((seq, at) => seq === asked[at]);
  const moved = same !== search.same || differ !== search.differ;
  return { ...search, same, differ, pinned: answers && !moved };
}
