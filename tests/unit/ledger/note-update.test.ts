import { expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  checkNoteUpdate,
  inspectNoteUpdate,
  noteUpdateLimits,
  withoutDeletions,
} from '../../../lib/ledger/note-update.ts';
import { editNote } from '../../../lib/ledger/notes.ts';

const part = (update: Uint8Array) => ({ update, isVoid: false });

/** 'x🌊y' by client 1, in which client 2 puts 'two' for 'x🌊'. */
const first = editNote([], 1, 'x🌊y')[0]!;
const second = editNote([part(first)], 2, 'twoy')[0]!;

/** Why the update that these make is refused. */
function refusal(...values: readonly (number | string | Uint8Array)[]) {
  try {
    inspectNoteUpdate(wire(...values));
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  return 'none';
}

/** The first byte of a struct. */
const info = (byte: number) => Uint8Array.of(byte);
const root = [1, 'note'] as const;

test('an update says who wrote what where, in UTF-16 code units, and what is deleted', () => {
  expect(inspectNoteUpdate(first)).toEqual({
    client: 1,
    start: 0,
    end: 4,
    after: null,
    before: null,
    deletions: [],
    text: 'x🌊y',
    structsEnd: first.length - 1,
  });
  expect(inspectNoteUpdate(second)).toEqual({
    client: 2,
    start: 0,
    end: 3,
    after: { client: 1, clock: 2 },
    before: { client: 1, clock: 3 },
    deletions: [{ client: 1, start: 0, length: 3 }],
    text: 'two',
    structsEnd: second.length - 5,
  });
  const third = editNote([part(first)], 2, '')[0]!;
  expect(inspectNoteUpdate(third)).toMatchObject({ client: null, start: 0, end: 0, text: '' });
});

test('an update without its deletions is the same to Yjs but for them', () => {
  const kept = withoutDeletions(second, inspectNoteUpdate(second));
  expect(Y.decodeUpdate(kept).structs).toEqual(Y.decodeUpdate(second).structs);
  expect(Y.decodeUpdate(kept).ds.clients.size).toBe(0);
  expect(inspectNoteUpdate(kept).deletions).toEqual([]);
});

test('text is what Yjs would read', () => {
  for (const text of ['\ufeffa', '\0', 'e\u0301', '\u{10ffff}']) {
    const update = editNote([], 1, text)[0]!;
    expect(inspectNoteUpdate(update).text).toBe(text);
    expect(Y.decodeUpdate(update).structs[0]?.length).toBe(text.length);
  }
});

test('the builder of these tests writes as Yjs does', () => {
  expect(wire(1, 1, 1, 0, info(4), ...root, 'x🌊y', 0)).toEqual(Uint8Array.from(first));
  expect(wire(1, 1, 2, 0, info(0xc4), 1, 2, 1, 3, 'two', 1, 1, 1, 0, 3)).toEqual(
    Uint8Array.from(second),
  );
});

test('the eleven bytes that mute an author are refused', () => {
  const mute = wire(1, 1, 7, 0, info(0), 2 ** 31 - 1, 0);
  expect(mute).toHaveLength(11);
  const document = new Y.Doc();
  Y.applyUpdate(document, mute);
  Y.applyUpdate(document, editNote([], 7, 'never read')[0]!);
  expect(document.getText('note').toJSON()).toBe('');
  expect(refusal(mute)).toBe('not plain text');
  expect(refusal(1, 1, 7, 0, info(10), 2 ** 31 - 1, 0)).toBe('not plain text');
});

test('nothing but plain text gets in', () => {
  const contents = [...Array(32).keys()].filter((kind) => kind !== 4);
  for (const kind of contents) {
    expect(refusal(1, 1, 7, 0, info(kind), ...root, 'x', 0)).toBe('not plain text');
    expect(refusal(1, 1, 7, 0, info(0x80 | kind), 1, 0, 'x', 0)).toBe('not plain text');
  }
  expect(refusal(1, 1, 7, 0, info(0x24), ...root, 'key', 'x', 0)).toBe('text with a key');
  expect(refusal(1, 1, 7, 0, info(0xa4), 1, 0, 'x', 0)).toBe('text with a key');
  expect(refusal(1, 1, 7, 0, info(4), ...root, '', 0)).toBe('empty text');
});

test('text is in the note and in no other type', () => {
  expect(refusal(1, 1, 7, 0, info(4), 1, 'notes', 'x', 0)).toBe('not in the note');
  expect(refusal(1, 1, 7, 0, info(4), 1, '__proto__', 'x', 0)).toBe('not in the note');
  expect(refusal(1, 1, 7, 0, info(4), 0, 1, 0, 'x', 0)).toBe('not in the note');
  expect(refusal(1, 1, 7, 0, info(4), 2, 'note', 'x', 0)).toBe('not in the note');
});

test('nested types are refused at the first of them', () => {
  const map = [info(0x27), ...root, 'key', 1];
  expect(refusal(1, 1, 7, 0, ...map, 0)).toBe('not plain text');
  expect(refusal(1, 20_000, 7, 0, ...map, 0)).toBe('not one struct');
});

test('one author writes one struct', () => {
  const struct = [info(4), ...root, 'x'];
  expect(refusal(2, 1, 7, 0, ...struct, 1, 6, 0, ...struct, 0)).toBe('more than one author');
  expect(refusal(1, 2, 7, 0, ...struct, ...struct, 0)).toBe('not one struct');
  expect(refusal(1, 0, 7, 0, 0)).toBe('not one struct');
  expect(refusal(0, 0)).toBe('says nothing');
});

test('text is put next to earlier text only', () => {
  expect(refusal(1, 1, 7, 5, info(0x84), 7, 4, 'x', 0)).toBe('none');
  for (const clock of [5, 6, 2 ** 40]) {
    expect(refusal(1, 1, 7, 5, info(0x84), 7, clock, 'x', 0)).toBe('put next to what comes later');
    expect(refusal(1, 1, 7, 5, info(0x44), 7, clock, 'x', 0)).toBe('put next to what comes later');
  }
});

test('huge counts and lengths are refused before anything is made for them', () => {
  const start = performance.now();
  for (const huge of [2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    expect(refusal(huge)).toBe('more than one author');
    expect(refusal(1, huge, 7, 0)).toBe('not one struct');
    expect(refusal(1, 1, 7, 0, info(4), 1, huge)).toBe('cut short');
    expect(refusal(1, 1, 7, 0, info(4), ...root, huge)).toBe('cut short');
    expect(refusal(0, huge)).toBe('cut short');
    expect(refusal(0, 1, 7, huge)).toBe('too many deletions');
  }
  expect(refusal(0, 1, 7, noteUpdateLimits.deletions + 1)).toBe('too many deletions');
  expect(refusal(new Uint8Array(noteUpdateLimits.bytes + 1))).toBe('too many bytes');
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('deletions are bounded over all authors', () => {
  const half = noteUpdateLimits.deletions / 2;
  const ranges = Array.from({ length: half }, (_, index) => [2 * index, 1]).flat();
  expect(refusal(0, 2, 8, half, ...ranges, 7, half, ...ranges)).toBe('none');
  expect(refusal(0, 3, 8, half, ...ranges, 7, half, ...ranges, 6, 1, 0, 1)).toBe(
    'too many deletions',
  );
});

test('numbers are safe integers, and clients have 32 bits', () => {
  const most = Number.MAX_SAFE_INTEGER;
  expect(refusal(1, 1, 7, most - 1, info(0x84), 1, most, 'x', 0)).toBe('none');
  expect(refusal(1, 1, 7, most, info(0x84), 1, 0, 'x', 0)).toBe('number out of range');
  expect(refusal(0, 1, 7, 1, most, 1)).toBe('number out of range');
  const beyond = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f); // 2 ** 54 - 1
  expect(refusal(1, 1, 7, beyond)).toBe('number out of range');
  expect(refusal(1, 1, 7, new Uint8Array(60_000).fill(0xff))).toBe('number out of range');
  expect(refusal(1, 1, 7, new Uint8Array(60_000).fill(0x80))).toBe('number out of range');
  expect(refusal(1, 1, 2 ** 32 - 1, 0, info(4), ...root, 'x', 0)).toBe('none');
  expect(refusal(1, 1, 2 ** 32, 0, info(4), ...root, 'x', 0)).toBe('client out of range');
  expect(refusal(1, 1, 7, 0, info(0x84), 2 ** 32, 0, 'x', 0)).toBe('client out of range');
  expect(refusal(0, 1, 2 ** 32, 1, 0, 1)).toBe('client out of range');
});

test('there is one way to say it', () => {
  expect(refusal(0, 1, 7, 1, Uint8Array.of(0x80, 0), 1)).toBe('number too long');
  expect(refusal(0, 1, 7, 2, 0, 1, 2, 1)).toBe('none');
  expect(refusal(0, 1, 7, 2, 0, 1, 1, 1)).toBe('deletions out of order');
  expect(refusal(0, 1, 7, 2, 5, 1, 0, 1)).toBe('deletions out of order');
  expect(refusal(0, 1, 7, 2, 0, 9, 5, 1)).toBe('deletions out of order');
  expect(refusal(0, 1, 7, 1, 0, 0)).toBe('empty deletion');
  expect(refusal(0, 1, 7, 0)).toBe('an author without deletions');
  expect(refusal(0, 2, 8, 1, 0, 1, 7, 1, 0, 1)).toBe('none');
  expect(refusal(0, 2, 7, 1, 0, 1, 8, 1, 0, 1)).toBe('authors out of order');
  expect(refusal(0, 2, 7, 1, 0, 1, 7, 1, 5, 1)).toBe('authors out of order');
});

test('text that is no UTF-8 is refused in our words', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x8c]]) {
    const text = Uint8Array.from(bytes);
    expect(refusal(1, 1, 7, 0, info(4), ...root, text.length, text, 0)).toBe('not UTF-8');
  }
});

