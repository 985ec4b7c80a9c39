/** Whole ledgers for the benches: real SQLite, real signatures, carried by hand. */
import { type Database, openDatabase, prepareDatabase } from '../../../lib/database/database.ts';
import type { Connection } from '../../../lib/database/sqlite.ts';
import { temporarySuite } from '../../../lib/engine/keys.ts';
import { type Ledger, newLedger } from '../../../lib/engine/ledger.ts';
import { type Claim, encodePayload } from '../../../lib/ledger/claims.ts';
import { type Id, newId } from '../../../lib/model/id.ts';

/** Times in ms, sizes in bytes, rates per second. */
export type Result = Readonly<Record<string, number>>;

export interface Device {
  readonly connection: Connection;
  readonly database: Database;
  readonly ledger: Ledger;
  readonly key: Uint8Array;
  /** Unix ms; may be changed at any time. */
  now: number;
  readonly newId: () => Id;
  /** A change per envelope; committed in transactions of many. */
  readonly say: (changes: readonly (readonly Claim[])[]) => Promise<void>;
}

/** Where the databases of a job lie, and what they take. */
export interface Place {
  readonly open: (name: string) => Promise<Connection>;
  readonly openInMemory: () => Promise<Connection>;
  /** Bytes of all files of a database, its write-ahead log too. */
  readonly filesOf: (name: string) => Promise<number>;
}

/** How many envelopes of this device's own go into one transaction. */
const together = 1_000;
export const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export async function newDevice(connection: Connection, now = Date.now()): Promise<Device> {
  prepareDatabase(connection);
  const identity = await temporarySuite.newIdentity();
  const key = identity.signer.device;
  const database = openDatabase(connection, key);
  const state = { now };
  const ledger = newLedger({
    database,
    identity,
    suite: temporarySuite,
    now: () => state.now,
    random,
    onCommit: () => {},
  });
  return {
    connection,
    database,
    ledger,
    key,
    get now() {
      return state.now;
    },
    set now(value) {
      state.now = value;
    },
    newId: () => newId(state.now, random(10)),
    say: async (changes) => {
      for (let at = 0; at < changes.length; at += together) {
        const pieces = changes.slice(at, at + together).map((claims) => {
          const action = newId(state.now, random(10));
          return {
            kind: 'change',
            payload: encodePayload({ action, derived: false, claims }),
          } as const;
        });
        await ledger.inTurn(async () => {
          const sealed = await ledger.seal(pieces);
          database.commitPlain(sealed, state.now);
        });
      }
      ledger.committed();
    },
  };
}

/** Other devices enter a space, as owners or editors, and everybody knows it. */
export async function gather(founder: Device, ...others: readonly Device[]): Promise<void> {
  await founder.ledger.foundSpace();
  const space = founder.ledger.exchange.space();
  if (!space) throw new Error('no space was founded');
  for (const { ledger } of others) {
    await ledger.enter(space);
    const { signer, seal } = ledger.identity();
    await founder.ledger.admitDevice(signer.device, seal, 'other', 'editor');
  }
  for (const other of others) await carry(founder, other);
}

/** Everything that `to` lacks, in batches as the replicator would bring them. */
export function* batches(from: Device, to: Device, bytes: number): Generator<Uint8Array[]> {
  let heads = to.ledger.exchange.progress().heads;
  while (true) {
    const batch = from.ledger.exchange.missing(heads, bytes);
    if (batch.length === 0) return;
    yield batch;
    heads = to.ledger.exchange.progress().heads;
  }
}

/** How long admission took, ms, and how many envelopes were brought. */
export async function carry(
  from: Device,
  to: Device,
  bytes = 256 * 1024,
): Promise<{ ms: number; count: number }> {
  let [ms, count, left] = [0, 0, 10_000];
  const admit = async (envelopes: readonly Uint8Array[]) => {
    const started = performance.now();
    const judgements = await to.ledger.exchange.admit(envelopes, from.key);
    ms += performance.now() - started;
    count += judgements.length;
    const wrong = judgements.find(({ verdict }) => !expected.has(verdict));
    if (wrong) throw new Error(`an envelope was not accepted: ${wrong.verdict}, ${wrong.reason}`);
    if (--left === 0) throw new Error('it comes to no end');
  };
  for (const batch of batches(from, to, bytes)) {
    await admit(batch);
    for (let wanted = wants(from, to, bytes); wanted.length > 0; wanted = wants(from, to, bytes)) {
      await admit(wanted);
    }
  }
  return { ms, count };
}

/** What `to` lacks of what does not count, and `from` has. */
function wants(from: Device, to: Device, bytes: number): Uint8Array[] {
  return to.ledger.exchange.wanted().flatMap((range) => from.ledger.exchange.range(range, bytes));
}

const expected = new Set(['accepted', 'duplicate', 'waiting', 'revoked']);

export function register(id: Id, field: string, value: unknown): Claim {
  return { kind: 'task', id, field, merge: 'register', value };
}
