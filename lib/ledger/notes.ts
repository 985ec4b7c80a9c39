/**
 * Notes: long text as a Yjs document per note, held as the updates that made it.
 *
 * Documents are loaded one at a time, read or edited, and let go. `gc` is off: what was deleted can
 * come back when the device that deleted it is rolled back.
 */
import * as Y from 'yjs';

/** @param updates V1, checked before they were kept; in any order. */
export function readNote(updates: readonly Uint8Array[]): string {
  return load(updates).getText('note').toJSON();
}

/**
 * The updates that turn a note into `next`, touching only what differs; none if nothing does. A
 * long insertion is several, so that each fits an envelope.
 *
 * @param client this device's Yjs client id, see `clientOf`.
 */
export function editNote(
  updates: readonly Uint8Array[],
  client: number,
  next: string,
): Uint8Array[] {
  const document = load(updates);
  const text = document.getText('note');
  const previous = text.toJSON();
  if (previous === next) return [];
  const made: Uint8Array[] = [];
  // The event's update holds one transaction alone; a diff of states would repeat every deletion.
  document.on('update', (update: Uint8Array) => made.push(update));
  document.clientID = client;
  const start = commonPrefix(previous, next);
  const end = commonSuffix(previous, next, start);
  let at = start;
  do {
    document.transact(() => {
      if (at === start) text.delete(start, previous.length - start - end);
      const piece = wholeCharacters(next.slice(at, Math.min(at + pieceLength, next.length - end)));
      text.insert(at, piece);
      at += piece.length;
    });
  } while (at < next.length - end);
  return made;
}

/** Code units of one insertion: at most three bytes each in UTF-8, well under an envelope. */
const pieceLength = 16_384;

/** The Yjs client id of a device: the first 32 bits of its public key. */
export function clientOf(device: Uint8Array): number {
  return new DataView(device.buffer, device.byteOffset).getUint32(0);
}

function load(updates: readonly Uint8Array[]): Y.Doc {
  const document = new Y.Doc({ gc: false });
  document.transact(() => {
    for (const update of updates) Y.applyUpdate(document, update);
  });
  return document;
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
