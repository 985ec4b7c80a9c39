/** A short title for what a sentence asks: from its own words, beginning with the verb if it can. */
import type { FoundDate } from './dates.ts';
import type { CompiledGrammar } from './grammar/compiled.ts';

/** UTF-16 code units. */
const titleLength = 120;
/** A title does not end before. */
const shortestPhrase = 12;

/**
 * @param sentence the whole sentence
 * @param from where in it the thing to be done begins
 * @param to where in it the next thing begins, or its end
 * @param dates those found in the sentence
 * @returns '' where the sentence holds a date and nothing to do
 */
export function taskTitle(
  sentence: string,
  from: number,
  to: number,
  dates: readonly FoundDate[],
  grammar: CompiledGrammar,
): string {
  const title = titleOf(sentence, from, to, dates, grammar);
  // 'Collect it' needs what comes before: 'Anyone with a book on the shelf should collect it'.
  if (grammar.title.vague.test(title) && title.split(' ').length <= 4) {
    const whole = titleOf(sentence, 0, to, dates, grammar);
    if (whole.length < titleLength) return whole;
  }
  if (title) return title;
  const words = dates.reduceRight(
    (text, { start, end }) => `${text.slice(0, start)} ${text.slice(end)}`,
    sentence,
  );
  return hasWords(words.replace(grammar.title.polite, '')) ? shortened(tidied(sentence)) : '';
}

function titleOf(
  sentence: string,
  from: number,
  to: number,
  dates: readonly FoundDate[],
  grammar: CompiledGrammar,
): string {
  const { title } = grammar;
  let text = withoutDates(sentence, from, to, dates, grammar);
  const end = title.end.exec(text.slice(shortestPhrase));
  if (end) text = text.slice(0, shortestPhrase + end.index);
  text = tidied(text.replace(title.opening, '').replace(title.polite, ''));
  const endedWithDate = dates.some(
    (date) => date.start >= from && date.end <= to && isBare(sentence.slice(date.end, to), grammar),
  );
  while (endedWithDate && title.dangling.test(text)) text = text.replace(title.dangling, '');
  const passive = title.passive?.exec(text)?.groups;
  const verb = passive && title.done[(passive['done'] ?? '').toLowerCase()];
  if (passive && verb) {
    text = `${verb} ${lowered(passive['subject'] ?? '')}${passive['rest'] ?? ''}`;
  }
  return shortened(capitalised(tidied(text)));
}

/** The piece without its dates, where they stand at its end or a phrase of their own. */
function withoutDates(
  sentence: string,
  from: number,
  to: number,
  dates: readonly FoundDate[],
  grammar: CompiledGrammar,
): string {
  const { title } = grammar;
  let text = '';
  let at = from;
  for (const { start, end, isTerm } of dates) {
    if (start < at || end > to) continue;
    const lead = title.beforeDate.exec(sentence.slice(at, start))?.[0].length ?? 0;
    const trail = title.afterDate.exec(sentence.slice(end, to))?.[0].length ?? 0;
    // The comma that parted its hour from the rest goes with it.
    const comma =
      /^,/u.test(sentence.slice(end + trail)) && sentence.slice(start, end).includes(',') ? 1 : 0;
    const rest = sentence.slice(end + trail + comma, to);
    const before = sentence.slice(at, start - lead);
    // Between words that need it, a date is part of the sense: 'the invoice of 3 May for the roof'.
    // 'Within 5 days of receiving this' is one phrase and stays.
    const standsAlone = isTerm ? !/^\s\p{Ll}/u.test(rest) : lead > 0;
    const removable = standsAlone || before.trim() === '' || isBare(rest, grammar);
    text += removable
      ? before + (before.trim() && /^\s*[\p{L}\p{N}(]/u.test(rest) ? ' ' : '')
      : sentence.slice(at, end);
    at = removable ? end + trail + comma : end;
  }
  return text + sentence.slice(at, to);
}

/** Whether nothing of weight follows a date. */
function isBare(rest: string, { title }: CompiledGrammar): boolean {
  return /^(?:[\s.,;:)!?–—-]*(?:and|und|et|y)?\s*|\s*\([^)]*\)\W*)$/iu.test(
    rest.replace(title.polite, ''),
  );
}

function tidied(text: string): string {
  let tidy = trimmed(
    text
      .replace(/\(\s*\)/gu, '')
      .replace(/\s+/gu, ' ')
      .replace(/\s+([,.;:!?)])/gu, '$1'),
  );
  if (tidy.split('(').length > tidy.split(')').length) {
    // Cut off inside a bracket: what is before it is the title, if there is anything.
    const before = tidy.replace(/\s*\([^)]*$/u, '');
    tidy = hasWords(before) ? before : tidy.replaceAll('(', '');
  }
  if (tidy.split(')').length > tidy.split('(').length) tidy = tidy.replace(/\)/u, '');
  return trimmed(tidy);
}

/** Without the marks and spaces at its ends. */
function trimmed(text: string): string {
  return text.replace(/^[\s.,;:|–—·•*)\]→☐□>-]+/u, '').replace(/[\s.,;:|–—·([→?!-]+$/u, '');
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

function capitalised(text: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase() + text.slice(first.length);
}

/** 'The fee' goes on as 'the fee'; 'FAQ', 'Mr Smith' and 'I' stay as they are. */
function lowered(subject: string): string {
  return /^\p{Lu}[\p{Ll}-]+(?:\s(?!\p{Lu})|$)/u.test(subject)
    ? subject.charAt(0).toLowerCase() + subject.slice(1)
    : subject;
}

function shortened(text: string): string {
  if (text.length <= titleLength) return text;
  const cut = text.slice(0, titleLength - 1);
  const border = cut.lastIndexOf(' ');
  const kept =
    border > titleLength / 2 ? cut.slice(0, border) : cut.replace(/[\uD800-\uDBFF]$/u, '');
  return `${kept.replace(/[\s,.;:–—-]+$/u, '')}…`;
}
