/** What the ledger benches measure, wherever it runs: in a browser's worker, or in Node to profile. */
import { generateNKeysBetween } from 'fractional-indexing';
import { sha256 } from '@noble/hashes/sha2.js';
import { temporarySuite } from '../../../lib/engine/keys.ts';
import type { Claim } from '../../../lib/ledger/claims.ts';
import { encodeStatement } from '../../../lib/ledger/statements.ts';
import type { Id } from '../../../lib/model/id.ts';
import { plainTasks } from '../store/tasks.ts';
import {
  batches,
  carry,
  type Device,
  gather,
  newDevice,
  type Place,
  register,
  type Result,
} from './device.ts';
import { rollback } from './rollback-job.ts';
import { yjs } from './yjs.ts';

export type Job =
  | { readonly do: 'sign'; readonly count: number }
  /** Tasks of another device, `bytes` at a time; then a rebuild. */
  | { readonly do: 'admit'; readonly count: number; readonly bytes: number }
  | { readonly do: 'join'; readonly count: number }
  | { readonly do: 'grow' | 'yjs'; readonly fields: number; readonly overwrites: number }
  | { readonly do: 'rollback'; readonly envelopes: number };

export async function run(job: Job, place: Place): Promise<Result> {
  switch (job.do) {
    case 'sign':
      return signing(job.count, place);
    case 'admit':
      return admission(job.count, job.bytes, place);
    case 'join':
      return joins(job.count, place);
    case 'grow':
      return growth(job.fields, job.overwrites, place);
    case 'yjs':
      return yjs(job.fields, job.overwrites);
    case 'rollback':
      return rollback(job.envelopes, place);
  }
}

