/**
 * Adversaries: outsiders, and members with keys of their own who write what no honest device writes,
 * straight into the logs of others. Every attack that PLATFORM.md and DESIGN.md name is here by name.
 *
 * Each attack says which texts nobody may ever show; what an adversary may rightly say until it is
 * cut is left to the general checks (only what counts stands, everybody agrees).
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import type { Identity } from '../../lib/engine/suite.ts';
import { encodeCheckpoint, type Word } from '../../lib/ledger/checkpoint.ts';
import { type Claim, encodePayload } from '../../lib/ledger/claims.ts';
import {
  draft,
  encodeHeader,
  type EnvelopeKind,
  envelopeFromWire,
  envelopeToWire,
  equal,
  type Head,
  type Header,
  headerHash,
} from '../../lib/ledger/envelope.ts';
import type { Judgement } from '../../lib/ledger/exchange.ts';
import { clientOf } from '../../lib/ledger/notes.ts';
import {
  encodeGenesis,
  encodeStatement,
  recoveryMessage,
  type Role,
  type Statement,
} from '../../lib/ledger/statements.ts';
import { bury, type Device, keyOf, newIdOf, notesOf, quiet, shownIds } from './device.ts';
import type { Dice } from './dice.ts';
import { Crash } from './fragile.ts';
import { type Adversary, count, memberOf, tell, type World } from './story.ts';

export async function newAdversary(world: World, role: Role | null): Promise<Adversary> {
  const identity = await world.keyring.newIdentity();
  const key = bytesToHex(identity.signer.device);
  const made = { name: `M${world.adversaries.length + 1}`, identity, key, role };
  world.adversaries.push(made);
  return made;
}

/** What an attack has at hand. */
interface Scene {
  readonly world: World;
  readonly dice: Dice;
  readonly by: Adversary;
  /** Whom it attacks; it knows all that this one knows. */
  readonly victim: Device;
  /** Others that it reaches. */
  readonly others: readonly Device[];
}

type Attack = (scene: Scene) => Promise<void>;

/** @returns whether there was anybody to attack. */
export async function attack(
  world: World,
  by: Adversary,
  dice: Dice,
  name?: AttackName,
): Promise<boolean> {
  const reachable = dice.shuffle(
    world.devices.filter((device) => device.running?.exchange.space() && !device.isGone),
  );
  const [victim, ...others] = reachable;
  if (!victim) return false;
  // A thousand envelopes take their time.
  const cheap = dice.chance(0.1) ? attackNames : attackNames.filter((each) => each !== flood);
  const fitting = byRole[by.role ?? 'reader'];
  const chosen = name ?? (dice.chance(0.2) ? dice.pick(fitting) : dice.pick(cheap));
  if (!chosen) return false;
  tell(world, `${by.name} (${by.role ?? 'outsider'}) attacks ${victim.name}: ${chosen}`);
  count(world, `attack: ${chosen}`);
  try {
    await attacks[chosen]({ world, dice, by, victim, others });
    await quiet(victim);
  } catch (error) {
    const isDead = reachable.some((device) => device.running?.connection.isDead());
    const isFull = (error as { code?: string }).code === 'database/full';
    if (!isDead && !isFull && !(error instanceof Crash)) throw error;
  }
  for (const device of reachable) if (bury(device)) world.network.onDeath(device);
  return true;
}

interface Made {
  readonly wire: Uint8Array;
  readonly fields: Header;
  readonly hash: Uint8Array;
}

interface Wish extends Partial<Omit<Header, 'payloadLength' | 'payloadHash'>> {
  readonly payload: Uint8Array;
  /** Another signer than the author. */
  readonly signer?: Identity['signer'];
}

