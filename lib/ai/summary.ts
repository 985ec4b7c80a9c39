/**
 * A summary in the page's own words: its most central sentences, in their order.
 *
 * Sentences are words weighted by how telling they are on this page (tf-idf); a sentence counts for
 * as much as it has in common with the page as a whole and with its title, more where it opens the
 * page or a section. Sentences are then taken one after the other, each for what it adds to those
 * taken (maximal marginal relevance), and given in document order. A short page is its own summary.
 */
import type { Block, PageText } from '../model/page.ts';
import { type Sentence, sentences } from '../model/sentences.ts';
import type { Grammar } from './grammar/grammar.ts';
import { languageOf } from './grammar/languages.ts';
import type { ReadableDocument } from './language-model.ts';
import { pause } from './pause.ts';

/** A page up to this many UTF-16 code units is read as fast as a summary. */
const shortPage = 400;
/** Only so many sentences are weighed; of a longer page those at its beginning and evenly from its rest. */
const mostCandidates = 1_500;
/** Above this likeness to one already taken, a sentence says the same again. */
const sameAgain = 0.45;
/** Only the best so many are compared with each other. */
const mostCompared = 120;
/** UTF-16 code units: what is longer is no sentence. */
const longestSentence = 600;

interface Candidate {
  /** Its place among the candidates. */
  readonly order: number;
  readonly text: string;
  /** Its telling words. */
  readonly words: ReadonlySet<string>;
  /** Opens a section. */
  readonly leads: boolean;
  /** Cannot be read without the sentence before: 'However, …', 'This …'. */
  readonly leans: boolean;
}

/** Sentences, each with the space that parts it from the one before. */
export async function* summarise(
  document: ReadableDocument,
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  const { page } = document;
  const { grammar } = languageOf(page);
  await pause(signal);
  const all = sentences(page);
  await pause(signal);
  const candidates = candidatesOf(page, all, document.title, grammar);
  await pause(signal);
  const chosen =
    page.text.length <= shortPage
      ? candidates
      : choose(
          candidates,
          scoresOf(candidates, document.title, grammar),
          countFor(page.text.length),
        );
  let first = true;
  for (const { text } of chosen) {
    signal.throwIfAborted();
    yield first ? text : ` ${text}`;
    first = false;
  }
}

function countFor(length: number): number {
  return length < 2_500 ? 3 : length < 8_000 ? 4 : 5;
}

function candidatesOf(
  page: PageText,
  all: readonly Sentence[],
  title: string,
  grammar: Grammar | null,
): Candidate[] {
  const common = new Set(grammar?.commonWords);
  const leaning = grammar ? new RegExp(`^(?:${grammar.leaning})(?!\\p{L})`, 'iu') : null;
  const idle = grammar ? new RegExp(`(?<!\\p{L})(?:${grammar.chrome})`, 'iu') : null;
  const linked = linkedShare(page);
  const texts = all.filter(({ block, start, end }) => {
    const kind = page.blocks[block]?.kind ?? 'code';
    return kind !== 'heading' && kind !== 'code' && end - start >= 15 && (linked[block] ?? 0) < 0.6;
  });
  const prose = texts.filter(({ start, end, block }) =>
    isProse(page.text.slice(start, end), page.blocks[block]?.kind),
  );
  const proseLength = prose.reduce((sum, { start, end }) => sum + end - start, 0);
  // A page of lists and tables is summed up by its lines.
  const pool = proseLength > 0.15 * page.text.length || proseLength > 600 ? prose : texts;
  const step = Math.max(1, (pool.length - mostCandidates / 2) / (mostCandidates / 2));
  const sampled = pool.filter(
    (_sentence, i) => i < mostCandidates / 2 || Math.floor(i / step) !== Math.floor((i - 1) / step),
  );
  return sampled
    .map(({ start, end, block }) => ({
      start,
      block,
      text: page.text.slice(start, end).replace(/\s+/gu, ' '),
    }))
    .filter(({ text }) => text.length <= longestSentence && text !== title && !idle?.test(text))
    .map(({ start, block, text }, order) => ({
      order,
      text,
      words: wordsOf(text, common),
      leads: start === page.blocks[block]?.start && page.blocks[block - 1]?.kind === 'heading',
      leans: leaning?.test(text) ?? false,
    }));
}

