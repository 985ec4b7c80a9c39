/**
 * What two replicators say to each other: frames of canonical CBOR, docs/replication.md.
 *
 * Every frame is at most `limits.frame` bytes; the few messages that can be longer travel in parts.
 * What arrives is checked whole before anybody sees it, and what does not fit is refused, not thrown.
 */
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { oneWayToSayIt } from '../ledger/claims.ts';
import type { ForkProof, Range } from '../ledger/exchange.ts';
import { compareBytes, type Head } from '../ledger/envelope.ts';

/** The version of this protocol, see `hello`. */
export const protocol = 1;

export const limits = {
  /** Bytes of a frame. */
  frame: 65_536,
  /** Bytes that are on their way and not acknowledged, and of an inbox. */
  window: 1_048_576,
  /** Devices in a progress. With the two below it fills a frame. */
  heads: 700,
  forks: 64,
  wanted: 64,
  /** Seqs of a probe. */
  seqs: 64,
  /** Envelopes in a frame. */
  envelopes: 512,
  /** Bytes of a part, and parts of a message: an envelope or a proof is never longer. */
  part: 61_440,
  parts: 3,
  /** Bytes of a piece of a content, and of the whole. */
  chunk: 49_152,
  content: 8_388_608,
  /** Pieces of a content that are asked for at once. */
  run: 8,
} as const;

/**
 * Why a replicator ends a conversation.
 * - closed: it was told to. - protocol, wrong-space, wrong-device: the hello does not fit.
 * - no-member: the other is not, or no longer, a member of the space. - misbehaving: too much that no
 * honest device sends. - window: it does not wait for acknowledgements. - too-large: the space has
 * more devices than a progress can name. - failed: its own ledger failed.
 */
export const byeReasons = [
  'closed',
  'protocol',
  'wrong-space',
  'wrong-device',
  'no-member',
  'misbehaving',
  'window',
  'too-large',
  'failed',
] as const;
export type ByeReason = (typeof byeReasons)[number];

const bytes = (from: number, to = from) =>
  v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= from && value.length <= to,
  );
const safe = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Key = bytes(32);
const Hash = bytes(32);
export const SignedHeader = v.pipe(
  v.strictTuple([bytes(140, 65_535), bytes(64)]),
  v.transform(([header, signature]) => ({ header, signature })),
);

const WireHead = v.pipe(
  v.strictTuple([Key, Seq, Hash]),
  v.transform(([device, seq, hash]): Head => ({ device, seq, hash })),
);
export const Heads = v.pipe(
  v.array(WireHead),
  v.maxLength(limits.heads),
  v.check((heads) => ascends(heads)),
  v.readonly(),
);
export const Forks = v.pipe(
  v.array(
    v.pipe(
      v.strictTuple([Key, Seq]),
      v.transform(([device, seq]) => ({ device, seq })),
    ),
  ),
  v.maxLength(limits.forks),
  v.check((forks) => ascends(forks)),
  v.readonly(),
);
export const Wanted = v.pipe(
  v.array(
    v.pipe(
      v.strictTuple([Key, Seq, Seq]),
      v.transform(([device, from, to]): Range => ({ device, from, to })),
      v.check(({ from, to }) => from <= to),
    ),
  ),
  v.maxLength(limits.wanted),
  v.readonly(),
);

