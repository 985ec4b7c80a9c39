/**
 * What the built-in reader knows of a language. Grammars are data: words and patterns, no code, so
 * that a speaker of the language can check one.
 *
 * Patterns are sources of regular expressions, matched without regard to case, with the `u` flag.
 */
export interface Grammar {
  /** The commonest words: by them the language is known, and they say nothing about a subject. */
  readonly commonWords: readonly string[];
  /** What a sentence begins with that cannot be read without the one before: 'However', 'This'. */
  readonly leaning: string;
  /** What belongs to the site and not to the document: 'Read more', 'All rights reserved'. */
  readonly chrome: string;
  readonly dates: DateGrammar;
  readonly tasks: TaskGrammar;
}

export interface TaskGrammar {
  /** Verbs of things to be done, in the forms that a sentence to its reader begins with. In the
   *  patterns `{verb}` is one of these. */
  readonly verbs: string;
  /** Those of them that are nouns as well; `{noun}` in the patterns. */
  readonly nouns: string;
  /** What the object of a verb begins with, `{object}`: after it, `{noun}` is a verb. */
  readonly object: string;
  /** Pieces for the patterns by name: `{name}`. They may use the ones above. */
  readonly pieces: Readonly<Record<string, string>>;
  /** What speaks for a request. The group `do` is empty and stands where the thing to be done begins. */
  readonly cues: readonly Cue[];
  /** What speaks against: read at `do`, it makes the request none ('see Figure 2', 'feel free'). */
  readonly idleAtDo: readonly Doubt[];
  /** What speaks against, anywhere in the sentence. */
  readonly doubts: readonly Doubt[];
  /** What a sentence begins with that only holds for some. */
  readonly conditional: string;
  /** Somebody else does something by a date: 'the committee will reply by'. */
  readonly othersDo: string;
  /** Before a date: it is the one to be met. */
  readonly before: string;
  /** Before an event whose date follows: 'before the code freeze on 18 May'; and what leads to it. */
  readonly beforeEvent: string;
  readonly on: string;
  /** Before a date that only says when something else happens or where a period began. */
  readonly notBefore: string;
  /** Headings under which things to do stand; dates to be met; what asks nothing of the reader. */
  readonly todoHeading: string;
  readonly datesHeading: string;
  readonly idleHeading: string;
  /** In a row or line with a date: what is handed in by then; what merely happens then. */
  readonly handedIn: string;
  readonly happening: string;
  /** In the first row of a table: its dates are to be met. */
  readonly dueTable: string;
  /** Words by which a page shows its kind. Headings count more. */
  readonly kinds: Readonly<Record<PageKind, string>>;
  readonly title: TitleGrammar;
}

export type PageKind =
  | 'recipe'
  | 'legal'
  | 'reference'
  | 'story'
  | 'sales'
  | 'advice'
  | 'letter'
  | 'minutes'
  | 'procedure';

export interface Cue {
  /** Cues of one kind do not add up. */
  readonly kind: 'request' | 'imperative' | 'duty' | 'action' | 'infinitive' | 'deadline';
  readonly weight: number;
  readonly source: string;
  /** It only holds outside running text. */
  readonly inLists?: boolean;
  /** It only holds on a page that is clearly of this kind. */
  readonly on?: PageKind;
}

export interface Doubt {
  readonly weight: number;
  readonly source: string;
}

interface TitleGrammar {
  /** What a short title may not end with: 'collect it' tells nothing. */
  readonly vague: string;
  /** At the beginning of what is to be done, left out. */
  readonly opening: string;
  /** Politeness within it, left out. */
  readonly polite: string;
  /** Where a title ends: what follows is a reason, a consequence or another subject. */
  readonly end: string;
  /** Words that lead to a date and go with it. */
  readonly beforeDate: string;
  readonly afterDate: string;
  /** What a title may not end with once its date is gone: 'is due', 'ist der'. */
  readonly dangling: string;
  /** 'X must be paid' → 'Pay X': participles to the verbs that begin a title. */
  readonly done: Readonly<Record<string, string>>;
  /** The passive, with the groups subject, done and rest. */
  readonly passive?: string;
}

export interface DateGrammar {
  /** Names and abbreviations, lower case, to 1–12. */
  readonly months: Readonly<Record<string, number>>;
  /** Names that are also other words: as a month they are written with a capital. */
  readonly capitalisedMonths?: readonly string[];
  /** Full names, lower case; 0 is Sunday. */
  readonly weekdays: Readonly<Record<string, number>>;
  /** Abbreviations, which only count beside a date or after `by`. */
  readonly shortWeekdays: Readonly<Record<string, number>>;
  /** Whether '3/4' is the third of April. */
  readonly dayFirst: boolean;
  /** Whether 'March 14' is written. */
  readonly monthThenDay: boolean;
  /** After the number of a day: 'th', '.', 'er'. */
  readonly ordinal: string;
  /** Before the number of a day: 'the', 'den', 'le'. */
  readonly article: string;
  /** The same, grown together with a preposition: 'del', 'au'. */
  readonly contracted: string;
  /** Between day and month, and before a year: 'of', 'de', 'del'. */
  readonly of: string;
  /** Between the ends of a range, besides dashes. */
  readonly to: string;
  /** Before a day that has to be met or kept: what makes '3/4', 'the 15th' and 'Fri' a date. */
  readonly by: string;
  /** What may follow a day's bare number so that it is no date: 'the 15th floor'. */
  readonly notAfterBareDay: string;
  /** Day words to the days they are away. */
  readonly dayWords: Readonly<Record<string, number>>;
  /** Before a weekday: the coming one; the one of next week; neither: a habit, a feast or the past. */
  readonly coming: string;
  readonly nextWeeks: string;
  readonly notAWeekday: string;
  /** After a weekday: the coming one ('vendredi prochain'); a habit ('Friday nights'). */
  readonly comingAfter: string;
  readonly notAWeekdayAfter: string;
  /** 'end of': before a month's name, before a period, and words that say both at once. */
  readonly endOf: string;
  readonly periods: Readonly<Record<string, Period>>;
  readonly periodEnds: Readonly<Record<string, Period>>;
  /** 'within N units': what comes before the number. */
  readonly within: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly units: Readonly<Record<string, Unit>>;
  /** After 'within 14 days': counted from this document; from a moment near it; from elsewhere. */
  readonly fromHere: string;
  readonly fromReceipt: string;
  readonly fromElsewhere: string;
  /** Times of day, with the groups hour, minute, and pm or am where the language has them. */
  readonly times: readonly string[];
  readonly noon: string;
  readonly midnight: string;
  /** Words between a date and its time. */
  readonly beforeTime: string;
}

export type Unit = 'hour' | 'day' | 'workday' | 'week' | 'month' | 'year';
export type Period = 'day' | 'week' | 'next week' | 'month' | 'next month' | 'year';
