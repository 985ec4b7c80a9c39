import { bytesToHex } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { foundsItsSpace, type Known, placeOf, readContent } from '../../../lib/ledger/admission.ts';
import { encodePayload } from '../../../lib/ledger/claims.ts';
import { draft, type Header } from '../../../lib/ledger/envelope.ts';
import { editNote } from '../../../lib/ledger/notes.ts';
import type { Member } from '../../../lib/ledger/roster.ts';
import {
  encodeGenesis,
  encodeStatement,
  spaceIdOf,
  type Statement,
} from '../../../lib/ledger/statements.ts';
import { schemaVersion } from '../../../lib/model/entities.ts';
import { type Id, idToBytes } from '../../../lib/model/id.ts';

const space = new Uint8Array(16).fill(1);
const [ann, ben] = [2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array];
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const own = hash(50);
const id = '018f0000000070008000000000000001' as Id;

const member = {
  device: ann,
  name: 'ann',
  seal: hash(0),
  role: 'editor',
  depth: 1,
  limit: Infinity,
  writes: Infinity,
  rules: 0,
  end: null,
  branch: null,
} satisfies Member;

/** All that one judgement depends on; as it is, the third envelope of ann is accepted. */
interface Case {
  fields: Header;
  known: {
    space: Uint8Array | null;
    member: Member | undefined;
    head: { seq: number; hash: Uint8Array; hlc: number } | null;
    held: Uint8Array | null;
    lastSeen: number;
    fork: number | undefined;
    base: number;
    isWanted: boolean;
    other: { seq: number; hash: Uint8Array; fork: number | undefined };
  };
  endorsesItself: boolean;
}

const plain = (): Case => ({
  fields: {
    kind: 'change',
    schema: schemaVersion,
    space,
    device: ann,
    seq: 3,
    prev: hash(22),
    hlc: 100,
    deps: [{ device: ben, seq: 5, hash: hash(35) }],
    payloadLength: 0,
    payloadHash: hash(0),
  },
  known: {
    space,
    member,
    head: { seq: 2, hash: hash(22), hlc: 99 },
    held: null,
    lastSeen: 5,
    fork: undefined,
    base: 0,
    isWanted: false,
    other: { seq: 5, hash: hash(35), fork: undefined },
  },
  endorsesItself: false,
});

function judge(...changes: readonly ((of: Case) => void)[]) {
  const of = plain();
  for (const change of changes) change(of);
  const { fields, known, endorsesItself } = of;
  const isAuthor = (device: string) => device === bytesToHex(ann);
  const whole: Known = {
    space: known.space,
    member: (device) => (isAuthor(device) ? known.member : undefined),
    head: (device) =>
      isAuthor(device)
        ? known.head && { ...known.head, device: ann }
        : { ...known.other, device: ben, hlc: 1 },
    hashAt: (device) => (isAuthor(device) ? known.held : known.other.hash),
    lastSeen: () => known.lastSeen,
    fork: (device) => (isAuthor(device) ? known.fork : known.other.fork),
    base: (device) => (isAuthor(device) ? known.base : 0),
    isWanted: () => known.isWanted,
  };
  return placeOf(fields, own, whole, endorsesItself);
}

/** In the order in which they are looked for. */
const faults: readonly (readonly [string, string, (of: Case) => void])[] = [
  [
    'another space',
    'none policy',
    ({ fields }) => void Object.assign(fields, { space: hash(9).slice(16) }),
  ],
  ['what is held', 'none duplicate', ({ known }) => void (known.held = own)],
  ['what was compacted', 'none duplicate', ({ known }) => void (known.base = 3)],
  ['a stranger', 'none unknown-device', ({ known }) => void (known.member = undefined)],
  [
    'beyond a cut',
    'none revoked',
    ({ known }) =>
      void (known.member = {
        ...(known.member ?? member),
        limit: 2,
        end: { why: 'cut', by: 'x', seq: 1 },
      }),
  ],
  [
    'another branch',
    'none fork',
    ({ known }) =>
      void (known.member = {
        ...(known.member ?? member),
        branch: { from: 3, hashes: [hash(77)] },
      }),
  ],
  ['another in its place', 'none fork', ({ known }) => void (known.held = hash(78))],
  ['after a fork', 'none fork', ({ known }) => void (known.fork = 2)],
  ['a gap', 'none waiting', ({ known }) => void (known.head = { seq: 1, hash: hash(21), hlc: 99 })],
  ['another prev', 'none fork', ({ fields }) => void Object.assign(fields, { prev: hash(79) })],
  [
    'a second genesis',
    'log policy',
    ({ fields }) => void Object.assign(fields, { kind: 'genesis' }),
  ],
  ['a clock that stands', 'log policy', ({ fields }) => void Object.assign(fields, { hlc: 99 })],
  [
    'itself among the deps',
    'log policy',
    ({ fields }) => void Object.assign(fields, { deps: [{ device: ann, seq: 2, hash: hash(22) }] }),
  ],
  ['less than before', 'log policy', ({ known }) => void (known.lastSeen = 6)],
  [
    'what has not come',
    'none waiting',
    ({ known }) => void (known.other = { ...known.other, seq: 4 }),
  ],
  [
    'another than is held',
    'none waiting',
    ({ known }) => void (known.other = { ...known.other, hash: hash(80) }),
  ],
];

