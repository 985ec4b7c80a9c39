/**
 * One device of three goes bad: from a moment on everything that it says is wrong, between what the
 * honest ones say, in their tasks and in its own, in registers, sets and notes. Then it is revoked
 * from that moment on.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Claim } from '../../../lib/ledger/claims.ts';
import { clientOf, editNote, readNote } from '../../../lib/ledger/notes.ts';
import type { Id } from '../../../lib/model/id.ts';
import {
  carry,
  type Device,
  gather,
  newDevice,
  type Place,
  register,
  type Result,
} from './device.ts';

/** How often the devices meet. */
const meetings = 40;
const sharedNotes = 200;

export async function rollback(envelopes: number, place: Place): Promise<Result> {
  const owner = await newDevice(await place.open('owner'));
  const honest = await newDevice(await place.open('honest'));
  const bad = await newDevice(await place.open('bad'));
  const devices = [owner, honest, bad];
  await gather(owner, honest, bad);

  const dice = newDice(7);
  const ids: Id[] = [];
  const begin = Array.from({ length: Math.max(sharedNotes, envelopes / 50) }, (_, at) => {
    const id = owner.newId();
    ids.push(id);
    return [register(id, 'title', `task ${at}`), register(id, 'order', 'a0')];
  });
  await owner.say(begin);
  await meet(devices);
  for (const device of devices) device.now += 60_000;
  const since = owner.now;
  for (const device of devices) device.now += 1_000;

  let admitting = 0;
  let admitted = 0;
  const shares = new Map([
    [owner, 0.4],
    [honest, 0.3],
    [bad, 0.3],
  ]);
  for (let meeting = 0; meeting < meetings; meeting++) {
    for (const [device, share] of shares) {
      await write(device, Math.round((envelopes * share) / meetings), ids, dice);
    }
    const met = await meet(devices);
    admitting += met.ms;
    admitted += met.count;
    for (const device of devices) device.now += 1_000;
  }

  const before = devices.map((device) => saidBy(device, [owner, honest]));
  const started = performance.now();
  await owner.ledger.revoke(bad.key, since);
  const times = [performance.now() - started];
  for (const device of [honest, bad]) times.push((await carry(owner, device)).ms);

  const lost = devices.reduce(
    (sum, device, at) => sum + (before[at]?.difference(saidBy(device, [owner, honest])).size ?? 0),
    0,
  );
  const left = devices.reduce((sum, device) => sum + claimsOf(device, bad), 0);
  // One that comes afterwards has never counted what is void.
  const late = await newDevice(await place.openInMemory());
  await late.ledger.enter(owner.ledger.exchange.space() ?? new Uint8Array());
  const { signer, seal } = late.ledger.identity();
  await owner.ledger.admitDevice(signer.device, seal, 'late', 'editor');
  for (const device of [honest, bad, late]) await carry(owner, device);
  const hashes = new Set([...devices, late].map(({ database }) => database.digest()));
  const rebuilding = performance.now();
  honest.database.rebuild();
  const rebuilt = performance.now() - rebuilding;
  hashes.add(honest.database.digest());
  for (const { connection } of [...devices, late]) connection.close();
  return {
    lost,
    left,
    ms: Math.max(...times),
    owner_ms: times[0] ?? NaN,
    honest_ms: times[1] ?? NaN,
    bad_ms: times[2] ?? NaN,
    hashes: hashes.size,
    rebuild_ms: rebuilt,
    admit_per_s: (1_000 * admitted) / admitting,
  };
}

async function meet(devices: readonly Device[]): Promise<{ ms: number; count: number }> {
  let [ms, count] = [0, 0];
  for (const from of devices) {
    for (const to of devices) {
      if (from === to) continue;
      const met = await carry(from, to);
      ms += met.ms;
      count += met.count;
    }
  }
  return { ms, count };
}

/** Changes as they come: mostly registers, of tasks that all know, and tasks of its own. */
async function write(
  device: Device,
  count: number,
  ids: Id[],
  dice: (limit: number) => number,
): Promise<void> {
  const one = () => ids[dice(ids.length)] ?? device.newId();
  const noted = new Set<Id>();
  const changes = Array.from({ length: count }, (): Claim[] => {
    const kind = dice(20);
    if (kind < 3) {
      const id = device.newId();
      ids.push(id);
      return [register(id, 'title', `new ${dice(1e9)}`), register(id, 'order', 'a1')];
    }
    if (kind < 5) {
      const element = ['home', 'work', 'garden', 'school'][dice(4)];
      return [
        { kind: 'task', id: one(), field: 'tags', merge: 'set', element, present: dice(3) > 0 },
      ];
    }
    if (kind === 5) {
      const note = noteChange(device, ids[dice(sharedNotes)] ?? one(), noted, dice);
      if (note) return [note];
    }
    if (kind < 8) return [register(one(), 'completedAt', dice(2) === 0 ? null : device.now)];
    if (kind < 10) return [register(one(), 'priority', dice(4))];
    if (kind === 10) return [register(one(), 'deleted', dice(4) === 0)];
    return [register(one(), 'title', `said ${dice(1e9)}`)];
  });
  await device.say(changes);
}

/** A few letters in a note, here or there; once in a batch, as each goes on from the one before. */
function noteChange(
  { database, key }: Device,
  id: Id,
  noted: Set<Id>,
  dice: (limit: number) => number,
): Claim | null {
  if (noted.has(id)) return null;
  noted.add(id);
  const parts = database.noteParts('task', id, 'notes');
  const text = readNote(parts);
  const at = dice(text.length + 1);
  const end = dice(4) === 0 ? at + dice(5) : at;
  const next = `${text.slice(0, at)}word ${dice(100)} ${text.slice(end)}`.slice(0, 500);
  const [update, ...rest] = editNote(parts, clientOf(key), next);
  return update && rest.length === 0
    ? { kind: 'task', id, field: 'notes', merge: 'text', update }
    : null;
}

/** What some devices have said, as far as it stands in the state or the history. */
function saidBy({ connection }: Device, authors: readonly Device[]): Set<string> {
  const said = new Set<string>();
  for (const { key } of authors) {
    const device = bytesToHex(key);
    for (const row of connection.all(
      `select hex(entity.id) || field || hex(element) || seq || hex(value) as said
       from claim join entity on entity.key = entity join device on device.id = device
       where device.key = ?`,
      key,
    )) {
      said.add(`claim ${device} ${String(row['said'])}`);
    }
    for (const row of connection.all(
      `select hex(entity.id) || field || seq || hex(bytes) as said
       from note_update join entity on entity.key = entity join device on device.id = device
       where device.key = ?`,
      key,
    )) {
      said.add(`note ${device} ${String(row['said'])}`);
    }
    for (const row of connection.all(
      `select seq from envelope join device on device.id = device
       where device.key = ? and verdict is null`,
      key,
    )) {
      said.add(`envelope ${device} ${String(row['seq'])}`);
    }
  }
  return said;
}

/** How many claims of a device stand. */
function claimsOf({ connection }: Device, { key }: Device): number {
  const row = connection.get<{ n: number }>(
    'select count(*) as n from claim join device on device.id = device where device.key = ?',
    key,
  );
  return row?.n ?? 0;
}

function newDice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
