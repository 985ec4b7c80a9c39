import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { inspectNoteUpdate } from '../../../lib/ledger/note-update.ts';
import { clientOf, editNote, type NotePart, readNote } from '../../../lib/ledger/notes.ts';

/** The parts that turn a note into these texts, one after the other. */
function typed(parts: readonly NotePart[], client: number, ...texts: readonly string[]) {
  const made: NotePart[] = [];
  for (const text of texts) {
    const updates = editNote([...parts, ...made], client, text);
    made.push(...updates.map((update) => ({ update, isVoid: false })));
  }
  return made;
}

const written = (...texts: readonly string[]) => typed([], 1, ...texts);

const rolledBack = (parts: readonly NotePart[]) => parts.map((part) => ({ ...part, isVoid: true }));

/** How many code units an edit inserts and deletes. */
function touched(before: string, after: string) {
  const decoded = editNote(written(before), 2, after).map((update) => Y.decodeUpdate(update));
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
  const parts = written(text);
  expect(parts.length).toBeGreaterThan(1);
  for (const { update } of parts) expect(update.length).toBeLessThan(60_000);
  expect(readNote(parts)).toBe(text);
  for (let end = 1; end < parts.length; end++) {
    expect(readNote(parts.slice(0, end)).isWellFormed()).toBe(true);
  }
});

test('half a surrogate pair becomes the character that says so', () => {
  expect(readNote(written('a\ud800b'))).toBe('a\ufffdb');
});

test('two devices that write apart come to the same text, whatever comes first', () => {
  const shared = written('milk');
  const one = typed(shared, 2, 'milk, eggs');
  const two = typed(shared, 3, 'oat milk');
  expect(readNote([...shared, ...one, ...two])).toBe('oat milk, eggs');
  expect(readNote([...two, ...one, ...shared])).toBe('oat milk, eggs');
  expect(readNote([...shared, ...one, ...one, ...two])).toBe('oat milk, eggs');
});

test('a note in ten thousand pieces is replaced by updates that each fit an envelope', () => {
  // Each odd character is gone already, so no two of the others can be deleted as one range.
  const pieces: NotePart[] = [];
  for (let clock = 0; clock < 20_000; clock++) {
    pieces.push({ update: character(1, clock), isVoid: false });
  }
  for (const from of [0, 10_000]) {
    const odd = Array.from({ length: 5_000 }, (_, index) => from + 2 * index + 1);
    pieces.push({ update: deletion(1, odd), isVoid: false });
  }
  const next = '語'.repeat(40_000);
  const edit = editNote(pieces, 0xffff_ffff, next);
  for (const update of edit) {
    expect(update.length).toBeLessThan(60_000);
    expect(inspectNoteUpdate(update).deletions.length).toBeLessThanOrEqual(1_024);
  }
  expect(readNote([...pieces, ...edit.map((update) => ({ update, isVoid: false }))])).toBe(next);
});

test('a device that is rolled back takes its text with it, and what it deleted is there again', () => {
  const shared = written('milk and eggs');
  const stolen = typed(shared, 2, 'eggs', 'eggs!!!');
  expect(readNote([...shared, ...stolen])).toBe('eggs!!!');
  expect(readNote([...shared, ...rolledBack(stolen)])).toBe('milk and eggs');
  expect(readNote([...shared, stolen[0]!, ...rolledBack(stolen.slice(1))])).toBe('eggs');
});

test('what others wrote inside of text that is rolled back keeps its place', () => {
  const shared = written('milk, eggs');
  const stolen = typed(shared, 2, 'milk, BAD THINGS, eggs');
  const honest = typed([...shared, ...stolen], 3, 'milk, BAD bread THINGS, eggs');
  expect(readNote([...shared, ...rolledBack(stolen), ...honest])).toBe('milk, bread eggs');
});

test('what an honest device deleted too stays deleted', () => {
  const shared = written('milk, eggs');
  const stolen = typed(shared, 2, '');
  const honest = typed(shared, 3, 'milk');
  expect(readNote([...shared, ...rolledBack(stolen), ...honest])).toBe('milk');
});

test('a note goes on after a rollback', () => {
  const shared = written('milk');
  const stolen = typed(shared, 2, 'oat milk, BAD');
  const parts = [...shared, ...rolledBack(stolen)];
  expect(readNote([...parts, ...typed(parts, 3, 'oat milk, eggs')])).toBe('oat milk, eggs');
});

