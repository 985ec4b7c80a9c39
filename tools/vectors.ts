/**
 * Test vectors of the ledger's format (docs/protocol.md), from fixed seeds: `node tools/vectors.ts`
 * writes tests/fixtures/vectors/*.json. Every run gives the same bytes; where they change, the format
 * or its meaning did.
 *
 * A _space_ is a whole set of envelopes with what it comes to, as a device says that was brought them
 * in several orders.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type Database, openDatabase, prepareDatabase } from '../lib/database/database.ts';
import { openMemory } from '../lib/database/sqlite.ts';
import { temporarySuite } from '../lib/engine/keys.ts';
import { newLedger } from '../lib/engine/ledger.ts';
import { encodeCheckpoint, type Restated, restatedDigest } from '../lib/ledger/checkpoint.ts';
import { type Claim, decodePayload, encodePayload } from '../lib/ledger/claims.ts';
import {
  decodeHeader,
  draft,
  type EnvelopeKind,
  envelopeFromWire,
  envelopeToWire,
  type Head,
  headerHash,
  type Signer,
} from '../lib/ledger/envelope.ts';
import type { Judgement } from '../lib/ledger/exchange.ts';
import { forkPoint } from '../lib/ledger/fork.ts';
import { inspectNoteUpdate } from '../lib/ledger/note-update.ts';
import { clientOf, editNote, type NotePart, readNote } from '../lib/ledger/notes.ts';
import { recoveryKeys, recoveryWords } from '../lib/ledger/recovery.ts';
import {
  decodeGenesis,
  decodeStatement,
  encodeGenesis,
  encodeStatement,
  recoveryMessage,
  type Role,
  spaceIdOf,
  type Statement,
} from '../lib/ledger/statements.ts';
import { entities, fieldSpec } from '../lib/model/entities.ts';
import type { Id } from '../lib/model/id.ts';

const folder = join(import.meta.dirname, '..', 'tests', 'fixtures', 'vectors');

/** The files by name, as text. */
export async function vectors(): Promise<Readonly<Record<string, string>>> {
  const files = {
    envelope: await envelopeVectors(),
    payload: payloadVectors(),
    statements: await statementVectors(),
    roster: { spaces: await spacesOf(rosterStories) },
    join: { spaces: await spacesOf(joinStories) },
    admission: { spaces: await spacesOf(admissionStories, true) },
    notes: { ...noteVectors(), spaces: await spacesOf(noteStories) },
    checkpoint: checkpointVectors(),
    fork: { ...(await forkVectors()), spaces: await spacesOf(forkStories) },
  };
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      `${name}.json`,
      `${JSON.stringify(content, readable, 1)}\n`,
    ]),
  );
}

/** Bytes as hex, and no end as null. */
function readable(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value);
  return value === Infinity ? null : value;
}

const task = '018f0000000070008000000000000001' as Id;
const list = '018f0000000070008000000000000002' as Id;
const action = '018f0000000070008000000000000003' as Id;
const noon = Date.UTC(2026, 2, 2, 12);
const perMs = 1_024;

const title = (value: string): Claim => ({
  ...{ kind: 'task', id: task, field: 'title', merge: 'register' },
  value,
});
const done = (value: number | null): Claim => ({
  ...{ kind: 'task', id: task, field: 'completedAt', merge: 'register' },
  value,
});
const tag = (element: string, present: boolean): Claim => ({
  ...{ kind: 'task', id: task, field: 'tags', merge: 'set' },
  element,
  present,
});

// --- Authors ---

type Name = 'a' | 'b' | 'c' | 'd';

interface Author {
  readonly name: string;
  readonly signer: Signer;
  readonly seal: Uint8Array;
  seq: number;
  prev: Uint8Array;
  hlc: number;
  /** The last place of each other that a dep has named. */
  readonly seen: Map<string, number>;
  readonly notes: { readonly update: Uint8Array; readonly seq: number }[];
}

function seedOf(label: string): Uint8Array {
  return sha256(utf8ToBytes(`holdfast vectors ${label}`));
}

