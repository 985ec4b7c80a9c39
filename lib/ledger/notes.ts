/**
 * Notes: long text as a Yjs document per note, held as the updates that made it.
 *
 * Documents are loaded one at a time, read or edited, and let go. `gc` is off: what was deleted can
 * come back when the device that deleted it is rolled back.
 *
 * The text is a function of the set of parts: they are put in an order of our own, first all that
 * was written, then all deletions, so that Yjs never waits for anything. Yjs gives the places, the
 * characters are those of the updates: Yjs spoils a surrogate pair that anybody writes into.
 */
import * as Y from 'yjs';
import { compareBytes } from './envelope.ts';
import {
  inspectNoteUpdate,
  type NoteDeletion,
  type NoteReference,
  type NoteUpdate,
  withoutDeletions,
} from './note-update.ts';

/** One update of a note. */
export interface NotePart {
  /** Yjs, V1; inspected when it was admitted. */
  readonly update: Uint8Array;
  /**
   * Written by a device that was rolled back, beyond its cut: what others wrote next to it keeps its
   * place, but its text is gone, and its deletions never were.
   */
  readonly isVoid: boolean;
  /** Up to which clock its author had seen what another author wrote in this note: what it deletes
   *  beyond is not deleted. Absent: all there is. */
  readonly knows?: (client: number) => number;
}

/** @param parts in any order. */
export function readNote(parts: readonly NotePart[]): string {
  if (parts.length === 0) return ''; // a document costs more than most reads
  const note = load(parts);
  return textOf(note) + note.homeless;
}

/**
 * The updates that turn a note into `next`, touching only what differs; none if nothing does. What
 * is long is several, so that each fits an envelope.
 *
 * @param client this device's Yjs client id, see `clientOf`.
 */
export function editNote(parts: readonly NotePart[], client: number, next: string): Uint8Array[] {
  const note = load(parts);
  const { document } = note;
  const text = document.getText('note');
  const previous = textOf(note);
  const wanted = withoutHomeless(next, previous, note.homeless);
  if (previous === wanted) return [];
  const made: Uint8Array[] = [];
  // The event's update holds one transaction alone; a diff of states would repeat every deletion.
  document.on('update', (update: Uint8Array) => made.push(update));
  document.clientID = client;
  const start = commonPrefix(previous, wanted);
  const end = commonSuffix(previous, wanted, start);
  const deletions = deletionLengths(text, start, previous.length - start - end);
  for (const length of deletions.slice(0, -1)) text.delete(start, length);
  let at = start;
  do {
    document.transact(() => {
      if (at === start) text.delete(start, deletions.at(-1) ?? 0);
      const piece = wholeCharacters(
        wanted.slice(at, Math.min(at + pieceLength, wanted.length - end)),
      );
      text.insert(at, piece);
      at += piece.length;
    });
  } while (at < wanted.length - end);
  return made;
}

/** Code units of one insertion: at most three bytes each in UTF-8, well under an envelope. */
const pieceLength = 16_384;

/** Items deleted in one update: each at most one range of 9 bytes; with a piece, under an envelope. */
const itemsDeletedAtOnce = 1_024;

/** The Yjs client id of a device: the first 32 bits of its public key. */
export function clientOf(device: Uint8Array): number {
  return new DataView(device.buffer, device.byteOffset).getUint32(0);
}

interface Note {
  readonly document: Y.Doc;
  /** All that an author ever wrote in the document, by client; a code unit is at its clock. */
  readonly written: ReadonlyMap<number, string>;
  /** Accepted text whose clocks are those of other text: it has no place in the document. */
  readonly homeless: string;
}

/** An update with text. */
interface Writing extends NoteUpdate {
  readonly client: number;
  readonly isVoid: boolean;
  /** The update without its deletions. */
  readonly struct: Uint8Array;
}

/** What one author wrote, oldest first: from clock 0 to `end` without a gap. */
interface Chain {
  readonly client: number;
  readonly writings: Writing[];
  end: number;
}

/** A chain on its way into the document. */
interface Queue extends Chain {
  /** How many of the writings are in, and up to which clock. */
  done: number;
  reached: number;
}

