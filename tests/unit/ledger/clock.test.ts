import { expect, test } from 'vitest';
import { clockTime, maximumLead, tick } from '../../../lib/ledger/clock.ts';

const now = Date.UTC(2026, 2, 2, 12);
const year = 365 * 24 * 3_600_000;

test('the clock shows the time of day', () => {
  expect(clockTime(tick(now, 0))).toBe(now);
});

test('the clock goes on within one millisecond, and after the time was set back', () => {
  const first = tick(now, 0);
  expect(tick(now, first)).toBe(first + 1);
  expect(tick(now - 10 * year, first)).toBe(first + 1);
});

test('a clock that was ten years ahead is never passed below, and goes on from there', () => {
  const wrong = tick(now + 10 * year, 0);
  expect(tick(now, wrong)).toBe(wrong + 1);
});

test('another clock is followed while it leads by five minutes at most', () => {
  const near = tick(now + maximumLead, 0);
  expect(tick(now, 0, near)).toBe(near + 1);
  expect(tick(now, 0, near + 1)).toBe(tick(now, 0));
  expect(tick(now, 0, tick(now - year, 0))).toBe(tick(now, 0));
});

test('a machine that believes in the year 9999 does not end its log', () => {
  const wrong = tick(Date.UTC(9999, 0), 0);
  expect(Number.isSafeInteger(wrong)).toBe(true);
  expect(tick(now, wrong)).toBe(wrong + 1);
  expect(Number.isSafeInteger(wrong + 2 ** 40)).toBe(true);
});
