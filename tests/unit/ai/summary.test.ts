import { expect, test } from 'vitest';
import { summarise } from '../../../lib/ai/summary.ts';
import { documentOf } from './page-of.ts';

async function summaryOf(lines: string, language = 'en'): Promise<string> {
  const pieces = await Array.fromAsync(
    summarise(documentOf(lines, { language }), new AbortController().signal),
  );
  return pieces.join('');
}

const article = `# Swifts return to the old mill
Read more about our newsletter and subscribe today for updates.
The swifts of Elmbridge have returned to the old mill, two weeks earlier than last year. However, nobody had expected them so soon.
By Joan Abbs, staff writer
The mill was built in 1820 and has stood empty since the last miller retired. Its roof is full of holes, and the swifts nest under the tiles that are left.
This is what the council wants to change. The council plans to repair the roof of the mill next spring, but it will keep a row of open tiles for the swifts.
Swifts spend almost all their life on the wing and come down only to nest. A pair of swifts catches up to twenty thousand insects a day for its young.
Volunteers counted sixty nests of swifts at the mill last summer. They will count again in June.
The swifts of Elmbridge returned to the old mill two weeks earlier than last year, said a volunteer.`;

test('a summary is a few whole sentences of the page, in their order', async () => {
  const summary = await summaryOf(article);
  const sentences = summary.split(/(?<=\.) /u);
  expect(sentences.length).toBeGreaterThanOrEqual(2);
  expect(sentences.length).toBeLessThanOrEqual(5);
  const places = sentences.map((sentence) => article.indexOf(sentence));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('a summary opens with what the page is about and leaves out what leans, repeats or belongs to the site', async () => {
  const summary = await summaryOf(article);
  expect(summary).toMatch(/^The swifts of Elmbridge have returned/u);
  expect(summary).not.toMatch(/However|This is what|subscribe|staff writer|said a volunteer/u);
});

test('a page of lines is summed up by its lines', async () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `| Room ${i}: ${i * 7} square metres, ${i} windows`,
  );
  expect(await summaryOf(`# Rooms\n${rows.join('\n')}`)).toMatch(/Room \d/u);
});

test('a short page is its own summary', async () => {
  expect(await summaryOf('# Notice\nThe lift is broken. It will be repaired on Tuesday.')).toBe(
    'The lift is broken. It will be repaired on Tuesday.',
  );
});

test('an empty page has an empty summary', async () => {
  expect(await summaryOf('')).toBe('');
});

test('a page in a language without a grammar is summed up all the same', async () => {
  const page =
    'La biblioteca comunale riapre sabato dopo due anni di lavori. La sala di lettura della biblioteca ha ora cento posti e una grande finestra sul fiume. '.repeat(
      6,
    );
  expect(await summaryOf(page, 'it')).toContain('biblioteca');
});

test('summing up stops when it is aborted', async () => {
  const controller = new AbortController();
  const reading = Array.fromAsync(summarise(documentOf(article), controller.signal));
  controller.abort();
  await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
