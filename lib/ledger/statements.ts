/**
 * Statements: what an envelope says about who belongs to a space.
 *
 * The payload of a genesis is the founding; that of a roster envelope is a map with one key, which
 * names the statement (docs/protocol.md). A statement is only somebody's word: roster.ts says which
 * of them count.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { oneWayToSayIt } from './claims.ts';

/**
 * - owner: changes things, and says who belongs to the space.
 * - editor: changes things.
 * - reader: gets what the others say.
 */
export const roles = ['reader', 'editor', 'owner'] as const;
export type Role = (typeof roles)[number];

const bytes = (length: number) =>
  v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length === length,
    `not ${length} bytes`,
  );
const key = bytes(32);
const hash = bytes(32);
const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const name = v.pipe(v.string(), v.maxLength(100));
const role = v.picklist(roles);

/** The founding of a space. */
export const Genesis = v.strictObject({
  /** Of the founding device. */
  name,
  /** X25519 key of the founding device, for what is sealed to it. */
  seal: key,
  /** Ed25519 key that stands above all devices. */
  recovery: key,
  /** X25519 key of the same secret. */
  vault: key,
  salt: bytes(16),
});
export type Genesis = v.InferOutput<typeof Genesis>;

/** A place in a device's log; seq 0 and a hash of zeros: before its first envelope. */
const place = { device: key, seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), hash };

const Statement = v.union([
  /** A device becomes a member. */
  v.strictObject({ admit: v.strictObject({ device: key, seal: key, name, role }) }),
  /** What a device wrote beyond a place is void. Of a device that has forked, `branch` says which
   *  of its histories stands: the hashes from the fork on, up to this place. */
  v.strictObject({
    cut: v.strictObject({
      ...place,
      branch: v.exactOptional(
        v.strictObject({ from: seq, hashes: v.pipe(v.array(hash), v.minLength(1)) }),
      ),
    }),
  }),
  /** Beyond a place a device has at most this role. */
  v.strictObject({ demote: v.strictObject({ ...place, role }) }),
  /** The author writes nothing more. */
  v.strictObject({ retire: v.null() }),
  /** The recovery key makes the author the most senior member. */
  v.strictObject({
    recover: v.strictObject({
      /** Above that of every recovery before. */
      number: seq,
      seal: key,
      name,
      /** By the recovery key, over `recoveryMessage`. */
      proof: bytes(64),
    }),
  }),
  /** The author has made this checkpoint anew from the log, and it is right. `hash` is that of its
   *  last envelope. */
  v.strictObject({ vouch: v.strictObject({ device: key, seq, hash }) }),
]);
export type Statement = v.InferOutput<typeof Statement>;

type KeysOf<U> = U extends unknown ? keyof U : never;
export type StatementKind = KeysOf<Statement>;
/** The content of one kind of statement. */
export type Said<K extends StatementKind> = Extract<Statement, Record<K, unknown>>[K];

export function encodeStatement(statement: Statement): Uint8Array {
  return encode(statement);
}

/** @throws if the bytes are no statement. */
export function decodeStatement(payload: Uint8Array): Statement {
  return v.parse(Statement, decode(payload, oneWayToSayIt));
}

export function encodeGenesis(genesis: Genesis): Uint8Array {
  return encode(genesis);
}

/** @throws if the bytes are no founding. */
export function decodeGenesis(payload: Uint8Array): Genesis {
  return v.parse(Genesis, decode(payload, oneWayToSayIt));
}

/** The id of a space, 16 bytes: nobody else can found the same one. @param payload of its genesis. */
export function spaceIdOf(founder: Uint8Array, payload: Uint8Array): Uint8Array {
  return sha256(concatBytes(label('holdfast space 1'), founder, payload)).slice(0, 16);
}

/** What the recovery key signs to make `device` the most senior member. */
export function recoveryMessage(space: Uint8Array, device: Uint8Array, number: number): Uint8Array {
  const count = new Uint8Array(8);
  new DataView(count.buffer).setBigUint64(0, BigInt(number));
  return concatBytes(label('holdfast recovery 1'), space, device, count);
}

function label(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
