import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtInReader } from '../../../lib/ai/built-in-reader.ts';
import { findDates } from '../../../lib/ai/dates.ts';
import type { ReadableDocument } from '../../../lib/ai/language-model.ts';
import { type Block, isTrueQuote, type PageText } from '../../../lib/model/page.ts';
import { sentences } from '../../../lib/model/sentences.ts';

const reader = builtInReader();

/** Words that the grammars react to, so that collisions are likely, among any others. */
const words = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...'please send the form by Friday 3 May 2026 , . ; : ! ? you must pay “ ” " ( ) [ ] ACTION: @ann to - – 14 days within Dr. e.g. 1/2 24h 31.12. 9:00 pm'.split(
        ' ',
      ),
      ...'bitte bis zum 3. April Sie müssen Senden zurück werden gebeten Frist spätestens z. B.'.split(
        ' ',
      ),
      ...'veuillez avant le 1er mars merci de renvoyer vous devez doit être à régler sous'.split(
        ' ',
      ),
      ...'por favor antes del 5 de mayo debe enviar el plazo vence no olvide hay que'.split(' '),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);
const line = fc.array(words, { maxLength: 24 }).map((some) => some.join(' ').replace(/\n/gu, ' '));
const kinds = fc.constantFrom<Block['kind']>(
  'heading',
  'paragraph',
  'item',
  'check',
  'row',
  'quote',
  'code',
);
const pages: fc.Arbitrary<PageText> = fc
  .record({
    lines: fc.array(fc.tuple(kinds, line), { maxLength: 8 }),
    language: fc.constantFrom('en', 'en-US', 'de-CH', 'fr', 'es', 'it', 'ja', 'not a tag', null),
  })
  .map(({ lines, language }) => {
    const blocks: Block[] = [];
    let text = '';
    for (const [kind, words] of lines) {
      if (blocks.length > 0) text += '\n';
      blocks.push({ kind, start: text.length, end: text.length + words.length });
      text += words;
    }
    return { text, blocks, links: [], language };
  });
const documents: fc.Arbitrary<ReadableDocument> = fc.record({
  title: line,
  page: pages,
  published: fc.constantFrom(null, '2026-03-09', '2026-02-28T23:30:00Z', '2024-02-29'),
  capturedAt: fc.constantFrom(0, Date.UTC(2026, 2, 9)),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Kiritimati'),
});

/** 'YYYY-MM-DD' or 'YYYY-MM-DDTHH:MM', of a day and minute that exist. */
function isWellFormed(due: string): boolean {
  const full = due.length === 10 ? `${due}T00:00` : due;
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d$/u.test(full) && new Date(`${full}Z`).toISOString().startsWith(full)
  );
}

test('every task of any page has a true quote, a title and a due that exists', async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      for await (const { title, quote, due, dueCertain } of reader.findTasks(
        document,
        new AbortController().signal,
      )) {
        expect(isTrueQuote(document.page, quote)).toBe(true);
        expect(title.trim()).not.toBe('');
        expect(title.length).toBeLessThanOrEqual(120);
        expect(title).not.toMatch(/[\n.]$/u);
        if (due === null) expect(dueCertain).toBe(true);
        else expect(isWellFormed(due)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('a summary of any page is made of its sentences', async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const pieces = await Array.fromAsync(
        reader.summarise(document, new AbortController().signal),
      );
      const folded = document.page.text.replace(/\s+/gu, ' ');
      for (const piece of pieces) expect(folded).toContain(piece.trim());
    }),
    { numRuns: 200 },
  );
});

test('sentences hold all text, in order, without overlap', () => {
  fc.assert(
    fc.property(pages, (page) => {
      let at = 0;
      let held = '';
      for (const { start, end, block } of sentences(page)) {
        const { start: from, end: to } = page.blocks[block]!;
        expect(start).toBeGreaterThanOrEqual(at);
        expect(end).toBeGreaterThan(start);
        expect(start >= from && end <= to).toBe(true);
        held += page.text.slice(start, end);
        expect(page.text.slice(start, end).trim()).toBe(page.text.slice(start, end));
        at = end;
      }
      expect(held.replace(/\s/gu, '')).toBe(page.text.replace(/\s/gu, ''));
    }),
    { numRuns: 300 },
  );
});

test('dates are in order and stand where they say', () => {
  fc.assert(
    fc.property(line, fc.constantFrom('en', 'en-US', 'de', 'fr', 'es'), (text, language) => {
      let at = 0;
      for (const { start, end, date, until } of findDates(text, {
        language,
        reference: '2026-03-09',
        timeZone: 'UTC',
      })) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(text.slice(start, end).trim()).not.toBe('');
        expect(isWellFormed(date) && (until === null || isWellFormed(until))).toBe(true);
        at = end;
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['one word', 'a'.repeat(1_000_000)],
  ['numbers', '1.'.repeat(500_000)],
  ['abbreviations', 'Dr. '.repeat(250_000)],
  ['requests', 'please send '.repeat(80_000)],
  ['quotation marks', '" '.repeat(500_000)],
])('a hostile line of a million characters is read in little time: %s', async (_name, text) => {
  const page: PageText = {
    text,
    blocks: [{ kind: 'paragraph', start: 0, end: text.length }],
    links: [],
    language: 'en',
  };
  const document = { title: '', page, published: null, capturedAt: 0, timeZone: 'UTC' };
  const before = performance.now();
  await Array.fromAsync(reader.findTasks(document, new AbortController().signal));
  await Array.fromAsync(reader.summarise(document, new AbortController().signal));
  expect(performance.now() - before).toBeLessThan(6_000);
});
