/**
 * How much a sentence asks of its reader.
 *
 * No rule finds a task alone. Everything that speaks for one or against it is evidence with a
 * weight: what the words ask (the grammar's cues and doubts), the dates that are named, the block
 * that the sentence stands in, the heading above, and what kind of page it is. The sum is the score.
 * The weights are round numbers on one scale, on which a plain 'please' all but suffices.
 */
import type { Block } from '../model/page.ts';
import type { Sentence } from '../model/sentences.ts';
import { type DateContext, type FoundDate, dayOf, findDates } from './dates.ts';
import { type CompiledGrammar, compiled } from './grammar/compiled.ts';
import type { Cue, Grammar, PageKind } from './grammar/grammar.ts';
import type { ReadableDocument } from './language-model.ts';
import { type PageContext, type Section, pageContext } from './page-context.ts';

/** A sentence that comes to this asks something. */
export const threshold = 2.7;

const weights = {
  /** A date that has to be met; one that is named; one named relative to another; one that passed. */
  deadline: 1.3,
  date: 0.8,
  relativeDate: 0.4,
  passed: -2.5,
  /** 'At the latest', 'no later than', beside a request. */
  deadlineWords: 0.8,
  /** Somebody else meets the date. */
  othersDo: -2.5,
  /** An unticked box is a task unless much speaks against it. */
  check: 4,
  /** A numbered step; more on a page that is a procedure. */
  step: 0.9,
  procedureStep: 0.4,
  /** A line 'what – by when'; one of what merely happens then; the table or section of such lines. */
  handedIn: 2.2,
  happening: -2.5,
  datesSection: 1.2,
  dueTable: 1.4,
  todoSection: 1.2,
  idleSection: -1.2,
  quoted: -3,
  /** What only holds for some, and names no date. */
  conditional: -0.6,
  question: -1.5,
  exclamation: -0.7,
  /** In a list of things to do a line begins with a verb even if the grammar does not know it. */
  listedVerb: 1.6,
} as const;

/** What the kind of page adds, times how far it is of that kind. */
const kindWeights: Readonly<Record<PageKind, number>> = {
  recipe: -3.5,
  legal: -1.6,
  reference: -1.2,
  story: -0.8,
  sales: -1.2,
  advice: -0.7,
  letter: 0.8,
  minutes: 0.8,
  procedure: 0.5,
};

/** From here on a page counts as of a kind where a cue needs it. */
const clearKind = 0.2;
/** UTF-16 code units: what is longer is a page without sentences, and what is shorter a label. */
const longestSentence = 900;
const shortestSentence = 6;
const longestLine = 140;
/** Requests of one cue that are looked at in a sentence. */
const mostMatches = 4;
/** A quotation that began further before, in UTF-16 code units, is not seen. */
const longestQuotation = 1_000;

/** A page and all that is known of it as a whole. */
export interface Reading {
  readonly document: ReadableDocument;
  readonly grammar: CompiledGrammar;
  readonly dates: DateContext;
  /** The day that relative dates count from. */
  readonly today: string;
  readonly context: PageContext;
}

export function readingOf(
  document: ReadableDocument,
  grammar: Grammar,
  language: string | null,
): Reading {
  const rules = compiled(grammar);
  const reference = document.published ?? new Date(document.capturedAt).toISOString();
  const { page, timeZone, title } = document;
  return {
    document,
    grammar: rules,
    dates: { language: ordered(page.text, language), reference, timeZone },
    today: dayOf(reference, timeZone),
    context: pageContext(page, title, rules),
  };
}

export interface Weighed {
  readonly sentence: Sentence;
  readonly text: string;
  readonly block: Block;
  readonly section: Section;
  readonly asks: readonly Ask[];
  readonly dates: readonly Deadline[];
  readonly score: number;
}

/** A cue found in a sentence: what it weighs there and where the thing to be done begins. */
export interface Ask {
  readonly kind: Cue['kind'];
  readonly weight: number;
  readonly at: number;
}