const Message = v.variant('op', [
  /** The first word. Keys that this version does not know are for a later one. `heard`: whether the
   *  other's hello has come; one that says no is answered with another. */
  v.object({
    op: v.literal('hello'),
    protocol: safe,
    space: bytes(16),
    device: Key,
    heard: v.boolean(),
  }),
  /** Where the sender stands. `serial` ascends; `received` and `acked` are the highest numbers of the
   *  other's data that has arrived, and that is committed. */
  v.strictObject({
    op: v.literal('progress'),
    serial: Seq,
    received: safe,
    acked: safe,
    heads: Heads,
    forks: Forks,
    wanted: Wanted,
  }),
  /** Data: envelopes in an order in which each can be admitted. */
  v.strictObject({
    op: v.literal('envelopes'),
    number: Seq,
    envelopes: v.pipe(v.array(bytes(206, 131_137)), v.maxLength(limits.envelopes)),
  }),
  /** Data: a piece of a message that fits no frame. The numbers of its parts follow each other. */
  v.strictObject({
    op: v.literal('part'),
    number: Seq,
    part: v.pipe(safe, v.maxValue(limits.parts - 1)),
    of: v.pipe(safe, v.minValue(2), v.maxValue(limits.parts)),
    bytes: bytes(1, limits.part),
  }),
  v.strictObject({ op: v.literal('proof'), first: SignedHeader, second: SignedHeader }),
  /** Asks for the hashes of a device's headers. */
  v.strictObject({
    op: v.literal('probe'),
    device: Key,
    seqs: v.pipe(v.array(Seq), v.minLength(1), v.maxLength(limits.seqs)),
  }),
  /** Answers a probe; null where none is held. */
  v.pipe(
    v.strictObject({
      op: v.literal('hashes'),
      device: Key,
      seqs: v.pipe(v.array(Seq), v.maxLength(limits.seqs)),
      hashes: v.pipe(v.array(v.nullable(Hash)), v.maxLength(limits.seqs)),
    }),
    v.check(({ seqs, hashes }) => seqs.length === hashes.length),
  ),
  v.strictObject({ op: v.literal('ask-header'), device: Key, seq: Seq }),
  v.strictObject({ op: v.literal('header'), signed: SignedHeader }),
  /** Asks for `count` pieces of a content, from an offset. */
  v.strictObject({
    op: v.literal('ask-content'),
    hash: Hash,
    offset: v.pipe(safe, v.maxValue(limits.content)),
    count: v.pipe(Seq, v.maxValue(limits.run)),
  }),
  v.pipe(
    v.strictObject({
      op: v.literal('content'),
      hash: Hash,
      offset: safe,
      total: v.pipe(Seq, v.maxValue(limits.content)),
      bytes: bytes(1, limits.chunk),
    }),
    v.check(({ offset, total, bytes }) => offset + bytes.length <= total),
  ),
  /** The content is not here, or not given. */
  v.strictObject({ op: v.literal('no-content'), hash: Hash }),
  v.strictObject({
    op: v.literal('bye'),
    reason: v.picklist(byeReasons),
    /** Why the device is no member any more: its log has forked. */
    proof: v.exactOptional(v.strictObject({ first: SignedHeader, second: SignedHeader })),
  }),
]);

export type Message = v.InferOutput<typeof Message>;
export type MessageOf<Op extends Message['op']> = Extract<Message, { op: Op }>;

export interface Refusal {
  readonly op: 'refused';
  /** In a few words of English. */
  readonly reason: string;
}

/** May be longer than a frame, see `inParts`. */
export function encodeMessage(message: Message): Uint8Array {
  return encode(toWire(message));
}

/** @param limit bytes; more than a frame only for what came in parts. */
export function decodeMessage(frame: Uint8Array, limit: number = limits.frame): Message | Refusal {
  if (frame.length > limit) return { op: 'refused', reason: 'too long' };
  let value: unknown;
  try {
    value = decode(frame, oneWayToSayIt);
  } catch (error) {
    // Also a stack that bytes were nested too deep for.
    return { op: 'refused', reason: error instanceof Error ? error.message : 'not CBOR' };
  }
  const parsed = v.safeParse(Message, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return { op: 'refused', reason: `${v.getDotPath(issue) ?? 'message'}: ${issue.message}` };
}

/** The parts of a message that fits no frame; the first gets `number`, the next one more. */
export function inParts(message: Uint8Array, number: number): MessageOf<'part'>[] {
  const of = Math.ceil(message.length / limits.part);
  return Array.from({ length: of }, (_, part) => ({
    op: 'part',
    number: number + part,
    part,
    of,
    bytes: message.subarray(part * limits.part, (part + 1) * limits.part),
  }));
}

function toWire(message: Message): unknown {
  if (message.op === 'progress') {
    return {
      ...message,
      heads: message.heads.map(({ device, seq, hash }) => [device, seq, hash]),
      forks: message.forks.map(({ device, seq }) => [device, seq]),
      wanted: message.wanted.map(({ device, from, to }) => [device, from, to]),
    };
  }
  if (message.op === 'proof') return { ...message, ...proofToWire(message) };
  if (message.op === 'bye' && message.proof) {
    return { ...message, proof: proofToWire(message.proof) };
  }
  return message.op === 'header' ? { ...message, signed: signed(message.signed) } : message;
}

const proofToWire = ({ first, second }: ForkProof) => ({
  first: signed(first),
  second: signed(second),
});

const signed = ({ header, signature }: ForkProof['first']) => [header, signature];

/** By device, none twice. */
function ascends(items: readonly { readonly device: Uint8Array }[]): boolean {
  return items.every(({ device }, at) => {
    const before = items[at - 1]?.device;
    return !before || compareBytes(before, device) < 0;
  });
}
