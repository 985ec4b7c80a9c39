/**
 * Text fragments: an address that opens a page at a quote and marks it.
 *
 * A browser looks for `text=[prefix-,]start[,end][,-suffix]`. Each term must lie within one block of
 * the page, begin and end at a word, and the first match counts. So a short quote is given whole, a
 * long one by its first and last words, the cells of a row by its first and last, and words from
 * around it are added only where the quote would otherwise be found elsewhere first.
 */
import type { Block, PageText, Quote } from '../model/page.ts';

/** Words. Longer quotes are given by their ends. */
const longestWhole = 8;
/** Words at either end of a long quote. */
const endWords = 5;
/** UTF-16 code units. A longer term is no text that a person quotes. */
const longestTerm = 400;

/** `url`, at `quote`; a route in its fragment stays. */
export function quoteAddress(url: string, page: PageText, quote: Quote): string {
  const base = url.split(':~:', 1)[0] ?? url;
  const directive = directiveFor(page, quote);
  if (directive === null) return base;
  // A fragment that is no route only names another place, and would win where the text is not found.
  const [address = '', hash = ''] = base.split(/#(.*)/s, 2);
  return `${address}#${/[/!]/.test(hash) ? hash : ''}:~:${toWire(directive)}`;
}

interface Directive {
  readonly prefix: string;
  readonly start: string;
  /** '': `start` is the whole quote. */
  readonly end: string;
  readonly suffix: string;
}

function directiveFor(page: PageText, quote: Quote): Directive | null {
  const blocks = blocksWithin(page, quote);
  const first = blocks[0];
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) return null;
  const from = Math.max(first.start, quote.start);
  const to = Math.min(last.end, quote.end);
  const head = wordsOf(page.text, from, Math.min(first.end, to));
  const tail = first === last ? head : wordsOf(page.text, Math.max(last.start, from), to);
  const start = head[0]?.start;
  const end = tail.at(-1)?.end;
  if (start === undefined || end === undefined) return null;

  const before = contextBefore(page, start);
  const after = contextAfter(page, end);
  const lower = page.text.toLowerCase();
  // Lower case changes the length of few characters; where it does, offsets cannot be compared.
  const text = lower.length === page.text.length ? lower : page.text;
  let best: Directive | null = null;
  for (const shape of shapesFor(first, last, head.length)) {
    for (const context of [0, 1, 3, 6]) {
      const count = Math.min(shape, head.length);
      const isWhole = shape === Infinity;
      const directive: Directive = {
        prefix: before(context),
        start: page.text.slice(start, head[count - 1]?.end),
        end: isWhole ? '' : page.text.slice(tail[Math.max(tail.length - count, 0)]?.start, end),
        suffix: after(context),
      };
      if (Object.values(directive).some((term: string) => term.length > longestTerm)) continue;
      best = directive;
      if (isFoundAt(text, directive, start, end)) return directive;
    }
  }
  return best;
}

/** How many words to give from either end, best first; Infinity: all, as one term. */
function shapesFor(first: Block, last: Block, words: number): readonly number[] {
  const hasCells = mayHoldCells(first) || mayHoldCells(last);
  if (first !== last) return hasCells ? [1, 2] : [endWords];
  if (words < 2) return [Infinity];
  if (hasCells) return words < 4 ? [1, Infinity] : [1, 2, Infinity];
  return words <= longestWhole ? [Infinity] : [Math.min(endWords, Math.floor(words / 2)), Infinity];
}

function mayHoldCells({ kind }: Block): boolean {
  return kind === 'row' || kind === 'check';
}

function blocksWithin(page: PageText, { start, end }: Quote): Block[] {
  return page.blocks.filter((block) => block.start < end && start < block.end);
}

/** Words before an offset, of the block that it stands in or else of the one before. */
function contextBefore(page: PageText, offset: number): (count: number) => string {
  const block = page.blocks.findLast(({ start }) => start < offset);
  const words =
    block === undefined
      ? []
      : wordsOf(page.text, Math.max(block.start, offset - 300), Math.min(offset, block.end));
  return (count) => {
    const word = words.at(-Math.min(count, words.length));
    return count === 0 || block === undefined || word === undefined
      ? ''
      : page.text.slice(word.start, Math.min(offset, block.end)).trimEnd();
  };
}

function contextAfter(page: PageText, offset: number): (count: number) => string {
  const block = page.blocks.find(({ end }) => end > offset);
  const words =
    block === undefined
      ? []
      : wordsOf(page.text, Math.max(offset, block.start), Math.min(block.end, offset + 300));
  return (count) => {
    const word = words[Math.min(count, words.length) - 1];
    return count === 0 || block === undefined || word === undefined
      ? ''
      : page.text.slice(Math.max(offset, block.start), word.end).trimStart();
  };
}