/** The author's next envelope, as far as the victim knows its log; but for what is wished otherwise. */
async function make({ by, victim, world }: Scene, wish: Wish): Promise<Made> {
  const log = victim.running?.database.log;
  const device = wish.device ?? by.identity.signer.device;
  const id = log?.idOf(device);
  const head = id === undefined ? null : (log?.head(id) ?? null);
  const { payload, signer = by.identity.signer, ...rest } = wish;
  const fields = {
    kind: 'change' as EnvelopeKind,
    schema: 1,
    space: log?.space() ?? new Uint8Array(16),
    device,
    seq: (head?.seq ?? 0) + 1,
    prev: head?.hash ?? new Uint8Array(32),
    hlc: Math.max(world.network.time() * 1_024, (head?.hlc ?? 0) + 1),
    deps: [],
    ...rest,
  };
  const made = draft(fields, payload);
  const signature = await signer.sign(made.header);
  return {
    wire: envelopeToWire({ ...made, signature }),
    fields: made.fields,
    hash: made.hash,
  };
}

async function after(made: Made, scene: Scene, wish: Wish): Promise<Made> {
  return make(scene, {
    seq: made.fields.seq + 1,
    prev: made.hash,
    hlc: made.fields.hlc + 1,
    ...wish,
  });
}

/** Hands envelopes to a device; everything that was refused must be kept with its reason. */
async function bring(
  { world, by }: Scene,
  to: Device,
  wires: readonly Uint8Array[],
): Promise<Judgement[]> {
  const { running } = to;
  if (!running) return [];
  const judgements = await running.exchange.admit(wires, by.identity.signer.device);
  // Of a flood only the newest are kept.
  const looked = wires.length > 100 ? [] : judgements;
  looked.forEach(({ verdict, reason }, at) => {
    if (verdict === 'accepted' || verdict === 'duplicate' || verdict === 'waiting') return;
    const wire = wires[at] ?? new Uint8Array();
    const parsed = envelopeFromWire(wire);
    const hash = parsed && bytesToHex(headerHash(parsed.header));
    const isKept =
      reason !== '' &&
      (to.base.get('select 1 from quarantine where bytes = ? and reason <> ?', wire, '') ??
        to.base.get('select 1 from envelope where hash = unhex(?)', hash));
    if (!isKept)
      world.faults.push(`${to.name} refused something (${verdict}) and kept no word of it`);
  });
  return judgements;
}

/** None of these may have been accepted. */
function expectRefusal({ world }: Scene, what: string, judgements: readonly Judgement[]): void {
  for (const { verdict } of judgements) {
    if (verdict === 'accepted') world.faults.push(`accepted: ${what}`);
  }
}

/** A task that nobody may ever show. */
function evil({ world }: Scene): Claim[] {
  const title = world.fresh('evil ');
  world.never.add(title);
  return [titleOf(newIdOf(world.makings), title)];
}

/** A task that its author may rightly make while it is a member. */
function plausible({ world, victim, dice }: Scene): Claim[] {
  const ids = shownIds(victim, 'task');
  const id = dice.chance(0.5) ? (dice.pick(ids) ?? newIdOf(world.makings)) : newIdOf(world.makings);
  return [titleOf(id, world.fresh('spam '))];
}

function titleOf(id: Claim['id'], value: string): Claim {
  return { kind: 'task', id, field: 'title', merge: 'register', value };
}

function payloadOf({ world }: Scene, claims: readonly Claim[], derived = false): Uint8Array {
  return encodePayload({ action: newIdOf(world.makings), derived, claims });
}

const evilPayload = (scene: Scene) => payloadOf(scene, evil(scene));
const plausiblePayload = (scene: Scene) => payloadOf(scene, plausible(scene));

/** What the victim holds of other devices than the author, as deps. */
function headsOf({ victim, by }: Scene): Head[] {
  const log = victim.running?.database.log;
  if (!log) return [];
  const forked = new Set(log.forks().map(({ device }) => bytesToHex(device)));
  return log.counted().filter(({ device }) => {
    const key = bytesToHex(device);
    return key !== by.key && !forked.has(key);
  });
}

async function one(scene: Scene, wish: Wish): Promise<Judgement[]> {
  return bring(scene, scene.victim, [(await make(scene, wish)).wire]);
}

