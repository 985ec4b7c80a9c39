/**
 * The mutator: real envelopes, changed in every way that a carrier can change them without a key, or
 * an adversary with its own.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import type { Header } from '../../../lib/ledger/envelope.ts';
import { envelopeFromWire, envelopeKinds } from '../../../lib/ledger/envelope.ts';
import { entities } from '../../../lib/model/entities.ts';
import { idToBytes } from '../../../lib/model/id.ts';
import { newAction } from '../../../lib/model/id.ts';
import { someStatements } from './named.ts';
import type { Actor, Stage } from './stage.ts';

/** From 0 to below 1. */
export type Random = () => number;

export const below = (random: Random, limit: number) => Math.floor(random() * limit);
export const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;
const bytesOf = (random: Random, length: number) =>
  Uint8Array.from({ length }, () => below(random, 256));

/** Bytes, changed in one way. */
type Change = (random: Random, bytes: Uint8Array, other: Uint8Array) => Uint8Array;

const changes: Readonly<Record<string, Change>> = {
  'flip a bit': (random, bytes) => {
    const made = bytes.slice();
    if (made.length > 0) made[below(random, made.length)]! ^= 1 << below(random, 8);
    return made;
  },
  'change bytes': (random, bytes) => {
    const made = bytes.slice();
    for (let times = 1 + below(random, 4); times > 0 && made.length > 0; times--) {
      made[below(random, made.length)] = pick(random, [0, 1, 0x7f, 0x80, 0xff, below(random, 256)]);
    }
    return made;
  },
  truncate: (random, bytes) => bytes.slice(0, below(random, bytes.length)),
  extend: (random, bytes) => concatBytes(bytes, bytesOf(random, 1 + below(random, 40))),
  splice: (random, bytes, other) =>
    concatBytes(
      bytes.subarray(0, below(random, bytes.length)),
      other.subarray(below(random, other.length)),
    ),
  'take out': (random, bytes) => {
    const at = below(random, bytes.length);
    return concatBytes(bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 9)));
  },
  'put in': (random, bytes) => {
    const at = below(random, bytes.length);
    return concatBytes(
      bytes.subarray(0, at),
      bytesOf(random, 1 + below(random, 9)),
      bytes.subarray(at),
    );
  },
};

/** A wire that somebody without any key made of honest ones. */
export function mutateWire(random: Random, sources: readonly Uint8Array[]): Uint8Array {
  const [bytes, other] = [pick(random, sources).slice(), pick(random, sources)];
  const envelope = envelopeFromWire(bytes);
  const headerAt = envelope ? 2 + envelope.header.length : 0;
  // Where its clock ends: another one, and it is no duplicate.
  if (random() < 0.5) bytes[2 + 103]! ^= 1;
  switch (below(random, 8)) {
    case 0: // only in the header
      return concatBytes(
        bytes.subarray(0, 2),
        pick(random, Object.values(changes))(random, bytes.subarray(2, headerAt), other),
        bytes.subarray(headerAt),
      );
    case 1: // only in the payload
      return concatBytes(
        bytes.subarray(0, headerAt + 64),
        pick(random, Object.values(changes))(random, bytes.slice(headerAt + 64), other),
      );
    case 2: // other signature
      return concatBytes(
        bytes.subarray(0, headerAt),
        bytesOf(random, 64),
        bytes.subarray(headerAt + 64),
      );
    case 3: {
      const made = concatBytes(bytes, new Uint8Array(random() < 0.02 ? 70_000 : 0));
      made[below(random, Math.min(made.length, 150))]! ^= 1 + below(random, 255);
      return made;
    }
    case 4:
      return bytesOf(random, below(random, 300));
    default:
      return pick(random, Object.values(changes))(random, bytes, other);
  }
}

/** A header of an adversary that says something strange; it is signed. */
export function forgedHeader(
  random: Random,
  { space, victim }: Stage,
  actor: Actor,
): Partial<Header> {
  const { heads } = victim.ledger.exchange.progress();
  const odd = [0, 1, 2, actor.head.seq, 2 ** 31, 2 ** 32, 2 ** 48, Number.MAX_SAFE_INTEGER];
  switch (below(random, 8)) {
    case 0:
      return { space: changes['flip a bit']!(random, space, space) };
    case 1:
      return { seq: pick(random, odd) };
    case 2:
      return { prev: bytesOf(random, 32) };
    case 3:
      return { hlc: pick(random, odd) };
    case 4:
      return { kind: pick(random, envelopeKinds) };
    case 5:
      return { schema: pick(random, [0, 2, 255, 0xffff]) };
    case 6:
      return { payloadLength: pick(random, [0, 1, 65_536, 65_537, 2 ** 32 - 1]) };
    default: {
      const deps = heads.map((head) =>
        random() < 0.5 ? head : { ...head, seq: pick(random, odd) },
      );
      return {
        deps: random() < 0.5 ? deps : deps.map((head) => ({ ...head, hash: bytesOf(random, 32) })),
      };
    }
  }
}

