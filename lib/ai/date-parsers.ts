/**
 * Parsers and refiners for chrono, made from a grammar: what in a text is a date or an hour, and
 * which of them belong together. They give what the words say and mark what they had to guess.
 */
import { Chrono, type ParsingContext, type ParsingResult } from 'chrono-node';
import type { DateGrammar, Period, Unit } from './grammar/grammar.ts';

/** Which of the numbers in '03/04' is the day. */
type Order = 'day first' | 'month first' | 'unknown';

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A parser as chrono takes it, that gives null where what was matched is no date after all. */
interface DateParser {
  readonly pattern: () => RegExp;
  readonly extract: (context: ParsingContext, match: RegExpMatchArray) => ParsingResult | null;
}

/** Its results bear tags: 'day' or 'open' for what was guessed, 'term' for the end of a term,
 *  'weekday 5 9-25' for a Friday named beside a 25 September whose year was guessed. */
export function chronoFor(grammar: DateGrammar, order: Order): Chrono {
  const parsers = [
    isoParser(),
    numericParser(grammar, order),
    dayMonthParser(grammar),
    ...(grammar.monthThenDay ? [monthDayParser(grammar)] : []),
    weekdayParser(grammar),
    dayWordParser(grammar),
    endOfParser(grammar),
    withinParser(grammar),
    bareDayParser(grammar),
    ...timeParsers(grammar),
  ];
  return new Chrono({ parsers, refiners: [longestFirst, joinTimes(grammar), joinRanges(grammar)] });
}

const dash = '[-–—]';
const year = String.raw`(?<year>(?:19|20)\d\d)`;

function oneOf(words: Readonly<Record<string, unknown>>): string {
  return Object.keys(words)
    .sort((a, b) => b.length - a.length)
    .join('|');
}

/**
 * A parser whose match must stand alone. chrono searches in ever shorter rests of the text, where
 * a look-behind sees a beginning that is none, so the character before is checked in the whole.
 */
