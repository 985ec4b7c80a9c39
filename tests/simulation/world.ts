/**
 * A simulated world: devices, their network, adversaries, and what everybody did to them.
 *
 * Everything follows from a script of events and the seed: no clock, no chance and no timer of the
 * machine. Each event is finished before the next begins, and draws from dice of its own, so leaving
 * one out does not change what the others do.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { Failure } from '../../lib/errors.ts';
import type { Role } from '../../lib/ledger/statements.ts';
import type { Id } from '../../lib/model/id.ts';
import { capture } from '../support/engine.ts';
import { attack, newAdversary } from './adversary.ts';
import {
  bury,
  type Device,
  harvest,
  heldValues,
  keyOf,
  newDevice,
  newIdOf,
  notesOf,
  quiet,
  shownIds,
  start,
  stop,
} from './device.ts';
import { type Dice, newDice } from './dice.ts';
import { Crash } from './fragile.ts';
import { carry, fair, newNetwork } from './network.ts';
import {
  beginning,
  count,
  type Event,
  memberOf,
  type Operation,
  type Plan,
  tell,
  type World,
} from './story.ts';
import { real, standIn } from './suite.ts';

const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

export async function newWorld(plan: Plan): Promise<World> {
  const dice = newDice(plan.seed, 1);
  const random = (length: number) => dice.bytes(length);
  const keyring = plan.isReal ? real(random) : standIn(random);
  const network = newNetwork(plan.carrier, newDice(plan.seed, 2), beginning);
  let texts = 0;
  let letters = 0;
  const world: World = {
    plan,
    devices: [],
    adversaries: [],
    network,
    keyring,
    makings: {
      keyring,
      dice: newDice(plan.seed, 3),
      time: network.time,
      onAdmit: (_, envelopes) => (world.deliveries += envelopes),
    },
    story: [],
    never: new Set(),
    deleted: new Set(),
    owners: new Set(),
    demoted: new Set(),
    faults: [],
    tally: new Map(),
    deliveries: 0,
    recovery: null,
    fresh: (prefix) => `${prefix}${++texts}`,
    freshLetter: () => String.fromCharCode(0x4e00 + (letters++ % 0x5000)),
    backups: [],
  };
  network.onDeath = (device) => {
    count(world, 'died');
    tell(world, `${device.name} loses its power`);
  };

  const founder = await addDevice(world);
  await founder.running?.ledger.foundSpace();
  world.recovery = founder.running?.database.recoverySecret() ?? null;
  world.owners.add(keyOf(founder));
  for (let at = 1; at < plan.devices; at++) {
    const role = dice.pick<Role>(['owner', 'editor', 'editor']) ?? 'editor';
    await join(world, founder, role);
  }
  for (const device of world.devices) {
    if (dice.chance(0.3)) device.skew = Math.floor((dice.roll() * 2 - 1) * 10 * yearMs);
  }
  return world;
}

async function addDevice(world: World): Promise<Device> {
  const device = await newDevice(String.fromCharCode(65 + world.devices.length));
  world.devices.push(device);
  await start(device, world.makings);
  return device;
}

/** A new device pairs with one that may admit it, and gets the ledger so far. */
async function join(world: World, by: Device, role: Role): Promise<void> {
  if (!by.running || world.devices.length >= 26) return;
  const space = by.running.exchange.space();
  if (!space) return;
  const device = await addDevice(world);
  if (!device.running) return;
  await device.running.ledger.enter(space);
  await admit(world, by, device, role);
  await carry(by, device, newDice(world.plan.seed, 4), fair);
  connect(world, device, by);
  tell(world, `${by.name} admits ${device.name} as ${role}`);
}

async function admit(world: World, by: Device, device: Device, role: Role): Promise<void> {
  if (!by.running || !device.running) return;
  const { signer, seal } = device.running.ledger.identity();
  await by.running.ledger.admitDevice(signer.device, seal, device.name, role);
  if (role === 'owner') world.owners.add(bytesToHex(signer.device));
}

/** Whom a new device is connected with: all while they are few, else some. */
function connect(world: World, device: Device, by: Device): void {
  const dice = newDice(world.plan.seed, 5 + world.devices.length);
  world.network.connect(device, by);
  const others = world.devices.filter((other) => other !== device && !other.isGone);
  for (const other of others.length < 4 ? others : dice.shuffle(others).slice(0, 2)) {
    world.network.connect(device, other);
  }
}