/** An Ed25519 key from its seed. */
async function signerOf(seed: Uint8Array): Promise<Signer> {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', true, ['sign']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', key);
  return {
    device: new Uint8Array(Buffer.from(x, 'base64url')),
    sign: async (bytes) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', key, Uint8Array.from(bytes))),
  };
}

async function newAuthor(name: string): Promise<Author> {
  const signer = await signerOf(seedOf(name));
  const start = { seq: 0, prev: new Uint8Array(32), hlc: 0, seen: new Map(), notes: [] };
  return { name, signer, seal: seedOf(`${name} seal`), ...start };
}

interface Saying {
  /** Whose logs the author has read by then. */
  readonly reads?: readonly Author[];
  readonly hlc?: number;
  readonly derived?: boolean;
  readonly schema?: number;
  readonly deps?: readonly Head[];
}

/** What happens in one space, as its devices write it. */
type Pen = Awaited<ReturnType<typeof newPen>>;

async function newPen() {
  const envelopes: Uint8Array[] = [];
  const authors: Record<Name, Author> = {
    a: await newAuthor('a'),
    b: await newAuthor('b'),
    c: await newAuthor('c'),
    d: await newAuthor('d'),
  };
  const entropy = seedOf('entropy');
  const recovery = await recoveryKeys(entropy);
  const founding = encodeGenesis({
    name: 'a',
    seal: authors.a.seal,
    recovery: recovery.signing.publicKey,
    vault: recovery.sealing.publicKey,
    salt: seedOf('salt').slice(0, 16),
  });
  const space = spaceIdOf(authors.a.signer.device, founding);
  let time = noon;

  const say = async (
    author: Author,
    kind: EnvelopeKind,
    payload: Uint8Array,
    { reads = [], hlc, schema = 1, deps }: Saying = {},
  ): Promise<Uint8Array> => {
    time += 1_000;
    author.hlc = Math.max(author.hlc + 1, hlc ?? time * perMs);
    const named = reads
      .filter((other) => other.seq > (author.seen.get(other.name) ?? 0))
      .map((other) => {
        author.seen.set(other.name, other.seq);
        return { device: other.signer.device, seq: other.seq, hash: other.prev };
      })
      .sort((x, y) => (bytesToHex(x.device) < bytesToHex(y.device) ? -1 : 1));
    const { device } = author.signer;
    const made = draft(
      {
        ...{ kind, schema, space, device, seq: ++author.seq, prev: author.prev },
        ...{ hlc: hlc ?? author.hlc, deps: deps ?? named },
      },
      payload,
    );
    author.prev = made.hash;
    const signature = await author.signer.sign(made.header);
    const wire = envelopeToWire({ header: made.header, payload, signature });
    envelopes.push(wire);
    return wire;
  };
  const state = (author: Author, statement: Statement, saying?: Saying) =>
    say(author, 'roster', encodeStatement(statement), saying);
  const placeOf = ({ signer, seq, prev }: Author) => ({ device: signer.device, seq, hash: prev });

  return {
    ...authors,
    space,
    envelopes,
    recovery,
    say,
    state,
    found: () => say(authors.a, 'genesis', founding),
    admit: (by: Author, whom: Author, role: Role, saying?: Saying) => {
      const { device } = whom.signer;
      return state(by, { admit: { device, seal: whom.seal, name: whom.name, role } }, saying);
    },
    change: (by: Author, claims: readonly Claim[], saying: Saying = {}) => {
      const { derived = false } = saying;
      return say(by, 'change', encodePayload({ action, derived, claims }), saying);
    },
    /** Turns the note as its author knows it into another. */
    write: async (by: Author, next: string, saying: Saying = {}) => {
      const { reads = [] } = saying;
      const parts = [by, ...reads].flatMap(({ notes }): NotePart[] =>
        notes.map(({ update }) => ({ update, isVoid: false })),
      );
      for (const update of editNote(parts, clientOf(by.signer.device), next)) {
        const claim = { kind: 'task', id: task, field: 'notes', merge: 'text', update } as const;
        await say(by, 'change', encodePayload({ action, derived: false, claims: [claim] }), saying);
        by.notes.push({ update, seq: by.seq });
      }
    },
    cut: (by: Author, whom: ReturnType<typeof placeOf>, saying?: Saying) =>
      state(by, { cut: whom }, saying),
    demote: (by: Author, whom: Author, role: Role, saying?: Saying) =>
      state(by, { demote: { ...placeOf(whom), role } }, saying),
    recover: async (by: Author, number: number, saying?: Saying) => {
      const message = recoveryMessage(space, by.signer.device, number);
      const proof = await recovery.signing.sign(message);
      const { seal, name } = by;
      return state(by, { recover: { number, seal, name, proof } }, saying);
    },
    placeOf,
    /** A copy that goes on by itself. */
    twin: (of: Author): Author => ({ ...of, seen: new Map(of.seen), notes: [...of.notes] }),
  };
}

