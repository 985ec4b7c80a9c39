/**
 * The end of a simulation: the network heals, everybody who is left exchanges until nothing moves,
 * and then all that a ledger promises must hold.
 */
import { Failure } from '../../lib/errors.ts';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { entityKey, explainRegister } from '../../lib/database/projection.ts';
import { decodeValue } from '../../lib/ledger/claims.ts';
import type { EntityKind } from '../../lib/model/entities.ts';
import { idFromBytes } from '../../lib/model/id.ts';
import { evilMark } from './adversary.ts';
import {
  type Device,
  harvest,
  heldValues,
  keyOf,
  newDevice,
  quiet,
  start,
  stop,
  type Word,
} from './device.ts';
import { newDice } from './dice.ts';
import { carry, fair } from './network.ts';
import { memberOf, tell, type World } from './story.ts';
import { checkRebuild, living, recover } from './world.ts';

export interface Verdict {
  readonly diverged: number;
  readonly lost: number;
  readonly stuck: number;
  /** Whatever else is wrong. */
  readonly wrong: number;
  /** In words; none if all is well. */
  readonly faults: readonly string[];
}

/** Rounds of exchange until nothing may move any more, and the simulated time of each, ms. */
const rounds = 24;
const roundTime = 20_000;

export async function conclude(world: World): Promise<Verdict> {
  tell(world, 'the network heals, and everybody comes back');
  await heal(world);
  const isQuiet = await exchangeAll(world);
  const members = living(world);
  const faults = [...world.faults];
  let [diverged, lost, stuck, wrong] = [0, 0, 0, faults.length];
  const [reference] = members;
  if (!isQuiet) {
    stuck = 1;
    const endings = world.network.endings.slice(-4).join(', ');
    faults.push(`stuck: ${describeDifference(members)} (${world.plan.carrier}; ${endings})`);
  }
  if (!reference?.running) return { diverged, lost, stuck, wrong, faults };

  const digest = reference.running.database.digest();
  for (const device of members) {
    const own = device.running?.database.digest();
    if (own !== digest && isQuiet) {
      diverged++;
      faults.push(`diverged: ${reference.name} and ${device.name} show different things`);
    }
  }
  const before = world.faults.length;
  for (const device of members) {
    checkRebuild(world, device);
    for (const problem of device.running?.database.check() ?? []) {
      wrong++;
      faults.push(`${device.name}: ${problem}`);
    }
  }
  faults.push(...world.faults.slice(before));
  diverged += world.faults.length - before;

  for (const line of losses(world, reference)) {
    lost++;
    faults.push(`lost: ${line}`);
  }
  for (const device of members) {
    for (const line of trespasses(world, device)) {
      wrong++;
      faults.push(`${device.name}: ${line}`);
    }
  }
  if (isQuiet && (await stranger(world, reference)) !== digest) {
    diverged++;
    faults.push('diverged: who gets everything in another order shows something else');
  }
  return { diverged, lost, stuck, wrong, faults };
}

async function heal(world: World): Promise<void> {
  const { network } = world;
  network.weather = fair;
  network.healAll();
  for (const device of world.devices) {
    device.running?.connection.disarm();
    if (!device.running && !device.isGone) await start(device, world.makings);
  }
  const all = world.devices.filter(({ isGone }) => !isGone);
  all.forEach((device, at) => {
    const next = all[(at + 1) % all.length];
    if (next) network.connect(device, next);
  });
  network.restart();
}

/** Who does not know another, because nobody is left to tell, pairs with it. */
async function introduce(world: World): Promise<void> {
  const all = living(world);
  const dice = newDice(world.plan.seed, 8);
  for (const [at, a] of all.entries()) {
    const b = all[(at + 1) % all.length];
    if (!a.running || !b?.running || a === b) continue;
    const [x, y] = [a.running.exchange, b.running.exchange];
    if (x.isMember(y.device()) && y.isMember(x.device())) continue;
    await carry(a, b, dice, fair);
    await carry(b, a, dice, fair);
  }
}

/** @returns whether nothing moves any more, and all who are left hold the same. */
async function exchangeAll(world: World): Promise<boolean> {
  let alike = 0;
  for (let round = 0; round < rounds; round++) {
    await world.network.pass(roundTime);
    for (const device of world.devices) {
      await quiet(device);
      harvest(device, new Map());
    }
    const hasAdmitted = await admitAgain(world);
    // What waits may have seen something that nobody has: that is asked for in vain.
    const wants = living(world).some(
      ({ running }) => running && running.exchange.wanted().length > 0,
    );
    if (!hasAdmitted && areAlike(living(world)) && (!wants || ++alike > 3)) return true;
    // Somebody may have given up on somebody for long.
    if (round % 8 === 1) await introduce(world);
    if (round % 8 === 7) world.network.restart();
  }
  return false;
}

