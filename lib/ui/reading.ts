/**
 * A kept text as it is shown: plain text with structure beside it becomes sections and runs, with
 * the places marked that tasks, proposals and highlights quote. Pure, and never markup: a page that
 * says '<img onerror>' is shown saying so.
 */
import type { Passage } from '../model/entities.ts';
import type { Block, PageText } from '../model/page.ts';

export interface Mark {
  readonly kind: 'quote' | 'task' | 'proposal' | 'highlight';
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** What the mark stands for, in words. */
  readonly label: string;
  /** Where a click on it leads; null: nowhere. */
  readonly href: string | null;
}

/** A stretch of text in which neither link nor marks change. */
export interface Run {
  readonly start: number;
  readonly text: string;
  /** Address of the page's own link, http(s) or mailto. */
  readonly link: string | null;
  readonly marks: readonly Mark[];
}

export type Section =
  | { readonly kind: 'block'; readonly block: Block; readonly runs: readonly Run[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly Run[])[] }
  | List;

export interface List {
  readonly kind: 'list';
  readonly isNumbered: boolean;
  readonly items: readonly Item[];
}

interface Item {
  readonly runs: readonly Run[];
  readonly ordinal: number | null;
  /** Null: no box. */
  readonly checked: boolean | null;
  readonly below: List | null;
}

/** Blocks `from` to `to`, `to` exclusive, of a page as sections. */
export function sectionsOf(
  page: PageText,
  marks: readonly Mark[],
  from = 0,
  to = page.blocks.length,
): readonly Section[] {
  const runsIn = runMaker(page, marks);
  const sections: Section[] = [];
  let at = from;
  while (at < to) {
    const block = page.blocks[at];
    if (!block) break;
    if (isItem(block)) {
      const [list, next] = listFrom(page.blocks, at, to, runsIn);
      sections.push(list);
      at = next;
    } else if (block.kind === 'row') {
      const rows = [];
      for (; at < to; at++) {
        const row = page.blocks[at];
        if (row?.kind !== 'row') break;
        rows.push(runsIn(row));
      }
      sections.push({ kind: 'table', rows });
    } else {
      sections.push({ kind: 'block', block, runs: runsIn(block) });
      at++;
    }
  }
  return sections;
}

/** Where a passage stands in this text: at its offsets if they hold, else where its words stand
 *  exactly once, as in another version of the page; null: nowhere for sure. */
export function placeOf(page: PageText, passage: Pick<Passage, 'start' | 'end' | 'text'>) {
  const { start, end, text } = passage;
  if (text === '') return null;
  if (page.text.slice(start, end) === text) return { start, end };
  const found = page.text.indexOf(text);
  if (found < 0 || page.text.includes(text, found + 1)) return null;
  return { start: found, end: found + text.length };
}

/** Index of the block that holds offset `at`; the last one if none does. */
export function blockAt(page: PageText, at: number): number {
  const found = page.blocks.findIndex(({ end }) => end > at);
  return found < 0 ? page.blocks.length - 1 : found;
}

/** How many blocks at the beginning only repeat the title, which is shown already. */
export function titleBlocks({ text, blocks }: PageText, title: string): number {
  const [first] = blocks;
  return first?.kind === 'heading' && text.slice(first.start, first.end) === title ? 1 : 0;
}

function isItem({ kind }: Block): boolean {
  return kind === 'item' || kind === 'check';
}

/** The list that begins at block `at`, with what is nested in it, and the block after it. */
function listFrom(
  blocks: readonly Block[],
  at: number,
  to: number,
  runsIn: (block: Block) => readonly Run[],
): readonly [List, number] {
  const level = blocks[at]?.level ?? 1;
  const isNumbered = blocks[at]?.ordinal !== undefined;
  const items: Item[] = [];
  let next = at;
  while (next < to) {
    const block = blocks[next];
    if (!block || !isItem(block) || (block.level ?? 1) < level) break;
    if ((block.level ?? 1) > level) {
      const [below, after] = listFrom(blocks, next, to, runsIn);
      const above = items.pop();
      if (!above) break;
      items.push({ ...above, below });
      next = after;
      continue;
    }
    if ((block.ordinal !== undefined) !== isNumbered) break;
    items.push({
      runs: runsIn(block),
      ordinal: block.ordinal ?? null,
      checked: block.kind === 'check' ? (block.checked ?? false) : null,
      below: null,
    });
    next++;
  }
  return [{ kind: 'list', isNumbered, items }, next];
}

/** Cuts blocks at every edge of a link or a mark. Marks may overlap; links of a page do not. */
function runMaker({ text, links }: PageText, marks: readonly Mark[]) {
  return (block: Block): readonly Run[] => {
    const within = <T extends { readonly start: number; readonly end: number }>(it: T) =>
      it.start < block.end && it.end > block.start;
    const linksHere = links.filter(within);
    const marksHere = marks.filter(within);
    const edges = new Set([block.start, block.end]);
    for (const { start, end } of [...linksHere, ...marksHere]) {
      if (start > block.start) edges.add(start);
      if (end < block.end) edges.add(end);
    }
    const sorted = [...edges].sort((a, b) => a - b);
    const runs: Run[] = [];
    for (const [index, start] of sorted.entries()) {
      const end = sorted[index + 1];
      if (end === undefined || start === end) continue;
      const covers = (it: { readonly start: number; readonly end: number }) =>
        it.start <= start && it.end >= end;
      runs.push({
        start,
        text: text.slice(start, end),
        link: safeAddress(linksHere.find(covers)?.href),
        marks: marksHere.filter(covers),
      });
    }
    return runs;
  };
}

/** Only what a page may link to: never a script or a page of the browser. */
function safeAddress(href: string | undefined): string | null {
  return href !== undefined && /^(https?:|mailto:)/i.test(href) ? href : null;
}
