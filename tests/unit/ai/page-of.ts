/**
 * Pages for tests, written as lines: '# heading', '- item', '1. step', '[ ] open', '[x] done',
 * '| row', '> quote', '    code'; anything else is a paragraph.
 */
import type { ReadableDocument } from '../../../lib/ai/language-model.ts';
import type { Block, PageText } from '../../../lib/model/page.ts';

export function pageOf(lines: string, language: string | null = 'en'): PageText {
  const blocks: Block[] = [];
  let text = '';
  for (const line of lines.split('\n').filter((each) => each.trim())) {
    const { kind, words, ...rest } = blockOf(line);
    if (blocks.length > 0) text += '\n';
    blocks.push({ kind, start: text.length, end: text.length + words.length, ...rest });
    text += words;
  }
  return { text, blocks, links: [], language };
}

function blockOf(line: string): Omit<Block, 'start' | 'end'> & { words: string } {
  const [, mark = '', rest = ''] =
    /^\s*(#{1,6} |- |\d+\. |\[[ x]\] |\| |> |(?<=^ {4}))(.*)$/u.exec(line) ?? [];
  const words = (mark ? rest : line).trim();
  if (/^ {4}/u.test(line)) return { kind: 'code', words };
  if (mark.startsWith('#')) return { kind: 'heading', level: mark.length - 1, words };
  if (mark === '- ') return { kind: 'item', level: 1, words };
  if (mark.startsWith('[')) return { kind: 'check', level: 1, checked: mark === '[x] ', words };
  if (mark === '| ') return { kind: 'row', words };
  if (mark === '> ') return { kind: 'quote', words };
  if (mark) return { kind: 'item', level: 1, ordinal: Number.parseInt(mark, 10), words };
  return { kind: 'paragraph', words };
}

/** As clipped on Monday, 9 March 2026, and published on that day unless a test says otherwise. */
export function documentOf(
  lines: string,
  {
    language = 'en',
    published = '2026-03-09',
    title,
  }: { language?: string | null; published?: string | null; title?: string } = {},
): ReadableDocument {
  const page = pageOf(lines, language);
  const [heading] = page.blocks.filter(({ kind }) => kind === 'heading');
  return {
    title: title ?? (heading ? page.text.slice(heading.start, heading.end) : ''),
    page,
    published,
    capturedAt: Date.UTC(2026, 2, 9, 12),
    timeZone: 'Europe/Berlin',
  };
}
