/**
 * The tasks that a page asks of its reader: what a sensible person would put on a to-do list.
 *
 * Every sentence is weighed (evidence.ts). What comes to the threshold is proposed, with the
 * sentence as its proof; a plain request just below it is carried by a certain one beside it. A page
 * without requests has no tasks, nor has one in a language without a grammar.
 */
import { sentences } from '../model/sentences.ts';
import {
  type Ask,
  type Deadline,
  type Reading,
  type Weighed,
  readingOf,
  threshold,
  weigh,
} from './evidence.ts';
import { languageOf } from './grammar/languages.ts';
import type { ReadableDocument, TaskProposal } from './language-model.ts';
import { yearsOf } from './page-years.ts';
import { pause } from './pause.ts';
import { taskTitle } from './task-title.ts';

/** How far below the threshold a request may be that has company, and how far away that may be. */
const company = { margin: 0.9, sentences: 3, blocks: 3 } as const;

/** 'and', with another thing of two words or more behind. */
const secondObject = /^,?\s(?:and|und|sowie|et|ainsi que|y|e)\s(?=\p{L}+\s\p{L}+\s)/u;

/** UTF-16 code units read before other work of the thread has its turn. */
const stride = 20_000;

export async function* findTasks(
  document: ReadableDocument,
  signal: AbortSignal,
): AsyncGenerator<TaskProposal> {
  signal.throwIfAborted();
  const { tag, grammar } = languageOf(document.page);
  if (!grammar) return;
  const reading = readingOf(document, grammar, tag);
  await pause(signal);
  const { page, title, published } = document;
  // Without a day of its own, a page tells by its other dates which year it means.
  const near = published === null ? yearsOf(page, title, reading.dates) : null;
  const all = sentences(page);
  await pause(signal);
  const found: Weighed[] = [];
  let read = 0;
  for (const sentence of all) {
    read += sentence.end - sentence.start;
    if (read > stride) {
      read = 0;
      await pause(signal);
    }
    const weighed = weigh(sentence, near === null ? reading : dated(reading, near(sentence.block)));
    if (weighed && weighed.score >= threshold - company.margin) found.push(weighed);
  }
  const seen = new Set<string>();
  for (const [i, weighed] of found.entries()) {
    if (weighed.score < threshold && !hasCompany(weighed, found, i, reading)) continue;
    for (const proposal of proposals(weighed, reading)) {
      if (proposal.title === '') continue;
      const key = `${proposal.title.toLowerCase()} ${proposal.due ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      signal.throwIfAborted();
      yield proposal;
    }
  }
}

function dated(reading: Reading, near: string | null): Reading {
  return { ...reading, dates: { ...reading.dates, near } };
}

/** Whether a plain request stands beside a certain one, in the same section. */
function hasCompany(
  weighed: Weighed,
  found: readonly Weighed[],
  i: number,
  { grammar }: Reading,
): boolean {
  const { text, asks, block, sentence, section } = weighed;
  const isPlain = asks.some(
    ({ kind, weight }) =>
      weight >= 1.7 && (kind === 'request' || kind === 'imperative' || kind === 'infinitive'),
  );
  const isListed = block.kind === 'item' && asks.some(({ kind }) => kind === 'action');
  if (!isPlain && !isListed) return false;
  if (section.purpose === 'idle' || text.length < 16 || grammar.conditional.test(text))
    return false;
  return found
    .slice(Math.max(0, i - company.sentences), i + company.sentences + 1)
    .some(
      (other) =>
        other.score >= threshold &&
        other.section === section &&
        Math.abs(other.sentence.block - sentence.block) <= company.blocks,
    );
}

function proposals(
  { text, sentence, asks, dates }: Weighed,
  { document, grammar }: Reading,
): TaskProposal[] {
  const quote = { text, start: sentence.start, end: sentence.end };
  const propose = (from: number, to: number, date: Deadline | null): TaskProposal => ({
    title: taskTitle(text, from, to, dates, grammar),
    quote,
    due: date?.due ?? null,
    dueCertain:
      date === null ||
      date.guessed === 'nothing' ||
      (date.guessed !== 'open' && document.published !== null),
  });
  const [start = 0] = startsOf(asks);
  const open = dates.filter(({ hasPassed, isAside }) => !hasPassed && !isAside);
  const limits = open.filter(({ isLimit }) => isLimit);

  // 'Register by 3 March and send your talk by 10 March', 'names by 3 March and photos by 10 March':
  // each limit with what stands before it.
  const places = asks.filter(({ kind }) => kind !== 'deadline').map(({ at }) => at);
  const placeOf = limits.map(({ start: limit }, i) => {
    const previous = limits[i - 1]?.end ?? 0;
    const joined = i > 0 ? secondObject.exec(text.slice(previous, limit))?.[0].length : undefined;
    const own = places.filter((place) => place >= previous && place < limit);
    return own.at(-1) ?? (joined === undefined ? -1 : previous + joined);
  });
  if (limits.length > 1 && placeOf.every((place, i) => place >= 0 || i === 0)) {
    return limits.map((limit, i) =>
      propose(i === 0 ? start : (placeOf[i] ?? 0), placeOf[i + 1] ?? text.length, limit),
    );
  }
  const after = open.find((date) => date.start >= start);
  // 'For the trip on 27 March we need help – please write to Nina': that is no date for the letter.
  const before = open.find(
    ({ end }) => !/:\s|\s[–—-]\s|[.!?]\s\p{Lu}/u.test(text.slice(end, start)),
  );
  return [propose(start, text.length, limits[0] ?? after ?? before ?? null)];
}

/** Where the things to be done begin, in order: only what nearly suffices alone, else the best. */
function startsOf(asks: readonly Ask[]): number[] {
  // What stands before the label 'TODO:' is not part of it.
  const label = asks.find(({ kind, weight }) => kind === 'action' && weight >= 3)?.at ?? 0;
  const most = Math.max(0, ...asks.map(({ weight }) => weight));
  const strong = asks.filter(
    ({ weight, kind, at }) => at >= label && weight >= Math.min(most, 1.6) && kind !== 'deadline',
  );
  // 'ACTION: all members are asked to label …': the label says less than the request behind it.
  const asked = strong.filter(({ kind }) => kind === 'request' || kind === 'duty');
  const best = strong.some(({ kind }) => kind === 'action') && asked.length > 0 ? asked : strong;
  return best.map(({ at }) => at).sort((a, b) => a - b);
}