async function refusedOne(scene: Scene, what: string, wish: Omit<Wish, 'payload'>): Promise<void> {
  expectRefusal(scene, what, await one(scene, { ...wish, payload: evilPayload(scene) }));
}

async function state(scene: Scene, statement: Statement): Promise<Judgement[]> {
  return one(scene, { kind: 'roster', payload: encodeStatement(statement) });
}

/** A claim on the note of a task: any task, or a new one. */
function noteClaim({ world, victim, dice }: Scene, update: readonly number[]): Claim {
  const id = dice.pick(shownIds(victim, 'task')) ?? newIdOf(world.makings);
  return { kind: 'task', id, field: 'notes', merge: 'text', update: Uint8Array.from(update) };
}

/** A number as Yjs writes it. */
function varUint(number: number): number[] {
  const bytes: number[] = [];
  for (; number >= 0x80; number = Math.floor(number / 0x80)) bytes.push((number % 0x80) | 0x80);
  bytes.push(number);
  return bytes;
}

/** An update that puts one character at the start of a note. */
const insertion = (client: number, clock: number, code: number): number[] => [
  ...[1, 1, ...varUint(client), ...varUint(clock), 0x04, 1, 4, 0x6e, 0x6f, 0x74, 0x65, 1, code, 0],
];

const evilCode = 0x5e; // '^': no honest note has one
/** No note may show it. */
export const evilMark = '^';

async function refusedNote(scene: Scene, what: string, update: readonly number[]): Promise<void> {
  const payload = payloadOf(scene, [...evil(scene), noteClaim(scene, update)]);
  expectRefusal(scene, what, await one(scene, { payload }));
}

/** Real envelopes of honest devices. */
function realWires({ victim }: Scene): Uint8Array[] {
  return victim.running?.exchange.missing([], 200_000) ?? [];
}