// --- Spaces ---

type Story = (pen: Pen) => Promise<void>;
type Stories = Readonly<Record<string, Story>>;

const rosterStories: Stories = {
  'an owner admits an editor, who admits nobody': async (pen) => {
    const { a, b, c } = pen;
    await pen.found();
    await pen.admit(a, b, 'editor');
    await pen.admit(b, c, 'owner', { reads: [a] });
    await pen.change(b, [title('of b')]);
  },
  'a reader says nothing that counts': async (pen) => {
    await pen.found();
    await pen.admit(pen.a, pen.b, 'reader');
    await pen.change(pen.b, [title('of b')], { reads: [pen.a] });
  },
  'two who cut each other are decided by seniority': async (pen) => {
    const { a, b, c } = pen;
    await pen.found();
    await pen.admit(a, b, 'owner');
    await pen.admit(a, c, 'owner');
    await pen.change(b, [title('of b')], { reads: [a] });
    await pen.change(c, [title('of c')], { reads: [a] });
    await pen.cut(c, { ...pen.placeOf(b), seq: 0, hash: new Uint8Array(32) });
    await pen.cut(b, pen.placeOf(c));
  },
  'who is cut takes along whom it admitted afterwards': async (pen) => {
    const { a, b, c, d } = pen;
    await pen.found();
    await pen.admit(a, b, 'owner');
    await pen.admit(b, c, 'editor', { reads: [a] });
    await pen.cut(a, pen.placeOf(b), { reads: [b] });
    await pen.admit(b, d, 'owner');
    await pen.change(d, [title('of d')], { reads: [b] });
  },
  'a demoted owner': async (pen) => {
    const { a, b, c } = pen;
    await pen.found();
    await pen.admit(a, b, 'owner');
    await pen.change(b, [title('of b')], { reads: [a] });
    await pen.demote(a, b, 'editor', { reads: [b] });
    await pen.admit(b, c, 'editor');
    await pen.change(b, [title('of b again')]);
    await pen.demote(a, b, 'reader', { reads: [b] });
    await pen.change(b, [title('of b, too late')]);
  },
  'admitted twice: the senior admission and the higher role': async (pen) => {
    const { a, b, c } = pen;
    await pen.found();
    await pen.admit(a, b, 'owner');
    await pen.admit(b, c, 'owner', { reads: [a] });
    await pen.admit(a, c, 'reader');
  },
  'one who retires': async (pen) => {
    await pen.found();
    await pen.admit(pen.a, pen.b, 'owner');
    await pen.state(pen.b, { retire: null }, { reads: [pen.a] });
    await pen.change(pen.b, [title('of b')]);
  },
  'a recovery stands above the founder': async (pen) => {
    const { a, b, c } = pen;
    await pen.found();
    await pen.admit(a, b, 'owner');
    await pen.recover(c, 1, { reads: [a] });
    await pen.cut(a, pen.placeOf(c));
    await pen.cut(c, { ...pen.placeOf(a), seq: 1, hash: headerHash(headerAt(pen, 0)) });
    await pen.change(b, [title('of b')], { reads: [a] });
  },
  'a later recovery stands above an earlier one': async (pen) => {
    const { a, b, c } = pen;
    await pen.found();
    await pen.recover(b, 1, { reads: [a] });
    await pen.recover(c, 2, { reads: [a] });
    await pen.cut(b, pen.placeOf(c));
    await pen.cut(c, pen.placeOf(b));
  },
};

