import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import {
  checkNoteUpdate,
  inspectNoteUpdate,
  type NoteUpdate,
  noteUpdateLimits,
  withoutDeletions,
} from '../../../lib/ledger/note-update.ts';
import { editNote, readNote } from '../../../lib/ledger/notes.ts';

test('every update of an honest author passes, and says what Yjs reads in it', () => {
  fc.assert(
    fc.property(session, (edits) => {
      for (const { client, update, seen } of edits) {
        const inspected = inspectNoteUpdate(update);
        agreesWithYjs(update, inspected);
        const kept = withoutDeletions(update, inspected);
        if (inspected.client !== null) {
          expect(inspectNoteUpdate(kept)).toEqual({ ...inspected, deletions: [] });
        }
        const knows = (client: number, clock: number) => clock < (seen.get(client) ?? 0);
        const author = { client, next: seen.get(client) ?? 0, knows };
        expect(checkNoteUpdate(inspected, author)).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever byte is another, the update is refused or is still one that can be read', () => {
  fc.assert(
    fc.property(session, fc.nat(), fc.integer({ min: 1, max: 255 }), (edits, pick, other) => {
      const edit = edits[pick % Math.max(edits.length, 1)];
      if (!edit) return;
      const rest = edits.filter((other) => other !== edit).map(({ update }) => part(update));
      for (let at = 0; at < edit.update.length; at++) {
        for (const change of [other, 0x80, 0x01]) {
          const update = edit.update.slice();
          update[at]! ^= change;
          const inspected = inspect(update);
          if (!inspected) continue;
          agreesWithYjs(update, inspected);
          const start = performance.now();
          const parts = [...rest, part(update)];
          const text = readNote(parts);
          const edited = editNote(parts, 9, `x${text}`).map(part);
          expect(readNote([...parts, ...edited])).toBe(`x${text}`);
          readNote([...rest, { update, isVoid: true }]);
          expect(performance.now() - start).toBeLessThan(1_000);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('bytes of any kind are refused with a reason, in no time', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.constantFrom(0, 1, 2, 4, 7, 10, 0x27, 0x80, 0x84, 0xff), { maxLength: 40 }),
    fc
      .tuple(
        fc.uint8Array({ maxLength: 8 }),
        fc.uint8Array({ minLength: 1, maxLength: 6 }),
        fc.nat(noteUpdateLimits.bytes),
      )
      .map(([head, repeated, length]) => {
        return Array.from({ length }, (_, at) => head[at] ?? repeated[at % repeated.length]!);
      }),
  );
  fc.assert(
    fc.property(bytes, (values) => {
      const update = Uint8Array.from(values);
      const start = performance.now();
      const inspected = inspect(update);
      expect(performance.now() - start).toBeLessThan(1_000);
      if (inspected) agreesWithYjs(update, inspected);
    }),
    { numRuns: 3_000 },
  );
});

const part = (update: Uint8Array) => ({ update, isVoid: false });

/** Undefined if it is refused, as it should be. */
function inspect(update: Uint8Array): NoteUpdate | undefined {
  try {
    return inspectNoteUpdate(update);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(/^[\w -]{4,50}$/);
    return undefined;
  }
}

function agreesWithYjs(update: Uint8Array, inspected: NoteUpdate) {
  const { structs, ds } = Y.decodeUpdate(update);
  expect(
    structs.map((struct) => {
      const { id, length, origin, rightOrigin, parentSub, content } = struct as Y.Item;
      expect(parentSub).toBeNull();
      const text = content.getContent().join('');
      return { client: id.client, start: id.clock, length, origin, rightOrigin, text };
    }),
  ).toEqual(
    inspected.client === null
      ? []
      : [
          {
            client: inspected.client,
            start: inspected.start,
            length: inspected.end - inspected.start,
            origin: inspected.after,
            rightOrigin: inspected.before,
            text: inspected.text,
          },
        ],
  );
  const deletions = [...ds.clients].flatMap(([client, ranges]) =>
    ranges.map(({ clock, len }) => ({ client, start: clock, length: len })),
  );
  expect(deletions).toEqual(inspected.deletions);
}

interface Edit {
  readonly client: number;
  readonly update: Uint8Array;
  /** How many code units of each client the author held. */
  readonly seen: ReadonlyMap<number, number>;
}

const client = fc.constantFrom(1, 200, 0xffff_ffff);
const text = fc
  .array(fc.constantFrom('a', 'b', '🌊', 'e\u0301', '\0', 'x'.repeat(200)), { maxLength: 5 })
  .map((words) => words.join(''));

/** What three devices made of one note; now and then one hears all that another holds. */
const session = fc
  .array(
    fc.record({
      client,
      hears: fc.option(client),
      at: fc.nat(12),
      removes: fc.nat(4),
      inserts: text,
    }),
    { maxLength: 12 },
  )
  .map((steps) => {
    const all: Edit[] = [];
    const held = new Map<number, Set<Edit>>();
    for (const { client, hears, at, removes, inserts } of steps) {
      const own = new Set([
        ...(held.get(client) ?? []),
        ...(hears === null ? [] : (held.get(hears) ?? [])),
      ]);
      held.set(client, own);
      const parts = [...own].map(({ update }) => part(update));
      const characters = Array.from(readNote(parts));
      characters.splice(at % (characters.length + 1), removes, inserts);
      for (const update of editNote(parts, client, characters.join(''))) {
        const seen = new Map<number, number>();
        for (const edit of own) {
          for (const { id, length } of Y.decodeUpdate(edit.update).structs) {
            seen.set(id.client, Math.max(seen.get(id.client) ?? 0, id.clock + length));
          }
        }
        const edit = { client, update, seen };
        all.push(edit);
        own.add(edit);
      }
    }
    return all;
  });