/** Who took another key has to be admitted by it; whom an owner cut is out. */
async function admitAgain(world: World): Promise<boolean> {
  let did = false;
  const evil = new Set(world.adversaries.map(({ key }) => key));
  const seniors = () =>
    living(world).filter((device) => memberOf(device, keyOf(device))?.rules === Infinity);
  if (seniors().length === 0) {
    const first = living(world)[0];
    if (!first) return false;
    await recover(world, first);
    did = true;
  }
  for (const owner of seniors()) {
    if (owner.running?.database.mayWrite() !== true) continue;
    for (const device of living(world)) {
      if (!device.running || device === owner) continue;
      const key = keyOf(device);
      const member = memberOf(owner, key);
      if (member?.limit === Infinity) continue;
      if (member?.end?.why === 'cut' || member?.end?.why === 'retired') {
        if (
          member.end.by !== null &&
          !world.owners.has(member.end.by) &&
          !evil.has(member.end.by)
        ) {
          world.faults.push(`${device.name} was cut by one who is no owner`);
        }
        device.isOut = true;
        tell(world, `${device.name} finds that it was cut`);
        did = true;
        continue;
      }
      if (member) continue; // its own fork: it will take another key
      if (memberOf(device, key)) {
        // By the recovery words: the others have to hear of it first, as in a pairing.
        await carry(device, owner, newDice(world.plan.seed, 7), fair);
        did = true;
        continue;
      }
      const { signer, seal } = device.running.ledger.identity();
      try {
        await owner.running.ledger.admitDevice(signer.device, seal, device.name, 'editor');
      } catch (error) {
        // It has just heard that it is no owner any more.
        if (!(error instanceof Failure)) throw error;
        continue;
      }
      tell(world, `${owner.name} admits ${device.name} again`);
      did = true;
    }
    break;
  }
  return did;
}

function standOf(device: Device): string {
  const { running } = device;
  if (!running) return 'down';
  const { heads, forks } = running.exchange.progress();
  return JSON.stringify([
    heads.map(({ device: of, seq, hash }) => [bytesToHex(of), seq, bytesToHex(hash)]),
    forks.map(({ device: of, seq }) => [bytesToHex(of), seq]).sort(),
  ]);
}

function areAlike(devices: readonly Device[]): boolean {
  const [first, ...others] = devices.map(standOf);
  return others.every((other) => other === first);
}

