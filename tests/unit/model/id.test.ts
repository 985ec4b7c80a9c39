import { expect, test } from 'vitest';
import {
  clipId,
  idFromBytes,
  idToBytes,
  isDerived,
  newAction,
  newId,
  proposalId,
} from '../../../lib/model/id.ts';

const time = Date.UTC(2026, 2, 2, 12);
const random = new Uint8Array(10).fill(0xff);

test('a new id is a UUIDv7 of its time', () => {
  expect(newId(time, random)).toBe('019cae6b66007fffbfffffffffffffff');
  expect(newAction()).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});

test('ids ascend with time, whatever is random about them', () => {
  const later = newId(time + 1, new Uint8Array(10));
  expect(newId(time, random) < later).toBe(true);
  expect(later < newId(2 ** 48 - 1, new Uint8Array(10))).toBe(true);
});

test('what is the same on every device has the same id, a UUIDv8', () => {
  const clip = clipId('https://example.org/');
  expect(clip).toBe('f295213405fa85c19761b4f9462b23e1');
  expect(proposalId(clip, 'Do it.', 0)).toBe(proposalId(clip, 'Do it.', 0));
  expect(proposalId(clip, 'Do it.', 0)).not.toBe(proposalId(clip, 'Do it.', 1));
  expect(isDerived(clip)).toBe(true);
  expect(isDerived(newAction())).toBe(false);
});

test('parts of an id do not run into each other', () => {
  const clip = clipId('a');
  expect(proposalId(clip, '","0', 0)).not.toBe(proposalId(clip, '', 0));
  expect(clipId('proposal')).not.toBe(clipId('proposal"'));
});

test('an id and its 16 bytes are the same', () => {
  const id = newId(time, random);
  expect(idToBytes(id)).toHaveLength(16);
  expect(idFromBytes(idToBytes(id))).toBe(id);
  expect(() => idFromBytes(new Uint8Array(15))).toThrow();
});
