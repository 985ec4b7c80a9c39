/** A whole device of a simulation: a database in memory, an engine over it, a clock of its own, and
 *  what is remembered of what it wrote. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Database, openDatabase, prepareDatabase } from '../../lib/database/database.ts';
import { type MemoryConnection, openMemory } from '../../lib/database/sqlite.ts';
import { newEngine } from '../../lib/engine/engine.ts';
import type { Ledger } from '../../lib/engine/ledger.ts';
import { decodePayload, encodeValue } from '../../lib/ledger/claims.ts';
import type { Exchange } from '../../lib/ledger/exchange.ts';
import { inspectNoteUpdate } from '../../lib/ledger/note-update.ts';
import { idFromBytes, type Id, newId } from '../../lib/model/id.ts';
import type { Service } from '../../lib/rpc/contract.ts';
import { silentModel } from '../support/engine.ts';
import type { Dice } from './dice.ts';
import { type Fragile, fragile } from './fragile.ts';
import type { Keyring } from './suite.ts';

/** One claim that an honest device committed. */
export interface Word {
  /** Kind, id, field and element. */
  readonly place: string;
  readonly value: string;
  /** The author's key, hex, and where it stands in its log. */
  readonly key: string;
  readonly seq: number;
  readonly hash: string;
  /** Values that its author's database held in that place when it wrote. */
  readonly seen: ReadonlySet<string>;
}

/** A letter of a note; every letter of a simulation is another one. */
export interface Letter {
  readonly letter: string;
  readonly key: string;
  readonly seq: number;
  readonly hash: string;
}

interface Running {
  readonly connection: Fragile;
  readonly database: Database;
  readonly ledger: Ledger;
  readonly service: Service;
  /** As carriers see it; what is admitted is counted. */
  readonly exchange: Exchange;
}

export interface Device {
  readonly name: string;
  readonly base: MemoryConnection;
  /** ms that its clock is off. */
  skew: number;
  running: Running | null;
  /** Never comes back. */
  isGone: boolean;
  /** Revoked, demoted or retired on purpose: what it writes since is void. */
  isOut: boolean;
  readonly words: Word[];
  readonly letters: Letter[];
  /** By its own keys, how far of its log is remembered. */
  readonly harvested: Map<string, number>;
  /** Its ids of entities that it may write about; what it made. */
  readonly keys: Set<string>;
}

export interface Makings {
  readonly keyring: Keyring;
  readonly dice: Dice;
  /** Simulated Unix ms. */
  readonly time: () => number;
  readonly onAdmit: (device: Device, envelopes: number) => void;
}

let template: Uint8Array | null = null;

/** An empty database with all its tables, which costs more to make than to copy. */
async function emptyImage(): Promise<Uint8Array> {
  if (template) return template;
  const connection = await openMemory();
  prepareDatabase(connection);
  openDatabase(connection, new Uint8Array(32));
  connection.run(`delete from meta where key = 'device'`);
  connection.run('delete from device');
  template = connection.image();
  connection.close();
  return template;
}

/** @param image of a database to start from: a copied profile, with its keys. */
export async function newDevice(name: string, image?: Uint8Array): Promise<Device> {
  return {
    name,
    base: await openMemory(image ?? (await emptyImage())),
    skew: 0,
    running: null,
    isGone: false,
    isOut: false,
    words: [],
    letters: [],
    harvested: new Map(),
    keys: new Set(),
  };
}

export async function start(device: Device, makings: Makings): Promise<void> {
  const { keyring, dice, time, onAdmit } = makings;
  const connection = fragile(device.base);
  const owner = prepareDatabase(connection);
  const identity = owner ? keyring.identityOf(owner) : await keyring.newIdentity();
  const database = openDatabase(connection, identity.signer.device);
  const { service, ledger } = newEngine({
    database,
    identity,
    suite: keyring,
    model: { client: () => silentModel, drop: () => {} },
    now: () => time() + device.skew,
    random: dice.bytes,
    timeZone: () => 'UTC',
    quota: async () => 0,
    setAside: null,
  });
  const { exchange } = ledger;
  const counting: Exchange = {
    ...exchange,
    admit: (envelopes, carrier) => {
      onAdmit(device, envelopes.length);
      return exchange.admit(envelopes, carrier);
    },
  };
  device.running = { connection, database, ledger, service, exchange: counting };
  device.keys.add(keyOf(device));
  // It may have retired in the moment in which it died.
  if (database.log.member(keyOf(device))?.end?.why === 'retired') device.isOut = true;
}

