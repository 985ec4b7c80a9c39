import { expect, test } from 'vitest';
import { narrow, nextSeqs, startSearch } from '../../../lib/mesh/fork-search.ts';
import { deviceKey } from '../../support/exchange.ts';

const hash = (branch: number) => new Uint8Array(32).fill(branch);

/** Asks until nothing is left to ask. */
function find(length: number, fork: number, base = 1) {
  let search = startSearch(deviceKey(1), length);
  for (let seqs = nextSeqs(search); seqs.length > 0; seqs = nextSeqs(search)) {
    const ours = seqs.map((seq) => (seq < base ? null : hash(0)));
    const theirs = seqs.map((seq) => hash(seq < fork ? 0 : 1));
    search = { ...narrow(search, seqs, theirs, ours)!, rounds: search.rounds + 1 };
  }
  return search;
}

test.for([1, 2, 64, 65, 66, 1_539, 50_000, 99_999, 100_000])(
  'the first difference among 100,000, at %i, is found in three rounds',
  (fork) => {
    const { differ, rounds } = find(100_000, fork);
    expect(differ).toBe(fork);
    expect(rounds).toBeLessThanOrEqual(3);
  },
);

test('below what one side has pruned, the lowest difference that both hold is taken', () => {
  const { differ, rounds } = find(100_000, 10, 60_000);
  expect(differ).toBe(60_000);
  expect(rounds).toBeLessThanOrEqual(5);
});

test('an answer that comes twice changes nothing', () => {
  const search = startSearch(deviceKey(1), 100_000);
  const seqs = nextSeqs(search);
  const ours = seqs.map(() => hash(0));
  const theirs = seqs.map((seq) => hash(seq < 70_000 ? 0 : 1));
  const once = narrow(search, seqs, theirs, ours)!;
  expect(narrow(once, seqs, theirs, ours)).toEqual(once);
});

test('hashes that are the same above a difference are no answer', () => {
  const search = startSearch(deviceKey(1), 10);
  expect(narrow(search, [3, 5], [hash(1), hash(0)], [hash(0), hash(0)])).toBe(null);
});
