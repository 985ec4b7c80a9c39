/**
 * Compaction: what a device's log comes to, said again in a checkpoint; a checkpoint that came,
 * compared with the log; and a log let go of once its checkpoint stands.
 */
import {
  type Checkpoint,
  neededSights,
  type Restated,
  restatedDigest,
  type Sight,
  type Word,
} from '../ledger/checkpoint.ts';
import { type Claim, encodeValue } from '../ledger/claims.ts';
import { equal } from '../ledger/envelope.ts';
import type { Judgement } from '../ledger/exchange.ts';
import type { Said } from '../ledger/statements.ts';
import type { EntityKind } from '../model/entities.ts';
import { idFromBytes } from '../model/id.ts';
import type { Checked } from '../ledger/admission.ts';
import { history } from './history.ts';
import type { CheckpointRow, Log } from './log.ts';
import { lastHeard } from './receipts.ts';
import type { Connection } from './sqlite.ts';

const day = 86_400_000;
/** How long what a checkpoint restates is kept after it came, ms. */
export const horizon = 30 * day;
/** After how long a silent device is not waited for any more, ms. */
export const absence = 60 * day;

/** What a log comes to up to a seq. */
export function restatedOf(
  connection: Connection,
  log: Log,
  device: number,
  base: number,
): Restated {
  const words = [
    ...(lastWords(connection, log, device, base) ?? lastWordsByLog(log, device, base)),
    ...noteWords(connection, device, base),
  ];
  const seqs = [...new Set(words.map(({ seq }) => seq))].sort((a, b) => a - b);
  const sights = connection
    .all<{ other: Uint8Array; seq: number; upto: number }>(
      `select device.key as other, seq, upto from sight join device on device.id = sight.other
       where sight.device = ? and seq <= ? order by other, seq`,
      device,
      base,
    )
    .map(({ other, seq, upto }): Sight => ({ other, seq, upto }));
  const kept = connection
    .all<{ seq: number; hash: Uint8Array }>(
      `select seq, hash from envelope
       where device = ? and seq <= ? and kind in (0, 2) and verdict is null order by seq`,
      device,
      base,
    )
    .map(({ seq, hash }) => ({ seq, hash }));
  return { words, sights: neededSights(seqs, sights), kept };
}

/** From table claim; null if it says more or less than the log up to `base`. */
function lastWords(connection: Connection, log: Log, device: number, base: number): Word[] | null {
  if (log.reach(device).writes < base) return null;
  const rows = connection.all<Omit<Word, 'id' | 'derived'> & { id: Uint8Array; derived: number }>(
    `select kind, entity.id, field, element, seq, hlc, derived, value
     from claim join entity on entity.key = claim.entity where device = ?
     order by entity.id, kind, field, element`,
    device,
  );
  if (rows.some(({ seq }) => seq > base)) return null;
  return rows.map((row) => ({ ...row, id: idFromBytes(row.id), derived: row.derived === 1 }));
}

function lastWordsByLog(log: Log, device: number, base: number): Word[] {
  const words = new Map<string, Word>();
  for (const { origin, claims } of history(log, device, 0, base)) {
    for (const claim of claims) {
      if (claim.merge === 'text') continue;
      const word = wordOf(claim, origin);
      words.set(`${word.kind} ${word.id} ${word.field} ${word.element.toString()}`, word);
    }
  }
  return [...words.values()];
}

function wordOf(
  claim: Exclude<Claim, { merge: 'text' }>,
  { seq, hlc, derived }: { seq: number; hlc: number; derived: boolean },
): Word {
  const { kind, id, field } = claim;
  const isSet = claim.merge === 'set';
  const element = isSet ? encodeValue(claim.element) : new Uint8Array(0);
  const value = encodeValue(isSet ? claim.present : claim.value);
  return { kind, id, field, element, seq, hlc, derived, value };
}

function noteWords(connection: Connection, device: number, base: number): Word[] {
  return connection
    .all<{
      kind: EntityKind;
      id: Uint8Array;
      field: string;
      seq: number;
      hlc: number;
      bytes: Uint8Array;
    }>(
      `select kind, entity.id, field, seq, hlc, bytes
       from note_update join entity on entity.key = note_update.entity
       where device = ? and seq <= ? order by entity.id, kind, field, seq`,
      device,
      base,
    )
    .map(({ id, bytes, ...rest }) => ({
      ...rest,
      id: idFromBytes(id),
      element: new Uint8Array(0),
      derived: false,
      value: bytes,
    }));
}

/** What is wrong with a checkpoint whose last part this is; null: nothing, or more parts follow. */
export function checkpointFault(
  connection: Connection,
  log: Log,
  { fields, reading }: Pick<Checked, 'fields' | 'reading'>,
): Judgement | null {
  if (reading.content?.kind !== 'checkpoint') return null;
  const { checkpoint } = reading.content;
  const wrong = (reason: string): Judgement => ({ verdict: 'policy', reason });
  const device = log.idOf(fields.device);
  if (device === undefined) return wrong('there is nothing yet to restate');
  if (checkpoint.base !== fields.seq - 1 - checkpoint.part) {
    return wrong('it does not restate all that comes before it');
  }
  if (checkpoint.part < checkpoint.of - 1) return null;
  const parts = [...partsBefore(log, device, fields.seq, checkpoint), checkpoint];
  if (parts.length !== checkpoint.of) return wrong('a part of it is missing');
  // Below what it restated before, this device knows no more than that.
  const own = restatedDigest(restatedOf(connection, log, device, checkpoint.base));
  const said = restatedDigest(joined(parts));
  return own === said ? null : wrong('it does not say what its log says');
}

