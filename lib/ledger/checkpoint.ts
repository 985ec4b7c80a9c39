/**
 * Checkpoints: a device restates its own log, so that the log itself can go.
 *
 * For every field, set element and note update that a log comes to, a checkpoint says the last word,
 * with the seq and clock that it had and with what its author had seen by then: every join comes out
 * as before. Whoever holds the log makes the checkpoint anew and compares; whoever does not needs the
 * word of a senior that has (`vouch`). A checkpoint is as many envelopes as it takes, one after the
 * other; the payload of each is CBOR, see `Wire`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { type EntityKind, fieldSpec } from '../model/entities.ts';
import { type Id, idFromBytes, idToBytes } from '../model/id.ts';
import { isEntityKind, oneWayToSayIt } from './claims.ts';
import { payloadLimit } from './envelope.ts';

/** A last word, as it stands in table claim or note_update. */
export interface Word {
  readonly kind: EntityKind;
  readonly id: Id;
  readonly field: string;
  /** CBOR of a set's element; empty for registers and texts. */
  readonly element: Uint8Array;
  readonly seq: number;
  readonly hlc: number;
  readonly derived: boolean;
  /** CBOR of the value, or of whether the element is present; of a text a Yjs update. */
  readonly value: Uint8Array;
}

/** By `seq`, the author had seen `upto` of `other`'s log. */
export interface Sight {
  readonly other: Uint8Array;
  readonly seq: number;
  readonly upto: number;
}

/** An envelope that a checkpoint does not restate, because it is kept for ever. */
export interface Kept {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export interface Restated {
  readonly words: readonly Word[];
  readonly sights: readonly Sight[];
  readonly kept: readonly Kept[];
}

/** One envelope of a checkpoint. */
export interface Checkpoint extends Restated {
  /** The last seq that is restated: that of the envelope before the first part. */
  readonly base: number;
  /** From 0. */
  readonly part: number;
  readonly of: number;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const blob = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Wire = v.strictObject({
  base: count,
  part: count,
  of: count,
  words: v.array(
    v.strictTuple([v.string(), blob, v.string(), blob, count, count, v.boolean(), blob]),
  ),
  sights: v.array(v.strictTuple([blob, count, count])),
  kept: v.array(v.strictTuple([count, blob])),
});
type Wire = v.InferOutput<typeof Wire>;

/** Payloads of a checkpoint, in order; at least one. */
export function encodeCheckpoint(base: number, { words, sights, kept }: Restated): Uint8Array[] {
  interface Part {
    words: Wire['words'];
    sights: Wire['sights'];
    kept: Wire['kept'];
  }
  const parts: Part[] = [{ words: [], sights: [], kept: [] }];
  let room = budget;
  const put = <K extends keyof Part>(list: K, item: Part[K][number]) => {
    const size = encode(item).length;
    if (size > room) {
      parts.push({ words: [], sights: [], kept: [] });
      room = budget;
    }
    room -= size;
    (parts.at(-1)?.[list] as Part[K][number][]).push(item);
  };
  for (const { seq, hash } of kept) put('kept', [seq, hash]);
  for (const { other, seq, upto } of sights) put('sights', [other, seq, upto]);
  for (const word of words) {
    const { kind, id, field, element, seq, hlc, derived, value } = word;
    put('words', [kind, idToBytes(id), field, element, seq, hlc, derived, value]);
  }
  return parts.map((part, index) => encode({ base, part: index, of: parts.length, ...part }));
}

/** Bytes of items in one payload, with room for the rest. */
const budget = payloadLimit - 200;

/** @throws if the bytes are no part of a checkpoint, or a word is about no field that there is. */
export function decodeCheckpoint(payload: Uint8Array): Checkpoint {
  const { base, part, of, words, sights, kept } = v.parse(Wire, decode(payload, oneWayToSayIt));
  if (part >= of) throw new TypeError('a part beyond the last');
  return {
    base,
    part,
    of,
    words: words.map(([kind, id, field, element, seq, hlc, derived, value]): Word => {
      if (!isEntityKind(kind) || !fieldSpec(kind, field)) {
        throw new TypeError(`no such field: ${kind}.${field}`);
      }
      return { kind, id: idFromBytes(id), field, element, seq, hlc, derived, value };
    }),
    sights: sights.map(([other, seq, upto]) => ({ other, seq, upto })),
    kept: kept.map(([seq, hash]) => ({ seq, hash })),
  };
}

/** A name of all that is restated, alike exactly when it is, whatever the order and the parts. */
export function restatedDigest({ words, sights, kept }: Restated): string {
  const lines = [
    ...words.map(({ kind, id, field, element, seq, hlc, derived, value }) =>
      encode([kind, idToBytes(id), field, element, seq, hlc, derived, value]),
    ),
    ...sights.map(({ other, seq, upto }) => encode([other, seq, upto])),
    ...kept.map(({ seq, hash }) => encode([seq, hash])),
  ];
  const digests = lines.map((line) => bytesToHex(sha256(line))).sort();
  return bytesToHex(sha256(new TextEncoder().encode(digests.join())));
}

/**
 * Of what an author had seen over time, what its words need: for each other device the steps at
 * which a word was said, and the last.
 *
 * @param seqs of the words that are left, ascending. @param sights ascending by seq.
 */
export function neededSights(seqs: readonly number[], sights: readonly Sight[]): Sight[] {
  const byOther = Map.groupBy(sights, ({ other }) => bytesToHex(other));
  const needed: Sight[] = [];
  for (const steps of byOther.values()) {
    let at = 0;
    steps.forEach((step, index) => {
      const next = steps[index + 1]?.seq ?? Infinity;
      while (at < seqs.length && (seqs[at] ?? 0) < step.seq) at++;
      const isUsed = at < seqs.length && (seqs[at] ?? 0) < next;
      if (isUsed || next === Infinity) needed.push(step);
    });
  }
  return needed;
}
