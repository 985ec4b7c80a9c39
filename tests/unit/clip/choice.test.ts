// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { extract } from '../../../lib/clip/extract.ts';
import { blocksOf, capture, captured, show } from './page.ts';

const prose = Array.from(
  { length: 6 },
  (_, index) =>
    `<p>Paragraph ${index} says at some length what the town has decided about the bridge, and why it took so long to decide it.</p>`,
).join('');

function chosen(html: string): string {
  return capture(html).page.text;
}

describe('the site around a document is left out', () => {
  test.each([
    ['menus', '<nav><a href="/">Home</a></nav>'],
    ['the head of the site', '<header><a href="/">The Courier</a></header>'],
    ['the foot of the site', '<footer>Imprint. Call us any day.</footer>'],
    ['side notes', '<aside><p>Our shop has new mugs in green and blue.</p></aside>'],
    ['dialogs', '<div role="dialog">We use cookies to please you.</div>'],
    [
      'banners over the page',
      '<div style="position:fixed;bottom:0">Install our app, it is new and free.</div>',
    ],
    ['consent', '<div id="cookie-banner">Tell us how you feel about our partners.</div>'],
    [
      'menus without a name',
      '<div><div><a href="/a">Sport</a></div><div><a href="/b">Money</a></div><div><a href="/c">Life</a></div></div>',
    ],
    [
      'other articles',
      '<div><div>You may also like</div><div><a href="/a">Ten bridges of the north</a></div><div><a href="/b">How to fish</a></div></div>',
    ],
    ['rights', '<div>© 2026 The Courier. All rights reserved.</div>'],
  ])('%s', (_, chrome) => {
    const text = chosen(`<body>${chrome}<main><h1>The bridge</h1>${prose}</main>${chrome}</body>`);
    expect(text).toContain('Paragraph 5');
    expect(text.startsWith('The bridge')).toBe(true);
    expect(text.endsWith('to decide it.')).toBe(true);
  });
});

describe('what asks something of the reader is kept, though extractors for articles drop it', () => {
  test.each([
    ['a form', '<form><fieldset><legend>Return by 5 May</legend></fieldset></form>'],
    ['a notice', '<div class="alert">Register by 5 May.</div>'],
    [
      'comments',
      '<section id="comments"><h2>Comments</h2><div><b>Ann</b><p>Please send the plans by 5 May.</p></div></section>',
    ],
    ['a date', '<p class="date">Submit by 5 May</p>'],
    ['a table', '<table><tr><td>Papers due</td><td>5 May</td></tr></table>'],
    ['a side note with dates', '<aside><h3>Dates</h3><p>Papers are due on 5 May 2026.</p></aside>'],
    ['a foot of the article', '<footer><p>Comments are welcome until 5 May.</p></footer>'],
  ])('%s', (_, html) => {
    expect(
      chosen(`<body><main><article><h1>The bridge</h1>${prose}${html}</article></main></body>`),
    ).toContain('5 May');
  });
});

test('a page that is no article is read as it is seen', () => {
  const { page } = capture(
    `<body><header><nav><a href="/">Bills</a> <a href="/me">Me</a></nav></header><div id="root"><div><div>Amount due</div><div>£214.37</div></div><div>Pay by 3 April 2026.</div></div></body>`,
  );
  expect(blocksOf(page)).toEqual(['Amount due', '£214.37', 'Pay by 3 April 2026.']);
});

test('a name around most of a page names no chrome', () => {
  const notice = '<div class="alert">Register by 5 May.</div>';
  const { page } = capture(
    `<body><div class="with-sidebar newsletter"><h1>The bridge</h1>${prose}${notice}</div></body>`,
  );
  expect(page.text).toContain('Register by 5 May.');
});

test('a page that is nothing but a menu is the menu', () => {
  expect(
    chosen('<body><nav><a href="/a">Pay a bill</a> <a href="/b">Move house</a></nav></body>'),
  ).toBe('Pay a bill Move house');
});

test('a page that is a frame of its own site is what is in the frame', () => {
  show('<body><iframe></iframe></body>');
  const inner = document.querySelector('iframe')?.contentDocument;
  if (inner) inner.body.innerHTML = '<p>Hand in the report by 5 May.</p>';
  expect(captured(extract(document)).page.text).toBe('Hand in the report by 5 May.');
});
