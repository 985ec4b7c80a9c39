/**
 * Attacks by name, each with what it tries. None may come to anything: see `play`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import * as Y from 'yjs';
import type { Claim } from '../../../lib/ledger/claims.ts';
import { compareBytes, equal, type Head } from '../../../lib/ledger/envelope.ts';
import type { ForkProof, Verdict } from '../../../lib/ledger/exchange.ts';
import { clientOf, editNote } from '../../../lib/ledger/notes.ts';
import {
  encodeGenesis,
  encodeStatement,
  recoveryMessage,
  type Role,
  type Statement,
} from '../../../lib/ledger/statements.ts';
import { type Id, idToBytes, newAction } from '../../../lib/model/id.ts';
import { startEngine } from '../engine.ts';
import { type Actor, type Crafted, headOf, payloadOf, type Stage, titleOf } from './stage.ts';

interface Attempt {
  /** What is brought first, and counts for what it is. */
  readonly rightly?: readonly Crafted[];
  /** The attack itself, in this order. */
  readonly bring?: readonly (Crafted | Uint8Array)[];
  /** What it has to be called: one for all, or one for each. */
  readonly verdicts?: readonly Verdict[];
  /** Proofs of forks, none of which proves anything. */
  readonly proofs?: readonly ForkProof[];
  /** Whose own standing rightly suffers. */
  readonly suffers?: readonly Actor[];
  /** What else is done, and must come to nothing; throws if it did. */
  readonly also?: () => Promise<void> | void;
}

export interface Attack {
  readonly name: string;
  /** What the adversary hopes for. */
  readonly tries: string;
  readonly attempt: (stage: Stage) => Promise<Attempt>;
}

const zeros = new Uint8Array(32);
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const say = (stage: Stage) => payloadOf(titleOf(stage.task, 'Send all money'));
const founderOf = ({ victim }: Stage) => victim.identity.signer.device;
const headsOf = ({ victim }: Stage): readonly Head[] => victim.ledger.exchange.progress().heads;
const headAt = (stage: Stage, of: Uint8Array): Head => {
  const { device, seq, hash } = headsOf(stage).find((head) => equal(head.device, of))!;
  return { device, seq, hash };
};
const founderHead = (stage: Stage) => headAt(stage, founderOf(stage));

/** Raw CBOR of a change that no honest encoder makes. */
const change = (
  fields: unknown,
  rest: object = {},
  kind = 'task',
  id: Uint8Array = new Uint8Array(16),
) => encode({ action: idToBytes(newAction()), changes: [[kind, id, fields]], ...rest });
const changeOf = (stage: Stage, fields: unknown, rest: object = {}) =>
  change(fields, rest, 'task', idToBytes(stage.task));

const text = (stage: Stage, update: Uint8Array): Uint8Array => {
  const claim: Claim = { kind: 'task', id: stage.task, field: 'notes', merge: 'text', update };
  return payloadOf(claim);
};

async function recoveryOf(stage: Stage) {
  return stage.suite.recovery(stage.victim.database.recoverySecret()!);
}

/** An attack that is one envelope of an adversary with a standing. */
function single(
  name: string,
  tries: string,
  role: Role | 'revoked' | 'outsider',
  verdicts: readonly Verdict[],
  make: (stage: Stage, actor: Actor) => Crafted | Promise<Crafted>,
): Attack {
  return {
    name,
    tries,
    attempt: async (stage) => {
      const actor =
        role === 'outsider'
          ? await stage.outsider()
          : await stage.join(role === 'revoked' ? 'owner' : role);
      if (role === 'revoked') {
        await stage.bring([(await actor.say(payloadOf())).wire]);
        await stage.victim.ledger.revoke(actor.device, null);
      }
      return { bring: [await make(stage, actor)], verdicts, suffers: [actor] };
    },
  };
}

const payload = (
  name: string,
  tries: string,
  verdict: Verdict,
  make: (stage: Stage, actor: Actor) => Uint8Array,
): Attack =>
  single(name, tries, 'editor', [verdict], (stage, actor) => actor.say(make(stage, actor)));

const statement = (
  name: string,
  tries: string,
  role: Parameters<typeof single>[2],
  verdicts: readonly Verdict[],
  make: (stage: Stage, actor: Actor) => Statement,
): Attack => single(name, tries, role, verdicts, (stage, actor) => actor.state(make(stage, actor)));