const isUp = (device: Device) => device.running !== null && !device.isGone;
/** Also of one that has just died: nobody has told it otherwise. */
const mayWrite = ({ running }: Device) => running?.database.mayWrite() ?? true;

/** Those that run, are members and may write. */
function writers(world: World): Device[] {
  return world.devices.filter(
    (device) =>
      isUp(device) && device.running?.exchange.space() && device.running.database.mayWrite(),
  );
}

function isOwner(device: Device): boolean {
  return (
    device.running?.ledger !== undefined && memberOf(device, keyOf(device))?.rules === Infinity
  );
}

/** An event, and then some time. */
export async function happen(world: World, event: Event): Promise<void> {
  const dice = newDice(world.plan.seed, 1_000 + event.number);
  const handler = handlers[event.what];
  const before = world.story.length;
  const did = await handler(world, dice);
  if (did) count(world, event.what);
  if (did && world.story.length === before) tell(world, event.what);
  await afterwards(world);
  await world.network.pass(event.wait);
  await afterwards(world);
}

async function afterwards(world: World): Promise<void> {
  for (const device of world.devices) {
    await quiet(device);
    if (bury(device)) world.network.onDeath(device);
    harvest(device, new Map());
  }
}

/**
 * A person acts on a device. What it acknowledges is remembered; a device that dies or is full on
 * the way has nothing half written.
 */
async function act(
  world: World,
  device: Device,
  line: string,
  work: (service: NonNullable<Device['running']>['service'], action: Id) => Promise<unknown>,
): Promise<boolean> {
  const { running } = device;
  if (!running) return false;
  harvest(device, new Map());
  const seen = heldValues(device);
  const notes = notesOf(device);
  const signal = newIdOf(world.makings);
  let outcome = '';
  try {
    await work(running.service, signal);
    await quiet(device);
  } catch (error) {
    if (error instanceof Crash || running.connection.isDead()) outcome = ', and loses its power';
    else if (error instanceof Failure) outcome = ` (${error.code})`;
    else throw error;
  }
  const written = harvest(device, seen);
  if (outcome.startsWith(' (') && written > 0) {
    world.faults.push(`${device.name} wrote although it said${outcome}`);
  }
  const after = notesOf(device);
  for (const [id, text] of notes) {
    const now = after.get(id);
    if (now === undefined || now === text) continue;
    for (const letter of text) if (!now.includes(letter)) world.deleted.add(letter);
  }
  bury(device);
  tell(world, `${device.name} ${line}${outcome}`);
  return true;
}

const pickTasks = (device: Device, dice: Dice, most: number): Id[] => {
  const ids = dice.shuffle(shownIds(device, 'task'));
  return ids.slice(0, 1 + dice.below(most));
};

type Handler = (world: World, dice: Dice) => Promise<boolean> | boolean;