function load(parts: readonly NotePart[]): Note {
  const writings: Writing[] = [];
  const deletions: NoteDeletion[] = [];
  for (const { update, isVoid, knows } of parts) {
    const inspected = inspectNoteUpdate(update);
    const { client } = inspected;
    if (client !== null) {
      writings.push({ ...inspected, client, isVoid, struct: withoutDeletions(update, inspected) });
    }
    if (isVoid) continue;
    for (const { client, start, length } of inspected.deletions) {
      const known = knows ? knows(client) - start : Infinity;
      if (known > 0) deletions.push({ client, start, length: Math.min(length, known) });
    }
  }
  const { chains, homeless } = chainsOf(writings);
  for (const { writings } of chains.values()) {
    for (const { client, start, text, isVoid } of writings) {
      if (isVoid) deletions.push({ client, start, length: text.length });
    }
  }
  const document = new Y.Doc({ gc: false, guid: 'note' });
  document.transact(() => {
    integrate(document, chains);
    Y.applyUpdate(document, deletionUpdate(deletions, chains));
  });
  const written = new Map<number, string>();
  for (const { client, writings } of chains.values()) {
    written.set(client, writings.map(({ text }) => text).join(''));
  }
  return { document, written, homeless };
}

/**
 * Of two updates with the same clocks, which only a forked log has, one counts: an accepted one
 * before a void one. What comes after a gap or into the clocks of others is left out.
 */
function chainsOf(writings: Writing[]): { chains: Map<number, Chain>; homeless: string } {
  const chains = new Map<number, Chain>();
  let homeless = '';
  let previous: Writing | undefined;
  for (const writing of writings.sort(inOrder)) {
    const isRepeated = previous !== undefined && isSameText(previous, writing);
    previous = writing;
    if (isRepeated) continue;
    const { client, start, end, text, isVoid } = writing;
    let chain = chains.get(client);
    if (!chain) chains.set(client, (chain = { client, writings: [], end: 0 }));
    if (start === chain.end) {
      chain.writings.push(writing);
      chain.end = end;
    } else if (!isVoid) homeless += text;
  }
  return { chains, homeless };
}

/** A total order, but for equal ones. Higher clients first, as Yjs likes them best. */
function inOrder(a: Writing, b: Writing): number {
  return (
    b.client - a.client ||
    a.start - b.start ||
    Number(a.isVoid) - Number(b.isVoid) ||
    a.end - b.end ||
    compareBytes(a.struct, b.struct)
  );
}

function isSameText(a: Writing, b: Writing): boolean {
  return a.client === b.client && a.start === b.start && a.isVoid === b.isVoid && a.text === b.text;
}

/**
 * Applies all that was written, each after what it was put next to. Where that is missing, which
 * takes a forked log, the text goes to the end of the note.
 */
function integrate(document: Y.Doc, chains: ReadonlyMap<number, Chain>): void {
  const queues = [...chains.values()].map((chain): Queue => ({ ...chain, done: 0, reached: 0 }));
  const queuesByClient = new Map(queues.map((queue) => [queue.client, queue]));
  const isThere = (place: NoteReference | null) =>
    !place || place.clock < (queuesByClient.get(place.client)?.reached ?? 0);
  const isLost = (place: NoteReference | null) =>
    place !== null && place.clock >= (chains.get(place.client)?.end ?? 0);
  let last: Y.Item | null = null;
  const append = (writing: Writing) => {
    last ??= document.getText('note')._start;
    while (last?.right) last = last.right;
    Y.applyUpdate(document, writingAfter(last, writing));
  };
  for (;;) {
    const waiting: { queue: Queue; next: Writing }[] = [];
    let isStuck = true;
    for (const queue of queues) {
      for (;;) {
        const next = queue.writings[queue.done];
        if (!next) break;
        if (!isThere(next.after) || !isThere(next.before)) {
          waiting.push({ queue, next });
          break;
        }
        if (isForged(document, next)) append(next);
        else Y.applyUpdate(document, next.struct);
        queue.done++;
        queue.reached = next.end;
        isStuck = false;
      }
    }
    if (!isStuck) continue;
    // By client, ascending. Who only waits for another of these may yet get its place.
    waiting.reverse();
    const stray =
      waiting.find(({ next }) => isLost(next.after) || isLost(next.before)) ?? waiting[0];
    if (!stray) return;
    append(stray.next);
    stray.queue.done++;
    stray.queue.reached = stray.next.end;
  }
}

/**
 * Whether the author had itself written between the two places. No editor writes so; and a thousand
 * such updates would make Yjs compare each with all the others, where honest ones meet only what
 * others wrote there at the same time.
 */
function isForged(document: Y.Doc, { client, after, before }: Writing): boolean {
  const left = after && Y.getItem(document.store, Y.createID(after.client, after.clock));
  if (left && before && isIn(left, before) && before.clock > after.clock) return false;
  let item = left ? left.right : document.getText('note')._start;
  for (; item; item = item.right) {
    if (before && isIn(item, before)) return false;
    if (item.id.client === client) return true;
  }
  return false;
}

