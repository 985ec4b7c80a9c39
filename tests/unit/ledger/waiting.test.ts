import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import type { EnvelopeKind, Header } from '../../../lib/ledger/envelope.ts';
import { newWaitingRoom } from '../../../lib/ledger/waiting.ts';

const device = (byte: number) => new Uint8Array(32).fill(byte);
const ann = bytesToHex(device(1));
const fields = (seq: number, kind: EnvelopeKind = 'change', of = 1): Header => ({
  kind,
  schema: 1,
  space: new Uint8Array(16),
  device: device(of),
  seq,
  prev: device(0),
  hlc: seq,
  deps: [],
  payloadLength: 0,
  payloadHash: device(0),
});

test('what waits is given back in order, as far as it has no gap', () => {
  const room = newWaitingRoom<string>();
  for (const seq of [5, 3, 4, 7]) room.put(fields(seq), 10, `${seq}`);
  expect(room.of(ann).map(({ item }) => item)).toEqual(['3', '4', '5', '7']);
  expect(room.run(ann, 3).map(({ item }) => item)).toEqual(['3', '4', '5']);
  expect(room.run(ann, 6)).toEqual([]);
  expect(room.take(ann, 4)?.item).toBe('4');
  expect(room.take(ann, 4)).toBeNull();
  expect(room.size()).toBe(3);
  expect(room.authors()).toEqual([ann]);
  for (const seq of [3, 5, 7]) room.take(ann, seq);
  expect(room.authors()).toEqual([]);
});

test('one place has room for one, and says who is there', () => {
  const room = newWaitingRoom<string>();
  expect(room.put(fields(3), 10, 'first')).toBeNull();
  expect(room.put(fields(3), 10, 'second')?.item).toBe('first');
  expect(room.size()).toBe(1);
});

test('of each author 1,000 or 4 MiB wait, whatever others have', () => {
  const room = newWaitingRoom<number>();
  for (let seq = 1; seq <= 1_500; seq++) {
    room.put(fields(seq, seq % 2 ? 'change' : 'roster'), 100, seq);
    room.put(fields(seq, 'change', 2), 100_000, seq);
    room.put(fields(seq, 'change', 3), 1, seq);
  }
  expect(room.of(ann).length).toBe(1_000);
  expect(room.of(bytesToHex(device(2))).length).toBe(41);
  expect(room.of(bytesToHex(device(3))).length).toBe(1_000);
});

test('who makes room can come again', () => {
  const room = newWaitingRoom<number>();
  for (let seq = 1; seq <= 41; seq++) room.put(fields(seq), 100_000, seq);
  room.put(fields(50), 100_000, 50);
  expect(room.take(ann, 50)).toBeNull();
  room.take(ann, 1);
  room.put(fields(50), 100_000, 50);
  expect(room.take(ann, 50)?.item).toBe(50);
});

test('the parts of a checkpoint come many at once, and have a bound too', () => {
  const room = newWaitingRoom<number>();
  for (let seq = 1; seq <= 2_000; seq++) room.put(fields(seq, 'checkpoint'), 65_536, seq);
  expect(room.size()).toBe(1_024);
});
