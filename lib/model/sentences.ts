/**
 * The sentences of a page: the unit in which it is quoted, ranked and read.
 *
 * They are ordered, do not overlap, never cross a block, hold every character that is not white
 * space, and begin and end with one. A table row is one sentence, a line of code is one.
 *
 * `Intl.Segmenter` does the work and knows no abbreviations; what it tears apart after one
 * ('Dr.', 'z. B.', 'No. 5'), after an ordinal ('bis zum 3. April') or an initial is joined again.
 */
import type { PageText } from './page.ts';

export interface Sentence {
  /** UTF-16 offsets in the page's text, end exclusive, without surrounding white space. */
  readonly start: number;
  readonly end: number;
  /** Index into the page's blocks. */
  readonly block: number;
}

export function sentences(page: PageText): readonly Sentence[] {
  const segmenter = segmenterFor(page.language);
  const found: Sentence[] = [];
  for (const [block, { kind, start, end }] of page.blocks.entries()) {
    const text = page.text.slice(start, end);
    const pieces =
      kind === 'row' ? [text] : kind === 'code' ? text.split(/(?<=\n)/) : rejoined(text, segmenter);
    let offset = start;
    for (const piece of pieces) {
      const trimmed = piece.trim();
      if (trimmed) {
        const from = offset + piece.length - piece.trimStart().length;
        found.push({ start: from, end: from + trimmed.length, block });
      }
      offset += piece.length;
    }
  }
  return found;
}

const segmenters = new Map<string, Intl.Segmenter>();

/** Only the primary language counts: a page may declare a tag that Intl refuses. */
function segmenterFor(language: string | null): Intl.Segmenter {
  const primary = /^[a-z]{2,3}(?![a-z])/i.exec(language ?? '')?.[0].toLowerCase() ?? 'en';
  let segmenter = segmenters.get(primary);
  if (!segmenter)
    segmenters.set(primary, (segmenter = new Intl.Segmenter(primary, { granularity: 'sentence' })));
  return segmenter;
}

function rejoined(text: string, segmenter: Intl.Segmenter): string[] {
  const starts: number[] = [];
  for (const { index } of segmenter.segment(text)) {
    // A tail is enough to see an abbreviation.
    const tail = text.slice(Math.max(0, index - 40), index).trimEnd();
    if (index === 0 || !continues(tail, text.slice(index, index + 24))) starts.push(index);
  }
  // A mention begins a sentence, though it begins with no letter.
  for (const { index, 0: end } of text.matchAll(/[.!?]\s+(?=@\w)/gu))
    starts.push(index + end.length);
  starts.sort((a, b) => a - b);
  return [...new Set(starts)].map((start, i, all) => text.slice(start, all[i + 1]));
}

const months =
  'jan|feb|mar|mär|apr|ma[iy]|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|janv|févr|fév|mars|avr|juin|juil|août|déc';
const days =
  'mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom';

/** What no sentence ends with. */
const neverLast =
  /(?:^|[\s(/„"«'’])(?:dr|mr|mrs|ms|prof|hon|rev|st|ste|messrs|hr|hrn|frl|sr|sra|srta|dra|ud|uds|mme|mlle|dipl|ing|e\.\s?g|i\.\s?e|cf|vs|viz|approx|incl|excl|resp|z\.\s?b|d\.\s?h|u\.\s?a|u\.\s?u|i\.\s?d\.\s?r|o\.\s?ä|s\.\s?o|s\.\s?u|bzw|ca|inkl|exkl|zzgl|evtl|ggf|vgl|sog|bspw|max|min|mind|tel|p\.\s?ej|p\.\s?ex|aprox|avda|env|ee|c\.-à-d|av|bd|str|[a-zà-ÿ]{2,12}str)\.$/iu;
/** What a number may follow: 'No. 5', 'Art. 12', 'Sept. 5'. */
const beforeNumber = new RegExp(
  String.raw`(?:^|[\s(])(?:no|nos|nr|n[.º°]+|núm|art|abs|ziff|kap|fig|abb|tab|sec|sect|ch|vol|bd|pp?|pág|seite|s|rn|az|ref|bl|${months}|${days})\.$`,
  'iu',
);
const ordinal = /(?:^|[\s(–-])\d{1,2}\.$/u;
const beforeOrdinal =
  /(?:^|[\s(])(?:am|zum|vom|bis|ab|seit|der|die|das|den|dem|des|im|und|oder|le|el|día|–|-|,)\s+(?:\d{1,2}\.\s*(?:und|bis|–|-|\/)\s*)?\d{1,2}\.$/iu;
const monthFirst = new RegExp(String.raw`^\s*(?:${months})\p{L}*`, 'iu');
const zoneOrDay = new RegExp(
  String.raw`^\s*(?:\(|[A-Z]{2,4}[TC]\b|UTC|GMT|AoE|(?:${days})\p{L}*|(?:${months})\p{L}*\s+\d)`,
  'iu',
);

function continues(tail: string, next: string): boolean {
  if (!tail.endsWith('.')) return false;
  if (neverLast.test(tail) || (/(?:^|[\s(])\p{Ll}\.$/u.test(tail) && /^\s*\p{L}\./u.test(next)))
    return true;
  if (/^\s*\d/u.test(next) && beforeNumber.test(tail)) return true;
  if (
    ordinal.test(tail) &&
    (monthFirst.test(next) || (beforeOrdinal.test(tail) && /^\s*\p{L}/u.test(next)))
  )
    return true;
  if (/\d\s?[ap]\.\s?m\.$/iu.test(tail)) return zoneOrDay.test(next);
  // An initial, 'J. R. Smith'; 'I' and 'A' end sentences ('Vitamin A.', 'So do I.').
  return /(?:^|[\s.])[B-HJ-Z]\.$/u.test(tail) && /^\s*\p{Lu}[\p{L}.]/u.test(next);
}