describe('its place', () => {
  test('the next of a member is accepted', () => {
    expect(judge()).toEqual({ verdict: 'accepted', reason: '', place: 'log' });
  });

  test.each(faults)('%s: %s', (_, expected, change) => {
    const { place, verdict, reason } = judge(change);
    expect(`${place} ${verdict}`).toBe(expected);
    expect(reason === '').toBe(verdict === 'duplicate');
  });

  test('the first fault in the order of checks is the one that is named', () => {
    faults.forEach(([earlier, , first], index) => {
      for (const [later, , second] of faults.slice(index + 1)) {
        expect(judge(second, first), `${earlier}, ${later}`).toEqual(judge(first));
      }
    });
  });

  test('a fork that ended a log is called so', () => {
    const end = { why: 'fork', by: null, seq: 2 } as const;
    const limit = ({ known }: Case) => void (known.member = { ...member, limit: 2, end });
    expect(judge(limit)).toMatchObject({ verdict: 'fork', place: 'none' });
  });

  test('what something that counts has seen is taken, though it is void', () => {
    const wanted = ({ known }: Case) => void (known.isWanted = true);
    const cut = ({ known }: Case) => void (known.member = { ...member, limit: 2 });
    const stranger = ({ known }: Case) => void (known.member = undefined);
    expect(judge(wanted, cut).place).toBe('log');
    expect(judge(wanted, stranger).place).toBe('log');
  });

  test('the history that stands is taken, also after the fork', () => {
    const stands = ({ known }: Case) => {
      known.member = { ...member, branch: { from: 3, hashes: [own] } };
      known.fork = 3;
    };
    expect(judge(stands).verdict).toBe('accepted');
  });

  test('who endorses itself needs no admission', () => {
    const first = (of: Case) => {
      of.endorsesItself = true;
      of.known.member = undefined;
    };
    expect(judge(first).verdict).toBe('accepted');
    expect(
      judge(first, ({ fields }) => void Object.assign(fields, { kind: 'genesis' })).verdict,
    ).toBe('accepted');
  });

  test('nothing begins before the space is known', () => {
    expect(judge(({ known }) => void (known.space = null)).verdict).toBe('policy');
  });

  test('of a device that forked, what was seen of it from there on is not waited for', () => {
    const forked = ({ known }: Case) => void (known.other = { seq: 3, hash: hash(33), fork: 4 });
    expect(judge(forked).verdict).toBe('accepted');
    const below = ({ known }: Case) => void (known.other = { seq: 2, hash: hash(33), fork: 4 });
    expect(judge(below).verdict).toBe('waiting');
  });
});