async function time(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const perSecond = (count: number, ms: number) => (1_000 * count) / ms;

/** What a task is to the ledger when a person adds one. */
export function taskClaims(device: Device, count: number): { ids: Id[]; changes: Claim[][] } {
  const orders = generateNKeysBetween(null, null, count);
  const ids: Id[] = [];
  const changes = [...plainTasks(count)].map(({ title, deadline, order }) => {
    const id = device.newId();
    ids.push(id);
    return [
      register(id, 'title', title),
      ...(deadline ? [register(id, 'deadline', deadline)] : []),
      register(id, 'order', orders[order]),
    ];
  });
  return { ids, changes };
}

async function signing(count: number, place: Place): Promise<Result> {
  const device = await newDevice(await place.open('sign'));
  await device.ledger.foundSpace();
  const { changes } = taskClaims(device, 2 * count);
  const many = await time(() => device.say(changes.slice(0, count)));
  const singly = changes.slice(count, count + Math.ceil(count / 10));
  const one = await time(async () => {
    for (const change of singly) await device.say([change]);
  });
  const { signer } = await temporarySuite.newIdentity();
  const message = new Uint8Array(140);
  let signature = new Uint8Array();
  const raw = await time(async () => {
    for (let at = 0; at < count; at += 500) {
      const all = await Promise.all(Array.from({ length: 500 }, () => signer.sign(message)));
      signature = new Uint8Array(all[0] ?? []);
    }
  });
  const verified = await time(async () => {
    for (let at = 0; at < count; at += 500) {
      await Promise.all(
        Array.from({ length: 500 }, () => temporarySuite.verify(signer.device, signature, message)),
      );
    }
  });
  const hashed = await time(() => {
    for (let at = 0; at < count; at++) sha256(message);
  });
  device.connection.close();
  return {
    sign_per_s: perSecond(count, many),
    one_by_one_per_s: perSecond(singly.length, one),
    raw_sign_per_s: perSecond(count, raw),
    raw_verify_per_s: perSecond(count, verified),
    raw_sha256_per_s: perSecond(count, hashed),
  };
}

async function admission(count: number, bytes: number, place: Place): Promise<Result> {
  const source = await newDevice(await place.openInMemory());
  const device = await newDevice(await place.open(`admit-${count}-${bytes}`));
  await gather(source, device);
  await source.say(taskClaims(source, count).changes);
  let [admitted, read, ms, size] = [0, performance.now(), 0, 0];
  let reading = 0;
  for (const batch of batches(source, device, bytes)) {
    reading += performance.now() - read;
    for (const { length } of batch) size += length;
    ms += await time(() => device.ledger.exchange.admit(batch, source.key));
    admitted += batch.length;
    read = performance.now();
  }
  const rebuild = await time(() => device.database.rebuild());
  const isAlike = device.database.digest() === source.database.digest();
  device.connection.close();
  source.connection.close();
  if (admitted < count || !isAlike) throw new Error('what was admitted is not what was sent');
  return {
    admit_per_s: perSecond(admitted, ms),
    us_each: (1_000 * ms) / admitted,
    missing_us_each: (1_000 * reading) / admitted,
    bytes_each: size / admitted,
    rebuild_ms: rebuild,
  };
}

/** Titles that three devices have written apart, written again by one of them. */
async function joins(count: number, place: Place): Promise<Result> {
  const founder = await newDevice(await place.openInMemory());
  const authors = [
    await newDevice(await place.openInMemory()),
    await newDevice(await place.openInMemory()),
    await newDevice(await place.openInMemory()),
  ];
  const device = await newDevice(await place.open(`join-${count}`));
  await gather(founder, ...authors, device);
  const { ids, changes } = taskClaims(founder, count);
  await founder.say(changes);
  for (const author of authors) await carry(founder, author);
  await carry(founder, device);
  let ms = 0;
  let admitted = 0;
  for (const [turn, author] of [...authors, ...authors].entries()) {
    await author.say(ids.map((id, at) => [register(id, 'title', `${turn} says ${at}`)]));
    const took = await carry(author, device);
    if (turn < authors.length) continue; // from here on each meets three others
    ms += took.ms;
    admitted += took.count;
  }
  for (const each of [founder, ...authors, device]) each.connection.close();
  return { join_per_s: perSecond(admitted, ms) };
}

const day = 86_400_000;

/**
 * Fields overwritten time and again, beside a database that is told the end of it once; both
 * compacted. Each overwrite is an envelope of one claim; a thousand are sealed and committed
 * together. The other member's vouch is signed unread: reading a million envelopes is what `admit`
 * measures.
 */
async function growth(fields: number, overwrites: number, place: Place): Promise<Result> {
  const rounds = Math.max(1, Math.round(overwrites / fields));
  const grown = await compacted('grown', fields, rounds, rounds, place);
  const once = await compacted('once', fields, 1, rounds, place);
  if (grown.shown !== once.shown) throw new Error('the two do not show the same');
  return {
    growth_ratio: grown.result.bytes / once.result.bytes,
    growth_ratio_files: grown.result.files / once.result.files,
    ...grown.result,
    live_bytes: once.result.bytes,
    live_files: once.result.files,
  };
}

async function compacted(name: string, fields: number, rounds: number, last: number, place: Place) {
  const device = await newDevice(await place.open(`${name}-${fields}-${last}`));
  const other = await newDevice(await place.openInMemory());
  await gather(device, other);
  const ids: Id[] = Array.from(
    { length: fields },
    (_, at) => at.toString(16).padStart(32, '0') as Id,
  );
  const writing = await time(async () => {
    for (let round = last - rounds; round < last; round++) {
      device.now += 1_000;
      await device.say(
        ids.map((id, at) => [register(id, 'title', `task ${at} in round ${round}`)]),
      );
    }
  });
  const size = () => device.database.facts().size;
  const before = size();
  const digest = device.database.digest();
  const checkpointing = await time(() => device.ledger.compact(true));
  const own = device.database.log.own();
  const checkpoint = device.database.log.checkpoints(own).at(-1);
  if (!checkpoint) throw new Error('there is no checkpoint');
  const vouch = { device: device.key, seq: checkpoint.last, hash: checkpoint.hash };
  await other.ledger.inTurn(async () => {
    const sealed = await other.ledger.seal([
      { kind: 'roster', payload: encodeStatement({ vouch }) },
    ]);
    other.database.commitPlain(sealed, other.now);
  });
  await carry(other, device);
  device.now += 31 * day;
  const compacting = await time(() => device.ledger.compact());
  const envelopes = device.database.facts().envelopes;
  // A rebuild moves everything once more.
  const [bytes, files] = [size(), await place.filesOf(`${name}-${fields}-${last}`)];
  if (device.database.digest() !== digest) throw new Error('compaction has changed the digest');
  device.database.rebuild();
  if (device.database.digest() !== digest) throw new Error('a rebuild has changed the digest');
  if (device.database.check().length > 0) throw new Error('the database is not whole');
  const shown = device.connection
    .all<{ title: string }>('select title from task order by id')
    .map(({ title }) => title)
    .join();
  const result = {
    bytes,
    files,
    bytes_before: before,
    envelopes,
    overwrite_per_s: perSecond(fields * rounds, writing),
    checkpoint_ms: checkpointing,
    compact_ms: compacting,
  };
  device.connection.close();
  other.connection.close();
  return { shown, result };
}