const handlers: Readonly<Record<Operation, Handler>> = {
  add: async (world, dice) => {
    const device = dice.pick(writers(world));
    if (!device) return false;
    const list = dice.chance(0.3) ? (dice.pick(shownIds(device, 'list')) ?? null) : null;
    const tasks = Array.from({ length: 1 + dice.below(3) }, () => ({
      title: world.fresh('task '),
      ...(list && { list }),
      ...(dice.chance(0.4) && { tags: [world.fresh('tag')] }),
      ...(dice.chance(0.4) && { notes: world.freshLetter() + world.freshLetter() }),
    }));
    const titles = tasks.map(({ title }) => title).join(', ');
    return act(world, device, `adds ${titles}`, (service, action) =>
      service.addTasks(tasks, action),
    );
  },
  change: async (world, dice) => {
    const device = dice.pick(writers(world));
    const ids = device ? pickTasks(device, dice, 2) : [];
    if (!device || ids.length === 0) return false;
    const change = {
      ...(dice.chance(0.6) && { title: world.fresh('title ') }),
      ...(dice.chance(0.2) && { done: dice.chance(0.6) }),
      ...(dice.chance(0.2) && { priority: dice.below(4) }),
      ...(dice.chance(0.2) && { planned: `2026-0${1 + dice.below(9)}-11` }),
      ...(dice.chance(0.2) && { list: dice.pick(shownIds(device, 'list')) ?? null }),
      ...(dice.chance(0.3) && { tags: dice.chance(0.3) ? [] : [world.fresh('tag'), 'common'] }),
    };
    const line = `changes ${ids.map((id) => id.slice(-4)).join(' ')}: ${JSON.stringify(change)}`;
    return act(world, device, line, (service, action) =>
      service.changeTasks({ ids, change: change as never }, action),
    );
  },
  note: async (world, dice) => {
    const device = dice.pick(writers(world));
    const [id] = device ? pickTasks(device, dice, 1) : [];
    if (!device || !id) return false;
    let text = notesOf(device).get(id) ?? '';
    if (text.length > 2 && dice.chance(0.3)) {
      const at = dice.below(text.length);
      text = text.slice(0, at) + text.slice(at + 1 + dice.below(2));
    }
    if (dice.chance(0.9)) {
      const at = dice.below(text.length + 1);
      const added = Array.from({ length: 1 + dice.below(3) }, world.freshLetter).join('');
      text = text.slice(0, at) + added + text.slice(at);
    }
    return act(world, device, `writes in the note of ${id.slice(-4)}: ${text}`, (service, action) =>
      service.changeTasks({ ids: [id], change: { notes: text } }, action),
    );
  },
  delete: async (world, dice) => {
    const device = dice.pick(writers(world));
    const ids = device ? pickTasks(device, dice, 1) : [];
    if (!device || ids.length === 0) return false;
    const line = `deletes ${ids.map((id) => id.slice(-4)).join(' ')}`;
    return act(world, device, line, (service, action) => service.deleteTasks(ids, action));
  },
  list: async (world, dice) => {
    const device = dice.pick(writers(world));
    if (!device) return false;
    const id = dice.pick(shownIds(device, 'list'));
    if (id && dice.chance(0.4)) {
      return dice.chance(0.5)
        ? act(world, device, 'deletes a list', (service, action) => service.deleteList(id, action))
        : act(world, device, 'renames a list', (service, action) =>
            service.renameList({ id, title: world.fresh('list ') }, action),
          );
    }
    return act(world, device, 'adds a list', (service, action) =>
      service.addList({ title: world.fresh('list ') }, action),
    );
  },
  undo: async (world, dice) => {
    const device = dice.pick(writers(world));
    if (!device) return false;
    return dice.chance(0.7)
      ? act(world, device, 'undoes', (service, action) => service.undo({ action: null }, action))
      : act(world, device, 'redoes', (service, action) => service.redo(undefined, action));
  },
  clip: async (world, dice) => {
    const device = dice.pick(writers(world));
    if (!device) return false;
    const page = capture(`Do ${world.fresh('thing ')}`, {
      url: `https://example.org/${dice.below(3)}`,
    });
    const did = await act(world, device, 'saves a clip', (service, action) =>
      service.saveClip({ capture: page, ifKept: 'add-version' }, action),
    );
    // Its reader goes on by itself; nothing that it does depends on time.
    await new Promise((resolve) => setImmediate(resolve));
    return did;
  },
  wait: async (world, dice) => {
    const ms = dice.below(60_000);
    tell(world, `${(ms / 1_000).toFixed(0)} s pass`);
    await world.network.pass(ms);
    return true;
  },
  part: (world, dice) => {
    if (dice.chance(0.4)) {
      world.network.healAll();
      tell(world, 'all links are open');
      return true;
    }
    const from = dice.pick(world.devices);
    const others = world.devices.filter((other) => from && world.network.isConnected(from, other));
    const to = dice.pick(others);
    if (!from || !to) return false;
    const isOneWay = dice.chance(0.4);
    const cut = dice.chance(0.5) ? others : [to];
    for (const other of cut) {
      world.network.set(from, other, false);
      if (!isOneWay) world.network.set(other, from, false);
    }
    const names = cut.map(({ name }) => name).join(', ');
    tell(world, `nothing gets from ${from.name} to ${names}${isOneWay ? '' : ' or back'}`);
    return true;
  },
  weather: (world, dice) => {
    world.network.weather = dice.chance(0.3)
      ? fair
      : {
          loss: dice.roll() * 0.4,
          repeat: dice.roll() * 0.3,
          delay: dice.chance(0.5) ? dice.below(10_000) : dice.below(300),
        };
    const { loss, repeat, delay } = world.network.weather;
    tell(world, `loss ${loss.toFixed(2)}, repeats ${repeat.toFixed(2)}, delays up to ${delay} ms`);
    return true;
  },
  crash: (world, dice) => {
    const device = dice.pick(world.devices.filter(isUp));
    if (!device) return false;
    const statements = Math.floor(10 ** (dice.roll() * 2.7)) - 1;
    device.running?.connection.arm('crash', statements);
    tell(world, `${device.name} will lose its power after ${statements} statements`);
    return true;
  },
  full: (world, dice) => {
    const device = dice.pick(world.devices.filter(isUp));
    if (!device) return false;
    const statements = Math.floor(10 ** (dice.roll() * 2.5)) - 1;
    device.running?.connection.arm('full', statements);
    tell(world, `the disk of ${device.name} will be full after ${statements} statements`);
    return true;
  },
  up: async (world, dice) => {
    const device = dice.pick(world.devices.filter(({ isGone }) => !isGone));
    if (!device) return false;
    if (device.running) stop(device);
    await start(device, world.makings);
    tell(world, `${device.name} starts again`);
    return true;
  },
  backup: (world, dice) => {
    const device = dice.pick(world.devices.filter(({ isGone, isOut }) => !isGone && !isOut));
    if (!device?.base.get(`select 1 from meta where key = 'space'`)) return false;
    harvest(device, new Map());
    world.backups.push({
      of: device,
      image: device.base.image(),
      words: device.words.length,
      letters: device.letters.length,
      harvested: new Map(device.harvested),
      keys: new Set(device.keys),
    });
    tell(world, `a backup of ${device.name} is made`);
    return true;
  },
  restore: (world, dice) => restored(world, dice, false),
  copy: (world, dice) => restored(world, dice, true),
  gone: (world, dice) => {
    const candidates = world.devices.filter(({ isGone }) => !isGone);
    if (candidates.length < 3) return false;
    const device = dice.pick(candidates);
    if (!device) return false;
    stop(device);
    device.isGone = true;
    tell(world, `${device.name} is gone for good`);
    return true;
  },
  clock: (world, dice) => {
    const device = dice.pick(world.devices.filter(isUp));
    if (!device) return false;
    const jump = dice.chance(0.5) ? 10 * yearMs : dayMs;
    device.skew = Math.floor((dice.roll() * 2 - 1) * jump);
    tell(world, `the clock of ${device.name} is ${(device.skew / dayMs).toFixed(0)} days off`);
    return true;
  },
  join: async (world, dice) => {
    const by = dice.pick(world.devices.filter((device) => isUp(device) && isOwner(device)));
    if (!by || world.devices.length >= 8) return false;
    await whileFaulty(world, by, () =>
      join(world, by, dice.pick<Role>(['owner', 'editor', 'editor', 'reader']) ?? 'editor'),
    );
    return true;
  },
  recruit: async (world, dice) => {
    const by = dice.pick(world.devices.filter((device) => isUp(device) && isOwner(device)));
    if (!by?.running || world.adversaries.length >= 3) return false;
    const role = dice.pick<Role | null>(['owner', 'editor', 'editor', 'reader', null]) ?? null;
    const adversary = await newAdversary(world, role);
    const { ledger } = by.running;
    if (role) {
      const { signer, seal } = adversary.identity;
      await whileFaulty(world, by, () =>
        ledger.admitDevice(signer.device, seal, adversary.name, role),
      );
      if (role === 'owner') world.owners.add(bytesToHex(signer.device));
      tell(world, `${by.name} admits the adversary ${adversary.name} as ${role}`);
    } else tell(world, `the outsider ${adversary.name} appears`);
    return true;
  },
  revoke: (world, dice) => sentence(world, dice, 'revoke'),
  demote: (world, dice) => sentence(world, dice, 'demote'),
  retire: async (world, dice) => {
    const device = dice.pick(writers(world));
    if (!device?.running || device === world.devices[0] || living(world).length < 3) return false;
    const { ledger } = device.running;
    if (!memberOf(device, keyOf(device))) return false;
    await whileFaulty(world, device, () => ledger.retire());
    device.isOut = !mayWrite(device);
    tell(world, `${device.name} retires`);
    return true;
  },
  adopt: async (world, dice) => {
    const device = dice.pick(writers(world).filter(isOwner));
    if (!device?.running) return false;
    const { ledger, database } = device.running;
    const cut = [...database.log.roster().values()].filter(({ limit }) => limit !== Infinity);
    const chosen = dice.pick(cut);
    if (!chosen || world.adversaries.some(({ key }) => key === bytesToHex(chosen.device))) {
      return false;
    }
    await whileFaulty(world, device, () => ledger.adopt(chosen.device, null));
    tell(world, `${device.name} adopts what ${chosen.name || 'the founder'} wrote`);
    return true;
  },
  recover: async (world, dice) => {
    const device = dice.pick(world.devices.filter((each) => isUp(each) && !each.isOut));
    const { recovery } = world;
    if (!device?.running || !recovery || !dice.chance(0.3)) return false;
    await recover(world, device);
    return true;
  },
  attack: async (world, dice) => {
    const adversary = dice.pick(world.adversaries);
    return adversary ? attack(world, adversary, dice) : false;
  },
  rebuild: (world, dice) => {
    const device = dice.pick(world.devices.filter(isUp));
    if (!device?.running) return false;
    checkRebuild(world, device);
    return true;
  },
};