function isIn({ id, length }: Y.Item, { client, clock }: NoteReference): boolean {
  return client === id.client && clock >= id.clock && clock < id.clock + length;
}

/** The same text with the same clocks, but put after `last`. */
function writingAfter(last: Y.Item | null, { client, start, text }: Writing): Uint8Array {
  const bytes = [1, 1, ...varUint(client), ...varUint(start)];
  if (last) bytes.push(0x84, ...varUint(last.lastId.client), ...varUint(last.lastId.clock));
  else bytes.push(0x04, 1, 4, ...utf8.encode('note'));
  const content = utf8.encode(text);
  bytes.push(...varUint(content.length));
  const update = new Uint8Array(bytes.length + content.length + 1);
  update.set(bytes);
  update.set(content, bytes.length);
  return update;
}

const utf8 = new TextEncoder();

/** An update that deletes what there is of these. */
function deletionUpdate(deletions: NoteDeletion[], chains: ReadonlyMap<number, Chain>): Uint8Array {
  const rangesByClient = new Map<number, { start: number; end: number }[]>();
  for (const { client, start, length } of deletions.sort((a, b) => a.start - b.start)) {
    const end = Math.min(start + length, chains.get(client)?.end ?? 0);
    if (start >= end) continue;
    let ranges = rangesByClient.get(client);
    if (!ranges) rangesByClient.set(client, (ranges = []));
    const before = ranges.at(-1);
    if (before && start <= before.end) before.end = Math.max(before.end, end);
    else ranges.push({ start, end });
  }
  const bytes = [0, ...varUint(rangesByClient.size)];
  for (const [client, ranges] of rangesByClient) {
    bytes.push(...varUint(client), ...varUint(ranges.length));
    for (const { start, end } of ranges) bytes.push(...varUint(start), ...varUint(end - start));
  }
  return Uint8Array.from(bytes);
}

/** A number as Yjs writes it. */
function varUint(number: number): number[] {
  const bytes: number[] = [];
  for (; number >= 0x80; number = Math.floor(number / 0x80)) bytes.push((number % 0x80) | 0x80);
  bytes.push(number);
  return bytes;
}

function textOf({ document, written }: Note): string {
  let text = '';
  for (const { id, length } of itemsOf(document.getText('note'))) {
    text += written.get(id.client)?.slice(id.clock, id.clock + length) ?? '';
  }
  return text.toWellFormed();
}

/** What is there, in order. */
function* itemsOf(text: Y.Text): Generator<Y.Item> {
  for (let item = text._start; item; item = item.right) if (!item.deleted) yield item;
}

/**
 * What is left of `next` for the document. Text that is not in the document stays as it is and where
 * it is: who changes it changes the end of the document.
 */
function withoutHomeless(next: string, previous: string, homeless: string): string {
  if (next.endsWith(homeless)) return next.slice(0, next.length - homeless.length);
  const shown = previous + homeless;
  const start = commonPrefix(shown, next);
  const end = commonSuffix(shown, next, start);
  return (
    previous.slice(0, start) +
    next.slice(start, next.length - end) +
    previous.slice(shown.length - end)
  );
}

/** A deletion in steps, none of which touches too many items. */
function deletionLengths(text: Y.Text, start: number, length: number): number[] {
  const lengths: number[] = [];
  let position = 0;
  let items = 0;
  let from = start;
  for (const item of itemsOf(text)) {
    position += item.length;
    if (position <= start) continue;
    if (position >= start + length) break;
    if (++items % itemsDeletedAtOnce > 0) continue;
    lengths.push(position - from);
    from = position;
  }
  lengths.push(start + length - from);
  return lengths;
}

/** Code units alike at the start, never splitting a surrogate pair. */
function commonPrefix(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return isHighSurrogate(a, length - 1) ? length - 1 : length;
}

function commonSuffix(a: string, b: string, start: number): number {
  const limit = Math.min(a.length, b.length) - start;
  let length = 0;
  while (length < limit && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return isLowSurrogate(a, a.length - length) ? length - 1 : length;
}

/** A piece that does not end in half a surrogate pair, unless it is nothing else. */
function wholeCharacters(piece: string): string {
  return piece.length > 1 && isHighSurrogate(piece, piece.length - 1) ? piece.slice(0, -1) : piece;
}

function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800;
}

function isLowSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00;
}
