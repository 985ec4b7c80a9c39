import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinElement, joinRegister, type Saw, type Standing } from '../../../lib/ledger/join.ts';

interface Claim<V> extends Standing<V> {
  /** For each device, up to which seq the author had seen it. */
  readonly seen: readonly number[];
}

const devices = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));

/**
 * What three devices say, each with what it had seen: its own claims, and any of the others' that it
 * had heard of by then, with all that those had seen. A later device's clock may be behind.
 */
const history = fc
  .array(
    fc.record({
      device: fc.nat(2),
      hears: fc.option(fc.nat(2)),
      hlc: fc.nat(3),
      value: fc.boolean(),
    }),
    { maxLength: 7 },
  )
  .map((events) => {
    const vectors = devices.map(() => [0, 0, 0]);
    return events.map(({ device, hears, hlc, value }): Claim<boolean> => {
      const own = vectors[device]!;
      if (hears !== null) {
        vectors[hears]!.forEach((seq, at) => (own[at] = Math.max(own[at]!, seq)));
      }
      const seen = [...own];
      own[device]!++;
      return { device: devices[device]!, seq: own[device]!, hlc, derived: false, value, seen };
    });
  });

const saw: Saw = (later, earlier) => {
  const at = devices.findIndex((device) => device === earlier.device);
  return (later as Claim<unknown>).seen[at]! >= earlier.seq;
};

/** In another order, some of them twice. */
const muddled = history.chain((claims) =>
  fc
    .tuple(fc.shuffledSubarray(claims, { minLength: claims.length }), fc.subarray(claims))
    .map(([shuffled, twice]) => ({ claims, muddled: [...shuffled, ...twice] })),
);

test('whatever the order, the same claims mean the same', () => {
  fc.assert(
    fc.property(muddled, ({ claims, muddled: again }) => {
      const expected = joinRegister(claims, saw);
      expect(joinRegister([...new Set(again)], saw)).toEqual(expected);
      expect(joinRegister(again, saw).winner).toBe(expected.winner);
      expect(joinElement(again, saw)).toBe(joinElement(claims, saw));
    }),
    { numRuns: 300 },
  );
});

test('joining a part first makes no difference', () => {
  const parted = history.chain((claims) => fc.tuple(fc.constant(claims), fc.subarray(claims)));
  fc.assert(
    fc.property(parted, ([claims, part]) => {
      const { winner, losers } = joinRegister(part, saw);
      const rest = claims.filter((claim) => !part.includes(claim));
      const left = [...(winner ? [winner] : []), ...losers, ...rest];
      expect(joinRegister(left, saw)).toEqual(joinRegister(claims, saw));
    }),
    { numRuns: 300 },
  );
});

test('the winner had been seen by nobody who said otherwise, and losers are as good but for clock and device', () => {
  fc.assert(
    fc.property(history, (claims) => {
      const { winner, losers } = joinRegister(claims, saw);
      expect(winner === null).toBe(claims.length === 0);
      const standing = claims.filter(
        (claim) => !claims.some((other) => other !== claim && saw(other, claim)),
      );
      expect(new Set(winner ? [winner, ...losers] : [])).toEqual(new Set(standing));
      const clocks = [winner, ...losers].flatMap((claim) => (claim ? [claim.hlc] : []));
      expect(clocks).toEqual([...clocks].sort((a, b) => b - a));
    }),
    { numRuns: 500 },
  );
});

test('what is added while another removes it apart stays', () => {
  const [one, two] = devices as [Uint8Array, Uint8Array];
  const added = { device: one, seq: 1, hlc: 1, derived: false, value: true, seen: [0, 0, 0] };
  const removed = { device: two, seq: 1, hlc: 9, derived: false, value: false, seen: [0, 0, 0] };
  expect(joinElement([added, removed], saw)).toBe(true);
  expect(joinElement([added, { ...removed, seen: [1, 0, 0] }], saw)).toBe(false);
  expect(joinElement([], saw)).toBe(false);
});

test('of two claims made apart the later clock wins, then the greater device', () => {
  const claim = (at: number, hlc: number) => ({
    device: devices[at]!,
    seq: 1,
    hlc,
    derived: false,
    value: at,
    seen: [0, 0, 0],
  });
  expect(joinRegister([claim(0, 2), claim(1, 1)], saw).winner).toMatchObject({ value: 0 });
  expect(joinRegister([claim(0, 1), claim(1, 1)], saw).winner).toMatchObject({ value: 1 });
});