function headerAt(pen: Pen, index: number): Uint8Array {
  return envelopeFromWire(pen.envelopes[index] ?? new Uint8Array())?.header ?? new Uint8Array();
}

/** 'a', 'b' and 'c' are owners, and the task has a title. */
const three =
  (story: Story): Story =>
  async (pen) => {
    await pen.found();
    await pen.admit(pen.a, pen.b, 'owner');
    await pen.admit(pen.a, pen.c, 'owner');
    await pen.change(pen.a, [title('first'), tag('kept', true)]);
    await pen.change(pen.b, [done(noon)], { reads: [pen.a] });
    await pen.change(pen.c, [tag('of c', true)], { reads: [pen.a] });
    await story(pen);
  };

const joinStories: Stories = {
  'who had seen the other wins, whatever the clock': three(async (pen) => {
    await pen.change(pen.b, [title('of b')], { hlc: (noon + 9e9) * perMs });
    await pen.change(pen.a, [title('of a')], { reads: [pen.b] });
  }),
  'apart, the later clock wins': three(async (pen) => {
    await pen.change(pen.b, [title('later')], { hlc: (noon + 2e6) * perMs });
    await pen.change(pen.a, [title('earlier')], { hlc: (noon + 1e6) * perMs });
  }),
  'apart and at once, the greater key wins': three(async (pen) => {
    for (const by of [pen.a, pen.b, pen.c]) {
      await pen.change(by, [title(`of ${by.name}`)], { hlc: (noon + 1e6) * perMs });
    }
  }),
  'a person wins against a machine': three(async (pen) => {
    await pen.change(pen.a, [title('of a person')]);
    await pen.change(pen.b, [title('of a machine')], { derived: true });
  }),
  'a machine that had seen a person wins': three(async (pen) => {
    await pen.change(pen.a, [title('of a person')]);
    await pen.change(pen.b, [title('of a machine')], { derived: true, reads: [pen.a] });
  }),
  'an element that one adds and another takes away apart is there': three(async (pen) => {
    await pen.change(pen.b, [tag('kept', false)]);
    await pen.change(pen.c, [tag('kept', true)]);
  }),
  'an element that one takes away who had seen it is gone': three(async (pen) => {
    await pen.change(pen.b, [tag('kept', false), tag('of c', false)], { reads: [pen.c] });
  }),
};

const admissionStories: Stories = {
  'three who read each other': three(async (pen) => {
    await pen.change(pen.a, [title('of a')], { reads: [pen.b, pen.c] });
    await pen.change(pen.b, [title('of b')], { reads: [pen.a] });
  }),
  'faults of an author take their place': three(async ({ b, a, c, say, change }) => {
    await say(b, 'change', Uint8Array.of(0xff));
    await change(b, [title('the clock goes back')], { hlc: 1 });
    b.hlc = 1;
    await change(b, [title('names itself')], {
      deps: [{ device: b.signer.device, seq: 1, hash: b.prev }],
    });
    await change(b, [{ ...title(''), field: 'deleted', value: true } as Claim], {
      derived: true,
    });
    await say(b, 'change', encodePayload({ action, derived: false, claims: [title('x')] }), {
      schema: 9,
    });
    await say(b, 'genesis', new Uint8Array());
    await change(b, [title('of b, after all')], { reads: [a, c] });
  }),
  'who is cut, and who had seen what was cut': three(async (pen) => {
    const before = pen.placeOf(pen.c);
    await pen.change(pen.c, [title('of c')]);
    await pen.change(pen.b, [title('of b, who had seen it')], { reads: [pen.c] });
    await pen.cut(pen.a, before);
  }),
  'a stranger': three(async (pen) => {
    await pen.change(pen.d, [title('of d')]);
    await pen.admit(pen.d, pen.d, 'owner');
  }),
};

