// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extract } from '../../../lib/clip/extract.ts';
import { captured, show } from './page.ts';

interface Truth {
  readonly language: string;
  readonly published: string | null;
  readonly tasks: readonly { readonly quote: string; readonly also?: readonly string[] }[];
}

const pages = join(import.meta.dirname, '../../fixtures/pages/open');
const fold = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim();

describe('pages as people meet them keep what they ask, their date and their language', () => {
  const names = readdirSync(pages).filter((name) => name.endsWith('.html'));
  test.each(names)('%s', (name) => {
    const truth = JSON.parse(
      readFileSync(join(pages, name.replace('.html', '.json')), 'utf8'),
    ) as Truth;
    const html = readFileSync(join(pages, name), 'utf8');
    const { page, published } = captured(extract(show(html, `https://site.example/${name}`)));
    const text = fold(page.text);
    const lost = truth.tasks.filter(
      ({ quote, also = [] }) => ![quote, ...also].some((each) => text.includes(fold(each))),
    );
    expect(lost).toEqual([]);
    expect(published?.slice(0, 10) ?? null).toBe(truth.published);
    expect(page.language?.split('-')[0]).toBe(truth.language.split('-')[0]);
  });
});