test('a character that somebody wrote into is whole again when that is rolled back', () => {
  const shared = written('a🌊b');
  const into = { update: character(2, 0, { after: [1, 1], before: [1, 2] }), isVoid: false };
  expect(readNote([...shared, into])).toBe('a\ufffdx\ufffdb');
  expect(readNote([...shared, ...rolledBack([into])])).toBe('a🌊b');
});

test('text whose neighbour is missing stands at the end, and can be edited there', () => {
  const shared = typed([], 9, 'milk');
  const missing = typed(shared, 2, 'milk, eggs');
  const late = typed([...shared, ...missing], 3, 'milk, two eggs');
  const later = typed([...shared, ...missing], 4, 'milk, fried eggs');
  const parts = [...later, ...late, ...shared];
  expect(readNote(parts)).toBe('milktwo fried ');
  for (const client of [9, 3, 4, 5]) {
    for (const next of ['oat milktwo fried ', 'milktwo', '', 'milktwo or three fried ']) {
      expect(readNote([...parts, ...typed(parts, client, next)])).toBe(next);
    }
  }
  // What only leans on such text has its place by it.
  const leaning = typed(parts, 5, 'milktwo big fried ');
  expect(readNote([...leaning, ...parts])).toBe('milktwo big fried ');
});

test('of two branches of a forked log both texts can be read, and the note can be edited', () => {
  const shared = written('milk');
  const left = typed(shared, 1, 'milk, eggs');
  const right = typed(shared, 1, 'oat milk');
  const parts = [...shared, ...left, ...right];
  const text = readNote(parts);
  expect(['oat milk, eggs', 'milk, eggsoat ']).toContain(text);
  const other = typed(shared, 1, 'milk, soap');
  expect(readNote([...shared, ...left, ...other])).toBe(readNote([...shared, ...other, ...left]));
  expect(readNote([...right, ...left, ...shared])).toBe(text);
  expect(readNote([...shared, ...left, ...rolledBack(right)])).toBe('milk, eggs');
  expect(readNote([...shared, ...rolledBack(left), ...right])).toBe('oat milk');
  const edit = typed(parts, 2, `soy ${text}`);
  expect(readNote([...parts, ...edit])).toBe(`soy ${text}`);
  // The text without a place stays as it is; what is typed into it stands before it.
  const into = typed(parts, 2, `${text.slice(0, -1)}!${text.slice(-1)}`);
  expect(readNote([...parts, ...into])).toHaveLength(text.length + 1);
});

test("text after a gap in its author's log is not lost", () => {
  const [first, , third] = written('a', 'ab', 'abc');
  expect(readNote([third!, first!])).toBe('ac');
  expect(readNote([third!, first!, ...typed([third!, first!], 2, 'Aac')])).toBe('Aac');
});

test('an author that claims not to have seen its own text costs no time, and loses none', () => {
  const places = [
    (clock: number) => ({ before: [1, clock] as const }),
    (clock: number) => ({ after: [1, clock] as const }),
    (clock: number) => ({ after: [1, clock + 1] as const, before: [1, clock] as const }),
  ];
  for (const place of places) {
    const parts = written('x'.repeat(5_001));
    for (let clock = 0; clock < 5_000; clock++) {
      parts.push({ update: character(1, 5_001 + clock, place(clock)), isVoid: false });
    }
    const start = performance.now();
    expect(readNote(parts)).toHaveLength(10_001);
    expect(performance.now() - start).toBeLessThan(2_000); // Yjs alone takes 6 s (Node 24).
  }
});

test('a device writes as one client, by its key', () => {
  const key = new Uint8Array(40).fill(9);
  key.set([0xff, 0, 0, 1], 4);
  expect(clientOf(key.subarray(4, 36))).toBe(0xff000001);
});

type Place = readonly [client: number, clock: number];

/** The update that writes one x; after the author's previous one unless it says where. */
function character(
  client: number,
  clock: number,
  { after, before }: { after?: Place; before?: Place } = {},
): Uint8Array {
  const origin = after ?? (before || clock === 0 ? undefined : ([client, clock - 1] as const));
  const info = 4 | (origin ? 0x80 : 0) | (before ? 0x40 : 0);
  const place = origin || before ? [...(origin ?? []), ...(before ?? [])] : [1, 'note'];
  return wire(1, 1, client, clock, Uint8Array.of(info), ...place, 'x', 0);
}

/** The update that deletes single code units. */
function deletion(client: number, clocks: readonly number[]): Uint8Array {
  return wire(0, 1, client, clocks.length, ...clocks.flatMap((clock) => [clock, 1]));
}

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