test('an update cut short anywhere is refused, and so is one with more behind it', () => {
  for (const update of [first, second]) {
    for (let length = 0; length < update.length; length++) {
      expect(refusal(update.slice(0, length))).toBe('cut short');
    }
    expect(refusal(update, 0)).toBe('bytes left over');
  }
});

test('an update counts only if its author can have written it', () => {
  const update = inspectNoteUpdate(second);
  const author = {
    client: 2,
    next: 0,
    knows: (client: number, clock: number) => client === 1 && clock < 4,
  };
  expect(checkNoteUpdate(update, author)).toBeNull();
  expect(checkNoteUpdate(update, { ...author, client: 3 })).toBe('written as another');
  expect(checkNoteUpdate(update, { ...author, next: 1 })).toBe('clocks do not continue');
  expect(checkNoteUpdate(update, { ...author, knows: (_, clock) => clock < 3 })).toBe(
    'put next to what the author had not seen',
  );
});

test('of a deleted range the author had seen the last', () => {
  const update = inspectNoteUpdate(wire(0, 1, 1, 1, 2, 3));
  const author = { client: 2, next: 0, knows: (_: number, clock: number) => clock < 5 };
  expect(checkNoteUpdate(update, author)).toBeNull();
  expect(checkNoteUpdate(update, { ...author, knows: (_, clock) => clock < 4 })).toBe(
    'deletes what the author had not seen',
  );
});

test('an author has seen what it wrote, and nothing that it has yet to write', () => {
  const knows = () => {
    throw new Error('asked about the author itself');
  };
  const own = inspectNoteUpdate(wire(1, 1, 2, 5, info(0x84), 2, 4, 'x', 1, 2, 1, 3, 2));
  expect(checkNoteUpdate(own, { client: 2, next: 5, knows })).toBeNull();
  const early = inspectNoteUpdate(wire(1, 1, 2, 5, info(0x84), 2, 4, 'x', 1, 2, 1, 3, 3));
  expect(checkNoteUpdate(early, { client: 2, next: 5, knows })).toBe(
    'deletes what the author had not seen',
  );
  const only = inspectNoteUpdate(wire(0, 1, 2, 1, 3, 2));
  expect(checkNoteUpdate(only, { client: 2, next: 5, knows })).toBeNull();
});

/** Numbers and strings as Yjs writes them, and bytes. */
function wire(...values: readonly (number | string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value): number[] => {
      if (value instanceof Uint8Array) return [...value];
      if (typeof value !== 'string') {
        return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...wire(Math.floor(value / 0x80))];
      }
      const text = new TextEncoder().encode(value);
      return [...wire(text.length), ...text];
    }),
  );
}