const noteStories: Stories = {
  'two write in the same place': three(async (pen) => {
    await pen.write(pen.a, 'words');
    await pen.write(pen.b, 'words of b', { reads: [pen.a] });
    await pen.write(pen.c, 'words of c', { reads: [pen.a] });
  }),
  'what one deletes, another writes into': three(async (pen) => {
    await pen.write(pen.a, 'one two three');
    await pen.write(pen.b, 'one three', { reads: [pen.a] });
    await pen.write(pen.c, 'one two and a half three', { reads: [pen.a] });
  }),
  'what others wrote next to void words keeps its place': three(async (pen) => {
    await pen.write(pen.a, 'good good');
    const before = pen.placeOf(pen.b);
    await pen.write(pen.b, 'good bad good', { reads: [pen.a] });
    await pen.write(pen.c, 'good bad, better good', { reads: [pen.a, pen.b] });
    await pen.cut(pen.a, before);
  }),
};

const forkStories: Stories = {
  'nothing from a fork on counts': three(async (pen) => {
    const twin = pen.twin(pen.c);
    await pen.change(pen.c, [title('one history')]);
    await pen.change(twin, [title('another')]);
    await pen.change(twin, [done(1)]);
  }),
  'a senior says which history stands': three(async (pen) => {
    const [from, twin] = [pen.c.seq + 1, pen.twin(pen.c)];
    await pen.change(pen.c, [title('one history')]);
    await pen.change(twin, [title('another')]);
    const hashes = [twin.prev];
    await pen.change(twin, [done(1)]);
    hashes.push(twin.prev);
    await pen.change(twin, [title('more of it')]);
    const cut = { device: pen.c.signer.device, seq: from + 1, branch: { from, hashes } };
    await pen.state(pen.a, { cut: { ...cut, hash: hashes[1] ?? new Uint8Array(32) } });
  }),
  'a cut of the other history says nothing about this one': three(async (pen) => {
    const [from, twin] = [pen.c.seq + 1, pen.twin(pen.c)];
    await pen.change(pen.c, [title('one history')]);
    await pen.change(twin, [title('another')]);
    const hashes = [pen.c.prev];
    const cut = { device: pen.c.signer.device, seq: from, branch: { from, hashes } };
    await pen.state(pen.a, { cut: { ...cut, hash: pen.c.prev } });
    await pen.cut(pen.b, pen.placeOf(twin));
  }),
};

async function spacesOf(stories: Stories, withVerdicts = false) {
  const spaces = [];
  for (const [about, story] of Object.entries(stories)) {
    const pen = await newPen();
    await story(pen);
    const { space, envelopes } = pen;
    const forwards = envelopes.map((_, at) => at);
    // Every third first: all that can wait has to.
    const orders = [
      forwards,
      forwards.toReversed(),
      forwards.toSorted((x, y) => (x % 3) - (y % 3)),
    ];
    const outcomes = [];
    for (const order of orders) outcomes.push(await outcomeOf(space, envelopes, order));
    const [first, ...others] = outcomes.map(({ expected }) => JSON.stringify(expected, readable));
    if (others.some((other) => other !== first)) throw new Error(`${about}: the order matters`);
    spaces.push({
      about,
      space,
      envelopes,
      ...(withVerdicts && {
        deliveries: outcomes.map(({ verdicts }, at) => ({ order: orders[at], verdicts })),
      }),
      expected: outcomes[0]?.expected,
    });
  }
  return spaces;
}