const attackTable = {
  'a forged signature': async (scene) => {
    const { wire } = await make(scene, { payload: evilPayload(scene) });
    const at = 2 + 140 + scene.dice.below(60);
    wire[at] = (wire[at] ?? 0) ^ 1;
    expectRefusal(scene, 'a forged signature', await bring(scene, scene.victim, [wire]));
  },
  "an envelope in another's name": async (scene) => {
    const { victim } = scene;
    const device = scene.dice.pick(headsOf(scene))?.device;
    if (!device || bytesToHex(device) === keyOf(victim)) return;
    await refusedOne(scene, "another's name", { device });
  },
  'an envelope in the name of the victim itself': async (scene) => {
    const device = scene.victim.running?.exchange.device();
    if (device) await refusedOne(scene, "the victim's name", { device });
  },
  'another space': (scene) => refusedOne(scene, 'another space', { space: scene.dice.bytes(16) }),
  'a replay': async (scene) => {
    const wires = scene.dice.shuffle(realWires(scene)).slice(0, 20);
    const judgements = await bring(scene, scene.victim, wires);
    expectRefusal(scene, 'a replay', judgements);
  },
  'a payload of another envelope': async (scene) => {
    const [a, b] = scene.dice.shuffle(realWires(scene)).map((wire) => envelopeFromWire(wire));
    if (!a || !b || equal(a.payload, b.payload)) return;
    const swapped = envelopeToWire({ ...a, payload: b.payload });
    const others = scene.others.slice(0, 2);
    for (const device of [scene.victim, ...others]) {
      const judgements = await bring(scene, device, [swapped]);
      expectRefusal(scene, 'a swapped payload', judgements);
    }
  },
  'a truncated envelope': async (scene) => {
    const { wire } = await make(scene, { payload: evilPayload(scene) });
    const short = wire.slice(0, scene.dice.below(wire.length));
    expectRefusal(scene, 'a truncated envelope', await bring(scene, scene.victim, [short]));
  },
  'mutated bits': async (scene) => {
    const wires = realWires(scene);
    for (let at = 0; at < 8; at++) {
      const wire = scene.dice.pick(wires)?.slice();
      if (!wire) return;
      const bit = scene.dice.below(wire.length * 8);
      wire[bit >> 3] = (wire[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const device = scene.dice.pick([scene.victim, ...scene.others]) ?? scene.victim;
      expectRefusal(scene, 'a mutated envelope', await bring(scene, device, [wire]));
    }
  },
  'a gap of seqs': async (scene) => {
    const next = await make(scene, { payload: plausiblePayload(scene) });
    await refusedOne(scene, 'a gap', { seq: next.fields.seq + 1 + scene.dice.below(5) });
  },
  'another previous': (scene) =>
    refusedOne(scene, 'another previous', { prev: scene.dice.bytes(32) }),
  'a clock that goes back': async (scene) => {
    const first = await make(scene, { payload: plausiblePayload(scene) });
    const payload = evilPayload(scene);
    const second = await after(first, scene, { payload, hlc: Math.max(0, first.fields.hlc - 5) });
    const judgements = await bring(scene, scene.victim, [first.wire, second.wire]);
    expectRefusal(scene, 'a clock that goes back', judgements.slice(1));
  },
  'a clock ten years ahead': async (scene) => {
    const hlc = (scene.world.network.time() + 10 * 365 * 86_400_000) * 1_024;
    const head = scene.victim.running?.database.log;
    const id = head?.idOf(scene.by.identity.signer.device);
    const before = id === undefined ? 0 : (head?.head(id)?.hlc ?? 0);
    const payload = plausiblePayload(scene);
    await one(scene, { payload, hlc: Math.max(hlc, before + 1), deps: headsOf(scene) });
  },
  'the last clock there is': async (scene) => {
    await one(scene, { payload: plausiblePayload(scene), hlc: Number.MAX_SAFE_INTEGER });
  },
  'deps on what does not exist': async (scene) => {
    const [head] = scene.dice.shuffle(headsOf(scene));
    if (!head) return;
    const dep = { ...head, seq: head.seq + 1 + scene.dice.below(9), hash: scene.dice.bytes(32) };
    const payload = plausiblePayload(scene);
    expectRefusal(scene, 'deps on what is not there', await one(scene, { payload, deps: [dep] }));
  },
  'deps on a device that does not exist': (scene) =>
    refusedOne(scene, 'deps on nobody', {
      deps: [{ device: scene.dice.bytes(32), seq: 1, hash: scene.dice.bytes(32) }],
    }),
  'deps on another history': async (scene) => {
    const [head] = scene.dice.shuffle(headsOf(scene));
    if (!head) return;
    const deps = [{ ...head, hash: scene.dice.bytes(32) }];
    const payload = plausiblePayload(scene);
    expectRefusal(scene, 'deps by a wrong hash', await one(scene, { payload, deps }));
  },
  'deps below the previous': async (scene) => {
    const head = scene.dice.shuffle(headsOf(scene)).find(({ seq }) => seq > 1);
    const log = scene.victim.running?.database.log;
    const id = head && log?.idOf(head.device);
    const hash = id === undefined ? null : log?.hashAt(id, 1);
    if (!head || !hash) return;
    const first = await make(scene, { payload: plausiblePayload(scene), deps: [head] });
    const deps = [{ ...head, seq: 1, hash }];
    const second = await after(first, scene, { payload: evilPayload(scene), deps });
    const judgements = await bring(scene, scene.victim, [first.wire, second.wire]);
    expectRefusal(scene, 'deps below the previous', judgements.slice(1));
  },
  'its own device among the deps': async (scene) => {
    const first = await make(scene, { payload: plausiblePayload(scene) });
    const { device, seq } = first.fields;
    const deps = [{ device, seq, hash: first.hash }];
    const second = await after(first, scene, { payload: evilPayload(scene), deps });
    const judgements = await bring(scene, scene.victim, [first.wire, second.wire]);
    expectRefusal(scene, 'itself among the deps', judgements.slice(1));
  },
  'a fork of claims': async (scene) => {
    await fork(scene, () => ({ payload: plausiblePayload(scene) }));
  },
  'a fork of statements': async (scene) => {
    const { world } = scene;
    await fork(scene, async () => {
      const { signer, seal } = await world.keyring.newIdentity();
      const admit = { device: signer.device, seal, name: 'accomplice', role: 'editor' } as const;
      return { kind: 'roster', payload: encodeStatement({ admit }) };
    });
  },
  'a fork of notes': async (scene) => {
    const client = clientOf(scene.by.identity.signer.device);
    const id = newIdOf(scene.world.makings);
    await fork(scene, (branch) => {
      const update = Uint8Array.from(insertion(client, 0, 0x61 + branch));
      const claim: Claim = { kind: 'task', id, field: 'notes', merge: 'text', update };
      return { payload: payloadOf(scene, [titleOf(id, scene.world.fresh('forked ')), claim]) };
    });
  },
  'claims of a kind that does not exist': (scene) => refusedClaims(scene, 'nuisance', 'title'),
  'claims on a field that does not exist': (scene) => refusedClaims(scene, 'task', 'colour'),
  'claims on __proto__': (scene) => refusedClaims(scene, '__proto__', 'title'),
  'a value against the schema': async (scene) => {
    const claim = { ...titleOf(newIdOf(scene.world.makings), ''), value: 7 };
    const payload = payloadOf(scene, [...evil(scene), claim]);
    expectRefusal(scene, 'a title that is a number', await one(scene, { payload }));
  },
  'bytes that are no payload': async (scene) => {
    const payload = scene.dice.bytes(scene.dice.below(200));
    expectRefusal(scene, 'noise', await one(scene, { payload }));
  },
  'a payload of one byte too many': async (scene) => {
    const payload = new Uint8Array(65_537);
    expectRefusal(scene, 'an oversized payload', await one(scene, { payload }));
  },
  'a reader that writes': async (scene) => {
    const member = memberOf(scene.victim, scene.by.key);
    const isReader = scene.by.role === 'reader' || scene.by.role === null;
    const payload = isReader ? evilPayload(scene) : plausiblePayload(scene);
    const judgements = await one(scene, { payload });
    if (isReader || !member) expectRefusal(scene, 'a reader that writes', judgements);
  },
  'a machine that deletes': async (scene) => {
    const id = scene.dice.pick(shownIds(scene.victim, 'task')) ?? newIdOf(scene.world.makings);
    const deletion: Claim = { kind: 'task', id, field: 'deleted', merge: 'register', value: true };
    const payload = payloadOf(scene, [...evil(scene), deletion], true);
    expectRefusal(scene, 'a machine that deletes', await one(scene, { payload }));
  },
  'an admission of an accomplice': async (scene) => {
    const { signer, seal } = await scene.world.keyring.newIdentity();
    const admit = { device: signer.device, seal, name: 'accomplice', role: 'owner' } as const;
    await state(scene, { admit });
    const isOwner = scene.by.role === 'owner';
    const payload = isOwner ? plausiblePayload(scene) : evilPayload(scene);
    const wish = { device: signer.device, signer, payload, seq: 1, prev: new Uint8Array(32) };
    const judgements = await one(scene, wish);
    if (!isOwner) expectRefusal(scene, 'an accomplice of one who is no owner', judgements);
    else scene.world.owners.add(bytesToHex(signer.device));
  },
  'an admission of itself': async (scene) => {
    const { signer, seal } = scene.by.identity;
    const admit = { device: signer.device, seal, name: 'me', role: 'owner' } as const;
    await state(scene, { admit });
  },
  'a cut of a senior': async (scene) => {
    const founder = [...(scene.victim.running?.database.log.roster().values() ?? [])][0];
    if (!founder) return;
    const before = founder.limit;
    const hash = new Uint8Array(32);
    const cut = { device: founder.device, seq: 0, hash };
    await state(scene, { cut });
    const now = memberOf(scene.victim, bytesToHex(founder.device))?.limit;
    if (now !== before) scene.world.faults.push('a junior has cut the most senior member');
  },
  'a cut by one who is no owner, or of whom it may cut': async (scene) => {
    const { victim, dice, by } = scene;
    const members = [...(victim.running?.database.log.roster().values() ?? [])];
    const chosen = dice.pick(members.filter(({ device }) => bytesToHex(device) !== by.key));
    if (!chosen || dice.chance(0.5)) return;
    const cut = { device: chosen.device, seq: 0, hash: new Uint8Array(32) };
    await state(scene, { cut });
  },
  'a cut of itself': async (scene) => {
    const cut = { device: scene.by.identity.signer.device, seq: 0, hash: new Uint8Array(32) };
    expectRefusal(scene, 'a cut of itself', await state(scene, { cut }));
  },
  'a cut at a place that does not exist': async (scene) => {
    const [head] = scene.dice.shuffle(headsOf(scene));
    if (!head) return;
    await state(scene, {
      cut: { device: head.device, seq: head.seq + 9, hash: scene.dice.bytes(32) },
    });
  },
  'a second founding': async (scene) => {
    const payload = encodeGenesis({
      name: 'mine',
      seal: scene.by.identity.seal,
      recovery: scene.by.identity.signer.device,
      vault: scene.by.identity.seal,
      salt: scene.dice.bytes(16),
    });
    expectRefusal(scene, 'a second founding', await one(scene, { kind: 'genesis', payload }));
  },
  'a recovery by a wrong key': async (scene) => {
    const { world, dice } = scene;
    const outsider = await world.keyring.newIdentity();
    const { signer } = await world.keyring.recovery(dice.bytes(32));
    const space = scene.victim.running?.exchange.space() ?? new Uint8Array(16);
    const { device } = outsider.signer;
    const proof = await signer.sign(recoveryMessage(space, device, 1));
    const payload = encodeStatement({
      recover: { number: 1, seal: outsider.seal, name: 'x', proof },
    });
    const wish = { kind: 'roster', payload, device, signer: outsider.signer } as const;
    expectRefusal(scene, 'a wrong recovery', await one(scene, wish));
  },
  'a recovery of another device, replayed': async (scene) => {
    const stolen = realWires(scene)
      .map((wire) => envelopeFromWire(wire))
      .find((each) => each?.fields.kind === 'roster' && each.fields.seq === 1);
    if (!stolen) return;
    const outsider = await scene.world.keyring.newIdentity();
    const { device } = outsider.signer;
    const wish = {
      kind: 'roster',
      payload: stolen.payload,
      device,
      signer: outsider.signer,
    } as const;
    expectRefusal(scene, 'a stolen recovery', await one(scene, wish));
  },
  'writing on after being revoked, back-dated': async (scene) => {
    const payload = plausiblePayload(scene);
    const made = await make(scene, { payload, hlc: 1 });
    for (const device of [scene.victim, ...scene.others]) {
      const judgements = await bring(scene, device, [made.wire]);
      const isCut = made.fields.seq > (memberOf(device, scene.by.key)?.writes ?? 0);
      if (isCut) expectRefusal(scene, 'a revoked device', judgements);
    }
  },
  'a note in the name of another': (scene) =>
    refusedNote(scene, 'a foreign client', insertion(scene.dice.below(0xffff_ffff), 0, evilCode)),
  'a gap of clocks in a note': (scene) =>
    refusedNote(scene, 'a clock gap', insertion(mine(scene), 1_000_000, evilCode)),
  'a note that mutes its author': (scene) =>
    refusedNote(scene, 'a mute update', [
      1,
      1,
      ...varUint(mine(scene)),
      0,
      10,
      ...varUint(2 ** 40),
      0,
    ]),
  'a deletion in a note of what there is not': async (scene) => {
    const client = scene.dice.below(0xffff_ffff);
    const claim = noteClaim(scene, [0, 1, ...varUint(client), 1, 0, 100]);
    await one(scene, { payload: payloadOf(scene, [claim]) });
  },
  'a deletion in a note of what it has not seen': async (scene) => {
    // Without deps it has seen nothing: it deletes no letter of anybody.
    const note = [...notesOf(scene.victim)].find(([, text]) => text !== '');
    const [other] = scene.dice.shuffle(headsOf(scene));
    if (!note || !other) return;
    const log = scene.victim.running?.database.log;
    const id = log?.idOf(scene.by.identity.signer.device);
    const otherId = log?.idOf(other.device);
    if (!log || otherId === undefined) return;
    if (id !== undefined && log.seenBy(id, Infinity, otherId) > 0) return;
    const update = [0, 1, ...varUint(clientOf(other.device)), 1, 0, 1_000];
    const claim: Claim = {
      ...{ kind: 'task', id: note[0], field: 'notes', merge: 'text' },
      update: Uint8Array.from(update),
    };
    const before = notesOf(scene.victim).get(note[0]);
    await one(scene, { payload: payloadOf(scene, [claim]) });
    if (notesOf(scene.victim).get(note[0]) !== before) {
      scene.world.faults.push('a deletion of what its author had not seen took effect');
    }
  },
  'nested types in a note': (scene) => {
    const nested = Array.from({ length: 200 }, () => [0x27, 1, 1, 0x6d, 1]).flat();
    return refusedNote(scene, 'nested types', [1, 200, ...varUint(mine(scene)), 0, ...nested, 0]);
  },
  'two writings at one place of a note': async (scene) => {
    const id = newIdOf(scene.world.makings);
    const claim = (code: number): Claim => ({
      ...{ kind: 'task', id, field: 'notes', merge: 'text' },
      update: Uint8Array.from(insertion(mine(scene), 0, code)),
    });
    const first = await make(scene, { payload: payloadOf(scene, [claim(0x61)]) });
    const payload = payloadOf(scene, [...evil(scene), claim(evilCode)]);
    const second = await after(first, scene, { payload });
    const judgements = await bring(scene, scene.victim, [first.wire, second.wire]);
    expectRefusal(scene, 'a clock twice', judgements.slice(1));
  },
  'a flood of waiting envelopes': async (scene) => {
    let last = await make(scene, { payload: plausiblePayload(scene) });
    const wires: Uint8Array[] = [];
    const payload = plausiblePayload(scene);
    for (let at = 0; at < 1_010; at++) {
      last = await after(last, scene, { payload });
      wires.push(last.wire);
    }
    await bring(scene, scene.victim, scene.dice.shuffle(wires));
    const waiting = scene.victim.running?.ledger.waiting() ?? 0;
    if (waiting > 1_100) scene.world.faults.push(`${waiting} envelopes wait`);
  },
  'a newer schema': async (scene) => {
    expectRefusal(
      scene,
      'a newer schema',
      await one(scene, { payload: evilPayload(scene), schema: 9 }),
    );
  },
  'a false checkpoint': async (scene) => {
    const head = scene.victim.running?.database.log;
    const id = head?.idOf(scene.by.identity.signer.device);
    const base = id === undefined ? 0 : (head?.head(id)?.seq ?? 0);
    const title = scene.world.fresh('evil ');
    scene.world.never.add(title);
    const word: Word = {
      kind: 'task',
      id: newIdOf(scene.world.makings),
      field: 'title',
      element: new Uint8Array(0),
      seq: Math.max(1, base),
      hlc: 1,
      derived: false,
      value: encode(title),
    };
    const [payload] = encodeCheckpoint(base, { words: [word], sights: [], kept: [] });
    if (payload) await one(scene, { kind: 'checkpoint', payload });
  },
  'lies about its progress': async (scene) => {
    const { victim, by, dice } = scene;
    const { running } = victim;
    if (!running?.exchange.isMember(by.identity.signer.device)) return;
    const heads = running.exchange
      .progress()
      .heads.filter(({ device }) => bytesToHex(device) !== keyOf(victim))
      .map((head) => ({ ...head, seq: head.seq + dice.below(1_000), hash: dice.bytes(32) }));
    running.exchange.acknowledged(by.identity.signer.device, heads);
    await quiet(victim);
  },
  'lies about the log of the victim': async (scene) => {
    const { victim, by, dice } = scene;
    const { running } = victim;
    if (!running?.exchange.isMember(by.identity.signer.device)) return;
    const device = running.exchange.device();
    const before = keyOf(victim);
    const seq = 1 + dice.below(1_000_000);
    running.exchange.acknowledged(by.identity.signer.device, [
      { device, seq, hash: dice.bytes(32) },
    ]);
    await quiet(victim);
    if (keyOf(victim) !== before) count(scene.world, 'driven from its key by a lie');
  },
  'a false proof of a fork': async (scene) => {
    const { victim, by, dice } = scene;
    const [a, b] = dice.shuffle(realWires(scene)).map((wire) => envelopeFromWire(wire));
    if (!a || !b) return;
    const forged = encodeHeader({ ...a.fields, hlc: a.fields.hlc + 1 });
    const signature = await by.identity.signer.sign(forged);
    const exchange = victim.running?.exchange;
    const isMine = bytesToHex(a.fields.device) === by.key;
    const proofs = [
      { first: a, second: { header: forged, signature } },
      { first: a, second: b },
    ];
    for (const proof of proofs) {
      const isBelieved = await exchange?.admitForkProof(proof);
      const isTrue = equal(a.fields.device, b.fields.device) && b.fields.seq <= a.fields.seq + 1;
      if (isBelieved && !isMine && !(proof.second === b && isTrue)) {
        scene.world.faults.push('a false proof of a fork was believed');
      }
    }
  },
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof attackTable;
const attacks: Readonly<Record<AttackName, Attack>> = attackTable;
export const attackNames = Object.keys(attackTable) as readonly AttackName[];

/** What one of this role would try first. */
const byRole: Readonly<Record<Role, readonly AttackName[]>> = {
  reader: ['a reader that writes'],
  editor: ['an admission of an accomplice', 'a fork of claims'],
  owner: ['a cut of a senior', 'a fork of statements'],
};

export const flood: AttackName = 'a flood of waiting envelopes';

const mine = ({ by }: Scene) => clientOf(by.identity.signer.device);

async function refusedClaims(scene: Scene, kind: string, field: string): Promise<void> {
  const title = scene.world.fresh('evil ');
  scene.world.never.add(title);
  const fields = new Map([[field, title]]);
  const payload = encode({
    action: scene.dice.bytes(16),
    changes: [
      ['task', scene.dice.bytes(16), { title }],
      [kind, scene.dice.bytes(16), fields],
    ],
  });
  expectRefusal(scene, `claims on ${kind}.${field}`, await one(scene, { payload }));
}

/** Signs two histories, of up to three envelopes each, and shows each to some. */
async function fork(scene: Scene, wish: (branch: number) => Wish | Promise<Wish>): Promise<void> {
  const { victim, others, dice } = scene;
  const branches: Uint8Array[][] = [];
  for (const branch of [0, 1]) {
    let last = await make(scene, await wish(branch));
    const wires = [last.wire];
    for (let more = dice.below(3); more > 0; more--) {
      last = await after(last, scene, { payload: plausiblePayload(scene) });
      wires.push(last.wire);
    }
    branches.push(wires);
  }
  const [first = [], second = []] = branches;
  await bring(scene, victim, first);
  for (const device of others) {
    if (dice.chance(0.5)) await bring(scene, device, dice.chance(0.7) ? second : first);
    await quiet(device);
  }
  if (dice.chance(0.3)) await bring(scene, victim, second);
}