export async function recover(world: World, device: Device): Promise<void> {
  const { running } = device;
  const { recovery } = world;
  if (!running || !recovery) return;
  await whileFaulty(world, device, () => running.ledger.recover(recovery, device.name));
  device.keys.add(keyOf(device));
  world.owners.add(keyOf(device));
  tell(world, `${device.name} uses the recovery words`);
}

/** Its tables say the same when they are made again. */
export function checkRebuild(world: World, device: Device): void {
  const { running } = device;
  if (!running) return;
  running.connection.disarm();
  const before = running.database.digest();
  running.database.rebuild();
  if (running.database.digest() !== before) {
    world.faults.push(`diverged: ${device.name} shows something else after a rebuild`);
  }
}

/** What an armed fault may interrupt. */
async function whileFaulty(
  world: World,
  device: Device,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
    await quiet(device);
  } catch (error) {
    if (!(error instanceof Crash || error instanceof Failure)) throw error;
    tell(world, `${device.name} fails: ${error.message}`);
  }
  if (bury(device)) network(world, device);
}

const network = (world: World, device: Device) => world.network.onDeath(device);

export function living(world: World): Device[] {
  return world.devices.filter(({ isGone, isOut }) => !isGone && !isOut);
}

/** A backup starts to live: in the place of its device, or beside it. */
async function restored(world: World, dice: Dice, beside: boolean): Promise<boolean> {
  const backup = dice.pick(world.backups);
  if (!backup || backup.of.isOut || world.devices.length >= 12) return false;
  const original = backup.of;
  if (!beside) {
    stop(original);
    original.isGone = true;
  } else if (original.isGone) return false;
  const device = await newDevice(`${original.name}'`, backup.image);
  device.words.push(...original.words.slice(0, backup.words));
  device.letters.push(...original.letters.slice(0, backup.letters));
  for (const [key, seq] of backup.harvested) device.harvested.set(key, seq);
  for (const key of backup.keys) device.keys.add(key);
  device.skew = original.skew;
  world.devices.push(device);
  await start(device, world.makings);
  for (const other of world.devices) {
    const isNeighbour = other === original ? beside : world.network.isConnected(original, other);
    if (other !== device && isNeighbour) world.network.connect(device, other);
  }
  tell(
    world,
    `${device.name} is an old backup of ${original.name}, ${beside ? 'beside' : 'instead of'} it`,
  );
  return true;
}

