import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editNote, readNote } from '../../../lib/ledger/notes.ts';

const word = fc.constantFrom('a', 'b', '🌊', '🌋', 'e\u0301', '\n', '\0');
const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));

test('whatever is typed by whom, the note says what was typed last', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.constantFrom(1, 2, 3)), { maxLength: 8 }), (edits) => {
      const updates: Uint8Array[] = [];
      for (const [next, client] of edits) {
        updates.push(...editNote(updates, client, next));
        expect(readNote(updates)).toBe(next);
      }
    }),
    { numRuns: 300 },
  );
});

test('updates of three devices give one text in every order', () => {
  fc.assert(
    fc.property(text, fc.tuple(text, text, text), fc.gen(), (start, edits, draw) => {
      const shared = editNote([], 1, start);
      const all = [...shared, ...edits.flatMap((next, index) => editNote(shared, index + 2, next))];
      const shuffled = draw(fc.shuffledSubarray, all, { minLength: all.length });
      expect(readNote(shuffled)).toBe(readNote(all));
    }),
    { numRuns: 200 },
  );
});
