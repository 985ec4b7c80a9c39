/**
 * The format, held by vectors, and by a second reader that knows only docs/protocol.md.
 */
import { readFile } from 'node:fs/promises';
import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { openReceiver } from '../../simulation/exhaustive/states.ts';
import {
  newBuilder,
  type Op,
  startDevice,
  type Step,
  type World,
  wholeLogs,
} from '../../simulation/exhaustive/world.ts';
import {
  isGenuine,
  isSigned,
  proofOf,
  readCbor,
  readChange,
  readCheckpoint,
  readEnvelope,
  readGenesis,
  readSpace,
  readStatement,
  readUpdate,
  spaceId,
} from '../../support/independent-reader.ts';
import { vectors } from '../../../tools/vectors.ts';

const finite = (seq: number) => (seq === Infinity ? null : seq);

function rosterOf(database: Database) {
  return [...database.log.roster()].map(([device, member]) => {
    const { name, role, limit, writes, rules, branch } = member;
    const [end, lastChange, lastRule] = [limit, writes, rules].map(finite);
    const hashes = branch?.hashes.map(bytesToHex) ?? [];
    return { device, name, role, limit: end, writes: lastChange, rules: lastRule, branch: hashes };
  });
}

const task = '018f0000000070008000000000000001';

/** What a real device makes of a world, and what the second reader makes of it. */
async function readTwice(world: World, order: readonly number[], hasTwin: boolean) {
  const connection = await openReceiver(world.space, []);
  const { database, ledger } = await startDevice(connection, 'receiver');
  // Where only a proof tells of the twin, it comes before anything else does.
  const proofs = hasTwin ? [] : world.proofs;
  for (const proof of proofs) await ledger.exchange.admitForkProof(proof);
  const wires = wholeLogs(world)
    .filter(({ name }) => hasTwin || !name.startsWith('twin'))
    .flatMap(({ envelopes }) => envelopes);
  const shuffled = wires
    .map((wire, at) => ({ wire, at: order[at % order.length]! * 1_000 + at }))
    .sort((a, b) => a.at - b.at)
    .map(({ wire }) => wire);
  for (const wire of shuffled) await ledger.exchange.admit([wire], 'carrier');
  const row = connection.get<{ title: string; tags: string; notes: string; done: number | null }>(
    'select title, tags, notes, completed_at as done from task',
  );
  const device = {
    members: rosterOf(database),
    title: row?.title ?? '',
    done: row?.done ?? null,
    tags: JSON.parse(row?.tags ?? '[]') as unknown,
    notes: row?.notes ?? '',
  };
  connection.close();

  const space = readSpace(bytesToHex(world.space), wires, proofs, () => true);
  const entity = space.entities.find(({ kind, id }) => kind === 'task' && id === task);
  const reader = {
    members: space.members,
    title: entity?.registers['title']?.value ?? '',
    done: entity?.registers['completedAt']?.value ?? null,
    tags: entity?.sets['tags'] ?? [],
    notes: entity?.texts['notes'] ?? '',
  };
  return { device, reader };
}

const anOp = fc.constantFrom<Op>(
  ...(['title', 'title', 'tag', 'tag', 'letter', 'letter', 'erase', 'bad', 'retire'] as const),
  ...(['admit', 'fork', 'cut a', 'cut b', 'cut c', 'demote a', 'demote b', 'demote c'] as const),
);
const aName = fc.constantFrom<Step['by']>('a', 'b', 'c');
const aStep = fc
  .record({ by: aName, op: anOp, reads: fc.uniqueArray(aName, { maxLength: 2 }) })
  .map(({ by, op, reads }): Step => ({ by, op, reads: reads.filter((from) => from !== by) }))
  .filter(({ by, op }) => !op.endsWith(` ${by}`));
/** One fork at most: there is one twin. */
const someSteps = fc
  .array(aStep, { maxLength: 12 })
  .map((steps) =>
    steps.filter(({ op }, at) => op !== 'fork' || steps.findIndex((s) => s.op === 'fork') === at),
  );

