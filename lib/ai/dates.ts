/**
 * The dates that a text names: strict, never eager, with the exact piece of text behind each.
 *
 * chrono finds and orders them. For English, German, French and Spanish it runs parsers of ours,
 * made from the grammars, because its own read '24h', 'sat' or '1/2' as dates and miss 'bis zum 3.
 * April', 'd'ici la fin du mois' or 'within 14 days of this letter'. For the other languages that it
 * knows it runs its own strict ones. A date is what the words say: no time zone is converted.
 */
import { type Chrono, type ParsingResult, it, nl, pt, sv } from 'chrono-node';
import { type Day, chronoFor, weekdayOf } from './date-parsers.ts';
import type { DateGrammar } from './grammar/grammar.ts';
import { english } from './grammar/en.ts';
import { french } from './grammar/fr.ts';
import { german } from './grammar/de.ts';
import { spanish } from './grammar/es.ts';

export interface DateContext {
  /** BCP 47; decides words and, for '03/04', the order. Bare 'en' leaves the order open. */
  readonly language: string | null;
  /** What relative words and missing years count from: 'YYYY-MM-DD' or an ISO instant. */
  readonly reference: string;
  /** IANA zone in which an instant falls on a day. */
  readonly timeZone: string;
  /** Given where the reference is only the day on which the page was read: the full date, or the
   *  'YYYY', near which dates without a year lie; null if nothing tells. */
  readonly near?: string | null;
}

export interface FoundDate {
  /** UTF-16 offsets of the words that name it, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** 'YYYY-MM-DD', or 'YYYY-MM-DDTHH:MM' where an hour is named; of a range its first. */
  readonly date: string;
  /** The last of a range, in the same form; null if it is none. */
  readonly until: string | null;
  /** What the reference filled in: nothing, or a year that the weekday beside it proves; the year; the day itself ('Friday', 'within a week');
   *  or what no reference settles: an order of day and month, 'the 15th', 'after receipt'. */
  readonly guessed: 'nothing' | 'year' | 'day' | 'open';
  /** Whether it is the end of a term: 'within 14 days'. */
  readonly isTerm: boolean;
}

/** In order of appearance, without overlap. */
export function findDates(text: string, context: DateContext): readonly FoundDate[] {
  if (!/\d|\p{L}{3}/u.test(text)) return [];
  const [language = ''] = (context.language ?? 'en').toLowerCase().split(/[-_]/u);
  const reader = readerFor(language, context.language ?? 'en');
  if (!reader) return [];
  const reference = toDay(dayOf(context.reference, context.timeZone));
  const { year, month, day } = reference;
  // chrono counts in the clock of the machine: noon there is the same day everywhere.
  const results = reader.parse(text, new Date(year, month - 1, day, 12), { forwardDate: true });
  return results.flatMap((result) => {
    const { start, end } = result;
    // chrono's own parsers also give bare weekdays, months and hours.
    if (!start.isCertain('day')) return [];
    const tags = result.tags();
    const filled: FoundDate['guessed'] = tags.has('open')
      ? 'open'
      : tags.has('day')
        ? 'day'
        : start.isCertain('year')
          ? 'nothing'
          : 'year';
    const { years, guessed } =
      filled === 'year'
        ? yearOf(tags, dayIn(start), end && dayIn(end), reference, context.near)
        : { years: 0, guessed: filled };
    const until = end ? written(end, years) : null;
    return [
      {
        start: result.index,
        end: result.index + result.text.length,
        date: written(start, years),
        until,
        guessed,
        isTerm: tags.has('term'),
      },
    ];
  });
}

/** The calendar day of a 'YYYY-MM-DD' or, in the time zone, of an ISO instant. */
export function dayOf(reference: string, timeZone: string): string {
  const written = /^\d{4}-\d\d-\d\d/u.exec(reference)?.[0];
  if (written && !/[zZ]|[+-]\d\d:?\d\d$/u.test(reference.slice(10))) return written;
  const instant = new Date(reference);
  if (Number.isNaN(instant.getTime())) return written ?? '1970-01-01';
  return new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }).format(instant);
}

type Components = Pick<ParsingResult['start'], 'get' | 'isCertain'>;