/** Whole sentences of running text: a beginning, an end, and enough words between. */
function isProse(text: string, kind: Block['kind'] | undefined): boolean {
  if (kind === 'row' || kind === 'check') return false;
  return (
    text.length >= 40 &&
    /^["“„«¿¡(‘'’]?[\p{Lu}\p{Lo}\d]/u.test(text) &&
    /[.!?…。]["”»’)]?$/u.test(text) &&
    /\p{Ll}{2,} \p{L}+ \p{L}/u.test(text)
  );
}

/** The share of each block that is links. */
function linkedShare(page: PageText): number[] {
  const shares = page.blocks.map(() => 0);
  let block = 0;
  for (const { start, end } of page.links) {
    while (block < page.blocks.length - 1 && (page.blocks[block]?.end ?? 0) <= start) block++;
    const within = page.blocks[block];
    if (within)
      shares[block] = (shares[block] ?? 0) + (end - start) / Math.max(1, within.end - within.start);
  }
  return shares;
}

/** Words cut to their first letters: a cheap stem that serves four languages. */
function wordsOf(text: string, common: ReadonlySet<string>): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{3,}|\p{N}{4,}/gu) ?? [];
  return new Set(words.filter((word) => !common.has(word)).map((word) => word.slice(0, 6)));
}

/** What each candidate counts for, by its order. */
function scoresOf(
  candidates: readonly Candidate[],
  title: string,
  grammar: Grammar | null,
): number[] {
  const sentencesWith = new Map<string, number>();
  for (const { words } of candidates) {
    for (const word of words) sentencesWith.set(word, (sentencesWith.get(word) ?? 0) + 1);
  }
  const weights = new Map<string, number>();
  let heaviest = 1;
  for (const [word, seen] of sentencesWith) {
    // A word of one sentence says nothing about the page, and one of every sentence nothing either.
    const rarity = seen < 2 ? 0.15 : Math.log(1 + candidates.length / seen) * Math.min(1, seen / 3);
    weights.set(word, seen * rarity);
    heaviest = Math.max(heaviest, seen * rarity);
  }
  const titleWords = wordsOf(title, new Set(grammar?.commonWords));
  return candidates.map(({ words, order, text, leads, leans }) => {
    let central = 0;
    let named = 0;
    for (const word of words) {
      central += (weights.get(word) ?? 0) / heaviest;
      if (titleWords.has(word)) named++;
    }
    return (
      // Square root: neither the longest sentence nor the shortest wins by its length.
      central / Math.sqrt(Math.max(6, words.size)) +
      0.5 * (named / Math.max(2, titleWords.size)) +
      0.7 * Math.exp(-order / Math.max(4, candidates.length * 0.15)) +
      (leads ? 0.15 : 0) -
      (leans ? 0.5 : 0) -
      (text.length > 320 ? 0.4 : 0) -
      (/["“„«]/u.test(text) ? 0.2 : 0) -
      (/[?!]$/u.test(text) ? 0.5 : 0)
    );
  });
}

/** Maximal marginal relevance: one after the other, each for what it adds to those before. */
function choose(
  candidates: readonly Candidate[],
  scores: readonly number[],
  count: number,
): Candidate[] {
  const score = ({ order }: Candidate): number => scores[order] ?? 0;
  const chosen: Candidate[] = [];
  const left = [...candidates].sort((a, b) => score(b) - score(a)).slice(0, mostCompared);
  while (chosen.length < count) {
    let best: Candidate | undefined;
    let most = -Infinity;
    for (const candidate of left) {
      if (chosen.includes(candidate)) continue;
      const same = chosen.reduce((max, other) => Math.max(max, likeness(candidate, other)), 0);
      if (same <= sameAgain && score(candidate) - same > most) {
        best = candidate;
        most = score(candidate) - same;
      }
    }
    if (!best) break;
    chosen.push(best);
  }
  return chosen.sort((a, b) => a.order - b.order);
}

function likeness(a: Candidate, b: Candidate): number {
  let shared = 0;
  for (const word of a.words) if (b.words.has(word)) shared++;
  return shared / Math.max(1, Math.min(a.words.size, b.words.size));
}
