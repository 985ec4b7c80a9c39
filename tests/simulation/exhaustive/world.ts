/**
 * A small world: three devices that write a little, each knowing some of what the others wrote, and
 * the envelopes that come of it, log by log.
 *
 * The devices are real (database, ledger, notes); only signatures are a hash, because they are made
 * a hundred thousand times. Connections are used again: each device's database is a savepoint that
 * is rolled back.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Checked } from '../../../lib/ledger/admission.ts';
import { type Database, openDatabase, prepareDatabase } from '../../../lib/database/database.ts';
import { type Connection, openMemory } from '../../../lib/database/sqlite.ts';
import { type Ledger, newLedger, type Piece } from '../../../lib/engine/ledger.ts';
import type { Identity, Suite } from '../../../lib/engine/suite.ts';
import { foundsItsSpace, readContent } from '../../../lib/ledger/admission.ts';
import { type Claim, encodePayload } from '../../../lib/ledger/claims.ts';
import {
  envelopeFromWire,
  envelopeToWire,
  equal,
  headerHash,
} from '../../../lib/ledger/envelope.ts';
import type { ForkProof } from '../../../lib/ledger/exchange.ts';
import { clientOf, editNote, readNote } from '../../../lib/ledger/notes.ts';
import { encodeStatement, type Role, type Statement } from '../../../lib/ledger/statements.ts';
import type { Id } from '../../../lib/model/id.ts';

/** Who writes. A twin is a copy of a device that goes on by itself under the same key. */
export type Name = 'a' | 'b' | 'c' | 'twin';

/**
 * - title, tag, letter, erase: a word on the task, a tag that comes or goes, a letter in the middle of
 *   its note, the first letter of it gone.
 * - cut, demote: of another device, at the last that is held of it.
 * - retire: of oneself. bad: what cannot be read.
 * - admit: every present key of the others that is no member, as an editor.
 * - fork: the device writes a title, and its copy another one in the same place.
 */
export type Op =
  | 'title'
  | 'tag'
  | 'letter'
  | 'erase'
  | 'bad'
  | 'retire'
  | 'admit'
  | 'fork'
  | `${'cut' | 'demote'} ${'a' | 'b' | 'c'}`;

export interface Step {
  readonly by: Exclude<Name, 'twin'>;
  readonly op: Op;
  /** Whose copies it reads before. */
  readonly reads: readonly Exclude<Name, 'twin'>[];
}

/** The envelopes of one key as one database wrote them, in order. */
export interface Stream {
  readonly name: string;
  readonly envelopes: readonly Uint8Array[];
}

/** A connection whose transactions may lie in a savepoint. */
export type Reusable = Connection & {
  /** Goes back to what was there at the last mark. */
  readonly reset: () => void;
  readonly mark: () => void;
};

export async function openReusable(): Promise<Reusable> {
  const connection = await openMemory();
  prepareDatabase(connection);
  connection.script('savepoint empty');
  return {
    ...connection,
    transaction: (work) => {
      connection.run('savepoint one');
      try {
        const result = work();
        connection.run('release one');
        return result;
      } catch (error) {
        connection.run('rollback to one');
        connection.run('release one');
        throw error;
      }
    },
    reset: () => connection.run('rollback to empty'),
    mark: () => connection.run('savepoint empty'),
  };
}

export interface Device {
  readonly database: Database;
  readonly ledger: Ledger;
}

/** Signatures that anybody could make: fast, and alike on every run. */
function suiteOf(label: string): Suite {
  let made = 0;
  const identity = (text: string): Identity => {
    const device = sha256(utf8ToBytes(text));
    const sign = async (bytes: Uint8Array) => signatureOf(device, bytes);
    return { signer: { device, sign }, seal: sha256(device) };
  };
  return {
    verify: async (device, signature, bytes) => equal(signature, signatureOf(device, bytes)),
    newIdentity: async () => identity(`${label} ${made++}`),
    recovery: async (entropy) => {
      const { signer, seal } = identity(`recovery ${bytesToHex(entropy)}`);
      return { signer, vault: seal };
    },
  };
}

function signatureOf(device: Uint8Array, bytes: Uint8Array): Uint8Array {
  const half = sha256(concatBytes(device, bytes));
  return concatBytes(half, half);
}

const noon = Date.UTC(2026, 2, 2, 12);

export async function startDevice(
  connection: Reusable,
  label: string,
  known: Identity | null = null,
): Promise<Device & { readonly identity: Identity; tick: () => void }> {
  connection.reset();
  const suite = suiteOf(label);
  const first = await suite.newIdentity();
  const identity = known ?? first;
  const database = openDatabase(connection, identity.signer.device);
  let time = noon;
  const ledger = newLedger({
    database,
    identity,
    suite,
    now: () => time,
    random: (length) => sha256(utf8ToBytes(label)).slice(0, length),
    onCommit: () => {},
  });
  return { database, ledger, identity, tick: () => void (time += 1_000) };
}

