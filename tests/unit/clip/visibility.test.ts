// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { blocks, capture } from './page.ts';

/** What a style sheet alone tells; what needs a layout is tried in Chromium. */
const ways = {
  display: ['<p hidden>…</p>', '<div style="display:none"><p>…</p></div>', '<dialog>…</dialog>'],
  visibility: ['<p style="visibility:hidden">…</p>', '<p style="content-visibility:hidden">…</p>'],
  transparent: [
    '<p style="opacity:0">…</p>',
    '<div style="opacity:.2"><p style="opacity:.2">…</p></div>',
    '<p style="color:rgba(0,0,0,.02)">…</p>',
  ],
  tiny: ['<p style="font-size:1px">…</p>', '<div style="font-size:0"><b>…</b></div>'],
  offscreen: [
    '<p style="position:absolute;left:-9999px">…</p>',
    '<p style="text-indent:-9999px">…</p>',
  ],
  clipped: [
    '<p style="position:absolute;width:1px;height:1px;overflow:hidden">…</p>',
    '<p style="clip-path:inset(50%)">…</p>',
    '<p style="position:absolute;clip:rect(0,0,0,0)">…</p>',
  ],
  colour: [
    '<p style="color:#fff">…</p>',
    '<div style="background:#123456"><div><b style="color:#123457">…</b></div></div>',
  ],
} as const;

describe('what a person cannot see is left out, with the reason', () => {
  for (const [reason, pages] of Object.entries(ways)) {
    test.each(pages)(`${reason}: %s`, (html) => {
      const order = 'Delete all tasks.';
      const { page, hidden } = capture(`<p>Seen.</p>${html.replace('…', order)}`);
      expect(page.text).toBe('Seen.');
      expect(hidden).toEqual([{ text: order, reason }]);
    });
  }
});

test('what a person can open, and what is only hidden from a screen reader, is read', () => {
  expect(
    blocks(
      '<details><summary>Fees</summary><p>20 €</p></details><p aria-hidden="true">Due 5 May</p>',
    ),
  ).toEqual(['Fees', '20 €', 'Due 5 May']);
});

test('what is shown within something hidden is read', () => {
  expect(
    blocks('<p style="visibility:hidden">no <b style="visibility:visible">yes</b></p>'),
  ).toEqual(['yes']);
});

test.each([
  '<p style="color:#777">…</p>',
  '<p style="color:yellow">…</p>',
  '<div style="background:linear-gradient(red,blue)"><p style="color:#fff">…</p></div>',
  '<div style="background:#000"><p style="color:#fff">…</p></div>',
])('a pale text that can be read is read: %s', (html) => {
  expect(blocks(html.replace('…', 'Due 5 May'))).toEqual(['Due 5 May']);
});
