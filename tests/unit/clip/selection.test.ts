// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { extract } from '../../../lib/clip/extract.ts';
import { isTrueQuote, type PageCapture } from '../../../lib/model/page.ts';
import { captured, show } from './page.ts';

/** Selects what stands between '⟦' and '⟧' in a page, and clips it. */
function select(html: string): PageCapture {
  show(html);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const edges: [Text, number][] = [];
  for (
    let node = walker.nextNode() as Text | null;
    node !== null;
    node = walker.nextNode() as Text | null
  ) {
    for (const bracket of ['⟦', '⟧']) {
      const at = node.data.indexOf(bracket);
      if (at === -1) continue;
      node.deleteData(at, 1);
      edges.push([node, at]);
    }
  }
  const selection = document.getSelection();
  const [from, to] = edges;
  if (selection !== null && from && to) selection.setBaseAndExtent(...from, ...to);
  return captured(extract(document, { selection }));
}

test.each([
  ['<p>One ⟦two⟧ three</p>', 'two'],
  ['<p>One ⟦two <b>th⟧ree</b></p>', 'two th'],
  ['<p>One  ⟦ two\n   three ⟧ four</p>', 'two three'],
  ['<p>One ⟦two</p><ul><li>three⟧ four</li></ul>', 'two\nthree'],
  ['<p>One ⟦two</p><p hidden>gone</p><p>three⟧</p>', 'two\nthree'],
  ['<ul><li>[ ] ⟦Pay⟧ rent</li></ul>', 'Pay'],
  ['<p>same same ⟦same⟧</p>', 'same'],
])('%s', (html, quoted) => {
  const { page, selection } = select(html);
  expect(selection?.text).toBe(quoted);
  expect(selection && isTrueQuote(page, selection)).toBe(true);
});

test('of words that stand there twice, those that were selected are quoted', () => {
  const { page, selection } = select('<p>Pay by May.</p><p>⟦Pay by May.⟧</p>');
  expect(selection?.start).toBe(page.text.lastIndexOf('Pay'));
});

test('what was selected outside the document is taken in, where it stands', () => {
  const { page, selection } = select(
    '<body><main><h1>Bridge</h1><p>It is closed.</p></main><footer><p>Write to ⟦the mayor by 5 May⟧.</p></footer></body>',
  );
  expect(page.text).toBe('Bridge\nIt is closed.\nWrite to the mayor by 5 May.');
  expect(selection?.text).toBe('the mayor by 5 May');
});

test('who selects all of a page means the document', () => {
  const { page, selection } = select(
    '<body><nav><a href="/">⟦Home</a></nav><main><h1>Bridge</h1><p>It is closed.</p></main><footer>Imprint⟧</footer></body>',
  );
  expect(page.text).toBe('Bridge\nIt is closed.');
  expect(selection?.text).toBe(page.text);
});

test('a selection of nothing is none', () => {
  expect(select('<p>One⟦⟧ two</p>').selection).toBeNull();
  expect(select('<p>One ⟦ ⟧ two</p>').selection).toBeNull();
});
