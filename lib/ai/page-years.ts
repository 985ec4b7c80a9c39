/**
 * Which year a page means where a date of it names none and the page has no date of its own.
 *
 * Of a list or table its other dates tell; then the headings above, up to the title; then the year
 * of most full dates of the page. What they tell is likely, not certain.
 */
import type { Block, PageText } from '../model/page.ts';
import { type DateContext, findDates } from './dates.ts';

/** Years further from the reference are history. */
const near = 3;
/** The share of a page's full dates that makes their year the page's. */
const most = 0.6;

/** @returns for a block: a full date or 'YYYY' near which its dates lie; null where nothing tells. */
export function yearsOf(
  page: PageText,
  title: string,
  context: DateContext,
): (block: number) => string | null {
  const reference = Number(context.reference.slice(0, 4));
  const isNear = (date: string): boolean => Math.abs(Number(date.slice(0, 4)) - reference) <= near;
  const text = ({ start, end }: Block): string => page.text.slice(start, end);
  const full = page.blocks.map((block) =>
    /(?:19|20)\d\d/u.test(text(block))
      ? findDates(text(block), context)
          .filter(({ guessed }) => guessed === 'nothing')
          .map(({ date }) => date.slice(0, 10))
          .filter(isNear)
      : [],
  );
  const yearIn = (name: string): string | null => {
    // A school year begins in August.
    const span = /(?<!\d)(20\d\d)\s?[/–-]\s?(?:20)?(\d\d)(?!\d)/u.exec(name);
    if (span && Number(span[2]) === (Number(span[1]) + 1) % 100)
      return isNear(span[1] ?? '') ? `${span[1]}-08-01` : null;
    const years = new Set(name.match(/(?<![\d.,/-])20\d\d(?![\d/-])/gu));
    const [year] = years;
    return years.size === 1 && year !== undefined && isNear(year) ? year : null;
  };
  const ofPage = yearIn(title) ?? commonest(full.flat());
  const open: { readonly level: number; readonly year: string | null }[] = [];
  const ofHeadings = page.blocks.map((block) => {
    if (block.kind === 'heading') {
      const level = block.level ?? 2;
      while ((open.at(-1)?.level ?? 0) >= level) open.pop();
      open.push({ level, year: yearIn(text(block)) });
    }
    return open.findLast(({ year }) => year !== null)?.year ?? null;
  });
  return (block) => besides(page.blocks, full, block) ?? ofHeadings[block] ?? ofPage;
}

/** The nearest full date of the same list or table, its opening line included. */
function besides(
  blocks: readonly Block[],
  full: readonly (readonly string[])[],
  at: number,
): string | null {
  const kind = blocks[at]?.kind;
  if (kind !== 'item' && kind !== 'row' && kind !== 'check') return full[at]?.[0] ?? null;
  for (let distance = 0, up = true, down = true; up || down; distance++) {
    up &&= blocks[at - distance]?.kind === kind;
    down &&= blocks[at + distance]?.kind === kind;
    const date =
      (up ? full[at - distance]?.[0] : undefined) ?? (down ? full[at + distance]?.[0] : undefined);
    if (date !== undefined) return date;
  }
  return null;
}

/** The middle one of the dates in the year that most of them are of; null if none prevails. */
function commonest(dates: readonly string[]): string | null {
  const byYear = Map.groupBy(dates, (date) => date.slice(0, 4));
  const [best = []] = [...byYear.values()].sort((a, b) => b.length - a.length);
  if (best.length === 0 || best.length < dates.length * most) return null;
  return best.toSorted()[Math.floor(best.length / 2)] ?? null;
}
