/**
 * A DOM in, a clip out: what a page says, as a person who looks at it now would read it.
 *
 * The rendered page is read where it is and never changed; nothing is fetched. What comes out is
 * plain text with exact offsets, never markup. What a person cannot see is left out of the text and
 * handed back beside it. It takes well under a second on an ordinary page; on one too large for the
 * extractors only landmarks and names tell chrome from content.
 */
import type { Block, Link, PageCapture, PageText, Quote } from '../model/page.ts';
import { choose } from './choice.ts';
import { languageOf } from './language.ts';
import { readMetadata } from './metadata.ts';
import { read, type Line } from './reading.ts';

export type Extraction =
  | {
      readonly ok: true;
      readonly capture: PageCapture;
    }
  | {
      readonly ok: false;
      /** 'no-text': nothing to read, such as pictures only. 'pdf': the browser's viewer. 'not-html': a
       *  picture, a film, data. */
      readonly reason: 'no-text' | 'pdf' | 'not-html';
    };

export interface ExtractOptions {
  /** What the user has selected; null or collapsed: nothing. */
  readonly selection?: Selection | null;
}

/** UTF-16 code units. */
const longestText = 2_000_000;
/** UTF-16 code units. A page with less of its own may hold its text in a frame. */
const nearlyEmpty = 200;

export function extract(document: Document, options: ExtractOptions = {}): Extraction {
  if (document.contentType === 'application/pdf' || isPdfViewer(document))
    return { ok: false, reason: 'pdf' };
  if (!/^(text\/html|application\/xhtml\+xml|text\/plain)$/.test(document.contentType))
    return { ok: false, reason: 'not-html' };
  const body = document.body as HTMLElement | null; // a document made by a script may have none
  if (body === null) return { ok: false, reason: 'no-text' };

  const { selection = null } = options;
  const range =
    selection !== null && selection.rangeCount > 0 && !selection.isCollapsed
      ? selection.getRangeAt(0)
      : null;
  const reading = read(body, range);
  let chosen = choose(reading);
  let source = document;
  if (lengthOf(chosen) < nearlyEmpty) {
    const framed = readFrames(document);
    if (framed !== null && lengthOf(framed.chosen) > lengthOf(chosen))
      ({ chosen, source } = framed);
  }
  if (chosen.length === 0) return { ok: false, reason: 'no-text' };

  const { page, selection: quote, cut } = place(chosen);
  const language = languageOf(declaredLanguage(source, chosen), page.text);
  const url = document.location.href;
  return {
    ok: true,
    capture: {
      url,
      ...readMetadata(source, url, reading, chosen, language),
      page: { ...page, language },
      selection: quote,
      hidden: reading.hidden,
      isCut: cut || reading.cut,
    },
  };
}

/** Lines, one after the other, as a text. */
function place(lines: readonly Line[]): {
  page: Omit<PageText, 'language'>;
  selection: Quote | null;
  cut: boolean;
} {
  const pieces: string[] = [];
  const blocks: Block[] = [];
  const links: Link[] = [];
  let at = 0;
  let from = Infinity;
  let to = 0;
  let cut = false;
  for (const line of lines) {
    const start = at === 0 ? 0 : at + 1;
    let { text } = line;
    if (start + text.length > longestText) {
      cut = true;
      if (blocks.length > 0) break;
      text = text.slice(0, longestText).toWellFormed().trimEnd();
    }
    at = start + text.length;
    pieces.push(text);
    blocks.push({
      kind: line.kind,
      start,
      end: at,
      ...(line.level === null ? {} : { level: line.level }),
      ...(line.ordinal === null ? {} : { ordinal: line.ordinal }),
      ...(line.checked === null ? {} : { checked: line.checked }),
    });
    for (const link of line.links) {
      if (link.end <= text.length)
        links.push({ start: start + link.start, end: start + link.end, href: link.href });
    }
    if (line.selected !== null) {
      from = Math.min(from, start + line.selected.start);
      to = Math.min(at, start + line.selected.end);
    }
  }
  const text = pieces.join('\n');
  while (from < to && /\s/.test(text[from] ?? '')) from++;
  while (from < to && /\s/.test(text[to - 1] ?? '')) to--;
  const selection = from < to ? { text: text.slice(from, to), start: from, end: to } : null;
  return { page: { text, blocks, links }, selection, cut };
}

/** The frame of the same origin that says most; null if none can be read. */
function readFrames(document: Document): { chosen: readonly Line[]; source: Document } | null {
  let best: { chosen: readonly Line[]; source: Document } | null = null;
  for (const frame of document.querySelectorAll('iframe, frame')) {
    let source: Document | null = null;
    try {
      source = (frame as HTMLIFrameElement).contentDocument;
    } catch {
      continue; // another origin's
    }
    if (source?.body == null || source.defaultView === null) continue;
    const chosen = choose(read(source.body, null));
    if (lengthOf(chosen) > lengthOf(best?.chosen ?? [])) best = { chosen, source };
  }
  return best;
}

function isPdfViewer(document: Document): boolean {
  return document.querySelector('body > embed[type="application/pdf"]:only-child') !== null;
}

/** The `lang` under which most of the text stands. */
function declaredLanguage(document: Document, lines: readonly Line[]): string | null {
  const root =
    document.documentElement.getAttribute('lang') ||
    document.querySelector('meta[http-equiv="content-language" i]')?.getAttribute('content') ||
    null;
  const lengths = new Map<string | null, number>();
  for (const line of lines) {
    const language = line.language || root;
    lengths.set(language, (lengths.get(language) ?? 0) + line.text.length);
  }
  return [...lengths].sort(([, a], [, b]) => b - a)[0]?.[0] ?? root;
}

function lengthOf(lines: readonly Line[]): number {
  return lines.reduce((length, { text }) => length + text.length, 0);
}
