import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { clientOf, editNote, readNote } from '../../../lib/ledger/notes.ts';

/** The updates of a note that was these texts one after the other. */
function written(...texts: readonly string[]) {
  const updates: Uint8Array[] = [];
  for (const text of texts) updates.push(...editNote(updates, 1, text));
  return updates;
}

/** How many code units an edit inserts and deletes. */
function touched(before: string, after: string) {
  const updates = written(before);
  const decoded = editNote(updates, 2, after).map((update) => Y.decodeUpdate(update));
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  return {
    inserted: sum(decoded.flatMap(({ structs }) => structs.map(({ length }) => length))),
    deleted: sum(
      decoded.flatMap(({ ds }) => [...ds.clients.values()].flat().map(({ len }) => len)),
    ),
  };
}

test('a note that nobody wrote is empty', () => {
  expect(readNote([])).toBe('');
});

test('an edit that changes nothing makes no update', () => {
  expect(editNote(written('one'), 1, 'one')).toEqual([]);
});

test('an edit touches only what differs', () => {
  expect(touched('one two three', 'one 2 three')).toEqual({ inserted: 1, deleted: 3 });
  expect(touched('one', 'one two')).toEqual({ inserted: 4, deleted: 0 });
  expect(touched('aaa', 'aa')).toEqual({ inserted: 0, deleted: 1 });
});

test('replacing words is one update', () => {
  expect(editNote(written('one'), 1, 'two')).toHaveLength(1);
});

test('a surrogate pair is replaced whole', () => {
  const [before, after] = ['a🌊b', 'a🌋b'];
  expect(before.charCodeAt(1)).toBe(after.charCodeAt(1));
  expect(touched(before, after)).toEqual({ inserted: 2, deleted: 2 });
  expect(touched('🍞', '\u{1F45E}')).toEqual({ inserted: 2, deleted: 2 });
  expect(readNote(written(before, after))).toBe(after);
});

test('combining marks, NUL and a mark of byte order stay where they are', () => {
  const texts = ['e\u0301', 'e', 'e\u0308\0', '\ufeffe\u0308'];
  for (let end = 1; end <= texts.length; end++) {
    expect(readNote(written(...texts.slice(0, end)))).toBe(texts[end - 1]);
  }
});

test('a long text is several updates, each small enough for an envelope, and none splits a character', () => {
  const text = `x${'🌊'.repeat(20_000)}`;
  const updates = written(text);
  expect(updates.length).toBeGreaterThan(1);
  for (const update of updates) expect(update.length).toBeLessThan(60_000);
  expect(readNote(updates)).toBe(text);
  for (let end = 1; end < updates.length; end++) {
    expect(readNote(updates.slice(0, end)).isWellFormed()).toBe(true);
  }
});

test('half a surrogate pair becomes the character that says so', () => {
  expect(readNote(written('a\ud800b'))).toBe('a\ufffdb');
});

test('two devices that write apart come to the same text, whatever comes first', () => {
  const shared = written('milk');
  const [one] = editNote(shared, 2, 'milk, eggs');
  const [two] = editNote(shared, 3, 'oat milk');
  expect(readNote([...shared, one!, two!])).toBe('oat milk, eggs');
  expect(readNote([two!, one!, ...shared])).toBe('oat milk, eggs');
  expect(readNote([...shared, one!, one!, two!])).toBe('oat milk, eggs');
});

test('a device writes as one client, by its key', () => {
  const key = new Uint8Array(40).fill(9);
  key.set([0xff, 0, 0, 1], 4);
  expect(clientOf(key.subarray(4, 36))).toBe(0xff000001);
});
