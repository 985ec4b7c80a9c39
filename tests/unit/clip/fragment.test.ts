import { describe, expect, test } from 'vitest';
import { findQuote, quoteAddress } from '../../../lib/clip/fragment.ts';
import type { Block, PageText, Quote } from '../../../lib/model/page.ts';

/** A page of blocks: '| ' begins a row. */
function pageOf(...lines: string[]): PageText {
  let text = '';
  const blocks: Block[] = [];
  for (const line of lines) {
    const bare = line.replace(/^\| /, '');
    if (text !== '') text += '\n';
    blocks.push({
      kind: bare === line ? 'paragraph' : 'row',
      start: text.length,
      end: text.length + bare.length,
    });
    text += bare;
  }
  return { text, blocks, links: [], language: null };
}

function quote(page: PageText, text: string, from = 0): Quote {
  const start = page.text.indexOf(text, from);
  return { text, start, end: start + text.length };
}

function directive(page: PageText, text: string, from = 0): string {
  const address = quoteAddress('https://a.example/p', page, quote(page, text, from));
  return decodeURIComponent(address.split(':~:text=')[1] ?? '');
}

describe('the address of a quote', () => {
  test('a short quote is given whole, in characters that an address may hold', () => {
    const page = pageOf('Pay 5 % & send the A-form, please.');
    expect(quoteAddress('https://a.example/p', page, quote(page, '5 % & send the A-form,'))).toBe(
      'https://a.example/p#:~:text=5%20%25%20%26%20send%20the%20A%2Dform',
    );
  });

  test('a long one by its first and last words', () => {
    const page = pageOf(
      'If the estimate looks wrong, send us your own reading no later than Friday.',
    );
    expect(directive(page, page.text)).toBe(
      'If the estimate looks wrong,reading no later than Friday',
    );
  });

  test('one of several blocks by the first words of the first and the last of the last', () => {
    const page = pageOf('Before that.', 'Bring the green form', 'and a pen. Thanks.');
    expect(directive(page, 'Bring the green form\nand a pen')).toBe(
      'Bring the green form,and a pen',
    );
  });

  test('a row by its first and last word, for each cell is a block of the page', () => {
    const page = pageOf('| Step Date', '| Paper submission 23 March 2026');
    expect(directive(page, 'Paper submission 23 March 2026')).toBe('Paper,2026');
  });

  test('words around it are added where others like it come first', () => {
    const page = pageOf('Pay by May. Thanks.', 'The fee: Pay by May. Bye.');
    expect(directive(page, 'Pay by May', 5)).toBe('fee:-,Pay by May,-. Bye');
  });

  test('a route stays, another fragment goes', () => {
    const page = pageOf('Pay by May.');
    const pay = quote(page, 'Pay by May');
    expect(quoteAddress('https://a.example/#/bills', page, pay)).toBe(
      'https://a.example/#/bills:~:text=Pay%20by%20May',
    );
    expect(quoteAddress('https://a.example/p#part-2', page, pay)).toBe(
      'https://a.example/p#:~:text=Pay%20by%20May',
    );
  });

  test('a quote that begins within a word is found by the whole word', () => {
    expect(directive(pageOf('Repayment is due.'), 'payment is')).toBe('Repayment is');
  });
});

describe('a kept quote in a page that has changed', () => {
  test.each([
    ['Now pay by May.', 'pay by May', 'pay by May'],
    ['Now “pay  by\nMay” – or not', '"pay by May" - or', '“pay  by\nMay” – or'],
    ['Don’t pay', "Don't", 'Don’t'],
    ['Pay by June', 'Pay by May', null],
    ['Anything', ' ', null],
  ])('%j: %j', (text, wanted, found) => {
    const place = findQuote(text, { text: wanted });
    expect(place && text.slice(place.start, place.end)).toBe(found);
  });

  test('of two places, the nearer one', () => {
    expect(findQuote('pay … … … pay', { text: 'pay', start: 9 })).toEqual({ start: 10, end: 13 });
    expect(findQuote('pay … … … pay', { text: 'pay', start: 2 })).toEqual({ start: 0, end: 3 });
  });
});