/** A payload of CBOR, or nearly. @param own whose it will be. */
export function mutatedPayload(
  random: Random,
  stage: Stage,
  sources: readonly Uint8Array[],
): { readonly payload: Uint8Array; readonly kind: Header['kind'] } {
  const source = envelopeFromWire(pick(random, sources))!;
  const other = envelopeFromWire(pick(random, sources))!;
  const changed = (bytes: Uint8Array, by: Uint8Array) =>
    pick(random, Object.values(changes))(random, bytes, by).slice(0, 65_536);
  const { kind } = source.fields;
  switch (below(random, 6)) {
    case 0:
      return { payload: changed(source.payload, other.payload), kind };
    case 1:
      return { payload: changed(changed(source.payload, other.payload), other.payload), kind };
    case 2: {
      const devices = [stage.victim, stage.honest].map(({ identity }) => identity.signer.device);
      const statement = pick(random, someStatements(stage.task, devices));
      return {
        payload: random() < 0.5 ? statement : changed(statement, other.payload),
        kind: 'roster',
      };
    }
    case 3:
      return { payload: source.payload, kind: pick(random, envelopeKinds) };
    case 4:
      return { payload: oddPayload(random, stage), kind: 'change' };
    default:
      return { payload: fromNothing(random), kind: pick(random, envelopeKinds) };
  }
}

const oddValues: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => NaN,
  () => -0,
  () => -1,
  () => 0.5,
  () => 1e300,
  () => Infinity,
  () => 2n ** 63n,
  () => -(2n ** 63n),
  () => Number.MAX_SAFE_INTEGER,
  () => true,
  () => 'x'.repeat(70),
  () => 'x'.repeat(20_000),
  () => '',
  () => '\0',
  () => '\ufeff',
  () => '2026-02-30',
  () => '9999-12-31T23:59',
  () => [],
  () => [['x', true]],
  () => [['x', 1]],
  () => [[{ content: 'ab'.repeat(32), capturedAt: -1 }, true]],
  () => ({}),
  () => ({ clip: '0'.repeat(32), quote: null, dueCertain: true, more: 1 }),
  () => new Map([['__proto__', { polluted: true }]]),
  () => new Map<unknown, unknown>([[1, 2]]),
  (random) => bytesOf(random, below(random, 40)),
  (random) => nested(below(random, 2_000)),
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let index = 0; index < depth; index++) value = [value];
  return value;
}

/** One entity with fields of all kinds, one of which says something that it may not. */
function oddPayload(random: Random, { task, clip }: Stage): Uint8Array {
  const kind = pick(random, [...Object.keys(entities), '__proto__', 'constructor', 'cat']);
  const known = Object.keys((entities as Readonly<Record<string, object>>)[kind] ?? {});
  const field = pick(random, [...known, ...known, '__proto__', 'constructor', 'toString', '']);
  const fields = new Map([[field, pick(random, oddValues)(random)]]);
  const id = pick(random, [
    idToBytes(task),
    idToBytes(clip),
    bytesOf(random, 16),
    bytesOf(random, 15),
  ]);
  const rest = random() < 0.2 ? { derived: pick(random, [true, false, 1]) } : {};
  return encode({ action: idToBytes(newAction()), changes: [[kind, id, fields]], ...rest }).slice(
    0,
    65_536,
  );
}

/** CBOR that no encoder makes. */
function fromNothing(random: Random): Uint8Array {
  switch (below(random, 8)) {
    case 0:
      return new Uint8Array(1 + below(random, 60_000)).fill(
        pick(random, [0x81, 0xa1, 0xc1, 0xd8, 0x9f]),
      );
    case 1: // lengths that are not there
      return concatBytes(
        Uint8Array.of(pick(random, [0x5b, 0x7b, 0x9b, 0xbb, 0x5a, 0x9a])),
        bytesOf(random, 8),
      );
    case 2: // tags
      return concatBytes(Uint8Array.of(0xc0 + below(random, 32)), bytesOf(random, 20));
    case 3: // a key twice
      return Uint8Array.from([0xa2, 0x61, 0x61, 1, 0x61, 0x61, 2]);
    case 4: // no UTF-8
      return Uint8Array.from([0xa1, 0x62, 0xc3, 0x28, 1]);
    case 5: // longer than needed
      return Uint8Array.from([0xb8, 1, 0x61, 0x61, 0x18, 1]);
    case 6:
      return new Uint8Array(0);
    default:
      return bytesOf(random, below(random, 200));
  }
}
