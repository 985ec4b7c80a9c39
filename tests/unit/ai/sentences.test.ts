import { expect, test } from 'vitest';
import { sentences } from '../../../lib/model/sentences.ts';
import { pageOf } from './page-of.ts';

/** The sentences of a text, with '|' between them. */
function read(text: string, language: string): string {
  const page = pageOf(text, language);
  return sentences(page)
    .map(({ start, end }) => page.text.slice(start, end))
    .join('|');
}

test.each([
  ['en', 'Submit by 5 p.m. Friday.|Dr. Lee will call.|See No. 5 on the list.'],
  ['en', 'Call at 5 p.m.|The door is open.'],
  ['en', 'Use a modern browser, e.g. Chrome.|J. R. Smith wrote it.'],
  ['en', 'Due Sept. 5 at noon.|Next?|Yes!'],
  ['en', 'It works.|@ann please merge it.'],
  ['de', 'Bitte bis zum 3. April zurück.|Dr. Meier hilft z. B. Anna.'],
  ['de', 'Es waren 12.|Danach kam er.|Das gilt ab dem 2. Halbjahr.'],
  ['fr', 'M. Blin et Mme. Roux viennent.|Voir art. 12 du règlement.'],
  ['es', 'Rellene p. ej. Madrid.|El Sr. García llamó.|Luego comió.'],
  ['not a language', 'One.|Two.'],
])('%s: %s', (language, marked) => {
  expect(read(marked.replaceAll('|', ' '), language)).toBe(marked);
});

test('a row is one sentence and a sentence never crosses a block', () => {
  expect(read('| Dr. Lee. Room 5. Monday\nOne\nTwo', 'en')).toBe('Dr. Lee. Room 5. Monday|One|Two');
});