const admitOf = (device: Uint8Array): Statement => ({
  admit: { device, seal: random(32), name: 'thief', role: 'owner' },
});
const cutOf = ({ device, seq, hash }: Head): Statement => ({ cut: { device, seq, hash } });
const start = (device: Uint8Array): Head => ({ device, seq: 0, hash: zeros });

/** Two envelopes in one place of a log. */
async function fork(stage: Stage, actor: Actor) {
  const one = await actor.draft(payloadOf(titleOf(stage.task, 'One')));
  const two = await actor.draft(payloadOf(titleOf(stage.task, 'Two')));
  return [one, two] as const;
}

/** Strangers' proofs for a place that is not theirs, or that one log may hold. */
const proofs = (
  name: string,
  tries: string,
  make: (stage: Stage, actor: Actor) => Promise<ForkProof>,
): Attack => ({
  name,
  tries,
  attempt: async (stage) => ({ proofs: [await make(stage, await stage.join('editor'))] }),
});

const expect = (holds: boolean, what: string) => {
  if (!holds) throw new Error(what);
};

export const attacks: readonly Attack[] = [
  // --- Who wrote it ---
  single('forged signature', "writes in the founder's log", 'outsider', ['bad-signature'], (s, a) =>
    a.draft(say(s), { device: founderOf(s), seq: 99 }),
  ),
  single(
    "another's name",
    "writes in an honest editor's log",
    'editor',
    ['bad-signature'],
    (s, a) => {
      const { device, seq, hash } = headAt(s, s.honest.identity.signer.device);
      return a.draft(say(s), { device, seq: seq + 1, prev: hash });
    },
  ),
  {
    name: 'stolen signature',
    tries: 'puts the signature of one honest envelope under the header of another',
    attempt: async (stage) => {
      const all = stage.sources();
      const at = (wire: Uint8Array) => 2 + new DataView(wire.buffer, wire.byteOffset).getUint16(0);
      const stolen = all.slice(1).map((wire, index) => {
        const made = wire.slice();
        const from = all[index]!;
        // One byte of the header is another, so that it is no duplicate.
        made[2 + 103]! ^= 1;
        made.set(from.subarray(at(from), at(from) + 64), at(made));
        return made;
      });
      return { bring: stolen, verdicts: ['bad-signature'] };
    },
  },
  {
    name: 'swapped payload',
    tries: 'puts the payload of one honest envelope under the header of another',
    attempt: async (stage) => {
      const all = stage.sources();
      const at = (wire: Uint8Array) => 66 + new DataView(wire.buffer, wire.byteOffset).getUint16(0);
      const swapped = all.slice(1).map((wire, index) => {
        const made = concatBytes(wire.subarray(0, at(wire)), all[index]!.subarray(at(all[index]!)));
        made[2 + 103]! ^= 1;
        return made;
      });
      return { bring: swapped, verdicts: ['malformed'] };
    },
  },
  single(
    'other space',
    'carries an envelope over from another space',
    'editor',
    ['policy'],
    (s, a) => a.draft(say(s), { space: random(16) }),
  ),

  // --- Where it stands ---
  {
    name: 'replay',
    tries: 'says once more what was said before',
    attempt: async (stage) => ({ bring: stage.sources(), verdicts: ['duplicate'] }),
  },
  {
    name: 'reorder',
    tries: 'has a later word counted before the earlier one is there',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      await actor.say(say(stage));
      return { bring: [await actor.say(say(stage))], verdicts: ['waiting'] };
    },
  },
  single('gap', 'leaves out what it does not want to be held to', 'editor', ['waiting'], (s, a) =>
    a.draft(say(s), { seq: 7 }),
  ),
  {
    name: 'wrong prev',
    tries: 'goes on from an envelope that nobody has',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const first = await actor.say(payloadOf());
      const bring = [await actor.draft(say(stage), { prev: random(32) })];
      return { rightly: [first], bring, verdicts: ['fork'], suffers: [actor] };
    },
  },
  single('a first that follows', 'begins its log in the middle', 'editor', ['fork'], (s, a) =>
    a.draft(say(s), { prev: random(32) }),
  ),
  ...(['back', 'still'] as const).map((way): Attack => ({
    name: `clock ${way}`,
    tries: 'writes before what it wrote already',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const first = await actor.say(payloadOf());
      const { hlc } = first.fields;
      const bring = [await actor.say(say(stage), { hlc: way === 'back' ? hlc - 1 : hlc })];
      return { rightly: [first], bring, verdicts: ['policy'] };
    },
  })),
  {
    name: 'clock of the year 9999',
    tries: "drags everybody's clock along, so that it always wins",
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const hlc = Number.MAX_SAFE_INTEGER;
      return {
        rightly: [await actor.say(payloadOf(titleOf(stage.task, 'From 9999')), { hlc })],
        also: async () => {
          await stage.stillWorks(); // whoever has seen it wins nevertheless
          const { database } = stage.victim;
          const { hlc: own = 0 } = database.log.head(database.log.own()) ?? {};
          expect(own < (stage.victim.now + 6 * 60_000) * 1_024, 'the clock was dragged along');
        },
      };
    },
  },
  single('dep on nothing', 'has seen a device that nobody knows', 'editor', ['waiting'], (s, a) =>
    a.draft(say(s), { deps: [{ device: random(32), seq: 1, hash: random(32) }] }),
  ),
  single(
    'dep on the future',
    'has seen all that will come, and wins',
    'editor',
    ['waiting'],
    (s, a) => a.draft(say(s), { deps: [{ ...founderHead(s), seq: Number.MAX_SAFE_INTEGER }] }),
  ),
  single(
    'dep on a lie',
    'has seen another envelope than was written',
    'editor',
    ['waiting'],
    (s, a) => a.draft(say(s), { deps: [{ ...founderHead(s), hash: random(32) }] }),
  ),
  {
    name: 'dep below the one before',
    tries: 'has not seen any more what it had seen',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const first = await actor.say(payloadOf(), { deps: [founderHead(stage)] });
      const earlier = { ...founderHead(stage), seq: 1, hash: zeros };
      const bring = [await actor.say(say(stage), { deps: [earlier] })];
      return { rightly: [first], bring, verdicts: ['policy'] };
    },
  },
  {
    name: 'own device among the deps',
    tries: 'has seen itself',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const first = await actor.say(payloadOf());
      const bring = [await actor.say(say(stage), { deps: [headOf(first)] })];
      return { rightly: [first], bring, verdicts: ['policy'] };
    },
  },
  single('deps out of order', 'says one thing in two ways', 'editor', ['malformed'], (s, a) =>
    a.draft(say(s), { deps: headsOf(s).toReversed() }),
  ),
  single('a dep twice', 'says one thing twice', 'editor', ['malformed'], (s, a) =>
    a.draft(say(s), { deps: [founderHead(s), founderHead(s)] }),
  ),
  single('a dep at 0', 'has seen what is before the first', 'editor', ['malformed'], (s, a) =>
    a.draft(say(s), { deps: [start(founderOf(s))] }),
  ),
  single(
    '909 deps',
    'makes a header that is longer than its length can say',
    'editor',
    ['malformed'],
    (s, a) => {
      const devices = Array.from({ length: 909 }, () => random(32)).sort(compareBytes);
      return a.draft(say(s), { deps: devices.map((device) => ({ device, seq: 1, hash: zeros })) });
    },
  ),
  {
    name: 'fork by seq',
    tries: 'says one thing to some and another to others',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const [one, two] = await fork(stage, actor);
      await stage.bring([one.wire, two.wire]);
      const next = await actor.draft(say(stage), { seq: 2, prev: one.hash });
      const also = await actor.draft(say(stage), { seq: 2, prev: two.hash });
      return { bring: [two, next, also], suffers: [actor] };
    },
  },
  {
    name: 'fork by prev',
    tries: 'goes on from a history that it hides',
    attempt: async (stage) => {
      const actor = await stage.join('reader');
      const [one, two] = await fork(stage, actor);
      const next = await actor.draft(say(stage), { seq: 2, prev: two.hash });
      await stage.bring([one.wire]);
      return { bring: [next], verdicts: ['fork'], suffers: [actor] };
    },
  },
  {
    name: 'fork shown to one peer',
    tries: 'parts two honest devices for ever',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const [one, two] = await fork(stage, actor);
      const { victim, honest } = stage;
      await stage.stillWorks(); // the honest learns of the admission
      return {
        also: async () => {
          await victim.ledger.exchange.admit([one.wire], 'adversary');
          await honest.ledger.exchange.admit([two.wire], 'adversary');
          for (let round = 0; round < 3; round++) {
            for (const [from, to] of [
              [victim, honest],
              [honest, victim],
            ] as const) {
              const { exchange } = to.ledger;
              const { device } = from.identity.signer;
              await exchange.admit([one.wire, two.wire], device);
              const lacks = from.ledger.exchange.missing(exchange.progress().heads, 1e9);
              await exchange.admit(lacks, device);
              for (const proof of from.ledger.exchange.forkProofs()) {
                await exchange.admitForkProof(proof);
              }
            }
          }
          expect(victim.database.digest() === honest.database.digest(), 'they are parted');
        },
      };
    },
  },

  // --- Who belongs to the space ---
  {
    name: 'genesis of another founder',
    tries: 'founds the space a second time',
    attempt: async (stage) => {
      const actor = await stage.outsider();
      const genesis = encodeGenesis({
        name: 'thief',
        seal: random(32),
        recovery: actor.device,
        vault: random(32),
        salt: random(16),
      });
      const bring = [await actor.say(genesis, { kind: 'genesis' })];
      return { bring, verdicts: ['unknown-device'] };
    },
  },
  single('second genesis', 'names itself as the recovery key', 'editor', ['policy'], (_, a) =>
    a.say(
      encodeGenesis({
        name: '',
        seal: random(32),
        recovery: a.device,
        vault: a.device,
        salt: random(16),
      }),
      { kind: 'genesis' },
    ),
  ),
  statement('self-admission', 'admits itself', 'outsider', ['unknown-device'], (_, a) =>
    admitOf(a.device),
  ),
  ...(['editor', 'reader'] as const).flatMap((role) => [
    statement(`admission by a ${role}`, 'brings in an accomplice', role, ['policy'], () =>
      admitOf(random(32)),
    ),
    statement(`promotion of itself by a ${role}`, 'becomes an owner', role, ['policy'], (_, a) =>
      admitOf(a.device),
    ),
    statement(`cut by a ${role}`, 'ends the log of an honest device', role, ['policy'], (s) =>
      cutOf(start(s.honest.identity.signer.device)),
    ),
    statement(`demotion by a ${role}`, 'silences an honest device', role, ['policy'], (s) => ({
      demote: { ...start(s.honest.identity.signer.device), role: 'reader' },
    })),
  ]),
  statement('admission by a revoked device', 'comes back', 'revoked', ['revoked'], () =>
    admitOf(random(32)),
  ),
  statement('cut by a revoked device', 'takes revenge', 'revoked', ['revoked'], (s) =>
    cutOf(start(founderOf(s))),
  ),
  {
    name: 'admission with a colliding Yjs client',
    tries: 'writes in notes in the name of the founder',
    attempt: async (stage) => {
      const actor = await stage.join('owner');
      const device = random(32);
      device.set(founderOf(stage).subarray(0, 4));
      return { bring: [await actor.state(admitOf(device))], verdicts: ['accepted'] };
    },
  },
  statement('cut of the founder', 'takes the space over', 'owner', ['accepted'], (s) =>
    cutOf(start(founderOf(s))),
  ),
  statement(
    'cut of a senior',
    'ends the log of an editor that was there before',
    'owner',
    ['accepted'],
    (s) => cutOf(start(s.honest.identity.signer.device)),
  ),
  statement('demotion of the founder', 'takes the space over', 'owner', ['accepted'], (s) => ({
    demote: { ...start(founderOf(s)), role: 'reader' },
  })),
  statement(
    'demotion of itself to owner',
    'rises by a word that lowers',
    'editor',
    ['policy'],
    (_, a) => ({
      demote: { ...start(a.device), role: 'owner' },
    }),
  ),
  statement('cut of itself', 'leaves open which of its words count', 'owner', ['policy'], (_, a) =>
    cutOf(start(a.device)),
  ),
  statement('cut at 0 with a hash', 'names what cannot be', 'owner', ['policy'], (s) =>
    cutOf({ ...start(founderOf(s)), hash: random(32) }),
  ),
  statement(
    'cut with a branch that ends elsewhere',
    'says two things about one fork',
    'owner',
    ['policy'],
    (s) => ({
      cut: { ...founderHead(s), branch: { from: 1, hashes: [random(32)] } },
    }),
  ),
  single(
    'recovery with a wrong key',
    'becomes the most senior',
    'outsider',
    ['unknown-device'],
    async (s, a) => {
      const proof = await a.identity.signer.sign(recoveryMessage(s.space, a.device, 1));
      return a.state({ recover: { number: 1, seal: random(32), name: 'thief', proof } });
    },
  ),
  single(
    'recovery with a wrong key, by a member',
    'becomes the most senior',
    'editor',
    ['policy'],
    async (s, a) => {
      const proof = await a.identity.signer.sign(recoveryMessage(s.space, a.device, 1));
      return a.state({ recover: { number: 1, seal: random(32), name: 'thief', proof } });
    },
  ),
  ...(['device', 'space', 'number'] as const).map((of): Attack =>
    single(
      `recovery with a proof for another ${of}`,
      'becomes the most senior',
      'reader',
      ['policy'],
      async (s, a) => {
        const { signer } = await recoveryOf(s);
        const proof = await signer.sign(
          recoveryMessage(
            of === 'space' ? random(16) : s.space,
            of === 'device' ? random(32) : a.device,
            1,
          ),
        );
        const number = of === 'number' ? Number.MAX_SAFE_INTEGER : 1;
        return a.state({ recover: { number, seal: random(32), name: 'thief', proof } });
      },
    ),
  ),
  {
    name: 'recovery in the first batch of a new device',
    tries: 'becomes the most senior where the founding is not known yet',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const proof = await actor.identity.signer.sign(recoveryMessage(stage.space, actor.device, 9));
      const recover = { number: 9, seal: random(32), name: 'thief', proof };
      const forged = await actor.state({ recover });
      return {
        bring: [forged],
        verdicts: ['policy'],
        also: async () => {
          const fresh = await startEngine({ suite: stage.suite });
          await fresh.ledger.enter(stage.space);
          await fresh.ledger.exchange.admit([...stage.sources(), forged.wire], 'adversary');
          for (const proof of stage.victim.ledger.exchange.forkProofs()) {
            await fresh.ledger.exchange.admitForkProof(proof);
          }
          const same = fresh.database.digest() === stage.victim.database.digest();
          fresh.close();
          expect(same, 'a new device believes the thief');
        },
      };
    },
  },
  statement(
    'vouch for nothing',
    'has a checkpoint believed that is none',
    'editor',
    ['policy', 'accepted'],
    (s) => ({
      vouch: { device: founderOf(s), seq: 1, hash: random(32) },
    }),
  ),
  single('reader writes', 'changes what it may only read', 'reader', ['policy'], (s, a) =>
    a.say(say(s)),
  ),
  single(
    'revoked device goes on',
    'writes as if nothing had happened',
    'revoked',
    ['revoked'],
    (s, a) => a.say(say(s)),
  ),
  single(
    'outsider writes',
    'writes without having been admitted',
    'outsider',
    ['unknown-device'],
    (s, a) => a.say(say(s)),
  ),
  {
    name: 'void envelopes that an accomplice has seen',
    tries: "has an outsider's words kept and counted, because a member needs them",
    attempt: async (stage) => {
      const accomplice = await stage.join('editor');
      const outsider = await stage.outsider();
      const flood: Crafted[] = [];
      for (let index = 0; index < 20; index++) flood.push(await outsider.say(say(stage)));
      const words = payloadOf();
      const seen = await accomplice.say(words, { deps: [headOf(flood.at(-1)!)] });
      return { bring: [seen, ...flood], suffers: [accomplice] };
    },
  },

  // --- What it says ---
  single(
    'future schema',
    'is read by rules that are not known yet',
    'editor',
    ['future-schema'],
    (s, a) => a.say(say(s), { schema: 9 }),
  ),
  payload('no CBOR', 'is nothing', 'malformed', () => random(99)),
  payload('unknown kind', 'adds a kind of its own', 'malformed', () => change({}, {}, 'cat')),
  payload('unknown field', 'adds a field of its own', 'malformed', (s) =>
    changeOf(s, { colour: 1 }),
  ),
  payload('extra keys', 'says more than there is', 'malformed', (s) =>
    changeOf(s, {}, { more: 1 }),
  ),
  payload('a title that is no text', 'breaks a column', 'malformed', (s) =>
    changeOf(s, { title: 7 }),
  ),
  payload('a number beyond all columns', 'breaks the database', 'malformed', (s) =>
    changeOf(s, { completedAt: 1e300 }),
  ),
  payload('a number beyond the safe ones', 'is another one elsewhere', 'malformed', (s) =>
    changeOf(s, { completedAt: 2 ** 60 }),
  ),
  payload('a date beyond all dates', 'breaks the calendar', 'malformed', (s) =>
    changeOf(s, { completedAt: Number.MAX_SAFE_INTEGER }),
  ),
  payload('not a number', 'is unequal to itself', 'malformed', (s) =>
    changeOf(s, { completedAt: NaN }),
  ),
  payload('infinity', 'is done for ever', 'malformed', (s) =>
    changeOf(s, { completedAt: Infinity }),
  ),
  payload('a big integer', 'is of another type', 'malformed', (s) =>
    changeOf(s, { completedAt: 2n ** 60n }),
  ),
  payload('a field named __proto__', 'changes all objects', 'malformed', (s) =>
    changeOf(s, new Map([['__proto__', { title: 'x' }]])),
  ),
  payload('an order that is none', 'keeps everybody from adding tasks', 'malformed', (s) =>
    changeOf(s, { order: '!', list: null }),
  ),
  payload('a depth that overflows', 'overflows the stack', 'malformed', () =>
    new Uint8Array(60_000).fill(0x81),
  ),
  payload('a length that is not there', 'takes all memory', 'malformed', () =>
    Uint8Array.from([0x9b, 0, 0, 0, 1, 0, 0, 0, 0]),
  ),
  payload("a machine's deletion", 'deletes without a person', 'policy', (s) =>
    changeOf(s, { deleted: true }, { derived: true }),
  ),

  // --- What it writes in notes ---
  payload("another's client", "writes in the founder's name", 'policy', (s) =>
    text(s, editNote([], clientOf(founderOf(s)), 'forged')[0]!),
  ),
  payload('clocks with a gap', 'leaves the rest of its note waiting for ever', 'policy', (s, a) => {
    const document = new Y.Doc({ gc: false });
    document.clientID = clientOf(a.device);
    document.getText('note').insert(0, 'one');
    const before = Y.encodeStateVector(document);
    document.getText('note').insert(3, 'two');
    return text(s, Y.encodeStateAsUpdate(document, before));
  }),
  payload('nested types', 'overflows the stack of Yjs', 'malformed', (s, a) => {
    const document = new Y.Doc({ gc: false });
    document.clientID = clientOf(a.device);
    let map = document.getMap('note');
    for (let depth = 0; depth < 200; depth++) map = map.set('a', new Y.Map());
    return text(s, Y.encodeStateAsUpdate(document));
  }),
  payload(
    'mute bytes',
    "swallows all that the founder will write, in Yjs's skip",
    'malformed',
    (s) => text(s, Uint8Array.from([1, 1, 1, 0, 10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0])),
  ),
  {
    name: 'deletion of unseen text',
    tries: 'deletes what will be written',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const client = clientOf(founderOf(stage));
      const unsigned = (number: number): number[] =>
        number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...unsigned(Math.floor(number / 0x80))];
      const update = Uint8Array.from([0, 1, ...unsigned(client), 1, 0, ...unsigned(1_000_000)]);
      const bring = [await actor.say(text(stage, update))];
      return { bring, verdicts: ['accepted'] };
    },
  },
  {
    name: '64 KiB of deletions',
    tries: 'keeps everybody busy',
    attempt: async (stage) => {
      const actor = await stage.join('editor');
      const bytes = [0, 1, 1, 0xff, 0x3f];
      for (let at = 0; at < 8_191; at++)
        bytes.push(at === 0 ? 0 : 0x82, ...(at === 0 ? [1] : [0x00, 1]));
      const bring = [await actor.say(text(stage, Uint8Array.from(bytes)))];
      return { bring, verdicts: ['malformed'] };
    },
  },

  // --- Floods ---
  {
    name: 'flood of the waiting room',
    tries: 'takes all memory with what waits',
    attempt: async (stage) => {
      const [actor, other] = [await stage.join('editor'), await stage.join('reader')];
      const flood: Crafted[] = [];
      for (let seq = 2; seq < 1_700; seq++) {
        flood.push(await actor.draft(payloadOf(), { seq }));
        flood.push(await other.draft(random(20), { seq, kind: seq % 2 ? 'roster' : 'change' }));
      }
      return {
        also: async () => {
          const { exchange, waiting } = stage.victim.ledger;
          for (let at = 0; at < flood.length; at += 200) {
            const wires = flood.slice(at, at + 200).map(({ wire }) => wire);
            const judgements = await exchange.admit(wires, 'adversary');
            const all = judgements.every(({ verdict }) => verdict === 'waiting');
            expect(all, 'something does not wait');
          }
          expect(waiting() <= 2_050, `${waiting()} wait`);
        },
      };
    },
  },
  {
    name: 'flood of the quarantine',
    tries: 'pushes out what other carriers brought, and fills the disk',
    attempt: async (stage) => {
      const outsider = await stage.outsider();
      const kept = await outsider.say(say(stage));
      const { exchange } = stage.victim.ledger;
      const count = (carrier: string) =>
        stage.victim.connection.get<{ n: number; size: number }>(
          'select count(*) as n, sum(length(bytes)) as size from quarantine where carrier = ?',
          carrier,
        )!;
      return {
        also: async () => {
          await exchange.admit([kept.wire], 'quiet');
          for (let round = 0; round < 1_300; round++) {
            // By turns, so that one of them never has the row at which it is looked at.
            await exchange.admit(
              [concatBytes(random(40), new Uint8Array(round % 100 === 0 ? 200_000 : 0))],
              'loud',
            );
            await exchange.admit([random(40)], 'louder');
          }
          await exchange.admit([new Uint8Array(9_000_000)], 'loud');
          for (const carrier of ['loud', 'louder']) {
            const { n, size } = count(carrier);
            expect(n <= 1_100, `${n} of one carrier`);
            expect(size <= 5 * 1_024 * 1_024, `${size} bytes of one carrier`);
          }
          expect(count('quiet').n === 1, 'another carrier was pushed out');
        },
      };
    },
  },
  {
    name: 'flood of strangers who forked',
    tries: 'has proofs of the forks of nobody kept without end',
    attempt: async (stage) => ({
      also: async () => {
        const { exchange } = stage.victim.ledger;
        const devices = () =>
          stage.victim.connection.get<{ n: number }>('select count(*) as n from device')!.n;
        const before = devices();
        for (let index = 0; index < 100; index++) {
          const [first, second] = await fork(stage, await stage.outsider());
          await exchange.admitForkProof({ first, second });
        }
        expect(devices() - before < 100, 'all of them are kept');
      },
    }),
  },

  // --- Proofs of forks ---
  proofs('forged proof', 'has the founder thrown out', async (stage, actor) => {
    const founder = { device: founderOf(stage), seq: 2 };
    const first = await actor.draft(payloadOf(), founder);
    return { first, second: await actor.draft(payloadOf(), founder) };
  }),
  proofs('proof with one true half', 'has the founder thrown out', async (stage, actor) => {
    const first = stage.victim.ledger.exchange.signedHeaderAt(founderOf(stage), 1);
    return {
      first: first ?? (await actor.draft(payloadOf())),
      second: await actor.draft(payloadOf(), { device: founderOf(stage), seq: 1 }),
    };
  }),
  proofs('proof of one log', 'calls two envelopes of one log a fork', async (_, actor) => {
    const first = await actor.say(payloadOf());
    return { first, second: await actor.say(payloadOf()) };
  }),
  proofs('proof the wrong way round', 'calls two envelopes of one log a fork', async (_, actor) => {
    const second = await actor.say(payloadOf());
    return { first: await actor.say(payloadOf()), second };
  }),
  proofs('proof of one envelope', 'calls one envelope two', async (_, actor) => {
    const first = await actor.say(payloadOf());
    return { first, second: first };
  }),
  proofs('proof of another space', 'brings a fork over from elsewhere', async (stage) => {
    const other = await stage.join('editor');
    const space = random(16);
    const first = await other.draft(payloadOf(), { space });
    return { first, second: await other.draft(payloadOf(titleOf(stage.task, 'x')), { space }) };
  }),
  proofs('proof by two devices', 'calls two logs one', async (stage, actor) => ({
    first: await actor.draft(payloadOf()),
    second: await (await stage.join('editor')).draft(payloadOf()),
  })),
  proofs('proof of bytes', 'is no header', async () => ({
    first: { header: random(140), signature: random(64) },
    second: { header: new Uint8Array(), signature: new Uint8Array() },
  })),

  // --- Beside the log ---
  {
    name: 'content with a wrong hash',
    tries: 'puts other words under a clip',
    attempt: async (stage) => ({
      also: () => {
        const { exchange } = stage.victim.ledger;
        const [hash = zeros] = exchange.heldContents(null, 1);
        expect(!exchange.keepContent(hash, random(50)), 'it was kept');
      },
    }),
  },
  {
    name: 'content that nobody names',
    tries: 'fills the disk',
    attempt: async (stage) => ({
      also: () => {
        const bytes = encode({
          page: { text: 'x', blocks: [], links: [], language: null },
          hidden: [],
          isCut: false,
        });
        const { exchange } = stage.victim.ledger;
        expect(!exchange.keepContent(sha256(bytes), bytes), 'it was kept');
      },
    }),
  },
  {
    name: 'acknowledgement by a stranger',
    tries: 'has a change called safe that nobody else has',
    attempt: async (stage) => ({
      also: async () => {
        const { ledger, database } = stage.victim;
        await stage.victim.engine.changeTasks({ ids: [stage.task], change: { title: 'mine' } });
        const stranger = await stage.outsider();
        const { seq } = founderHead(stage);
        ledger.exchange.acknowledged(stranger.device, headsOf(stage));
        expect(database.receiptOf(seq)!.acknowledgedBy.length === 0, 'a stranger counts');
      },
    }),
  },
  {
    name: 'acknowledgement of another history',
    tries: 'has a change called safe that was never received',
    attempt: async (stage) => {
      const actor = await stage.join('reader');
      return {
        also: async () => {
          const { ledger, database, identity } = stage.victim;
          const mine = founderHead(stage);
          ledger.exchange.acknowledged(actor.device, [{ ...mine, hash: random(32) }]);
          ledger.exchange.acknowledged(actor.device, [{ ...mine, seq: 1e9, hash: random(32) }]);
          await stage.victim.engine.changeTasks({ ids: [stage.task], change: { title: 'mine' } });
          expect(ledger.identity() === identity, 'a word of a reader took the key away');
          const { seq } = founderHead(stage);
          expect(database.receiptOf(seq)!.acknowledgedBy.length === 0, 'the future is received');
        },
      };
    },
  },
  {
    name: 'acknowledgement of logs without number',
    tries: 'fills the table of devices',
    attempt: async (stage) => {
      const actor = await stage.join('reader');
      return {
        also: () => {
          const { ledger, connection } = stage.victim;
          const devices = () =>
            connection.get<{ n: number }>('select count(*) as n from device')!.n;
          const before = devices();
          const heads = Array.from({ length: 500 }, () => ({ ...start(random(32)), seq: 1 }));
          ledger.exchange.acknowledged(actor.device, heads);
          expect(devices() - before <= 1, `${devices() - before} new devices`);
        },
      };
    },
  },
  {
    name: 'admission of a newcomer by an editor',
    tries: "takes a newcomer's own words from it by a word that does not count",
    attempt: async (stage) => {
      const editor = await stage.join('editor');
      return {
        also: async () => {
          const newcomer = await startEngine({ suite: stage.suite });
          await newcomer.ledger.enter(stage.space);
          await newcomer.engine.addTasks([{ title: 'my own' }]);
          const { device } = newcomer.identity.signer;
          const named = await editor.state(admitOf(device));
          await newcomer.ledger.exchange.admit([...stage.sources(), named.wire], 'adversary');
          const mayWrite = newcomer.database.mayWrite();
          newcomer.close();
          expect(mayWrite, 'the newcomer is silenced');
        },
      };
    },
  },
];

/** Statements as bytes, for mutators. */
export const someStatements = (id: Id, devices: readonly Uint8Array[]): Uint8Array[] => [
  encodeStatement({ retire: null }),
  encodeStatement(admitOf(idToBytes(id).length === 16 ? random(32) : zeros)),
  ...devices.flatMap((device) => [
    encodeStatement(cutOf(start(device))),
    encodeStatement({ demote: { ...start(device), role: 'reader' } }),
    encodeStatement({ vouch: { device, seq: 1, hash: zeros } }),
    encodeStatement({
      cut: { device, seq: 2, hash: device, branch: { from: 1, hashes: [zeros, device] } },
    }),
    encodeStatement({
      recover: { number: 3, seal: zeros, name: 'x', proof: concatBytes(device, zeros) },
    }),
  ]),
];
