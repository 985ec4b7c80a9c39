/**
 * Scores the tasks that a reader found in pages against hand-made truth files
 * (tests/fixtures/pages/{open,heldback}/NAME.json). Pure: no files, no clock.
 */

/** One thing that a page asks of its reader. */
export interface TruthTask {
  /** The sentence, list item or table row as the page shows it, white space folded. */
  quote: string;
  /** `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` as written (no change of zone), or null. */
  due: string | null;
  /** Borderline: finding it or not counts neither way. */
  optional?: boolean;
  /** False where the page leaves the date open, e.g. no year anywhere. */
  certain?: boolean;
  /** Other forms of the quote that count too: without text that is struck through. */
  also?: string[];
}

/** The truth file of one page. */
export interface Truth {
  language: string;
  published: string | null;
  tasks: TruthTask[];
}

/** A task as the reader gives it. */
export interface FoundTask {
  title: string;
  due: string | null;
  dueCertain: boolean;
  quote: string;
  start: number;
  end: number;
}

/** One page to score; `text` is what `start` and `end` count in, or null when unknown. */
export interface ScoredPage {
  name: string;
  truth: Truth;
  found: FoundTask[];
  text: string | null;
}

/** A found task and the truth it was matched with. */
export interface Match {
  truth: TruthTask;
  found: FoundTask;
}

/** What happened on one page, for printing. */
export interface PageScore {
  name: string;
  matched: Match[];
  /** Tasks of the truth, save optional ones, that nothing was matched with. */
  missed: TruthTask[];
  /** Found tasks that belong to nothing in the truth. */
  wrong: FoundTask[];
  /** Found tasks that belong to optional ones only; they count neither way. */
  neutral: FoundTask[];
  /** Matches whose due differs from the truth's. */
  wrongDates: Match[];
  /** Matches that claim to be certain of a due which the truth does not bear out. */
  invented: Match[];
  /** Found tasks whose quote does not stand in the text. */
  falseQuotes: FoundTask[];
  /** Found tasks whose quote stands in the text, but not at `start`..`end`. */
  misplaced: FoundTask[];
}

/** The figures over all pages. Shares are 1 where there is nothing to count. */
export interface Score {
  /** matched / (found - neutral) */
  precision: number;
  /** matched / tasks of the truth that are not optional */
  recall: number;
  /**
   * Share of matches with an equal due, among those where truth or found has one.
   * Tasks with `certain: false` are left out: any guess is as good as none.
   */
  dates: number;
  /**
   * Matches (optional ones included) with `dueCertain` and a due, while the
   * truth's due is null or another.
   */
  invented: number;
  /** Found tasks whose quote does not stand literally in the page's text. */
  false_quotes: number;
  /** Found tasks whose quote is in the text, but not at the given place. */
  misplaced: number;
  counts: {
    pages: number;
    truth: number;
    optional: number;
    found: number;
    neutral: number;
    matched: number;
    dated: number;
    datesEqual: number;
  };
  pages: PageScore[];
}

const SHARE = 0.6;
const SHORTEST = 8;
const SHORTEST_CONTAINED = 4;

/** White space folded, NFC, lower case: the form in which quotes are compared. */
export function fold(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** Length of the longest run of characters that both strings share. */
export function longestCommonSubstring(a: string, b: string): number {
  let best = 0;
  let row = new Uint32Array(b.length + 1);
  let next = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i += 1) {
    const code = a.charCodeAt(i);
    for (let j = 0; j < b.length; j += 1) {
      const length = code === b.charCodeAt(j) ? (row[j] ?? 0) + 1 : 0;
      next[j + 1] = length;
      if (length > best) best = length;
    }
    [row, next] = [next, row];
  }
  return best;
}

/**
 * How well two quotes overlap: 0 when they do not belong together, else the
 * shared part of the longer one (1 for equal quotes). They belong together when
 * one contains the other, or when the longest common substring has at least
 * 8 characters and 60 % of the shorter quote. A quote under 4 characters can
 * only match one that is equal to it.
 */
export function overlap(one: string, other: string): number {
  const a = fold(one);
  const b = fold(other);
  if (a === '' || b === '') return 0;
  if (a === b) return 1;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length >= SHORTEST_CONTAINED && long.includes(short)) return short.length / long.length;
  const common = longestCommonSubstring(short, long);
  return common >= SHORTEST && common >= SHARE * short.length ? common / long.length : 0;
}