/** An owner ends or narrows what another device may say. */
async function sentence(world: World, dice: Dice, how: 'revoke' | 'demote'): Promise<boolean> {
  const by = dice.pick(world.devices.filter((device) => isUp(device) && isOwner(device)));
  if (!by?.running) return false;
  const { ledger, database } = by.running;
  const evil = new Map(world.adversaries.map((each) => [each.key, each]));
  const members = [...database.log.roster()].filter(
    ([key, { limit }]) => limit === Infinity && key !== keyOf(by),
  );
  const bad = members.filter(([key]) => evil.has(key));
  const chosen = dice.pick(bad.length > 0 && dice.chance(0.85) ? bad : members);
  if (!chosen) return false;
  const [key, { device: bytes, name }] = chosen;
  const honest = world.devices.filter((device) => device.keys.has(key) && !device.isOut);
  // Some must be left.
  if (honest.length > 0 && living(world).length - honest.length < 3) return false;
  const role = dice.pick<Role>(['reader', 'editor']) ?? 'reader';
  const before = memberOf(by, key);
  await whileFaulty(world, by, async () => {
    if (how === 'demote') await ledger.demote(bytes, role);
    else {
      const since = dice.chance(0.5) ? world.network.time() + by.skew - dice.below(60_000) : null;
      await ledger.revoke(bytes, since);
    }
  });
  const after = database.log.member(key);
  if (how === 'revoke' && after?.limit !== before?.limit)
    for (const device of honest) device.isOut = true;
  if (how === 'demote') world.demoted.add(key);
  tell(world, `${by.name} ${how}s ${evil.has(key) ? 'the adversary ' : ''}${name}`);
  return true;
}
