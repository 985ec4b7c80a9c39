// @vitest-environment jsdom
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extract } from '../../../lib/clip/extract.ts';
import { isTrueQuote } from '../../../lib/model/page.ts';
import { read } from '../../../lib/clip/reading.ts';
import { captured } from '../../unit/clip/page.ts';

/** A piece of a page: every word of it is told apart by a number that `number` fills in. */
type Piece = string;

/** 'v' is a word that can be seen, 'h' one that cannot. */
const word = fc.constantFrom('v# ', 'v#', 'v#\n ', 'v#,\u00a0', 'v#\u200b ');
const hidden = fc.constantFrom(
  '<b style="display:none">h# </b>',
  '<i style="opacity:0">h# </i>',
  '<span style="font-size:1px">h# </span>',
  '<span style="visibility:hidden"> h#</span>',
);
const line = fc
  .array(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: hidden }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((words) => words.join(''));

const { piece } = fc.letrec<{ piece: Piece }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3 },
    line,
    fc
      .tuple(fc.constantFrom('p', 'h2', 'li', 'blockquote', 'pre', 'em', 'td', 'dt', 'dd'), line)
      .map(([tag, inner]) => `<${tag}>${inner}</${tag}>`),
    fc
      .tuple(
        fc.constantFrom('div', 'ul', 'ol', 'section', 'a href="/x"', 'dl', 'details', 'label'),
        fc.array(tie('piece'), { maxLength: 4 }),
      )
      .map(([tag, inner]) => `<${tag}>${inner.join('')}</${tag.split(' ')[0] ?? ''}>`),
    fc
      .array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
      .map(
        (rows) =>
          `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`,
      ),
    fc.constantFrom(
      '<br>',
      '<hr>',
      '<input type="checkbox">',
      ' ',
      '<p></p>',
      '<script>s#</script>',
    ),
  ),
}));

const page = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => {
  let count = 0;
  return `<main>v0 ${pieces.join('').replaceAll('#', () => `${++count}`)}</main>`;
});

function show(html: string): Document {
  document.body.innerHTML = html;
  return document;
}

const wordsIn = (text: string, kind: 'v' | 'h'): string[] =>
  text.match(new RegExp(`${kind}\\d+`, 'g')) ?? [];

test('what can be seen is read, in order, what cannot is beside it, and the page stays as it was', () => {
  fc.assert(
    fc.property(page, (html) => {
      const document = show(html);
      const before = document.documentElement.outerHTML;
      const { lines, hidden } = read(document.body, null);
      expect(document.documentElement.outerHTML).toBe(before);
      const text = lines.map((line) => line.text).join('\n');
      expect(wordsIn(text, 'v')).toEqual(wordsIn(document.body.textContent, 'v'));
      expect(wordsIn(text, 'h')).toEqual([]);
      const seen = hidden.map(({ text }) => text).join(' ');
      expect(new Set(wordsIn(seen, 'h'))).toEqual(new Set(wordsIn(document.body.textContent, 'h')));
    }),
  );
});

test('blocks cover the text, links lie in it, and white space is folded', () => {
  fc.assert(
    fc.property(page, (html) => {
      const { page } = captured(extract(show(html)));
      const pieces = page.blocks.map(({ start, end }) => page.text.slice(start, end));
      expect(pieces.join('\n')).toBe(page.text);
      let at = 0;
      for (const [index, { kind, start, end }] of page.blocks.entries()) {
        expect(start).toBe(at);
        at = end + 1;
        if (kind !== 'code') expect(pieces[index]).toBe(pieces[index]?.replace(/\s+/g, ' ').trim());
        expect(end).toBeGreaterThan(start);
      }
      expect(page.text).toBe(page.text.normalize('NFC'));
      for (const { start, end } of page.links) {
        expect(page.text.slice(start, end).trim()).not.toBe('');
      }
    }),
    { numRuns: 40 },
  );
});

test('whatever is selected, its quote is true and has the words that were selected', () => {
  fc.assert(
    fc.property(page, fc.nat(), fc.nat(), (html, from, to) => {
      const document = show(html);
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      const [first, last] = [from % texts.length, to % texts.length].sort((a, b) => a - b);
      const [start, end] = [texts[first ?? 0], texts[last ?? 0]];
      if (start === undefined || end === undefined) return;
      const selection = document.getSelection();
      selection?.setBaseAndExtent(start, 0, end, end.length);
      const capture = captured(extract(document, { selection }));
      const selected = texts.slice(first, (last ?? 0) + 1).map(({ data }) => data);
      expect(wordsIn(capture.selection?.text ?? '', 'v')).toEqual(wordsIn(selected.join(' '), 'v'));
      if (capture.selection !== null)
        expect(isTrueQuote(capture.page, capture.selection)).toBe(true);
    }),
    { numRuns: 40 },
  );
});