const task = '018f0000000070008000000000000001' as Id;
const action = '018f0000000070008000000000000002' as Id;
const title = { kind: 'task', id: task, field: 'title', merge: 'register' } as const;
const tag = { kind: 'task', id: task, field: 'tags', merge: 'set' } as const;
const note = { kind: 'task', id: task, field: 'notes', merge: 'text' } as const;

/** A history as it can be delivered. */
export interface World {
  readonly space: Uint8Array;
  /** What came before the steps, in an order in which it can be admitted. */
  readonly before: readonly Uint8Array[];
  /** What came of the steps. */
  readonly streams: readonly Stream[];
  /** Of forks that any of the devices knows. */
  readonly proofs: readonly ForkProof[];
}

/**
 * Makes the envelopes of one little history after another. Before each, 'a' has founded the space,
 * admitted 'b' as an owner and written a task, 'b' has admitted 'c' as an owner and written a note,
 * and all have read all.
 */
export async function newBuilder(): Promise<(steps: readonly Step[]) => Promise<World>> {
  const names: readonly Name[] = ['a', 'b', 'c', 'twin'];
  const connections = new Map<Name, Reusable>();
  for (const name of names) connections.set(name, await openReusable());
  let before: readonly Uint8Array[] = [];

  const tell = async (steps: readonly Step[] | null): Promise<World> => {
    const devices = new Map<Name, Awaited<ReturnType<typeof startDevice>>>();
    const streams = new Map<string, Map<string, Uint8Array>>();
    const start = async (name: Name, identity: Identity | null = null) => {
      const device = await startDevice(connections.get(name)!, name, identity);
      devices.set(name, device);
      return device;
    };
    const at = (name: Name) => devices.get(name)!;

    /** Notes what a device wrote since it was last looked at. */
    const collect = () => {
      for (const [name, { database, ledger }] of devices) {
        const { log } = database;
        const key = log.ownDevice();
        const stream = `${name} ${bytesToHex(key).slice(0, 4)}`;
        const known = streams.get(stream) ?? new Map<string, Uint8Array>();
        streams.set(stream, known);
        for (const wire of ledger.exchange.range({ device: key, from: 1, to: 1e9 }, 1e9)) {
          known.set(bytesToHex(headerHash(envelopeFromWire(wire)!.header)), wire);
        }
      }
    };

    const read = async (by: Name, from: Name) => {
      const [reader, source] = [at(by), at(from)];
      for (let round = 0; round < 5; round++) {
        const { exchange } = reader.ledger;
        for (const proof of source.ledger.exchange.forkProofs())
          await exchange.admitForkProof(proof);
        const envelopes = [
          ...exchange.wanted().flatMap((range) => source.ledger.exchange.range(range, 1e9)),
          ...source.ledger.exchange.missing(exchange.progress().heads, 1e9),
        ];
        if (envelopes.length === 0) break;
        const { log } = source.database;
        source.ledger.exchange.sent(log.head(log.own())?.seq ?? 0);
        await exchange.admit(envelopes, from);
      }
      collect();
    };

    const say = async (by: Name, ...pieces: readonly Piece[]) => {
      const { ledger, database, tick } = at(by);
      tick();
      await ledger.inTurn(async () => {
        const sealed = await ledger.seal(pieces);
        const isWhole = sealed.every(({ fields, envelope }) => {
          return readContent(fields, envelope.payload).content !== null;
        });
        if (isWhole) database.commitPlain(sealed, noon);
        else
          database.admit(
            sealed.map(({ envelope }) => checkedOf(envelopeToWire(envelope))),
            noon,
          );
      });
      collect();
    };
    const claim = (by: Name, ...claims: readonly Claim[]) =>
      say(by, { kind: 'change', payload: encodePayload({ action, derived: false, claims }) });
    const state = (by: Name, statement: Statement) =>
      say(by, { kind: 'roster', payload: encodeStatement(statement) });
    const admit = (by: Name, whom: Name, role: Role) =>
      state(by, {
        admit: {
          device: at(whom).identity.signer.device,
          seal: at(whom).identity.seal,
          name: whom,
          role,
        },
      });
    const place = (by: Name, whom: Name) => {
      const { log } = at(by).database;
      const device = at(whom).identity.signer.device;
      const id = log.idOf(device);
      const head = id === undefined ? null : log.head(id);
      return { device, seq: head?.seq ?? 0, hash: head?.hash ?? new Uint8Array(32) };
    };
    const write = async (by: Name, edit: (text: string) => string) => {
      const { database } = at(by);
      const parts = database.noteParts('task', task, 'notes');
      const client = clientOf(database.log.ownDevice());
      for (const update of editNote(parts, client, edit(readNote(parts)))) {
        await claim(by, { ...note, update });
      }
    };

    const perform = async ({ by, op }: Pick<Step, 'op'> & { by: Name }, index: number) => {
      const letter = by === 'twin' ? 't' : by;
      const [verb, whom] = op.split(' ') as [Op, Name];
      if (verb === 'title') await claim(by, { ...title, value: `${letter}${index}` });
      else if (verb === 'tag') {
        const has = at(by).database.task(task)?.tags.includes('g') ?? false;
        await claim(by, { ...tag, element: 'g', present: !has });
      } else if (verb === 'letter') {
        await write(by, (text) => {
          const middle = Math.floor(text.length / 2);
          return text.slice(0, middle) + letter + text.slice(middle);
        });
      } else if (verb === 'erase') await write(by, (text) => text.slice(1));
      else if (verb === 'bad') await say(by, { kind: 'change', payload: Uint8Array.of(0xff) });
      else if (verb === 'retire') await state(by, { retire: null });
      else if (verb === 'admit') {
        for (const whom of ['a', 'b', 'c'] as const) {
          const { signer, seal } = at(whom).ledger.identity();
          const { log } = at(by).database;
          if (log.member(bytesToHex(signer.device))) continue;
          const { device } = signer;
          await state(by, { admit: { device, seal, name: whom, role: 'editor' } });
        }
      } else if (op.startsWith('cut')) await state(by, { cut: place(by, whom) });
      else if (op.startsWith('demote')) {
        await state(by, { demote: { ...place(by, whom), role: 'reader' } });
      }
    };

    for (const name of ['a', 'b', 'c'] as const) await start(name);
    if (!steps) {
      await at('a').ledger.foundSpace();
      const space = at('a').ledger.exchange.space()!;
      for (const name of ['b', 'c'] as const) await at(name).ledger.enter(space);
      await admit('a', 'b', 'owner');
      await claim('a', { ...title, value: 'first' });
      await read('b', 'a');
      await admit('b', 'c', 'owner');
      await write('b', () => 'note');
      await read('c', 'b');
      await read('a', 'b');
      for (const name of ['a', 'b', 'c'] as const) connections.get(name)!.mark();
      return { space, before: at('a').ledger.exchange.missing([], 1e9), streams: [], proofs: [] };
    }
    const space = at('a').ledger.exchange.space()!;
    for (const [index, { by, op, reads }] of steps.entries()) {
      for (const from of reads) await read(by, from);
      if (op !== 'fork') {
        await perform({ by, op }, index);
        continue;
      }
      if (!devices.has('twin')) {
        const { identity, ledger } = at(by);
        const twin = await start('twin', identity);
        twin.database.enterSpace(space, null, noon);
        twin.database.admit(ledger.exchange.missing([], 1e9).map(checkedOf), noon);
      }
      await perform({ by, op: 'title' }, index);
      await perform({ by: 'twin', op: 'title' }, index + 100);
    }
    // What the twin shares with its original is in the original's stream.
    const known = new Set(before.map(hashOf));
    const whole = [...streams].map(([name, envelopes]): Stream => {
      const news = [...envelopes].filter(([hash]) => !known.has(hash));
      for (const [hash] of news) known.add(hash);
      return { name, envelopes: news.map(([, wire]) => wire) };
    });
    const proofs = [...devices.values()].flatMap(({ ledger }) => ledger.exchange.forkProofs());
    return {
      space,
      before,
      proofs,
      streams: whole.filter(({ envelopes }) => envelopes.length > 0),
    };
  };

  ({ before } = await tell(null));
  return (steps) => tell(steps);
}