/** What a device says that is brought these envelopes one by one, each once. */
async function outcomeOf(
  space: Uint8Array,
  envelopes: readonly Uint8Array[],
  order: readonly number[],
) {
  const connection = await openMemory();
  prepareDatabase(connection);
  const signer = await signerOf(seedOf('receiver'));
  const database = openDatabase(connection, signer.device);
  const ledger = newLedger({
    database,
    identity: { signer, seal: seedOf('receiver seal') },
    suite: temporarySuite,
    now: () => noon,
    random: (length) => new Uint8Array(length),
    onCommit: () => {},
  });
  await ledger.enter(space);
  const verdicts: Judgement['verdict'][] = [];
  for (const at of order) {
    const [judgement] = await ledger.exchange.admit([envelopes[at] ?? new Uint8Array()], 'carrier');
    verdicts.push(judgement?.verdict ?? 'waiting');
  }
  const expected = {
    members: [...database.log.roster()].map(([device, member]) => {
      const { name, role, limit, writes, rules, branch } = member;
      return { device, name, role, limit, writes, rules, branch: branch?.hashes ?? [] };
    }),
    forks: Object.fromEntries(
      database.log.forks().map(({ device, seq }) => [bytesToHex(device), seq]),
    ),
    task: taskOf(database),
  };
  connection.close();
  return { verdicts, expected };
}

function taskOf(database: Database) {
  const registers: Record<string, { value: unknown; rule: string }> = {};
  for (const field of Object.keys(entities.task)) {
    if (fieldSpec('task', field)?.merge !== 'register') continue;
    const joined = database.explain('task', task, field)?.joined;
    if (joined?.winner) registers[field] = { value: joined.winner.value, rule: joined.rule };
  }
  const found = database.task(task);
  return { registers, tags: found?.tags ?? [], notes: found?.notes ?? '' };
}

// --- Bytes ---

async function envelopeVectors() {
  const pen = await newPen();
  const { a, b } = pen;
  await pen.found();
  await pen.admit(a, b, 'editor');
  await pen.change(a, [title('one')]);
  await pen.change(b, [title('two')], { reads: [a] });
  await pen.say(b, 'checkpoint', encodeCheckpoint(1, nothingRestated)[0] ?? new Uint8Array());
  const envelopes = pen.envelopes.map((wire) => {
    const { fields, header, signature, payload } = parsed(wire);
    return { wire, header, signature, payload, hash: headerHash(header), fields };
  });
  const [, , , sample = new Uint8Array()] = pen.envelopes;
  const changed = (at: number, byte: number) => {
    const bytes = Uint8Array.from(sample);
    bytes[at] = byte;
    return bytes;
  };
  const refused = [
    { about: 'another magic', wire: changed(2, 0) },
    { about: 'another version', wire: changed(4, 2) },
    { about: 'no such kind', wire: changed(5, 4) },
    { about: 'a dep too few', wire: changed(9, 0) },
    {
      about: 'seq 0',
      wire: Uint8Array.from([...sample.slice(0, 58), ...new Uint8Array(8), ...sample.slice(66)]),
    },
    { about: 'a clock out of range', wire: changed(98, 0xff) },
    { about: 'cut short', wire: sample.slice(0, 200) },
  ];
  for (const { about, wire } of refused) {
    if (envelopeFromWire(wire)) throw new Error(`${about} is read`);
  }
  return { envelopes, refused };
}

function parsed(wire: Uint8Array) {
  const found = envelopeFromWire(wire);
  if (!found) throw new Error('no envelope');
  return found;
}

