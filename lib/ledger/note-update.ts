/**
 * Note updates: what a stranger's Yjs update (V1) may be, found out before Yjs sees it.
 *
 * Yjs trusts its updates: eleven bytes mute an author for good, nested types overflow the stack. So
 * a strict reader of our own lets through exactly what `editNote` writes: at most one struct, a run
 * of text in the root type 'note', and deletions. Everything is said in one way only: the shortest
 * numbers, sorted ranges, nothing left over. It takes time linear in the bytes.
 *
 * One struct, because Yjs may compare each with all the others in its place: 4,096 in one update of
 * 44 KB took 3.9 s, four such updates 71 s (Node 24, yjs 13.6.33).
 *
 * A clock counts the UTF-16 code units that its author wrote in the note.
 */

/** Of one update, inclusive. They are part of the format: all devices must admit the same. */
export const noteUpdateLimits = { bytes: 65_536, deletions: 8_192 } as const;

/** One code unit, by who wrote it. */
export interface NoteReference {
  readonly client: number;
  readonly clock: number;
}

/** Code units from `start` on; at least one. */
export interface NoteDeletion {
  readonly client: number;
  readonly start: number;
  readonly length: number;
}

export interface NoteUpdate {
  /** The Yjs client id of the author; null if the update only deletes. */
  readonly client: number | null;
  /** The clocks of the text, end exclusive; both 0 if there is none. */
  readonly start: number;
  readonly end: number;
  /** What the text was put after; null at the start of the note. */
  readonly after: NoteReference | null;
  /** What it was put before; null at the end. */
  readonly before: NoteReference | null;
  /** By client, descending; then ascending, with gaps between them. */
  readonly deletions: readonly NoteDeletion[];
  /** All that is inserted, in the order of clocks: `end - start` code units. */
  readonly text: string;
  /** The offset in bytes where the structs end and the deletions begin. */
  readonly structsEnd: number;
}

/** @throws TypeError, with a short reason, if this is nothing that `editNote` could have written. */
export function inspectNoteUpdate(bytes: Uint8Array): NoteUpdate {
  if (bytes.length > noteUpdateLimits.bytes) throw new TypeError('too many bytes');
  const reader: Reader = { bytes, at: 0 };
  const authors = readNumber(reader);
  if (authors > 1) throw new TypeError('more than one author');
  const written = authors === 1 ? readStruct(reader) : nothingWritten;
  const structsEnd = reader.at;
  const deletions = readDeletions(reader);
  if (reader.at < bytes.length) throw new TypeError('bytes left over');
  if (authors === 0 && deletions.length === 0) throw new TypeError('says nothing');
  return { ...written, deletions, structsEnd };
}

/** The update without its deletions. */
export function withoutDeletions(bytes: Uint8Array, { structsEnd }: NoteUpdate): Uint8Array {
  const kept = new Uint8Array(structsEnd + 1);
  kept.set(bytes.subarray(0, structsEnd));
  return kept;
}

export interface NoteAuthor {
  readonly client: number;
  /** How many code units the author has written in this note so far. */
  readonly next: number;
  /** Whether the author had seen what another wrote there, when it wrote the update. */
  readonly knows: (client: number, clock: number) => boolean;
}

/** Why this author cannot have written the update; null if it can. */
export function checkNoteUpdate(
  { client, start, after, before, deletions }: NoteUpdate,
  author: NoteAuthor,
): string | null {
  const knows = (of: number, clock: number) =>
    of === author.client ? clock < author.next : author.knows(of, clock);
  if (client !== null && client !== author.client) return 'written as another';
  if (client !== null && start !== author.next) return 'clocks do not continue';
  for (const neighbour of [after, before]) {
    if (neighbour && !knows(neighbour.client, neighbour.clock)) {
      return 'put next to what the author had not seen';
    }
  }
  // Clocks have no gaps: who had seen the last of a range had seen all of it.
  if (!deletions.every(({ client: of, start: from, length }) => knows(of, from + length - 1))) {
    return 'deletes what the author had not seen';
  }
  return null;
}