function* partsBefore(
  log: Log,
  device: number,
  last: number,
  { base, of }: Checkpoint,
): Generator<Checkpoint> {
  let part = 0;
  for (const { content } of log.contents(device, base + 1, last - 1)) {
    if (content?.kind !== 'checkpoint') return;
    const { checkpoint } = content;
    if (checkpoint.base !== base || checkpoint.of !== of || checkpoint.part !== part++) return;
    yield checkpoint;
  }
}

function joined(parts: readonly Checkpoint[]): Restated {
  return {
    words: parts.flatMap(({ words }) => words),
    sights: parts.flatMap(({ sights }) => sights),
    kept: parts.flatMap(({ kept }) => kept),
  };
}

/** The checkpoint whose last part an envelope is; null: it is none. */
export function completes({ fields, hash, reading }: Checked, at: number): CheckpointRow | null {
  if (reading.content?.kind !== 'checkpoint') return null;
  const { base, part, of } = reading.content.checkpoint;
  return part === of - 1 ? { base, last: fields.seq, hash, receivedAt: at } : null;
}

/** What somebody who lacks the beginning of a log needs to go on with it. */
export interface Jump {
  readonly checkpoint: CheckpointRow;
  /** What is kept of the log below, and the parts, ascending. */
  readonly envelopes: readonly Checked[];
}

/** An owner's word that a checkpoint is right, which waits for what that owner had seen. */
export type Vouch = Said<'vouch'>;

/**
 * Whether waiting envelopes of one author hold a checkpoint that stands, whole, and all that it says
 * was kept.
 *
 * @param waiting ascending by seq.
 * @param vouches of owners, that wait: they have seen the checkpoint, and so wait for it.
 */
export function findJump(
  log: Log,
  waiting: readonly Checked[],
  vouches: readonly Vouch[],
  at: number,
): Jump | null {
  const last = waiting.findLast((checked) => completes(checked, at));
  const checkpoint = last && completes(last, at);
  const device = last && log.idOf(last.fields.device);
  if (!checkpoint || device === undefined) return null;
  const isVouchedFor = vouches.some(
    (vouch) =>
      vouch.seq === checkpoint.last &&
      equal(vouch.device, last.fields.device) &&
      equal(vouch.hash, checkpoint.hash),
  );
  const stands = isVouchedFor || log.isInForce(device, checkpoint);
  if (!stands || checkpoint.base <= (log.head(device)?.seq ?? 0)) return null;
  const parts = waiting.filter(
    ({ fields: { seq } }) => seq > checkpoint.base && seq <= checkpoint.last,
  );
  const isChain = parts.every(({ fields, reading }, index) => {
    if (reading.content?.kind !== 'checkpoint') return false;
    const { base, part, of } = reading.content.checkpoint;
    const previous = parts[index - 1];
    return (
      fields.seq === checkpoint.base + 1 + index &&
      base === checkpoint.base &&
      part === index &&
      of === parts.length &&
      (!previous || equal(fields.prev, previous.hash))
    );
  });
  if (!isChain || parts.length !== checkpoint.last - checkpoint.base) return null;
  const bySeq = new Map(waiting.map((checked) => [checked.fields.seq, checked]));
  const kept: Checked[] = [];
  for (const { reading } of parts) {
    if (reading.content?.kind !== 'checkpoint') continue;
    for (const { seq, hash } of reading.content.checkpoint.kept) {
      const held = log.hashAt(device, seq);
      if (held && equal(held, hash)) continue;
      const found = bySeq.get(seq);
      if (!found || !equal(found.hash, hash)) return null;
      kept.push(found);
    }
  }
  kept.sort((a, b) => a.fields.seq - b.fields.seq);
  return { checkpoint, envelopes: [...kept, ...parts] };
}

/**
 * Logs of which this device may let go what their checkpoint restates: every other active member has
 * vouched for it, and it came before the horizon.
 *
 * @param now Unix ms, UTC.
 */
export function ripe(
  connection: Connection,
  log: Log,
  now: number,
): { readonly device: number; readonly base: number }[] {
  return log.devices().flatMap((device) => {
    const checkpoint = log.inForce(device);
    if (!checkpoint || checkpoint.base <= log.base(device)) return [];
    if (now - checkpoint.receivedAt < horizon) return [];
    const author = log.nameOf(device);
    for (const [name, { device: key, limit }] of log.roster()) {
      const other = log.ensure(key);
      if (limit !== Infinity || name === author) continue;
      const heard =
        other === log.own() ? now : lastHeard(connection, other) || log.admittedAt(name);
      if (now - heard > absence) continue;
      if (!log.hasVouched(name, limit, author, checkpoint.last, checkpoint.hash)) return [];
    }
    return [{ device, base: checkpoint.base }];
  });
}

/** Whether most of this device's own log has been superseded by its own later words. */
export function isWorthRestating(connection: Connection, log: Log): boolean {
  const own = log.own();
  const base = Math.max(log.base(own), log.inForce(own)?.last ?? 0);
  const written = (log.head(own)?.seq ?? 0) - base;
  if (written < 1_000) return false;
  const live =
    connection.get<{ n: number }>(
      'select count(distinct seq) as n from claim where device = ? and seq > ?',
      own,
      base,
    )?.n ?? 0;
  return live < written / 2;
}
