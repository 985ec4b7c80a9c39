/**
 * The dates that a text names: strict, never eager, with the exact piece of text behind each.
 *
 * chrono finds and orders them. For English, German, French and Spanish it runs parsers of ours,
 * made from the grammars, because its own read '24h', 'sat' or '1/2' as dates and miss 'bis zum 3.
 * April', 'd'ici la fin du mois' or 'within 14 days of this letter'. For the other languages that it
 * knows it runs its own strict ones. A date is what the words say: no time zone is converted.
 */
import { type Chrono, type ParsingResult, it, nl, pt, sv } from 'chrono-node';
import { type Day, chronoFor } from './date-parsers.ts';
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
}

export interface FoundDate {
  /** UTF-16 offsets of the words that name it, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** 'YYYY-MM-DD', or 'YYYY-MM-DDTHH:MM' where an hour is named; of a range its first. */
  readonly date: string;
  /** The last of a range, in the same form; null if it is none. */
  readonly until: string | null;
  /** What the reference filled in: nothing; the year; the day itself ('Friday', 'within a week');
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
  const { year, month, day } = toDay(dayOf(context.reference, context.timeZone));
  // chrono counts in the clock of the machine: noon there is the same day everywhere.
  const results = reader.parse(text, new Date(year, month - 1, day, 12), { forwardDate: true });
  return results.flatMap((result) => {
    const { start, end } = result;
    // chrono's own parsers also give bare weekdays, months and hours.
    if (!start.isCertain('day')) return [];
    const tags = result.tags();
    const guessed = tags.has('open')
      ? 'open'
      : tags.has('day')
        ? 'day'
        : start.isCertain('year')
          ? 'nothing'
          : 'year';
    const until = end ? written(end) : null;
    return [
      {
        start: result.index,
        end: result.index + result.text.length,
        date: written(start),
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

function written(found: Components): string {
  const part = (name: 'year' | 'month' | 'day' | 'hour' | 'minute', width: number): string =>
    String(found.get(name) ?? 0).padStart(width, '0');
  const date = `${part('year', 4)}-${part('month', 2)}-${part('day', 2)}`;
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