type Written = Omit<NoteUpdate, 'deletions' | 'structsEnd'>;

const nothingWritten: Written = {
  client: null,
  start: 0,
  end: 0,
  after: null,
  before: null,
  text: '',
};

/** The bits of a struct's first byte; the lower five are the kind of its content. */
const info = { after: 0x80, before: 0x40, kind: 0x1f, string: 4 } as const;

function readStruct(reader: Reader): Written {
  if (readNumber(reader) !== 1) throw new TypeError('not one struct');
  const client = readClient(reader);
  const start = readNumber(reader);
  const flags = readByte(reader);
  if ((flags & info.kind) !== info.string) throw new TypeError('not plain text');
  if ((flags & ~(info.kind | info.after | info.before)) !== 0) {
    throw new TypeError('text with a key');
  }
  const readNeighbour = (side: number): NoteReference | null => {
    if ((flags & side) === 0) return null;
    const neighbour = { client: readClient(reader), clock: readNumber(reader) };
    if (neighbour.client === client && neighbour.clock >= start) {
      throw new TypeError('put next to what comes later');
    }
    return neighbour;
  };
  const after = readNeighbour(info.after);
  const before = readNeighbour(info.before);
  // Only the first in a note says where it is.
  if (!after && !before && (readNumber(reader) !== 1 || readText(reader) !== 'note')) {
    throw new TypeError('not in the note');
  }
  const text = readText(reader);
  if (text === '') throw new TypeError('empty text');
  const end = start + text.length;
  if (!Number.isSafeInteger(end)) throw new TypeError('number out of range');
  return { client, start, end, after, before, text };
}

function readDeletions(reader: Reader): NoteDeletion[] {
  const deletions: NoteDeletion[] = [];
  const authors = readNumber(reader);
  let previous = Infinity;
  for (let index = 0; index < authors; index++) {
    const client = readClient(reader);
    if (client >= previous) throw new TypeError('authors out of order');
    previous = client;
    const count = readNumber(reader);
    if (count === 0) throw new TypeError('an author without deletions');
    if (deletions.length + count > noteUpdateLimits.deletions) {
      throw new TypeError('too many deletions');
    }
    // Yjs joins ranges that touch.
    let above = -1;
    for (let range = 0; range < count; range++) {
      const start = readNumber(reader);
      const length = readNumber(reader);
      if (start <= above) throw new TypeError('deletions out of order');
      if (length === 0) throw new TypeError('empty deletion');
      above = start + length;
      if (!Number.isSafeInteger(above)) throw new TypeError('number out of range');
      deletions.push({ client, start, length });
    }
  }
  return deletions;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function readByte(reader: Reader): number {
  const byte = reader.bytes[reader.at++];
  if (byte === undefined) throw new TypeError('cut short');
  return byte;
}

/** Seven bits a byte, the lowest first; lib0's reader takes longer forms and unsafe integers too. */
function readNumber(reader: Reader): number {
  let number = 0;
  let factor = 1;
  for (;;) {
    const byte = readByte(reader);
    number += (byte & 0x7f) * factor;
    if (!Number.isSafeInteger(number)) throw new TypeError('number out of range');
    if (byte < 0x80) {
      if (byte === 0 && factor > 1) throw new TypeError('number too long');
      return number;
    }
    factor *= 0x80;
  }
}

/** See `clientOf`. */
function readClient(reader: Reader): number {
  const client = readNumber(reader);
  if (client > 0xffff_ffff) throw new TypeError('client out of range');
  return client;
}

// As Yjs reads it: a mark of byte order is text.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readText(reader: Reader): string {
  const length = readNumber(reader);
  const start = reader.at;
  if (length > reader.bytes.length - start) throw new TypeError('cut short');
  reader.at += length;
  try {
    return utf8.decode(reader.bytes.subarray(start, reader.at));
  } catch {
    throw new TypeError('not UTF-8'); // The decoder's own words differ from browser to browser.
  }
}