/** The best overlap with the task's quote or one of its other forms. */
function overlapWithTask(task: TruthTask, quote: string): number {
  return Math.max(overlap(task.quote, quote), ...(task.also ?? []).map((a) => overlap(a, quote)));
}

/** Equal, or the same day where one has no time and the other 23:59. */
export function sameDue(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  const [a, b] = [one.slice(0, 16), other.slice(0, 16)];
  if (a === b) return true;
  if (a.slice(0, 10) !== b.slice(0, 10)) return false;
  const times = [a.slice(11), b.slice(11)];
  return times.includes('') && times.includes('23:59');
}

/**
 * Matches greedily, one to one: the best overlap first, then the pair with an
 * equal due, then tasks that are not optional. What is left over and overlaps
 * with an optional task is neutral, be that task taken or not.
 */
function scorePage({ name, truth, found, text }: ScoredPage): PageScore {
  const pairs = truth.tasks.flatMap((task, t) =>
    found.flatMap((item, f) => {
      const value = overlapWithTask(task, item.quote);
      if (value === 0) return [];
      return [{ t, f, task, item, value, due: sameDue(task.due, item.due) }];
    }),
  );
  pairs.sort(
    (a, b) =>
      b.value - a.value ||
      Number(b.due) - Number(a.due) ||
      Number(a.task.optional ?? false) - Number(b.task.optional ?? false) ||
      a.t - b.t ||
      a.f - b.f,
  );
  const takenTruth = new Set<number>();
  const takenFound = new Set<number>();
  const matches: Match[] = [];
  for (const { t, f, task, item } of pairs) {
    if (takenTruth.has(t) || takenFound.has(f)) continue;
    takenTruth.add(t);
    takenFound.add(f);
    matches.push({ truth: task, found: item });
  }
  const nearOptional = new Set(pairs.filter((p) => p.task.optional).map((p) => p.f));
  const rest = found.map((item, f) => ({ item, f })).filter(({ f }) => !takenFound.has(f));
  const matched = matches.filter((m) => !m.truth.optional);

  return {
    name,
    matched,
    missed: truth.tasks.filter((task, t) => !task.optional && !takenTruth.has(t)),
    wrong: rest.filter(({ f }) => !nearOptional.has(f)).map(({ item }) => item),
    neutral: [
      ...matches.filter((m) => m.truth.optional).map((m) => m.found),
      ...rest.filter(({ f }) => nearOptional.has(f)).map(({ item }) => item),
    ],
    wrongDates: matched.filter((m) => countsForDates(m) && !sameDue(m.truth.due, m.found.due)),
    invented: matches.filter(
      (m) => m.found.dueCertain && m.found.due !== null && !sameDue(m.truth.due, m.found.due),
    ),
    falseQuotes:
      text === null ? [] : found.filter((item) => item.quote === '' || !text.includes(item.quote)),
    misplaced:
      text === null
        ? []
        : found.filter(
            (item) =>
              item.quote !== '' &&
              text.includes(item.quote) &&
              text.slice(item.start, item.end) !== item.quote,
          ),
  };
}

function countsForDates({ truth, found }: Match): boolean {
  return truth.certain !== false && (truth.due !== null || found.due !== null);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** Scores all pages together (every task weighs the same) and keeps the lists of each. */
export function score(pages: ScoredPage[]): Score {
  const scored = pages.map(scorePage);
  const sum = (count: (page: PageScore) => number) =>
    scored.reduce((total, page) => total + count(page), 0);
  const all = pages.flatMap((page) => page.truth.tasks);
  const optional = all.filter((task) => task.optional).length;
  const found = pages.reduce((total, page) => total + page.found.length, 0);
  const neutral = sum((page) => page.neutral.length);
  const matched = sum((page) => page.matched.length);
  const dated = sum((page) => page.matched.filter(countsForDates).length);
  const datesEqual = dated - sum((page) => page.wrongDates.length);
  return {
    precision: share(matched, found - neutral),
    recall: share(matched, all.length - optional),
    dates: share(datesEqual, dated),
    invented: sum((page) => page.invented.length),
    false_quotes: sum((page) => page.falseQuotes.length),
    misplaced: sum((page) => page.misplaced.length),
    counts: {
      pages: pages.length,
      truth: all.length - optional,
      optional,
      found,
      neutral,
      matched,
      dated,
      datesEqual,
    },
    pages: scored,
  };
}