function payloadVectors() {
  const [update = new Uint8Array()] = editNote([], 7, 'words');
  const payloads = [
    { action, derived: false, claims: [title('Buy milk')] },
    { action, derived: true, claims: [title('ä € 😀'), tag('x', true), tag('y', false)] },
    {
      ...{ action, derived: false },
      claims: [
        done(noon),
        { kind: 'list', id: list, field: 'title', merge: 'register', value: 'a' },
        { kind: 'task', id: task, field: 'notes', merge: 'text', update },
      ] satisfies Claim[],
    },
  ].map((payload) => {
    const bytes = encodePayload(payload);
    return { payload: bytes, says: decodePayload(bytes) };
  });
  const refused = [
    { about: 'nothing', payload: '' },
    {
      about: 'bytes left over',
      payload: `${bytesToHex(payloads[0]?.payload ?? new Uint8Array())}00`,
    },
    {
      about: 'a key more',
      payload: 'a366616374696f6e50018f0000000070008000000000000003676368616e67657380617801',
    },
    {
      about: 'a longer length',
      payload: 'a266616374696f6e5810018f0000000070008000000000000003676368616e67657380',
    },
    {
      about: 'a list of no fixed length',
      payload: 'a266616374696f6e50018f0000000070008000000000000003676368616e6765739fff',
    },
    {
      about: 'a key twice',
      payload:
        'a266616374696f6e50018f000000007000800000000000000366616374696f6e50018f0000000070008000000000000003',
    },
    {
      about: 'no such kind',
      payload:
        'a266616374696f6e50018f0000000070008000000000000003676368616e676573818361785001010101010101010101010101010101a0',
    },
    {
      about: 'derived, but not so',
      payload:
        'a366616374696f6e50018f0000000070008000000000000003676368616e676573806764657269766564f4',
    },
  ];
  for (const { about, payload } of refused) {
    if (isRead(() => decodePayload(Buffer.from(payload, 'hex'))))
      throw new Error(`${about} is read`);
  }
  return { payloads, refused };
}

function isRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

async function statementVectors() {
  const pen = await newPen();
  const { a, b } = pen;
  const genesis = parsed(await pen.found());
  const { device } = b.signer;
  const hash = seedOf('a hash');
  const proof = await pen.recovery.signing.sign(recoveryMessage(pen.space, device, 7));
  const statements: Statement[] = [
    ...(['reader', 'editor', 'owner'] as const).map((role): Statement => {
      return { admit: { device, seal: b.seal, name: 'b', role } };
    }),
    { cut: { device, seq: 0, hash: new Uint8Array(32) } },
    { cut: { device, seq: 5, hash, branch: { from: 4, hashes: [seedOf('another'), hash] } } },
    { demote: { device, seq: 3, hash, role: 'editor' } },
    { retire: null },
    { recover: { number: 7, seal: b.seal, name: 'b', proof } },
    { vouch: { device, seq: 12, hash } },
  ];
  const encoded = statements.map((statement) => {
    const payload = encodeStatement(statement);
    return { payload, says: decodeStatement(payload) };
  });
  const refused = [
    { about: 'nothing said', payload: 'a0' },
    { about: 'no such statement', payload: 'a16178f6' },
    { about: 'two at once', payload: 'a266726574697265f66178f6' },
    { about: 'retire with a word', payload: 'a166726574697265f5' },
    {
      about: 'a key too short',
      payload: bytesToHex(encodeStatement({ cut: { device: device.slice(1), seq: 0, hash } })),
    },
    {
      about: 'no such role',
      payload: bytesToHex(
        encodeStatement({ demote: { device, seq: 1, hash, role: 'king' as Role } }),
      ),
    },
    {
      about: 'seq below 0',
      payload: bytesToHex(encodeStatement({ cut: { device, seq: -1, hash } })),
    },
  ];
  for (const { about, payload } of refused) {
    if (isRead(() => decodeStatement(Buffer.from(payload, 'hex'))))
      throw new Error(`${about} is read`);
  }
  const entropy = seedOf('entropy');
  return {
    genesis: {
      founder: a.signer.device,
      payload: genesis.payload,
      says: decodeGenesis(genesis.payload),
      space: pen.space,
    },
    recovery: {
      entropy,
      words: recoveryWords(entropy),
      signing: pen.recovery.signing.publicKey,
      sealing: pen.recovery.sealing.publicKey,
      device,
      number: 7,
      message: recoveryMessage(pen.space, device, 7),
      proof,
    },
    statements: encoded,
    refused,
  };
}

