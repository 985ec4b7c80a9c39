import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Claim } from '../../../lib/ledger/claims.ts';
import type { Head } from '../../../lib/ledger/envelope.ts';
import { clientOf, editNote, type NotePart } from '../../../lib/ledger/notes.ts';
import {
  encodeGenesis,
  encodeStatement,
  recoveryMessage,
  type Role,
  spaceIdOf,
  type Statement,
} from '../../../lib/ledger/statements.ts';
import type { Id } from '../../../lib/model/id.ts';
import {
  type Actor,
  type Crafted,
  fastSuite,
  newActor,
  payloadOf,
  titleOf,
} from '../../support/attacks/stage.ts';
import { startEngine } from '../../support/engine.ts';
import { seeded } from '../../support/random.ts';

const noon = Date.UTC(2026, 2, 2, 12);
const tasks = ['018f0000000070008000000000000001', '018f0000000070008000000000000002'] as Id[];
const zeros = new Uint8Array(32);

const aStep = fc.record({
  who: fc.nat(3),
  what: fc.constantFrom(
    ...(['title', 'title', 'tag', 'note', 'note', 'cut', 'demote', 'admit', 'fork'] as const),
    ...(['clock', 'nonsense', 'unseen', 'retire', 'recover'] as const),
  ),
  whom: fc.nat(3),
  sees: fc.boolean(),
  back: fc.nat(2),
});
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

interface Writer {
  readonly actor: Actor;
  /** The history that goes on, from seq 1. */
  readonly chain: Crafted[];
  readonly seen: Map<string, number>;
  fork: number | null;
}