/** How far from the next such day a date without a year is meant, and what remains guessed of it. */
function yearOf(
  tags: ReadonlySet<string>,
  start: Day,
  end: Day | null | undefined,
  reference: Day,
  near: string | null | undefined,
): { readonly years: number; readonly guessed: FoundDate['guessed'] } {
  const days = end ? [start, end] : [start];
  const weekdays = [...tags].flatMap((tag) => {
    const [, weekday, month, day] = /^weekday (\d) (\d+)-(\d+)$/u.exec(tag) ?? [];
    const named = days.find((each) => each.month === Number(month) && each.day === Number(day));
    return named ? [{ weekday: Number(weekday), named }] : [];
  });
  const agrees = (years: number): boolean =>
    weekdays.every(
      ({ weekday, named }) => weekdayOf({ ...named, year: named.year + years }) === weekday,
    );
  const away = (years: number): number =>
    daysBetween(reference, { ...start, year: start.year + years });
  if (near === undefined) {
    if (agrees(0)) return { years: 0, guessed: 'year' };
    // 'Monday 2 March' in a letter of the 9th has just been.
    return away(-1) > -justBeen && agrees(-1)
      ? { years: -1, guessed: 'year' }
      : { years: 0, guessed: 'open' };
  }
  const likely = near === null ? 0 : yearNear(near, start) - start.year;
  if (weekdays.length === 0) return { years: likely, guessed: 'year' };
  const [only, another] = [-1, 0, 1]
    .map((years) => reference.year + years - start.year)
    .filter(agrees);
  return only !== undefined && another === undefined
    ? { years: only, guessed: 'nothing' }
    : { years: likely, guessed: 'open' };
}

/** Days. */
const justBeen = 92;
/** What is to be done lies after the dates around it rather than before, so many times. */
const rather = 6;

/** The year in which a day comes nearest to a full date, or the year that is given. */
function yearNear(near: string, day: Day): number {
  if (near.length === 4) return Number(near);
  const anchor = toDay(near);
  const distance = (year: number): number => {
    const days = daysBetween(anchor, { ...day, year });
    return days < 0 ? -days * rather : days;
  };
  return [anchor.year, anchor.year + 1, anchor.year - 1].reduce((best, year) =>
    distance(year) < distance(best) ? year : best,
  );
}

function daysBetween(from: Day, to: Day): number {
  return (
    (Date.UTC(to.year, to.month - 1, to.day) - Date.UTC(from.year, from.month - 1, from.day)) /
    86_400_000
  );
}

function dayIn(found: Components): Day {
  return {
    year: found.get('year') ?? 0,
    month: found.get('month') ?? 0,
    day: found.get('day') ?? 0,
  };
}

function written(found: Components, years: number): string {
  const part = (name: 'month' | 'day' | 'hour' | 'minute', width: number): string =>
    String(found.get(name) ?? 0).padStart(width, '0');
  const year = String((found.get('year') ?? 0) + years).padStart(4, '0');
  const date = `${year}-${part('month', 2)}-${part('day', 2)}`;
  return found.isCertain('hour') ? `${date}T${part('hour', 2)}:${part('minute', 2)}` : date;
}

function toDay(date: string): Day {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  return { year, month, day };
}

const grammars: Readonly<Record<string, DateGrammar>> = {
  en: english.dates,
  de: german.dates,
  fr: french.dates,
  es: spanish.dates,
};
const strictReaders: Readonly<Record<string, Chrono>> = {
  it: it.strict,
  nl: nl.strict,
  pt: pt.strict,
  sv: sv.casual,
};
const readers = new Map<string, Chrono>();

function readerFor(language: string, tag: string): Chrono | null {
  const grammar = grammars[language];
  if (!grammar) return strictReaders[language] ?? null;
  const order = /^en-(?:us|ph)$/iu.test(tag)
    ? 'month first'
    : /^en$/iu.test(tag)
      ? 'unknown'
      : 'day first';
  const key = `${language} ${order}`;
  let reader = readers.get(key);
  if (!reader) readers.set(key, (reader = chronoFor(grammar, order)));
  return reader;
}