async function vectorsOf<T>(name: string): Promise<T> {
  const url = new URL(`../../fixtures/vectors/${name}.json`, import.meta.url);
  return JSON.parse(await readFile(url, 'utf8')) as T;
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');
/** As it stands in a file: bytes in hex. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      const { type, data } = (part ?? {}) as { type?: unknown; data?: unknown };
      return type === 'Buffer' ? Buffer.from(data as number[]).toString('hex') : part;
    }),
  );

interface SpaceVector {
  readonly about: string;
  readonly space: string;
  readonly envelopes: readonly string[];
  readonly expected: {
    readonly members: unknown;
    readonly forks: unknown;
    readonly task: {
      readonly registers: Readonly<
        Record<string, { readonly value: string; readonly rule: string }>
      >;
      readonly tags: readonly string[];
      readonly notes: string;
    };
  };
}

test('the vectors are what the code says today', { timeout: 60_000 }, async () => {
  for (const [name, text] of Object.entries(await vectors())) {
    const url = new URL(`../../fixtures/vectors/${name}`, import.meta.url);
    expect(text, name).toBe(await readFile(url, 'utf8'));
  }
});

describe('a second reader', () => {
  test.for(['roster', 'join', 'admission', 'notes', 'fork'])(
    'agrees with every space of %s',
    async (file) => {
      const { spaces } = await vectorsOf<{ spaces: readonly SpaceVector[] }>(file);
      expect(spaces.length).toBeGreaterThan(2);
      for (const { about, space, envelopes, expected } of spaces) {
        const read = readSpace(space, envelopes.map(bytes));
        const entity = read.entities.find(({ kind, id }) => kind === 'task' && id === task);
        const registers = Object.entries(expected.task.registers).map(
          ([field, { value, rule }]) => {
            return [field, { value: readCbor(bytes(value)), rule }];
          },
        );
        expect({ about, ...read, entities: entity }).toEqual({
          about,
          members: expected.members,
          forks: expected.forks,
          entities: entity && {
            kind: 'task',
            id: task,
            registers: Object.fromEntries(registers) as unknown,
            sets: 'tags' in entity.sets ? { tags: expected.task.tags } : {},
            texts: expected.task.notes === '' ? {} : { notes: expected.task.notes },
          },
        });
      }
    },
  );

  test('reads envelopes, and refuses what is none', async () => {
    interface Fields {
      readonly kind: string;
      readonly deps: unknown;
    }
    const { envelopes, refused } = await vectorsOf<{
      readonly envelopes: readonly (Record<'wire' | 'hash', string> & {
        readonly fields: Fields;
      })[];
      readonly refused: readonly { readonly about: string; readonly wire: string }[];
    }>('envelope');
    for (const { wire, hash, fields } of envelopes) {
      const read = readEnvelope(bytes(wire));
      expect(isGenuine(read)).toBe(true);
      const { kind, schema, space, device, seq, prev, hlc, deps, payloadHash } = read;
      const name = ['genesis', 'change', 'roster', 'checkpoint'][kind];
      const whole = { schema, space, device, seq, prev, hlc, deps, payloadHash };
      const payloadLength = read.payload.length;
      expect({ ...whole, kind: name, payloadLength }).toEqual(fields);
      expect(read.hash).toBe(hash);
    }
    for (const { about, wire } of refused) {
      expect(() => isGenuine(readEnvelope(bytes(wire))), about).toThrow();
    }
  });

  test('reads payloads, and refuses what is none', async () => {
    interface Claim {
      readonly [key: string]: unknown;
      readonly merge: string;
      readonly value?: unknown;
      readonly update?: unknown;
      readonly present?: unknown;
    }
    const { payloads, refused } = await vectorsOf<{
      readonly payloads: readonly {
        readonly payload: string;
        readonly says: { readonly derived: boolean; readonly claims: readonly Claim[] };
      }[];
      readonly refused: readonly { readonly about: string; readonly payload: string }[];
    }>('payload');
    for (const { payload, says } of payloads) {
      const { derived, claims } = readChange(bytes(payload));
      expect(derived).toBe(says.derived);
      expect(plain(claims)).toEqual(
        says.claims.map(({ kind, id, field, merge, value, update, present, element }) => ({
          ...{ entity: `${String(kind)} ${String(id)}`, field, merge },
          element: merge === 'set' ? JSON.stringify(element) : '',
          value: merge === 'set' ? present : merge === 'text' ? update : value,
        })),
      );
    }
    for (const { about, payload } of refused) {
      expect(() => readChange(bytes(payload)), about).toThrow();
    }
  });

  test('reads statements, the founding, and the word of the recovery key', async () => {
    const { genesis, recovery, statements, refused } = await vectorsOf<{
      readonly genesis: Record<'founder' | 'payload' | 'space', string> & {
        readonly says: unknown;
      };
      readonly recovery: Record<'signing' | 'message' | 'proof', string>;
      readonly statements: readonly {
        readonly payload: string;
        readonly says: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
      }[];
      readonly refused: readonly { readonly about: string; readonly payload: string }[];
    }>('statements');
    expect(spaceId(genesis.founder, bytes(genesis.payload))).toBe(genesis.space);
    expect(genesis.says).toMatchObject(readGenesis(bytes(genesis.payload)));
    const { signing, message, proof } = recovery;
    expect(isSigned(signing, bytes(message), bytes(proof))).toBe(true);
    for (const { payload, says } of statements) {
      const { is, ...read } = readStatement(bytes(payload));
      const content = says[is];
      if (is === 'vouch' || content === null) expect(Object.keys(says)).toEqual([is]);
      else expect({ branch: null, ...content }).toMatchObject(read);
    }
    for (const { about, payload } of refused) {
      expect(() => readStatement(bytes(payload)), about).toThrow();
    }
  });

  test('reads the updates of notes', async () => {
    const { updates } = await vectorsOf<{
      readonly updates: readonly {
        readonly update: string;
        readonly says: Readonly<Record<string, unknown>> & {
          readonly deletions: readonly Record<'client' | 'start' | 'length', number>[];
        };
      }[];
    }>('notes');
    for (const { update, says } of updates) {
      const { structs: _, deletions, ...read } = readUpdate(bytes(update));
      const ranges = deletions.map(({ client, clock, len }) => {
        return { client, start: clock, length: len };
      });
      expect({ ...read, deletions: ranges }).toEqual(says);
    }
  });

  test('finds what proves a fork', async () => {
    const { proofs } = await vectorsOf<{
      readonly proofs: readonly {
        readonly about: string;
        readonly first: { readonly header: string; readonly signature: string };
        readonly second: { readonly header: string; readonly signature: string };
        readonly proves: number | null;
      }[];
    }>('fork');
    for (const { about, first, second, proves } of proofs) {
      expect(proofOf(bytes(first.header), bytes(second.header)), about).toBe(proves);
    }
  });

  test('reads checkpoints', async () => {
    const { checkpoints } = await vectorsOf<{
      readonly checkpoints: readonly {
        readonly base: number;
        readonly payloads: readonly string[];
        readonly restated: {
          readonly words: readonly unknown[];
          readonly kept: readonly unknown[];
        };
      }[];
    }>('checkpoint');
    for (const { base, payloads, restated } of checkpoints) {
      const [part] = payloads.map((payload) => readCheckpoint(bytes(payload)));
      expect(plain(part)).toEqual({ base, part: 0, of: 1, ...restated });
    }
  });

  test('reads of whole devices what they read themselves', { timeout: 600_000 }, async () => {
    const build = await newBuilder();
    await fc.assert(
      fc.asyncProperty(
        someSteps,
        fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }),
        fc.boolean(),
        async (steps, order, hasTwin) => {
          const { device, reader } = await readTwice(await build(steps), order, hasTwin);
          expect(reader).toEqual(device);
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 25) },
    );
  });
});
