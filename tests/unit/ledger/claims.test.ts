import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Claim, decodePayload, encodePayload } from '../../../lib/ledger/claims.ts';
import { entities, type EntityKind, type FieldSpec } from '../../../lib/model/entities.ts';
import { type Id, idToBytes } from '../../../lib/model/id.ts';

const id = '018f0000000070008000000000000001' as Id;
const action = '018f0000000070008000000000000002' as Id;
const hash = 'ab'.repeat(32);
const passage = { content: hash, start: 0, end: 3, text: 'one' };

/** A value of every field. */
const values: { readonly [K in EntityKind]: Record<keyof (typeof entities)[K], unknown> } = {
  task: {
    title: 'Naïve 🌊 \0 title',
    notes: new Uint8Array([1, 2]),
    completedAt: 1_740_000_000_000,
    deadline: '2026-03-02T10:00',
    planned: null,
    priority: 3,
    list: id,
    order: 'a0',
    tags: 'x',
    source: { clip: id, quote: passage, dueCertain: false },
    deleted: true,
  },
  list: { title: 'Work', order: 'a1', deleted: false },
  clip: {
    address: 'https://example.org/',
    title: '',
    site: null,
    byline: 'Someone',
    published: '2026-03-02',
    language: 'de-CH',
    content: hash,
    excerpt: 'One.',
    versions: { content: hash, capturedAt: 0 },
    highlights: passage,
    dismissed: id,
    savedAt: 0,
    deleted: false,
  },
};

const claims = Object.entries(entities).flatMap(([kind, fields]) =>
  Object.entries<FieldSpec>(fields).map(([field, { merge }]) => {
    const value: unknown = (values as Record<string, Record<string, unknown>>)[kind]![field];
    const rest =
      merge === 'set'
        ? { element: value, present: true }
        : merge === 'text'
          ? { update: value }
          : { value };
    return { kind, id, field, merge, ...rest } as Claim;
  }),
);

/** Bytes as a hostile device might make them. */
const payload = (changes: unknown, rest: object = {}) =>
  encode({ action: idToBytes(action), changes, ...rest });
const oneTask = (fields: object) => payload([['task', idToBytes(id), fields]]);

test('the bytes of a payload change only on purpose', () => {
  const title: Claim = { kind: 'list', id, field: 'title', merge: 'register', value: 'a' };
  const tag: Claim = { kind: 'task', id, field: 'tags', merge: 'set', element: 'x', present: true };
  expect(bytesToHex(encodePayload({ action, derived: false, claims: [title, tag] }))).toBe(
    'a266616374696f6e50018f0000000070008000000000000002676368616e6765738283646c69737450018f0000000070008000000000000001a1657469746c65616183647461736b50018f0000000070008000000000000001a1647461677381826178f5',
  );
});

test('claims on every field of every kind come back as they were', () => {
  const decoded = decodePayload(encodePayload({ action, derived: false, claims }));
  expect(decoded.action).toBe(action);
  const byPlace = (a: Claim, b: Claim) =>
    `${a.kind} ${a.field}` < `${b.kind} ${b.field}` ? -1 : 1;
  expect([...decoded.claims].sort(byPlace)).toEqual([...claims].sort(byPlace));
});

test('of two claims on one register in one payload, the later one is said', () => {
  const say = (value: string): Claim => ({
    kind: 'task',
    id,
    field: 'title',
    merge: 'register',
    value,
  });
  const { claims: said } = decodePayload(
    encodePayload({ action, derived: false, claims: [say('a'), say('b')] }),
  );
  expect(said).toEqual([say('b')]);
});

test('an element that comes and goes in one payload ends as it was said last', () => {
  const tag = (present: boolean): Claim => ({
    kind: 'task',
    id,
    field: 'tags',
    merge: 'set',
    element: 'x',
    present,
  });
  const { claims: said } = decodePayload(
    encodePayload({ action, derived: false, claims: [tag(true), tag(false)] }),
  );
  expect(said.at(-1)).toEqual(tag(false));
});

describe('refused', () => {
  test.each([
    ['a title that is empty', oneTask({ title: ' ' })],
    ['a title that is too long', oneTask({ title: 'a'.repeat(501) })],
    ['a title that is no text', oneTask({ title: 7 })],
    ['a day that is none', oneTask({ deadline: 'soon' })],
    ['a number beyond the safe ones', oneTask({ completedAt: 2n ** 60n })],
    ['a fraction of a millisecond', oneTask({ completedAt: 0.5 })],
    ['a priority that is none', oneTask({ priority: 4 })],
    ['an id in capitals', oneTask({ list: id.toUpperCase() })],
    ['an element without its presence', oneTask({ tags: ['x'] })],
    ['an update that is no bytes', oneTask({ notes: 'text' })],
    ['a field that nobody knows', oneTask({ colour: 'red' })],
    ['a field named __proto__', payload([['task', idToBytes(id), new Map([['__proto__', {}]])]])],
    ['a field named constructor', oneTask({ constructor: 1 })],
    ['a kind that nobody knows', payload([['cat', idToBytes(id), {}]])],
    ['a kind named __proto__', payload([['__proto__', idToBytes(id), {}]])],
    ['an id of 15 bytes', payload([['task', new Uint8Array(15), {}]])],
    ['more beside the changes', payload([], { more: 1 })],
    ['no changes', encode({ action: idToBytes(action) })],
    ['no map', encode([1, 2])],
    ['nothing', new Uint8Array(0)],
    ['bytes after the end', new Uint8Array([...payload([]), 0])],
    ['a depth that overflows', new Uint8Array(60_000).fill(0x81)],
    ['a length that is not there', new Uint8Array([0x9b, 0, 0, 0, 1, 0, 0, 0, 0])],
    [
      'a length in more bytes than it needs',
      new Uint8Array([...payload([]).slice(0, -1), 0x98, 0]),
    ],
    ['a list without a length', new Uint8Array([0x9f, 0xff])],
  ])('%s', (_, bytes) => {
    expect(() => decodePayload(bytes)).toThrow();
  });

  test('a field that is said twice', () => {
    const once = oneTask({ title: 'a' });
    const at = once.findIndex((byte, index) => byte === 0xa1 && once[index + 1] === 0x65);
    const said = once.slice(at + 1, at + 9);
    const twice = new Uint8Array([
      ...once.slice(0, at),
      0xa2,
      ...said,
      ...said,
      ...once.slice(at + 9),
    ]);
    expect(() => decodePayload(once)).not.toThrow();
    expect(() => decodePayload(twice)).toThrow(/repeat|duplicate/i);
  });
});
