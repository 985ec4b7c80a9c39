/**
 * The words that a person reads, in the language of their browser.
 *
 * English is the source; a language that misses a message does not compile. Dates follow the
 * person's own habits as far as the language allows: 'en-GB' stays, a browser in a language that
 * Holdfast does not speak gets English throughout.
 */
import { Failure, failures, type FailureCode } from '../errors.ts';
import { de } from './messages/de.ts';
import { en, type Messages } from './messages/en.ts';

const languages: ReadonlyMap<string, Messages> = new Map([
  ['en', en],
  ['de', de],
]);

const wanted = new Intl.Locale(navigator.language || 'en');
const spoken = languages.get(wanted.language);

export const m: Messages = spoken ?? en;

/** For Intl: BCP 47. */
export const locale = spoken ? wanted.toString() : 'en';

/** Tells the browser which language the page speaks, and which way it is written. */
export function speak(page: HTMLElement): void {
  page.lang = locale;
  page.dir = directionOf(locale);
}

/** What happened, for a person: a failure by its code, and honest words for a bug. */
export function wordsFor(error: unknown): string {
  const code: FailureCode = error instanceof Failure ? error.code : 'internal';
  return m.failures[code] ?? failures[code].message;
}

function directionOf(tag: string): 'ltr' | 'rtl' {
  const script = new Intl.Locale(tag).maximize().script ?? 'Latn';
  return ['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm'].includes(script) ? 'rtl' : 'ltr';
}