function parser(
  source: string,
  read: (
    words: Readonly<Record<string, string | undefined>>,
    context: ParsingContext,
    at: Extent,
  ) => Reading | null,
): DateParser {
  const regex = new RegExp(source, 'iu');
  return {
    pattern: () => regex,
    extract: (context, match) => {
      const whole = match.index ?? 0;
      const end = whole + match[0].length;
      // The preposition made it a date and is no part of it.
      const start = whole + (match.groups?.['by']?.length ?? 0);
      const matched = context.text.slice(start, end);
      const before = context.text.slice(Math.max(0, start - 2), start);
      const after = context.text.slice(end, end + 2);
      if (/[\p{L}\p{N}_]$/u.test(before) && /^[\p{L}\p{N}]/u.test(matched)) return null;
      if (/[\d][.,:/–-]$|\p{L}-$|[.@#$€£/+=]$/u.test(before) && /^\d/u.test(matched)) return null;
      if (/[\p{L}\p{N}_]$/u.test(matched) && /^[\p{L}\p{N}_]/u.test(after)) return null;
      if (/\d$/u.test(matched) && /^(?:[.,:/]\d|[-–]\p{L}|\s?%)/u.test(after)) return null;
      const reading = read(match.groups ?? {}, context, {
        start,
        end,
        before: context.text.slice(Math.max(0, start - 40), start),
        after: context.text.slice(end, end + 60),
      });
      if (!reading) return null;
      const result = context.createParsingResult(start, end);
      for (const [side, value] of [
        ['start', reading.start],
        ['end', reading.end],
      ] as const) {
        if (!value) continue;
        const parts = context.createParsingComponents();
        if (value.day !== undefined) parts.assign('day', value.day);
        if (value.month !== undefined) parts.assign('month', value.month);
        if (value.year !== undefined) {
          if (reading.guessed === 'year') parts.imply('year', value.year);
          else parts.assign('year', value.year);
        }
        if (value.hour !== undefined)
          parts.assign('hour', value.hour).assign('minute', value.minute ?? 0);
        result[side] = parts;
      }
      if (reading.guessed) result.addTag(reading.guessed);
      if (reading.isTerm) result.addTag('term');
      if (reading.weekday !== undefined)
        result.addTag(
          `weekday ${reading.weekday} ${reading.start.month ?? 0}-${reading.start.day ?? 0}`,
        );
      return result;
    },
  };
}

interface Extent {
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

interface Moment extends Partial<Day> {
  readonly hour?: number;
  readonly minute?: number;
}

interface Reading {
  readonly start: Moment;
  readonly end?: Moment | undefined;
  readonly guessed?: 'year' | 'day' | 'open' | undefined;
  readonly isTerm?: boolean;
  /** Named beside a first day whose year was guessed; 0 is Sunday. */
  readonly weekday?: number;
}

function reference(context: ParsingContext): Day {
  const { refDate } = context;
  return { year: refDate.getFullYear(), month: refDate.getMonth() + 1, day: refDate.getDate() };
}

function exists({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function shifted({ year, month, day }: Day, days: number): Day {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

function lastOfMonth(year: number, month: number): Day {
  return shifted({ year, month: month + 1, day: 1 }, -1);
}

/** A day and month with its year, or in the first year from the reference on in which it comes. */
function dated(
  day: number,
  month: number,
  year: string | undefined,
  context: ParsingContext,
): Reading | null {
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  if (year !== undefined) {
    const start = { year: Number(year.length === 2 ? `20${year}` : year), month, day };
    return exists(start) ? { start } : null;
  }
  const now = reference(context);
  const passed = month < now.month || (month === now.month && day < now.day);
  const start = { year: now.year + Number(passed), month, day };
  return exists(start) ? { start, guessed: 'year' } : null;
}

function isoParser(): DateParser {
  return parser(
    String.raw`(?<year>(?:19|20)\d\d)(?<mark>[-/.])(?<month>\d\d?)\k<mark>(?<day>\d\d?)(?:[T ](?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`,
    (words, context) => {
      const found = dated(Number(words['day']), Number(words['month']), words['year'], context);
      if (!found || words['hour'] === undefined) return found;
      return {
        start: { ...found.start, hour: Number(words['hour']), minute: Number(words['minute']) },
      };
    },
  );
}

function numericParser(grammar: DateGrammar, order: Order): DateParser {
  return parser(
    String.raw`(?<by>(?:${grammar.by})\s+)?${weekdayBefore(grammar)}(?:(?:${grammar.article})\s+)?(?<a>\d{1,2})(?:(?<mark>[./-])\s?(?<b>\d{1,2})(?:\k<mark>\s?(?<year>(?:19|20)\d\d|\d\d(?!\d)))|(?<mark2>\.)\s?(?<b2>\d{1,2})\.(?!\d)|\/(?<b3>\d{1,2}))(?![\p{L}\d])`,
    (words, context, { before, after }) => {
      const [a, b] = [Number(words['a']), Number(words['b'] ?? words['b2'] ?? words['b3'])];
      const { mark, year } = words;
      const marked = Boolean(words['by'] ?? words['weekday']);
      if (
        /(?:\bv|version|release|ver|section|abschnitt|kapitel|chapitre|§|tel|fon|fax|ratio|size|score)\.?:?\s*$/iu.test(
          before,
        )
      )
        return null;
      if (year?.length === 2 && (mark === '-' || (!marked && Number(year) < 20))) return null;
      // A slash between two numbers alone is a fraction or a score unless a word says 'date'.
      if (
        words['b3'] !== undefined &&
        (!marked || /^\s*(?:of|cup|inch|tsp|tbsp|mile|hour|"|”|kg|l\b|\p{Sc})/iu.test(after))
      )
        return null;
      const germanShort = words['mark2'] !== undefined;
      if (germanShort && grammar.ordinal !== String.raw`\.`) return null;
      const dayFirst =
        mark === '.' || germanShort || b > 12 ? b <= 12 : order !== 'month first' || a > 12;
      const found = dayFirst ? dated(a, b, year, context) : dated(b, a, year, context);
      const open = order === 'unknown' && mark !== '.' && a <= 12 && b <= 12 && a !== b;
      return found && open
        ? { ...found, guessed: 'open' }
        : agreed(found, words['weekday'], grammar);
    },
  );
}

function dayMonthParser(grammar: DateGrammar): DateParser {
  const { months, article, ordinal, of, to } = grammar;
  return parser(
    String.raw`${weekdayBefore(grammar)}(?:(?:${article})\s+)?(?:(?<from>\d{1,2})${ordinal}?\s?(?:${dash}|\s(?:${to})\s(?:(?:${oneOf(grammar.weekdays)}),?\s)?(?:(?:${article})\s)?)\s?)?(?<day>\d{1,2})${ordinal}?\s?(?:(?:${of})\s)?(?<month>${oneOf(months)})(?:\.?,?\s(?:(?:${of})\s)?${year}|\.(?=\s\p{Ll}|\s\d|,|$))?`,
    (words, context, { after }) => {
      const name = words['month'] ?? '';
      const month = months[name.toLowerCase()] ?? 0;
      if (isOtherWord(grammar, name, words['year'], after)) return null;
      const last = dated(Number(words['day']), month, words['year'], context);
      const from = Number(words['from'] ?? words['day']);
      if (!last || from >= Number(words['day'])) return agreed(last, words['weekday'], grammar);
      const first = { ...last.start, day: from };
      return agreed({ ...last, start: first, end: last.start }, words['weekday'], grammar);
    },
  );
}

function monthDayParser(grammar: DateGrammar): DateParser {
  const { months, ordinal, to } = grammar;
  return parser(
    String.raw`${weekdayBefore(grammar)}(?<month>${oneOf(months)})\.?\s(?:the\s)?(?<day>\d{1,2})${ordinal}?(?![\d:]|\s?(?:[ap]\.?m|%|percent|per cent|years?\b|people\b|million\b))(?:\s?(?:${dash}|(?:${to})\s)\s?(?<till>\d{1,2})${ordinal}?(?![\d:]))?(?:,?\s${year})?`,
    (words, context, { after }) => {
      const name = words['month'] ?? '';
      const month = months[name.toLowerCase()] ?? 0;
      if (isOtherWord(grammar, name, words['year'], after)) return null;
      const first = dated(Number(words['day']), month, words['year'], context);
      const till = Number(words['till'] ?? 0);
      const end = first && till > Number(words['day']) ? { ...first.start, day: till } : undefined;
      return agreed(first && { ...first, end }, words['weekday'], grammar);
    },
  );
}

function weekdayBefore({ weekdays, shortWeekdays }: DateGrammar): string {
  return String.raw`(?:(?<weekday>${oneOf(weekdays)}|${oneOf(shortWeekdays)})\.?,?\s+)?`;
}

/** A date whose weekday is another than the one named is left open; a year that was guessed is left
 *  to who knows more of the page. */
function agreed(
  found: Reading | null,
  weekday: string | undefined,
  { weekdays, shortWeekdays }: DateGrammar,
): Reading | null {
  if (!found || weekday === undefined) return found;
  const name = weekday.toLowerCase();
  const { year, month, day } = found.start;
  if (year === undefined || month === undefined || day === undefined) return found;
  const named = weekdays[name] ?? shortWeekdays[name] ?? 0;
  if (found.guessed === 'year') return { ...found, weekday: named };
  const agrees = weekdayOf({ year, month, day }) === named;
  return agrees ? found : { ...found, guessed: 'open' };
}

/** 'You 2 may', 'the 14 march on': a month's name in lower case without a year is a verb. */
function isOtherWord(
  grammar: DateGrammar,
  name: string,
  year: string | undefined,
  after: string,
): boolean {
  return (
    name === name.toLowerCase() &&
    (grammar.capitalisedMonths?.includes(name) ?? false) &&
    year === undefined &&
    /^\s*\p{L}/u.test(after)
  );
}

function weekdayParser(grammar: DateGrammar): DateParser {
  const { weekdays, shortWeekdays, coming, nextWeeks, comingAfter, by } = grammar;
  const habit = new RegExp(String.raw`(?:^|[^\p{L}])(?:${grammar.notAWeekday})\s+$`, 'iu');
  const habitAfter = new RegExp(String.raw`^\s+(?:${grammar.notAWeekdayAfter})(?!\p{L})`, 'iu');
  const range = new RegExp(
    String.raw`^\s?(?:${dash}|\s(?:${grammar.to})\s|[,&/])\s?(?:${oneOf(weekdays)}|${oneOf(shortWeekdays)})(?!\p{L})`,
    'iu',
  );
  const rangeEnd = new RegExp(
    String.raw`(?:${oneOf(weekdays)}|${oneOf(shortWeekdays)})\.?\s?(?:${dash}|\s(?:${grammar.to})|[,&/])\s?$`,
    'iu',
  );
  return parser(
    String.raw`(?:(?<next>${nextWeeks})\s|(?<coming>${coming})\s)?(?<weekday>${oneOf(weekdays)})(?:\s(?<after>${comingAfter})(?!\p{L}))?|(?<=(?:${by}|${nextWeeks}|${coming})\s)(?<short>${oneOf(shortWeekdays)})(?=[\s.,;)!]|$)`,
    (words, context, { before, after }) => {
      const name = (words['weekday'] ?? words['short'] ?? '').toLowerCase();
      const target = weekdays[name] ?? shortWeekdays[name];
      if (target === undefined || habit.test(before) || habitAfter.test(after)) return null;
      if (range.test(after) || rangeEnd.test(before)) return null;
      if (words['short'] !== undefined && words['short'] === words['short'].toLowerCase())
        return null;
      const now = reference(context);
      const today = weekdayOf(now);
      const ahead = ((target - today + 6) % 7) + 1;
      // The Monday after this week, then on to the day.
      const nextMonday = (8 - today) % 7 || 7;
      const days = words['next'] === undefined ? ahead : nextMonday + ((target + 6) % 7);
      return { start: shifted(now, days), guessed: 'day' };
    },
  );
}

function dayWordParser(grammar: DateGrammar): DateParser {
  return parser(`(?<word>${oneOf(grammar.dayWords)})`, (words, context, { before, start }) => {
    const word = words['word'] ?? '';
    const days = grammar.dayWords[word.toLowerCase()];
    if (days === undefined) return null;
    // German 'Morgen' and Spanish 'la mañana' are the morning.
    if (/^mo/iu.test(word) && word !== word.toLowerCase() && start > 0) return null;
    if (/^ma/iu.test(word) && /(?:la|esta|cada|una|de)\s+$/iu.test(before)) return null;
    return { start: shifted(reference(context), days), guessed: 'day' };
  });
}

function endOfParser(grammar: DateGrammar): DateParser {
  const { endOf, months, periods, periodEnds } = grammar;
  const dayBehind = new RegExp(
    String.raw`^,?\s(?:(?:${grammar.by}|${grammar.article})\s){0,2}(?:\d|${oneOf(grammar.weekdays)}|${oneOf(grammar.dayWords)})`,
    'iu',
  );
  return parser(
    String.raw`(?:${endOf})\s?(?:(?<month>${oneOf(months)})(?:,?\s(?:(?:${grammar.of})\s)?${year})?|(?<period>${oneOf(periods)}))${Object.keys(periodEnds).length > 0 ? `|(?<at>${oneOf(periodEnds)})` : ''}`,
    (words, context, { after }) => {
      // 'EOD Friday', 'COB on 3 May': the day is named behind.
      if (words['at'] !== undefined && dayBehind.test(after)) return null;
      const now = reference(context);
      const name = words['month'];
      if (name !== undefined) {
        const month = grammar.months[name.toLowerCase()] ?? 0;
        const given =
          words['year'] === undefined
            ? now.year + Number(month < now.month)
            : Number(words['year']);
        return {
          start: lastOfMonth(given, month),
          guessed: words['year'] === undefined ? 'year' : undefined,
        };
      }
      const period =
        periods[(words['period'] ?? '').toLowerCase()] ??
        periodEnds[(words['at'] ?? '').toLowerCase()];
      return period ? { start: endOfPeriod(now, period), guessed: 'day' } : null;
    },
  );
}

function endOfPeriod(now: Day, period: Period): Day {
  // A week to finish something in ends on its Friday.
  const friday = shifted(now, (5 - weekdayOf(now) + 7) % 7);
  if (period === 'day') return now;
  if (period === 'week') return friday;
  if (period === 'next week') return shifted(friday, 7);
  if (period === 'month') return lastOfMonth(now.year, now.month);
  if (period === 'next month') return lastOfMonth(now.year, now.month + 1);
  return { year: now.year, month: 12, day: 31 };
}

function withinParser(grammar: DateGrammar): DateParser {
  const here = new RegExp(String.raw`^\s*(?:${grammar.fromHere})`, 'iu');
  const receipt = new RegExp(String.raw`^\s*(?:${grammar.fromReceipt})`, 'iu');
  const elsewhere = new RegExp(String.raw`^\s*(?:${grammar.fromElsewhere})(?!\p{L})`, 'iu');
  return parser(
    String.raw`(?:${grammar.within})\s(?:(?<number>\d{1,3})|(?<word>${oneOf(grammar.numbers)}))(?:\s?\([^)]{1,20}\))?\s(?<unit>${oneOf(grammar.units)})`,
    (words, context, { after }) => {
      const count = Number(words['number'] ?? grammar.numbers[(words['word'] ?? '').toLowerCase()]);
      const unit = grammar.units[(words['unit'] ?? '').toLowerCase()];
      if (!unit || !count || (unit === 'hour' && count % 24 !== 0)) return null;
      const start = after.trim() === '' ? moved(reference(context), count, unit) : movedFrom();
      return start && { start, guessed: receipt.test(after) ? 'open' : 'day', isTerm: true };
      function movedFrom(): Day | null {
        const counted = here.test(after) || receipt.test(after) || !elsewhere.test(after);
        return counted && unit ? moved(reference(context), count, unit) : null;
      }
    },
  );
}

function moved(now: Day, count: number, unit: Unit): Day {
  switch (unit) {
    case 'hour':
      return shifted(now, count / 24);
    case 'day':
      return shifted(now, count);
    case 'week':
      return shifted(now, 7 * count);
    case 'workday': {
      let day = now;
      for (let left = count; left > 0;) {
        day = shifted(day, 1);
        if (weekdayOf(day) % 6 !== 0) left--;
      }
      return day;
    }
    case 'month':
    case 'year': {
      const months = now.month - 1 + count * (unit === 'year' ? 12 : 1);
      const last = lastOfMonth(now.year + Math.floor(months / 12), (months % 12) + 1);
      return { ...last, day: Math.min(now.day, last.day) };
    }
  }
}

/** 'by the 15th': the next day of that number. */
function bareDayParser(grammar: DateGrammar): DateParser {
  const { by, article, contracted, ordinal } = grammar;
  // Where the number needs no ordinal ('le 15'), the article is what tells it from a count.
  const day =
    ordinal.includes('th') || ordinal === String.raw`\.`
      ? `(?<day>\\d{1,2})${ordinal}`
      : `(?<day>\\d{1,2})`;
  const noun = new RegExp(
    String.raw`^\s*(?:${grammar.notAfterBareDay}|\p{L}{0,12}\s?${dash}\d|[\d%€$£:h])`,
    'iu',
  );
  const needsArticle = ordinal === String.raw`\.` ? '?' : '';
  return parser(
    String.raw`(?<by>(?:${by})\s+)(?:(?:${article}|${contracted})\s+)${needsArticle}${day}(?!\p{L}|\s?(?:(?:${grammar.of})\s)?(?:${oneOf(grammar.months)})(?!\p{L}))`,
    (words, context, { after }) => {
      const number = Number(words['day']);
      if (number < 1 || number > 31 || noun.test(after)) return null;
      if (/^\s+\p{Lu}/u.test(after) && needsArticle) return null;
      const now = reference(context);
      for (let ahead = 0; ahead < 3; ahead++) {
        const { year, month } = shifted({ year: now.year, month: now.month + ahead, day: 1 }, 0);
        const start = { year, month, day: number };
        if (exists(start) && (ahead > 0 || number >= now.day)) return { start, guessed: 'open' };
      }
      return null;
    },
  );
}

function timeParsers(grammar: DateGrammar): DateParser[] {
  const zone = String.raw`(?:\s?\(?(?:AoE|anywhere on earth|UTC(?:\s?[+-]\s?\d{1,2}(?::\d\d)?)?|GMT(?:\s?[+-]\s?\d{1,2})?|CES?T|ME[SZ]Z?|[ECMP][SD]?T|BST|IST|local time|Ortszeit|heure de Paris|hora peninsular|\p{Lu}\p{Ll}+ time)\)?)?`;
  // '9 in the morning', '5 Uhr nachmittags', '9 h du matin'
  const later = String.raw`in the (?:afternoon|evening)|at night|nachmittags|abends|de l[’']après-midi|du soir`;
  const earlier = String.raw`in the morning|morgens|vormittags|du matin`;
  const half = String.raw`(?:\s(?:(?<later>${later})|(?<earlier>${earlier}))(?!\p{L}))?`;
  const bare = String.raw`(?<hour>1[0-2]|[1-9])(?=\s(?:${later}|${earlier})(?!\p{L}))`;
  const named = parser(`(?<noon>${grammar.noon})|(?<midnight>${grammar.midnight})`, (words) => ({
    // Midnight ends the day that it is named with.
    start: words['noon'] === undefined ? { hour: 23, minute: 59 } : { hour: 12, minute: 0 },
  }));
  const clocks = [...grammar.times, bare].map((source) =>
    parser(source + half + zone, (words) => {
      const [hour, minute] = [Number(words['hour']), Number(words['minute'] ?? 0)];
      if (hour === 24) return { start: { hour: 23, minute: 59 } };
      if ((words['pm'] ?? words['later']) !== undefined && hour < 12)
        return { start: { hour: hour + 12, minute } };
      if (words['am'] !== undefined && hour === 12) return { start: { hour: 0, minute } };
      return { start: { hour, minute } };
    }),
  );
  return [named, ...clocks];
}

interface Refiner {
  readonly refine: (context: ParsingContext, results: ParsingResult[]) => ParsingResult[];
}

/** Of readings that overlap the longest counts; of equals the first. */
const longestFirst: Refiner = {
  refine: (_context, results) => {
    const kept: ParsingResult[] = [];
    for (const result of results) {
      const last = kept.at(-1);
      if (!last || last.index + last.text.length <= result.index) kept.push(result);
      else if (result.text.length > last.text.length) kept[kept.length - 1] = result;
    }
    return kept;
  },
};

const isTime = (result: ParsingResult): boolean => result.start.isOnlyTime();

/** Joins a date with the time beside it, whichever comes first. */
function joinTimes(grammar: DateGrammar): Refiner {
  const between = new RegExp(
    String.raw`^(?:[\s,;:(|–—·-]|(?:${grammar.beforeTime})(?!\p{L})){0,6}$`,
    'iu',
  );
  const isRange = new RegExp(String.raw`^\s?(?:${dash}|(?:${grammar.to}))\s?$`, 'iu');
  return {
    refine: (context, results) => {
      const kept: ParsingResult[] = [];
      for (const result of results) {
        const last = kept.at(-1);
        const from = last ? last.index + last.text.length : 0;
        const gap = context.text.slice(from, result.index);
        if (last && gap.length <= 24 && isTime(last) !== isTime(result) && between.test(gap)) {
          const [day, time] = isTime(last) ? [result, last] : [last, result];
          // 'on 3 May, 10:00 to 12:00' or '9:00–17:00, 3 May': opening hours begin with the first.
          if (!day.start.isCertain('hour') && !day.end) {
            kept[kept.length - 1] = joined(context, last, result, day, time);
            continue;
          }
        }
        // The second of two times belongs to the first.
        if (
          last &&
          isTime(result) &&
          (isTime(last) || last.start.isCertain('hour')) &&
          gap.length <= 8 &&
          isRange.test(gap)
        ) {
          last.text = context.text.slice(last.index, result.index + result.text.length);
          continue;
        }
        kept.push(result);
      }
      return kept;
    },
  };
}

function joined(
  context: ParsingContext,
  first: ParsingResult,
  second: ParsingResult,
  day: ParsingResult,
  time: ParsingResult,
): ParsingResult {
  const result = context.createParsingResult(
    first.index,
    second.index + second.text.length,
    day.start.clone(),
  );
  result.start
    .assign('hour', time.start.get('hour') ?? 0)
    .assign('minute', time.start.get('minute') ?? 0);
  result.addTags(day.tags());
  return result;
}

/** Joins 'from A to B'; a first date without a year has that of the second. */
function joinRanges(grammar: DateGrammar): Refiner {
  const between = new RegExp(
    String.raw`^\s?(?:${dash}|(?:${grammar.to})(?!\p{L}))\s?(?:(?:${grammar.article})\s)?$`,
    'iu',
  );
  const and = /^\s?(?:and|und|et|y)\b/iu;
  return {
    refine: (context, results) => {
      const kept: ParsingResult[] = [];
      for (const result of results) {
        const last = kept.at(-1);
        const gap = last ? context.text.slice(last.index + last.text.length, result.index) : '';
        if (
          !last ||
          last.end ||
          result.end ||
          isTime(last) ||
          isTime(result) ||
          !between.test(gap)
        ) {
          kept.push(result);
          continue;
        }
        const from = context.text.slice(Math.max(0, last.index - 12), last.index);
        if (and.test(gap) && !/(?:between|zwischen|entre)\s+(?:\p{L}+\s)?$/iu.test(from)) {
          kept.push(result);
          continue;
        }
        const start = last.start.clone();
        const end = result.start.clone();
        const year = end.get('year') ?? 0;
        if (end.isCertain('year') && !start.isCertain('year')) {
          const startsBefore = (start.get('month') ?? 0) <= (end.get('month') ?? 0);
          start.assign('year', startsBefore ? year : year - 1);
        }
        const range = context.createParsingResult(
          last.index,
          result.index + result.text.length,
          start,
          end,
        );
        range.addTags(result.tags());
        if (!start.isCertain('year') || last.tags().has('open')) range.addTags(last.tags());
        kept[kept.length - 1] = range;
      }
      return kept;
    },
  };
}
