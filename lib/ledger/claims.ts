/**
 * Claims: what an envelope's payload says.
 *
 * A claim is one device's word on one field of one entity. The payload is CBOR:
 * `{ action: bytes(16), changes: [[kind, id, { field: value }], …] }`, where the value of a register
 * is the value, that of a set a list of `[element, present]`, and that of a text a Yjs update (V1).
 * What a machine made by itself says `derived: true` besides.
 */
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { type EntityKind, entities, fieldSpec } from '../model/entities.ts';
import { type Id, idFromBytes, idToBytes } from '../model/id.ts';

export type Claim = RegisterClaim | SetClaim | TextClaim;

interface ClaimBase {
  readonly kind: EntityKind;
  readonly id: Id;
  readonly field: string;
}

export interface RegisterClaim extends ClaimBase {
  readonly merge: 'register';
  readonly value: unknown;
}

export interface SetClaim extends ClaimBase {
  readonly merge: 'set';
  readonly element: unknown;
  readonly present: boolean;
}

export interface TextClaim extends ClaimBase {
  readonly merge: 'text';
  /** A Yjs update, V1. */
  readonly update: Uint8Array;
}

export interface Payload {
  /** The user action that this is, or is a part of. */
  readonly action: Id;
  /** Whether a machine made these claims by itself; else a person did. */
  readonly derived: boolean;
  readonly claims: readonly Claim[];
}

type Change = [EntityKind, Uint8Array, Record<string, unknown>];

export function encodePayload({ action, derived, claims }: Payload): Uint8Array {
  const changes = new Map<string, Change>();
  for (const claim of claims) {
    const entity = entityOf(claim);
    let change = changes.get(entity);
    if (!change) changes.set(entity, (change = [claim.kind, idToBytes(claim.id), {}]));
    const fields = change[2];
    if (claim.merge === 'register') fields[claim.field] = claim.value;
    else if (claim.merge === 'text') fields[claim.field] = claim.update;
    else {
      const elements = (fields[claim.field] ??= []) as [unknown, boolean][];
      elements.push([claim.element, claim.present]);
    }
  }
  return encode({
    action: idToBytes(action),
    changes: [...changes.values()],
    ...(derived && { derived }),
  });
}

/** How every payload is read: one encoding of each value, or it is refused. */
export const oneWayToSayIt = { strict: true, allowIndefinite: false, rejectDuplicateMapKeys: true };

const Wire = v.strictObject({
  action: v.instance(Uint8Array),
  changes: v.array(
    v.strictTuple([v.string(), v.instance(Uint8Array), v.custom<Record<string, unknown>>(isMap)]),
  ),
  derived: v.exactOptional(v.literal(true)),
});

/** @throws if the bytes are no payload, or a claim is against the schema. */
export function decodePayload(bytes: Uint8Array): Payload {
  const { action, changes, derived = false } = v.parse(Wire, decode(bytes, oneWayToSayIt));
  const claims: Claim[] = [];
  for (const [kind, idBytes, fields] of changes) {
    if (!isEntityKind(kind)) throw new TypeError(`no such kind: ${kind}`);
    const id = idFromBytes(idBytes);
    for (const [field, value] of Object.entries(fields)) {
      const spec = fieldSpec(kind, field);
      if (!spec) throw new TypeError(`no such field: ${kind}.${field}`);
      const base = { kind, id, field };
      if (spec.merge === 'register') {
        claims.push({ ...base, merge: 'register', value: v.parse(spec.schema, value) });
      } else if (spec.merge === 'text') {
        claims.push({ ...base, merge: 'text', update: v.parse(v.instance(Uint8Array), value) });
      } else {
        const elements = v.parse(v.array(v.strictTuple([spec.schema, v.boolean()])), value);
        for (const [element, present] of elements) {
          claims.push({ ...base, merge: 'set', element, present });
        }
      }
    }
  }
  return { action: idFromBytes(action), derived, claims };
}

/** The name of what a claim is about: two entities of different kinds may have one id. */
export function entityOf({ kind, id }: Pick<Claim, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

/** The canonical bytes of a value, equal exactly when the values are. */
export function encodeValue(value: unknown): Uint8Array {
  return encode(value);
}

export function decodeValue(bytes: Uint8Array): unknown {
  return decode(bytes);
}

/** A schema of records would drop a field named '__proto__' where it must be refused. */
function isMap(value: unknown): boolean {
  return value instanceof Object && Object.getPrototypeOf(value) === Object.prototype;
}

export function isEntityKind(kind: string): kind is EntityKind {
  return Object.hasOwn(entities, kind);
}