/** Whether a browser that reads the text from its beginning finds the quote, and not something before it. */
function isFoundAt(text: string, directive: Directive, start: number, end: number): boolean {
  const fold = (term: string): string => term.toLowerCase();
  const [prefix, first, last, suffix] = [
    fold(directive.prefix),
    fold(directive.start),
    fold(directive.end),
    fold(directive.suffix),
  ];
  for (let at = text.indexOf(first); at !== -1; at = text.indexOf(first, at + 1)) {
    if (!isWordEdge(text, at) || !isWordEdge(text, at + first.length)) continue;
    if (
      prefix !== '' &&
      !text
        .slice(Math.max(0, at - prefix.length - 1), at)
        .trimEnd()
        .endsWith(prefix)
    )
      continue;
    let to = at + first.length;
    if (last !== '') {
      do to = text.indexOf(last, to + (to > at + first.length ? 1 : 0));
      while (to !== -1 && !(isWordEdge(text, to) && isWordEdge(text, to + last.length)));
      if (to === -1) return false;
      to += last.length;
    }
    if (
      suffix !== '' &&
      !text
        .slice(to, to + suffix.length + 1)
        .trimStart()
        .startsWith(suffix)
    )
      continue;
    return at === start && to === end;
  }
  return false;
}

function isWordEdge(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 1), offset);
  const after = text.slice(offset, offset + 1);
  return (
    !(/[\p{L}\p{N}_]/u.test(before) && /[\p{L}\p{N}_]/u.test(after)) ||
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(after)
  );
}

interface Word {
  readonly start: number;
  readonly end: number;
}

/** The words that a piece of a text touches, each in full, in any script. */
function wordsOf(text: string, from: number, to: number): Word[] {
  const words: Word[] = [];
  const pad = 40; // UTF-16 code units: a quote may begin or end within a word
  const lead = Math.max(text.lastIndexOf('\n', from) + 1, from - pad);
  const next = text.indexOf('\n', to);
  const trail = Math.min(next === -1 ? text.length : next, to + pad);
  for (const { segment, index, isWordLike } of new Intl.Segmenter(undefined, {
    granularity: 'word',
  }).segment(text.slice(lead, trail))) {
    const start = lead + index;
    // 'm³' is one word to a reader and to the browser's search.
    const end =
      start +
      segment.length +
      (/^\p{No}+/u.exec(text.slice(start + segment.length, trail))?.[0].length ?? 0);
    if (isWordLike === true && end > from && start < to) words.push({ start, end });
  }
  return words;
}

function toWire({ prefix, start, end, suffix }: Directive): string {
  const encode = (term: string): string =>
    encodeURIComponent(term.toWellFormed()).replaceAll('-', '%2D');
  return `text=${prefix === '' ? '' : `${encode(prefix)}-,`}${encode(start)}${end === '' ? '' : `,${encode(end)}`}${suffix === '' ? '' : `,-${encode(suffix)}`}`;
}

/**
 * Where a kept quote stands in a text that may have changed: word for word, else but for white space,
 * quotation marks and dashes; null: it is not there. Of several places, the one nearest to where it stood.
 */
export function findQuote(
  text: string,
  quote: { readonly text: string; readonly start?: number },
): { start: number; end: number } | null {
  const near = quote.start ?? 0;
  if (quote.text.trim() === '') return null;
  const exact = nearest(text, quote.text, near);
  if (exact !== -1) return { start: exact, end: exact + quote.text.length };
  const folded = foldMarks(text);
  const wanted = foldMarks(quote.text).text.trim();
  const at = nearest(
    folded.text,
    wanted,
    folded.offsets.findIndex((offset) => offset >= near),
  );
  if (wanted === '' || at === -1) return null;
  return { start: folded.offsets[at] ?? 0, end: (folded.offsets[at + wanted.length - 1] ?? 0) + 1 };
}

function nearest(text: string, wanted: string, near: number): number {
  const after = text.indexOf(wanted, Math.max(0, near));
  const before = near > 0 ? text.lastIndexOf(wanted, near) : -1;
  if (after === -1 || before === -1) return Math.max(after, before);
  return after - near < near - before ? after : before;
}

/** One code unit for every mark that people type in several ways, and where each came from. */
function foldMarks(text: string): { text: string; offsets: number[] } {
  const folded: string[] = [];
  const offsets: number[] = [];
  let wasSpace = false;
  for (let offset = 0; offset < text.length; offset++) {
    const unit = text.charAt(offset);
    if (/[\u00ad\u200b-\u200f\u2060\ufeff]/.test(unit)) continue;
    const isSpace = /\s/.test(unit);
    if (isSpace && wasSpace) continue;
    wasSpace = isSpace;
    folded.push(
      isSpace
        ? ' '
        : /[“”„‟«»″]/.test(unit)
          ? '"'
          : /[‘’‚‛‹›′`]/.test(unit)
            ? "'"
            : /[‐‑‒–—―−]/.test(unit)
              ? '-'
              : unit,
    );
    offsets.push(offset);
  }
  return { text: folded.join(''), offsets };
}