export interface Deadline extends FoundDate {
  /** Whether the words before say that it has to be met. */
  readonly isLimit: boolean;
  /** Whether they say that something else is of that date: 'tokens created before 3 March'. */
  readonly isAside: boolean;
  readonly hasPassed: boolean;
  /** The day or moment to be met: of a period its last. */
  readonly due: string;
}

/** Null where nothing in the sentence asks anything. */
export function weigh(sentence: Sentence, reading: Reading): Weighed | null {
  const { document, grammar, context } = reading;
  const block = document.page.blocks[sentence.block];
  const section = context.sections[sentence.block];
  const length = sentence.end - sentence.start;
  if (!block || !section || length < shortestSentence || length > longestSentence) return null;
  if (block.kind === 'code' || block.kind === 'heading' || block.checked === true) return null;
  const text = document.page.text.slice(sentence.start, sentence.end);
  if (/^\W{0,3}\[[xX✓✔]\]/u.test(text)) return null;

  const asks = asksOf(text, block, reading);
  const list = context.lists[sentence.block];
  if (list?.isOfVerbs && sentence.start === block.start && !asks.some(({ at }) => at < 3)) {
    asks.push({ kind: 'imperative', weight: weights.listedVerb, at: 0 });
  }
  const isLine =
    block.kind === 'row' || (block.end - block.start <= longestLine && !/[.!?]$/u.test(text));
  const mayName =
    section.purpose === 'dates' || Boolean(list?.isDue) || grammar.handedIn.test(text);
  if (asks.length === 0 && block.kind !== 'check' && !(isLine && mayName && /\d/u.test(text))) {
    return null;
  }
  const dates = deadlinesIn(text, asks, reading);
  const weighed = { sentence, text, block, section, asks, dates };
  const evidence = evidenceOf({ ...weighed, isLine }, reading);
  return { ...weighed, score: evidence.reduce((sum, [, weight]) => sum + weight, 0) };
}

function asksOf(text: string, block: Block, { grammar, context }: Reading): Ask[] {
  const isRunning = block.kind === 'paragraph' || block.kind === 'quote';
  const asks: Ask[] = [];
  for (const { kind, weight, inLists, on, regex } of grammar.cues) {
    if ((inLists && isRunning) || (on && context.kinds[on] < clearKind)) continue;
    // Not matchAll: it makes a new expression each time.
    regex.lastIndex = 0;
    for (let left = mostMatches; left > 0; left--) {
      const match = regex.exec(text);
      if (!match) break;
      const at = match.indices?.groups?.['do']?.[0] ?? match.index;
      const idle = grammar.idleAtDo.filter((doubt) => {
        doubt.regex.lastIndex = at;
        return doubt.regex.test(text);
      });
      const remains = weight + Math.min(0, ...idle.map((doubt) => doubt.weight));
      if (remains > 0) asks.push({ kind, weight: remains, at });
      if (match[0] === '') regex.lastIndex++;
    }
  }
  return asks;
}

function deadlinesIn(text: string, asks: readonly Ask[], reading: Reading): Deadline[] {
  const { grammar, document, today } = reading;
  const named = findDates(text, reading.dates);
  // 'Fees are due on 1 April': the only date of a deadline is the one.
  const isDeadline = named.length === 1 && asks.some(({ kind }) => kind === 'deadline');
  return named.map((date) => {
    const before = text.slice(Math.max(0, date.start - 40), date.start);
    const isAside = date.until === null && !isDeadline && grammar.notBefore.test(before);
    const governs = grammar.before.test(before) || grammar.beforeEvent.test(before);
    const due = date.until ?? date.date;
    return {
      ...date,
      isLimit: isDeadline || date.isTerm || (governs && !isAside),
      isAside,
      // A page without a date of its own may be older than its deadlines.
      hasPassed: document.published !== null && due.slice(0, 10) < today,
      due,
    };
  });
}

