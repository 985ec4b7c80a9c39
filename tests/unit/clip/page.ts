/** Pages for tests of lib/clip, in jsdom, and a notation for what comes out of them. */
import { extract, type Extraction } from '../../../lib/clip/extract.ts';
import type { PageCapture, PageText } from '../../../lib/model/page.ts';

declare const jsdom: { readonly reconfigure: (settings: { url: string }) => void };

/** Shows a page. A fragment becomes the <main> of a page, so that no part of it passes for chrome. */
export function show(html: string, url = 'https://site.example/page'): Document {
  jsdom.reconfigure({ url });
  const page = new DOMParser().parseFromString(
    /<(body|html|main|head)/i.test(html) ? html : `<!doctype html><main>${html}</main>`,
    'text/html',
  );
  document.documentElement.replaceWith(page.documentElement);
  return document;
}

export function capture(html: string, url?: string): PageCapture {
  return captured(extract(show(html, url)));
}

export function captured(extraction: Extraction): PageCapture {
  if (!extraction.ok) throw new Error(`Nothing extracted: ${extraction.reason}`);
  return extraction.capture;
}

/** The blocks of a page's text, one a line: '## heading', '- item', '2. item', '[x] check', '| row',
 *  '> quote', '` code', or a bare paragraph; nested items are indented. */
export function blocksOf(page: PageText): string[] {
  return page.blocks.map(({ kind, start, end, level = 1, ordinal, checked }) => {
    const text = page.text.slice(start, end);
    const indent = '  '.repeat(level - 1);
    switch (kind) {
      case 'heading':
        return `${'#'.repeat(level)} ${text}`;
      case 'item':
        return `${indent}${ordinal === undefined ? '-' : `${ordinal}.`} ${text}`;
      case 'check':
        return `${indent}[${checked === true ? 'x' : ' '}] ${text}`;
      case 'row':
        return `| ${text}`;
      case 'quote':
        return `> ${text}`;
      case 'code':
        return `\` ${text}`;
      case 'paragraph':
        return text;
    }
  });
}

export function blocks(html: string): string[] {
  return blocksOf(capture(html).page);
}