/** What a founder, an owner and two editors say, honest or not. */
async function history(steps: readonly Step[]) {
  const suite = fastSuite();
  const founder = await suite.newIdentity();
  const recovery = await suite.recovery(zeros);
  const payload = encodeGenesis({
    name: 'founder',
    seal: founder.seal,
    recovery: recovery.signer.device,
    vault: recovery.vault,
    salt: new Uint8Array(16),
  });
  const space = spaceIdOf(founder.signer.device, payload);
  let [now, recoveries] = [noon, 0];
  const envelopes: Crafted[] = [];
  const parts: NotePart[] = [];
  const writer = async (identity = suite.newIdentity()): Promise<Writer> => ({
    actor: newActor(await identity, space, () => now),
    chain: [],
    seen: new Map(),
    fork: null,
  });
  const writers = [
    await writer(Promise.resolve(founder)),
    await writer(),
    await writer(),
    await writer(),
  ];
  const keep = (by: Writer, crafted: Crafted) => {
    envelopes.push(crafted);
    by.chain.push(crafted);
  };
  const headAt = ({ actor, chain }: Writer, back: number): Head => {
    const seq = Math.max(0, chain.length - back);
    return { device: actor.device, seq, hash: chain[seq - 1]?.hash ?? zeros };
  };
  const news = (by: Writer): Head[] =>
    writers
      .filter((other) => other !== by && other.chain.length > (by.seen.get(other.actor.name) ?? 0))
      .map((other) => {
        by.seen.set(other.actor.name, other.chain.length);
        return headAt(other, 0);
      })
      .sort((a, b) => Buffer.compare(a.device, b.device));
  const state = async (by: Writer, statement: Statement, deps: readonly Head[] = []) =>
    keep(by, await by.actor.say(encodeStatement(statement), { kind: 'roster', deps }));
  const admit = (by: Writer, { actor: { device, identity } }: Writer, role: Role) =>
    state(by, { admit: { device, seal: identity.seal, name: role, role } });

  const [first, owner, ...editors] = writers as [Writer, Writer, Writer, Writer];
  keep(first, await first.actor.say(payload, { kind: 'genesis' }));
  await admit(first, owner, 'owner');
  await admit(first, editors[0], 'editor');
  await admit(owner, editors[1], 'editor');

  for (const [index, { who, what, whom, sees, back }] of steps.entries()) {
    now += 1_000;
    const by = writers[who]!;
    const other = writers[whom]!;
    const id = tasks[index % 2]!;
    const deps = sees ? news(by) : [];
    const title = (value: string) => payloadOf(titleOf(id, value));
    const say = async (content: Uint8Array, hlc = now * 1_024) =>
      keep(by, await by.actor.say(content, { deps, hlc: Math.max(hlc, by.actor.head.hlc + 1) }));
    switch (what) {
      case 'title':
        await say(title(`Title ${index}`), (now - back * 5_000) * 1_024);
        break;
      case 'tag': {
        const claim: Claim = {
          kind: 'task',
          id,
          field: 'tags',
          merge: 'set',
          element: 'x',
          present: back > 0,
        };
        await say(payloadOf(titleOf(id, 'Tagged'), claim));
        break;
      }
      case 'note': {
        const text = `${'word '.repeat(back)}${index}`;
        for (const update of editNote(parts, clientOf(by.actor.device), text)) {
          parts.push({ update, isVoid: false });
          const claim: Claim = {
            kind: 'task',
            id: tasks[0]!,
            field: 'notes',
            merge: 'text',
            update,
          };
          await say(payloadOf(claim));
        }
        break;
      }
      case 'cut': {
        const from = other.fork;
        const branch =
          from === null || back === 0
            ? {}
            : { branch: { from, hashes: other.chain.slice(from - 1).map(({ hash }) => hash) } };
        const place = 'branch' in branch ? headAt(other, 0) : headAt(other, back);
        await state(by, { cut: { ...place, ...branch } }, deps);
        break;
      }
      case 'demote':
        await state(
          by,
          { demote: { ...headAt(other, back), role: back > 1 ? 'reader' : 'editor' } },
          deps,
        );
        break;
      case 'admit':
        await admit(by, other, back > 1 ? 'owner' : 'editor');
        break;
      case 'fork': {
        by.fork ??= by.chain.length + 1;
        envelopes.push(await by.actor.draft(title(`Other ${index}`), { deps }));
        await say(title(`One ${index}`));
        break;
      }
      case 'clock': // a fault of the author
        keep(
          by,
          await by.actor.say(title('Back'), { hlc: Math.max(0, by.actor.head.hlc - 1), deps }),
        );
        break;
      case 'nonsense':
        await say(Uint8Array.of(0xff));
        break;
      case 'unseen': // has seen what is never to come
        envelopes.push(
          await by.actor.draft(title('Never'), {
            seq: by.chain.length + 3,
            prev: new Uint8Array(32).fill(index),
          }),
        );
        break;
      case 'retire':
        if (back === 2 && who > 0) await state(by, { retire: null });
        break;
      case 'recover': {
        if (recoveries > 0) break;
        recoveries++;
        const saved = await writer();
        const { device, identity } = saved.actor;
        const proof = await recovery.signer.sign(recoveryMessage(space, device, recoveries));
        await state(saved, {
          recover: { number: recoveries, seal: identity.seal, name: 'r', proof },
        });
        if (back > 0) await state(saved, { cut: headAt(other, back) });
        break;
      }
    }
  }
  return { suite, space, envelopes };
}

type World = Awaited<ReturnType<typeof history>>;

/** What a device comes to that gets these, so many at once. */
async function outcome(
  { suite, space }: World,
  envelopes: readonly Crafted[],
  random: () => number,
) {
  const device = await startEngine({ suite });
  await device.ledger.enter(space);
  for (let at = 0; at < envelopes.length;) {
    const some = envelopes.slice(at, (at += 1 + Math.floor(random() * 6)));
    await device.ledger.exchange.admit(
      some.map(({ wire }) => wire),
      'carrier',
    );
  }
  const digest = device.database.digest();
  device.database.rebuild();
  const rebuilt = device.database.digest();
  const problems = device.database.check();
  device.close();
  return { digest, rebuilt, problems };
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const twice = values.filter(() => random() < 0.3);
  return [...values, ...twice]
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

const check = async (steps: readonly Step[], seed: number) => {
  const world = await history(steps);
  const random = seeded(seed);
  const straight = await outcome(world, world.envelopes, random);
  expect(straight).toEqual({ digest: straight.digest, rebuilt: straight.digest, problems: [] });
  for (let order = 0; order < 2; order++) {
    const muddled = await outcome(world, shuffled(world.envelopes, random), random);
    expect(muddled).toEqual(straight);
  }
};

test('whatever the order in which envelopes come, and how often, the same ones mean the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 12 }), fc.nat(), check),
    { numRuns: 60 },
  );
}, 60_000);