/** The logs from the beginning on, each with what came before the steps. */
export function wholeLogs({ before, streams }: World): Stream[] {
  const byAuthor = Map.groupBy(before, authorOf);
  const whole = new Map(streams.map((stream) => [stream, stream.envelopes]));
  for (const [author, envelopes] of byAuthor) {
    const own = streams.find(
      ({ name, envelopes: [first] }) =>
        !name.startsWith('twin') && first && authorOf(first) === author,
    );
    if (own) whole.set(own, [...envelopes, ...own.envelopes]);
    else whole.set({ name: author.slice(0, 4), envelopes }, envelopes);
  }
  return [...whole].map(([{ name }, envelopes]) => ({ name, envelopes }));
}

function authorOf(wire: Uint8Array): string {
  return bytesToHex(envelopeFromWire(wire)!.fields.device);
}

export function hashOf(wire: Uint8Array): string {
  return bytesToHex(headerHash(envelopeFromWire(wire)!.header));
}

/** An envelope as the ledger would have checked it. */
export function checkedOf(wire: Uint8Array): Checked {
  const { fields, ...envelope } = envelopeFromWire(wire)!;
  return {
    envelope,
    fields,
    hash: headerHash(envelope.header),
    reading: readContent(fields, envelope.payload),
    endorsesItself: foundsItsSpace(fields, envelope.payload),
  };
}