function noteVectors() {
  const [, other] = [7, 9];
  const first = editNote([], 7, 'one two');
  const parts = (updates: readonly Uint8Array[]): NotePart[] =>
    updates.map((update) => ({ update, isVoid: false }));
  const second = editNote(parts(first), other, 'one and two');
  const third = editNote(parts([...first, ...second]), 7, 'and');
  const updates = [...first, ...second, ...third].map((update) => {
    const { client, start, end, after, before, text, deletions } = inspectNoteUpdate(update);
    return { update, says: { client, start, end, after, before, text, deletions } };
  });
  const refused = [
    { about: 'nothing', update: '' },
    { about: 'says nothing', update: '0000' },
    { about: 'two structs', update: '010207000401046e6f746501618407000162' + '00' },
    { about: 'a longer number', update: '0101078000' + '0401046e6f7465016100' },
    { about: 'another type', update: '010107000401046e6f7461016100' },
    { about: 'empty text', update: '010107000401046e6f74650000' },
    { about: 'ranges that touch', update: '00010702000101' + '01' },
    { about: 'bytes left over', update: '010107000401046e6f746501610000' },
  ];
  for (const { about, update } of refused) {
    if (isRead(() => inspectNoteUpdate(Buffer.from(update, 'hex'))))
      throw new Error(`${about} is read`);
  }
  const whole = [...first, ...second, ...third];
  return { updates, refused, text: readNote(parts(whole)) };
}

const nothingRestated: Restated = { words: [], sights: [], kept: [] };

function checkpointVectors() {
  const other = seedOf('other');
  const nothing = new Uint8Array(0);
  const word = { kind: 'task', id: task, derived: false, hlc: noon * perMs } as const;
  const restated: Restated = {
    kept: [{ seq: 1, hash: seedOf('kept') }],
    sights: [{ other, seq: 3, upto: 4 }],
    words: [
      { ...word, field: 'title', element: nothing, seq: 3, value: Uint8Array.of(0x61, 0x61) },
      {
        ...word,
        field: 'tags',
        element: Uint8Array.of(0x61, 0x78),
        seq: 4,
        value: Uint8Array.of(0xf5),
      },
    ],
  };
  const long = {
    ...nothingRestated,
    words: Array.from({ length: 3 }, (_, at) => ({
      ...{ ...word, field: 'notes', element: nothing, seq: at + 1 },
      value: new Uint8Array(40_000).fill(at),
    })),
  };
  return {
    checkpoints: [{ base: 4, restated }].map(({ base, restated }) => {
      const digest = restatedDigest(restated);
      return { base, restated, payloads: encodeCheckpoint(base, restated), digest };
    }),
    parts: {
      about: 'three words of 40,000 bytes take a part each',
      count: encodeCheckpoint(3, long).length,
      hashes: encodeCheckpoint(3, long).map((payload) => sha256(payload)),
      digest: restatedDigest(long),
    },
  };
}

async function forkVectors() {
  const pen = await newPen();
  await pen.found();
  const twin = pen.twin(pen.a);
  const signed = async (by: Author, text: string) => {
    const { header, signature } = parsed(await pen.change(by, [title(text)]));
    return { header, signature };
  };
  const [one, two] = [await signed(pen.a, 'one'), await signed(pen.a, 'two')];
  const [other, next] = [await signed(twin, 'other'), await signed(twin, 'next')];
  const pairs = {
    'two in one place': { first: one, second: other },
    'the second follows another': { first: one, second: next },
    'one that follows the other': { first: one, second: two },
    'the same twice': { first: one, second: one },
    'the wrong way round': { first: next, second: one },
  };
  return {
    proofs: Object.entries(pairs).map(([about, proof]) => {
      const seqs = [proof.first, proof.second].map(({ header }) => decodeHeader(header)?.seq);
      return { about, ...proof, seqs, proves: forkPoint(proof)?.seq ?? null };
    }),
  };
}

if (process.argv[1] === import.meta.filename) {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(await vectors())) {
    await writeFile(join(folder, name), text);
    console.log(`${name}: ${text.length} bytes`);
  }
}
