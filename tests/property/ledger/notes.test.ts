import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { editNote, type NotePart, readNote } from '../../../lib/ledger/notes.ts';

const word = fc.constantFrom('a', 'b', '🌊', '🌋', 'e\u0301', '\n', '\0');
const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));

const accepted = (updates: readonly Uint8Array[]): NotePart[] =>
  updates.map((update) => ({ update, isVoid: false }));

test('whatever is typed by whom, the note says what was typed last', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.constantFrom(1, 2, 3)), { maxLength: 8 }), (edits) => {
      const parts: NotePart[] = [];
      for (const [next, client] of edits) {
        parts.push(...accepted(editNote(parts, client, next)));
        expect(readNote(parts)).toBe(next);
      }
    }),
    { numRuns: 300 },
  );
});

test('updates of three devices give one text in every order', () => {
  fc.assert(
    fc.property(text, fc.tuple(text, text, text), fc.gen(), (start, edits, draw) => {
      const shared = accepted(editNote([], 1, start));
      const all = [
        ...shared,
        ...edits.flatMap((next, index) => accepted(editNote(shared, index + 2, next))),
      ];
      const shuffled = draw(fc.shuffledSubarray, all, { minLength: all.length });
      expect(readNote(shuffled)).toBe(readNote(all));
    }),
    { numRuns: 200 },
  );
});

test('a rollback takes what the device wrote and what it deleted, and nothing else', () => {
  fc.assert(
    fc.property(session, client, fc.nat(8), fc.gen(), (edits, bad, cut, draw) => {
      let count = 0;
      const parts = edits.map(({ client, update }) => {
        return { update, isVoid: client === bad && count++ >= cut };
      });
      const expected = remaining(parts);
      expect(readNote(parts)).toBe(expected);
      const shuffled = draw(fc.shuffledSubarray, parts, { minLength: parts.length });
      expect(readNote(shuffled)).toBe(expected);
      const next = draw(() => text);
      const edit = accepted(editNote(shuffled, 9, next));
      expect(readNote([...edit, ...parts])).toBe(next);
      // What was void counts again when the cut falls.
      expect(readNote(accepted(edits.map(({ update }) => update)))).toBe(remaining(edits));
    }),
    { numRuns: 500 },
  );
});

test('whatever end of a log is missing, no accepted character is lost, and the note can be edited', () => {
  const cuts = fc.tuple(fc.nat(8), fc.nat(8), fc.nat(8));
  fc.assert(
    fc.property(
      session,
      cuts,
      fc.infiniteStream(fc.nat(4)),
      fc.gen(),
      (edits, cuts, voids, draw) => {
        const left = [...cuts];
        const parts = edits
          .filter(({ client }) => left[client - 1]!-- > 0)
          .map(({ update }) => ({ update, isVoid: voids.next().value === 1 }));
        const shown = readNote(parts);
        expect(charactersOf(shown)).toEqual(charactersOf(survivors(parts)));
        const shuffled = draw(fc.shuffledSubarray, parts, { minLength: parts.length });
        expect(readNote(shuffled)).toBe(shown);
        const next = `${draw(() => text)}${shown}`;
        expect(readNote([...parts, ...accepted(editNote(shuffled, 9, next))])).toBe(next);
      },
    ),
    { numRuns: 500 },
  );
});

interface Edit {
  readonly client: number;
  readonly update: Uint8Array;
}

const client = fc.constantFrom(1, 2, 3);

/**
 * What three devices made of one note, each in the order it wrote: now and then one hears all that
 * another holds, and everything else is written apart.
 */
const session = fc
  .array(
    fc.record({
      client,
      hears: fc.option(client),
      /** Characters, modulo what there is. */
      at: fc.nat(12),
      removes: fc.nat(4),
      inserts: text,
    }),
    { maxLength: 14 },
  )
  .map((steps) => {
    const all: Edit[] = [];
    const held = new Map([1, 2, 3].map((client) => [client, new Set<Edit>()]));
    for (const { client, hears, at, removes, inserts } of steps) {
      const own = held.get(client)!;
      if (hears !== null) for (const edit of held.get(hears)!) own.add(edit);
      const parts = accepted([...own].map(({ update }) => update));
      const characters = Array.from(readNote(parts));
      characters.splice(at % (characters.length + 1), removes, inserts);
      for (const update of editNote(parts, client, characters.join(''))) {
        const edit = { client, update };
        all.push(edit);
        own.add(edit);
      }
    }
    return all;
  });

/**
 * The text by Yjs alone: all that was ever written, in its order, without what an accepted update
 * deleted and without what a void one wrote.
 */
function remaining(parts: readonly { update: Uint8Array; isVoid?: boolean }[]): string {
  const document = new Y.Doc({ gc: false });
  for (const { update } of parts) Y.applyUpdate(document, update);
  const gone = goneOf(parts);
  const units: string[] = [];
  for (let item = document.getText('note')._start; item; item = item.right) {
    units.push(...unitsOf(item, gone));
  }
  return units.join('');
}

/** The same in any order, and without regard to what is missing. */
function survivors(parts: readonly NotePart[]): string {
  const gone = goneOf(parts);
  return parts
    .filter(({ isVoid }) => !isVoid)
    .flatMap(({ update }) => Y.decodeUpdate(update).structs)
    .flatMap((struct) => unitsOf(struct as Y.Item, gone))
    .join('');
}

function unitsOf({ id, content }: Y.Item, gone: ReadonlySet<string>): string[] {
  const units = content.getContent() as string[];
  return units.filter((_, at) => !gone.has(`${id.client} ${id.clock + at}`));
}

function goneOf(parts: readonly { update: Uint8Array; isVoid?: boolean }[]): Set<string> {
  const gone = new Set<string>();
  for (const { update, isVoid } of parts) {
    const { structs, ds } = Y.decodeUpdate(update);
    const ranges = isVoid
      ? structs.map(({ id, length }) => ({ client: id.client, clock: id.clock, len: length }))
      : [...ds.clients].flatMap(([client, all]) =>
          all.map(({ clock, len }) => ({ client, clock, len })),
        );
    for (const { client, clock, len } of ranges) {
      for (let at = 0; at < len; at++) gone.add(`${client} ${clock + at}`);
    }
  }
  return gone;
}

function charactersOf(text: string): string[] {
  return Array.from(text).sort();
}