/** What speaks for and against a sentence, by name. */
function evidenceOf(
  weighed: Omit<Weighed, 'score'> & { readonly isLine: boolean },
  { grammar, context, document }: Reading,
): (readonly [name: string, weight: number])[] {
  const { sentence, text, block, section, asks, dates } = weighed;
  const best = asks.reduce<Ask | null>((a, b) => (a && a.weight >= b.weight ? a : b), null);
  const hasRequest = best !== null && best.kind !== 'deadline';
  const open = dates.filter(({ hasPassed, isAside }) => !hasPassed && !isAside);
  const hasLimit = open.some(({ isLimit }) => isLimit);
  const isAbsolute = open.some(({ guessed }) => guessed !== 'day');
  const isLine = weighed.isLine && dates.length > 0;
  const evidence: (readonly [name: string, weight: number, holds: boolean])[] = [
    [best?.kind ?? 'nothing', best?.weight ?? 0, best !== null],
    [
      'words of a deadline',
      weights.deadlineWords,
      hasRequest && asks.some(({ kind }) => kind === 'deadline'),
    ],
    ['others do', weights.othersDo, !hasRequest && grammar.othersDo.test(text)],
    ['deadline', weights.deadline, hasLimit],
    ['date', weights.date, !hasLimit && isAbsolute],
    ['relative date', weights.relativeDate, !hasLimit && !isAbsolute && open.length > 0],
    ['passed', weights.passed, open.length === 0 && dates.some(({ hasPassed }) => hasPassed)],
    ['check', weights.check, block.kind === 'check'],
    [
      'step',
      weights.step + weights.procedureStep * context.kinds.procedure,
      block.ordinal !== undefined && hasRequest,
    ],
    ['handed in', weights.handedIn, isLine && grammar.handedIn.test(text)],
    ['happening', weights.happening, isLine && !hasRequest && grammar.happening.test(text)],
    ['dates section', weights.datesSection, isLine && section.purpose === 'dates'],
    [
      'table of deadlines',
      weights.dueTable,
      isLine && Boolean(context.lists[sentence.block]?.isDue),
    ],
    ['to-do section', weights.todoSection, section.purpose === 'todo'],
    ['idle section', weights.idleSection, section.purpose === 'idle'],
    [
      'quoted',
      weights.quoted,
      block.kind === 'quote' ||
        (best !== null && isQuoted(document.page.text, block, sentence.start + best.at)),
    ],
    [
      'conditional',
      weights.conditional,
      best?.kind === 'imperative' && open.length === 0 && grammar.conditional.test(text),
    ],
    [
      'question',
      weights.question,
      text.endsWith('?') && best?.kind !== 'request' && best?.kind !== 'action',
    ],
    ['exclamation', weights.exclamation, text.endsWith('!') && dates.length === 0],
    ...grammar.doubts.map(({ weight, regex }) => ['doubt', weight, regex.test(text)] as const),
    ...kindsOf(context).map(
      ([kind, share]) => [kind, kindWeights[kind] * share, share > 0] as const,
    ),
  ];
  return evidence.filter(([, , holds]) => holds).map(([name, weight]) => [name, weight]);
}

function kindsOf({ kinds }: PageContext): [PageKind, number][] {
  return Object.entries(kinds) as [PageKind, number][];
}

/** Whether a place in a block lies between quotation marks. */
function isQuoted(page: string, block: Block, at: number): boolean {
  let open = '';
  for (const [mark] of page
    .slice(Math.max(block.start, at - longestQuotation), at)
    .matchAll(/["“”„«»]/gu)) {
    // '“' closes after '„' and opens else; '»' opens in German print and closes in French.
    if (open) open = mark === open && mark !== '"' ? open : '';
    else if (mark !== '”') open = mark;
  }
  return open !== '' && /["“”«»]/u.test(page.slice(at, Math.min(block.end, at + longestQuotation)));
}

/** Bare English leaves open what '03/04/2026' is, unless another date of the page tells. */
function ordered(text: string, language: string | null): string | null {
  if (language?.toLowerCase() !== 'en') return language;
  const slashed = /(?<![\d/])(\d{1,2})\/(\d{1,2})\/(?:20)?\d\d(?![\d/])/gu;
  const dates = [...text.slice(0, 200_000).matchAll(slashed)];
  const isDayFirst = dates.some(([, a]) => Number(a) > 12);
  const isMonthFirst = dates.some(([, , b]) => Number(b) > 12);
  return isDayFirst === isMonthFirst ? language : isDayFirst ? 'en-GB' : 'en-US';
}