describe('what it says', () => {
  const fields = plain().fields;
  const read = (kind: Header['kind'], payload: Uint8Array, rest: Partial<Header> = {}) => {
    const { content, judgement } = readContent({ ...fields, ...rest, kind }, payload);
    expect(content === null).toBe(judgement !== null);
    if (judgement) expect(judgement.reason).toMatch(/^[^]{1,200}$/);
    return judgement?.verdict ?? 'accepted';
  };
  const change = (fields: object, rest: object = {}) =>
    encode({ action: idToBytes(id), changes: [['task', idToBytes(id), fields]], ...rest });
  const note = (device: Uint8Array) =>
    encodePayload({
      action: id,
      derived: false,
      claims: editNote([], new DataView(device.buffer).getUint32(0), 'x').map((update) => ({
        kind: 'task',
        id,
        field: 'notes',
        merge: 'text',
        update,
      })),
    });
  const place = { device: ben, seq: 4, hash: hash(4) };
  const state = (statement: Statement) => read('roster', encodeStatement(statement));

  test.each([
    ['a title', change({ title: 'x' }), 'accepted'],
    ['a title that is a number', change({ title: 1 }), 'malformed'],
    [
      'a name of a kind that is as long as a book',
      encode({ action: idToBytes(id), changes: [['x'.repeat(5_000), idToBytes(id), {}]] }),
      'malformed',
    ],
    ['an instant beyond all dates', change({ completedAt: 8.64e15 + 1 }), 'malformed'],
    ['the last instant', change({ completedAt: 8.64e15 }), 'accepted'],
    ['nothing', new Uint8Array(), 'malformed'],
    ['a derived title', change({ title: 'x' }, { derived: true }), 'accepted'],
    ["a machine's deletion", change({ deleted: true }, { derived: true }), 'policy'],
    ["a machine's restoration", change({ deleted: false }, { derived: true }), 'policy'],
    ['a note of its own', note(ann), 'accepted'],
    ["a note in another's name", note(ben), 'policy'],
    [
      'a note that Yjs would choke on',
      change({ notes: Uint8Array.of(1, 1, 1, 0, 10, 0xff, 0x0f, 0) }),
      'malformed',
    ],
  ])('%s', (_, payload, verdict) => {
    expect(read('change', payload)).toBe(verdict);
  });

  test('what is written for a newer version is kept for it; statements are of no version', () => {
    expect(read('change', new Uint8Array(), { schema: schemaVersion + 1 })).toBe('future-schema');
    expect(read('checkpoint', new Uint8Array(), { schema: schemaVersion + 1 })).toBe(
      'future-schema',
    );
    const retire = encodeStatement({ retire: null });
    expect(read('roster', retire, { schema: schemaVersion + 1 })).toBe('accepted');
  });

  test('cuts that say two things are refused', () => {
    expect(state({ cut: place })).toBe('accepted');
    expect(state({ cut: { ...place, device: ann } })).toBe('policy');
    expect(state({ cut: { ...place, seq: 0 } })).toBe('policy');
    expect(state({ cut: { ...place, seq: 0, hash: hash(0) } })).toBe('accepted');
    const branch = { from: 3, hashes: [hash(3), hash(4)] };
    expect(state({ cut: { ...place, branch } })).toBe('accepted');
    expect(state({ cut: { ...place, branch: { ...branch, from: 4 } } })).toBe('policy');
    expect(state({ cut: { ...place, branch: { from: 4, hashes: [hash(3)] } } })).toBe('policy');
  });

  test('no statement is none', () => {
    expect(read('roster', encode({ retire: null, more: 1 }))).toBe('malformed');
    expect(read('genesis', encodeStatement({ retire: null }))).toBe('malformed');
    expect(read('checkpoint', encodeStatement({ retire: null }))).toBe('malformed');
  });
});

describe('a founding', () => {
  const payload = encodeGenesis({
    name: '',
    seal: hash(1),
    recovery: hash(2),
    vault: hash(3),
    salt: space,
  });
  const founding = (rest: Partial<Header> = {}, content = payload) => {
    const fields = {
      kind: 'genesis',
      schema: 1,
      space: spaceIdOf(ann, payload),
      device: ann,
      seq: 1,
      prev: hash(0),
      hlc: 1,
      deps: [],
      ...rest,
    } as const;
    return foundsItsSpace(draft(fields, content).fields, content);
  };

  test('founds the space that is named after it', () => expect(founding()).toBe(true));

  test.each([
    ['by another device', { device: ben }],
    ['of another space', { space }],
    ['that is not the first', { seq: 2 }],
    ['that follows something', { prev: hash(1) }],
    ['that has seen something', { deps: [{ device: ben, seq: 1, hash: hash(1) }] }],
    ['of another kind', { kind: 'roster' } as const],
  ])('not one %s', (_, rest) => expect(founding(rest)).toBe(false));

  test('not one that says something else', () => {
    const other = encodeGenesis({
      name: 'x',
      seal: hash(1),
      recovery: hash(2),
      vault: hash(3),
      salt: space,
    });
    expect(founding({}, other)).toBe(false);
  });
});