function describeDifference(devices: readonly Device[]): string {
  const [first, ...others] = devices;
  const other = others.find((device) => first && standOf(device) !== standOf(first));
  if (!first || !other) return 'nobody differs, but somebody is still not admitted';
  const parts = (device: Device) => new Set(standOf(device).match(/\["[^\]]*\]|\d+\]$/g) ?? []);
  const [a, b] = [parts(first), parts(other)];
  const only = (name: string, of: Set<string>) => `${name} alone ${[...of].map(short).join(' ')}`;
  return `${only(first.name, a.difference(b))}; ${only(other.name, b.difference(a))}`;
}

const short = (stand: string) => stand.replace(/"([0-9a-f]{8})[0-9a-f]{56}"/g, '$1');

/** What was acknowledged, counts by the rules, and is not there. */
function* losses(world: World, reference: Device): Generator<string> {
  const { running } = reference;
  if (!running) return;
  const { database } = running;
  const { log } = database;
  const alive = living(world);
  const holders = new Map<string, Device[]>();
  const words = new Map<string, Word>();
  for (const device of world.devices) {
    for (const word of device.words) {
      // Its author knew what it had seen; a copy that gets it back from others does not.
      const name = `${word.hash} ${word.place}`;
      if ((words.get(name)?.seen.size ?? -1) < word.seen.size) words.set(name, word);
    }
    const hashes = new Set([...device.words, ...device.letters].map(({ hash }) => hash));
    if (!alive.includes(device)) continue;
    for (const hash of hashes) holders.set(hash, [...(holders.get(hash) ?? []), device]);
  }
  const isRequired = ({ key, seq, hash }: Pick<Word, 'key' | 'seq' | 'hash'>) => {
    const member = log.member(key);
    const id = log.idOfName(key);
    const held = id === undefined ? null : log.hashAt(id, seq);
    if (member && held && bytesToHex(held) === hash) {
      if (seq <= member.writes) return true;
      // Beyond what an owner cut or demoted on purpose.
      if (member.end?.why !== 'fork' && member.limit < seq) return false;
      if (world.demoted.has(key) || member.role === 'reader') return false;
    }
    if (member && member.limit < seq && member.end?.why !== 'fork') return false;
    return (holders.get(hash)?.length ?? 0) > 0;
  };

  const held = heldValues(reference);
  const byPlace = Map.groupBy(words.values(), ({ place }) => place);
  const evil = placesOf(world, reference);
  for (const [place, all] of byPlace) {
    if (evil.has(place)) continue;
    const standing = standingValues(reference, place) ?? held.get(place) ?? new Set<string>();
    const isPreserved = (value: string, asked: ReadonlySet<string>): boolean =>
      standing.has(value) ||
      all.some(
        (other) =>
          other.seen.has(value) &&
          !asked.has(other.value) &&
          isPreserved(other.value, new Set([...asked, other.value])),
      );
    for (const word of all) {
      if (!isRequired(word) || isPreserved(word.value, new Set([word.value]))) continue;
      const there = [...standing].map(readable).join(', ');
      const of = `${word.key.slice(0, 8)} at ${word.seq}`;
      yield `${place} = ${readable(word.value)}, of ${of}; there stands ${there || 'nothing'}`;
    }
  }
  const shown = reference.base
    .all<{ notes: string }>(`select notes from task where notes <> ''`)
    .map(({ notes }) => notes)
    .join('');
  const letters = new Set(shown);
  const told = new Set<string>();
  for (const device of world.devices) {
    for (const { letter, ...at } of device.letters) {
      if (letters.has(letter) || world.deleted.has(letter) || told.has(letter)) continue;
      if (!isRequired(at)) continue;
      told.add(letter);
      yield `the letter ${letter}, of ${at.key.slice(0, 8)} at ${at.seq}`;
    }
  }
}

/** Where an adversary has the last word by right: it may have seen anything. */
function placesOf(world: World, device: Device): Set<string> {
  const honest = new Set(world.devices.flatMap(({ keys }) => [...keys]));
  const rows = device.base.all<Record<string, string>>(
    `select kind, hex(entity.id) as id, field, hex(element) as element, lower(hex(device.key)) as author
     from claim join entity on entity.key = claim.entity join device on device.id = claim.device`,
  );
  return new Set(
    rows
      .filter(({ author = '' }) => !honest.has(author))
      .map((row) => `${row['kind']} ${row['id']} ${row['field']} ${row['element']}`),
  );
}

const readable = (hex: string) => JSON.stringify(decodeValue(hexToBytes(hex)));

/** Of a register: the winner and the losers of a conflict. Null: it is no register. */
function standingValues(device: Device, place: string): Set<string> | null {
  const [kind = '', hex = '', field = '', element = ''] = place.split(' ');
  const { running } = device;
  if (!running || element !== '') return null;
  const id = idFromBytes(hexToBytes(hex));
  const key = entityKey(running.connection, { kind: kind as EntityKind, id });
  if (key === undefined) return new Set();
  const { joined } = explainRegister(running.connection, running.database.log, key, field);
  const claims = joined.winner ? [joined.winner, ...joined.losers] : [];
  return new Set(claims.map(({ value }) => bytesToHex(value).toUpperCase()));
}

/** What stands although its author had no right to say it. */
function* trespasses(world: World, device: Device): Generator<string> {
  const { running } = device;
  if (!running) return;
  const { log } = running.database;
  const rows = device.base.all<{ key: string; seq: number }>(
    `select lower(hex(device.key)) as key, max(seq) as seq from claim
     join device on device.id = claim.device group by device.key`,
  );
  for (const { key, seq } of rows) {
    const writes = log.member(key)?.writes ?? 0;
    if (seq > writes)
      yield `a claim ${seq} of ${key.slice(0, 8)} stands, who counts up to ${writes}`;
  }
  const texts = device.base.all<{ text: string }>(
    `select title as text from task union all select notes from task union all
     select title from list union all select title from clip`,
  );
  for (const { text } of texts) {
    if (world.never.has(text) || text.includes(evilMark)) yield `it shows ${text}`;
  }
}

/** Somebody new gets everything, in an order of its own. The digest. */
async function stranger(world: World, from: Device): Promise<string | null> {
  const space = from.running?.exchange.space();
  if (!from.running || !space) return null;
  const device = await newDevice('Z');
  await start(device, world.makings);
  if (!device.running) return null;
  await device.running.ledger.enter(space);
  const dice = newDice(world.plan.seed, 6);
  const source = from.running.exchange;
  // Everything that is held, of one log after the other, so that much has to wait.
  for (let round = 0; round < 12; round++) {
    const { heads } = device.running.exchange.progress();
    const wires = source.missing(heads, 10_000_000);
    const wanted = device.running.exchange.wanted().flatMap((each) => source.range(each, 1e6));
    if (round > 0) await carry(from, device, dice, fair);
    if (wires.length + wanted.length === 0) break;
    await device.running.exchange.admit(dice.shuffle([...wires, ...wanted]), 'stranger');
    await quiet(device);
  }
  const digest = device.running.database.digest();
  stop(device);
  device.base.close();
  return digest;
}
