import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findQuote, quoteAddress } from '../../../lib/clip/fragment.ts';
import type { Block, PageText } from '../../../lib/model/page.ts';

/** Few words, so that quotes are often ambiguous. */
const words = fc.array(fc.constantFrom('pay', 'fee-form', 'now.', '“so”'), {
  minLength: 1,
  maxLength: 40,
});
const page = fc.array(words, { minLength: 1, maxLength: 5 }).map((lines): PageText => {
  const blocks: Block[] = [];
  let text = '';
  for (const line of lines) {
    if (text !== '') text += '\n';
    const start = text.length;
    text += line.join(' ');
    blocks.push({ kind: 'paragraph', start, end: text.length });
  }
  return { text, blocks, links: [], language: null };
});

/** What a browser marks, as the specification reads: the first match, term after term. */
function marked(text: string, directive: string): { start: number; end: number } | null {
  const terms = directive.split(',').map((term) => decodeURIComponent(term));
  const raw = directive.split(',');
  const prefix = raw[0]?.endsWith('-') === true ? (terms.shift() ?? '').slice(0, -1) : '';
  const suffix = raw.at(-1)?.startsWith('-') === true ? (terms.pop() ?? '').slice(1) : '';
  const [first = '', last] = terms;
  const isEdge = (at: number): boolean =>
    !/\w/.test(text[at - 1] ?? '') || !/\w/.test(text[at] ?? '');
  const find = (term: string, from: number): number => {
    for (let at = text.indexOf(term, from); at !== -1; at = text.indexOf(term, at + 1)) {
      if (isEdge(at) && isEdge(at + term.length)) return at;
    }
    return -1;
  };
  for (let from = 0; ; from++) {
    let start = find(prefix === '' ? first : prefix, from);
    if (start === -1) return null;
    from = start;
    if (prefix !== '') {
      const next = /^\s*/.exec(text.slice(start + prefix.length))?.[0].length ?? 0;
      start += prefix.length + next;
      if (find(first, start) !== start) continue;
    }
    let end = start + first.length;
    while (last !== undefined) {
      const at = find(last, end);
      if (at === -1) return null;
      end = at + last.length;
      break;
    }
    if (suffix !== '' && !text.slice(end).trimStart().startsWith(suffix)) continue;
    return { start, end };
  }
}

test('a browser that follows the address of a quote that stands there once marks its words', () => {
  fc.assert(
    fc.property(page, fc.nat(), fc.nat(), fc.nat(), (page, index, a, b) => {
      const block = page.blocks[index % page.blocks.length];
      if (block === undefined) return;
      const line = page.text.slice(block.start, block.end);
      const [from, to] = [a % line.length, b % line.length].sort((x, y) => x - y);
      const edges = [...line.matchAll(/\b/g)].map((match) => match.index);
      const start = block.start + (edges.findLast((edge) => edge <= (from ?? 0)) ?? 0);
      const end = block.start + (edges.find((edge) => edge > (to ?? 0)) ?? line.length);
      const text = page.text.slice(start, end);
      const isOnce =
        page.text.split(new RegExp(`(?<!\\w)${RegExp.escape(text)}(?!\\w)`)).length === 2;
      if (!/\w/.test(text) || !isOnce) return;
      const address = quoteAddress('https://a.example/#/r', page, { start, end, text });
      expect(address).toContain('#/r:~:text=');
      const place = marked(page.text, address.split(':~:text=')[1] ?? '');
      expect(place && page.text.slice(place.start, place.end)).toBe(text.replace(/^\W+|\W+$/g, ''));
    }),
    { numRuns: 1000 },
  );
});

test('a quote is found again when only its white space, quotation marks and dashes were changed', () => {
  const typed: Readonly<Record<string, string>> = { '“': '"', '”': '"', '-': '–', ' ': '\n  ' };
  fc.assert(
    fc.property(page, fc.nat(), fc.nat(), (page, a, b) => {
      const [start, end] = [a % page.text.length, b % page.text.length].sort((x, y) => x - y);
      const quote = page.text.slice(start, end).trim();
      if (quote === '') return;
      const changed = quote.replace(/[“”\- ]/g, (mark) => typed[mark] ?? mark);
      // Where the quote itself begins: of a lone mark there are many, alike once they are typed.
      const at = page.text.indexOf(quote, start);
      const place = findQuote(page.text, { text: changed, start: at });
      expect(place && page.text.slice(place.start, place.end)).toBe(quote);
    }),
  );
});