/** Notices that a device died, and lets go of its engine. */
export function bury(device: Device): boolean {
  if (!device.running?.connection.isDead()) return false;
  device.running = null;
  return true;
}

export function stop(device: Device): void {
  // Whatever its engine still means to do finds no database.
  device.running?.connection.kill();
  device.running = null;
}

/** Everything that its engine has begun is done. */
export async function quiet(device: Device): Promise<void> {
  await device.running?.ledger.inTurn(async () => {});
}

/** This device's key of now, hex. */
export function keyOf(device: Device): string {
  const { running } = device;
  if (running) return bytesToHex(running.ledger.identity().signer.device);
  const row = device.base.get<{ value: Uint8Array }>(`select value from meta where key = 'device'`);
  return row ? bytesToHex(row.value) : '';
}

export function newIdOf(makings: Makings): Id {
  return newId(makings.time(), makings.dice.bytes(10));
}

const valuesSql = `select kind, hex(id) as id, field, hex(element) as element, hex(value) as value
  from claim join entity on entity.key = claim.entity`;

/** Of every place, the values that are claimed there. */
export function heldValues(device: Device): Map<string, Set<string>> {
  const held = new Map<string, Set<string>>();
  for (const row of device.base.all<Record<string, string>>(valuesSql)) {
    const place = `${row['kind']} ${row['id']} ${row['field']} ${row['element']}`;
    const values = held.get(place) ?? new Set();
    held.set(place, values.add(row['value'] ?? ''));
  }
  return held;
}

/** Remembers what its logs hold that was not remembered yet. @param seen values before it wrote. */
export function harvest(device: Device, seen: ReadonlyMap<string, ReadonlySet<string>>): number {
  let count = 0;
  device.keys.add(keyOf(device));
  const formers = new Map(
    device.base
      .all<{ key: string; seq: number }>(
        `select lower(hex(key)) as key, seq from former join device on device.id = former.device`,
      )
      .map(({ key, seq }) => [key, seq]),
  );
  for (const key of device.keys) {
    const from = device.harvested.get(key) ?? 0;
    // What another copy wrote under a former key comes back from others.
    const to = formers.get(key) ?? Number.MAX_SAFE_INTEGER;
    const rows = device.base.all<{ seq: number; hash: string; payload: Uint8Array }>(
      `select seq, lower(hex(hash)) as hash, payload from envelope
       join device on device.id = envelope.device
       where device.key = unhex(?) and seq > ? and seq <= ? and kind = 1 order by seq`,
      key,
      from,
      to,
    );
    for (const { seq, hash, payload } of rows) {
      count++;
      for (const claim of claimsOf(payload)) {
        if (claim.letters !== null) {
          for (const letter of claim.letters) device.letters.push({ letter, key, seq, hash });
        } else {
          const { place, value } = claim;
          device.words.push({ place, value, key, seq, hash, seen: seen.get(place) ?? new Set() });
        }
      }
      device.harvested.set(key, seq);
    }
  }
  return count;
}

type Said =
  | { readonly letters: string; readonly place: null; readonly value: null }
  | { readonly letters: null; readonly place: string; readonly value: string };

function claimsOf(payload: Uint8Array): Said[] {
  return decodePayload(payload).claims.map((claim): Said => {
    if (claim.merge === 'text') {
      const { text } = inspectNoteUpdate(claim.update);
      return { letters: text.replace(/[^\u4e00-\u9fff]/g, ''), place: null, value: null };
    }
    const element = claim.merge === 'set' ? hexOf(encodeValue(claim.element)) : '';
    const value = claim.merge === 'set' ? claim.present : claim.value;
    const place = `${claim.kind} ${claim.id.toUpperCase()} ${claim.field} ${element}`;
    return { letters: null, place, value: hexOf(encodeValue(value)) };
  });
}

const hexOf = (bytes: Uint8Array) => bytesToHex(bytes).toUpperCase();

/** Ids of the tasks or lists that are shown. */
export function shownIds(device: Device, kind: 'task' | 'list'): Id[] {
  return device.base
    .all<{ id: Uint8Array }>(`select id from ${kind} where deleted = 0 order by id`)
    .map(({ id }) => idFromBytes(id));
}

/** Of every task, also of a deleted one, its note. */
export function notesOf(device: Device): Map<Id, string> {
  const rows = device.base.all<{ id: Uint8Array; notes: string }>(
    `select id, notes from task order by id`,
  );
  return new Map(rows.map(({ id, notes }) => [idFromBytes(id), notes]));
}
