/**
 * What admission does to the database: an envelope that was judged is appended, its claims are
 * applied, and whatever it changes about who counts is counted again. In the caller's transaction.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Checked, type Known, placeOf, type Placement } from '../ledger/admission.ts';
import { decodeHeader, type Envelope, envelopeToWire, equal } from '../ledger/envelope.ts';
import type { ForkProof, Judgement } from '../ledger/exchange.ts';
import { type Fork, forkPoint } from '../ledger/fork.ts';
import { inspectNoteUpdate } from '../ledger/note-update.ts';
import { checkpointFault, completes, type Jump } from './compaction.ts';
import type { Log, Reach } from './log.ts';
import { apply, nextClock, recount, recountNotes, restate } from './projection.ts';
import { refuse } from './quarantine.ts';
import type { Connection } from './sqlite.ts';
import { saveTail } from './tail.ts';

/** How much of each log counts, before something changes it. */
type Counted = Map<
  number,
  Reach & { readonly fork: number; readonly wanted: number; readonly base: number }
>;

export function knownOf(log: Log): Known {
  const id = (name: string) => log.idOfName(name);
  const of = <T>(name: string, otherwise: T, find: (id: number) => T): T => {
    const known = id(name);
    return known === undefined ? otherwise : find(known);
  };
  return {
    space: log.space(),
    member: log.member,
    head: (name) => of(name, null, log.head),
    hashAt: (name, seq) => of(name, null, (device) => log.hashAt(device, seq)),
    lastSeen: (author, other) =>
      of(author, 0, (device) => of(other, 0, (seen) => log.seenBy(device, Infinity, seen))),
    fork: (name) => of(name, undefined, log.fork),
    base: (name) => of(name, 0, log.base),
    isWanted: (name, seq) => of(name, false, (device) => seq <= log.needed(device)),
  };
}

/** Judges an envelope, and does what follows from it. @param at Unix ms, UTC. */
export function admit(connection: Connection, log: Log, checked: Checked, at: number): Placement {
  const { envelope, fields, hash, endorsesItself } = checked;
  const placement = placeOf(fields, hash, knownOf(log), endorsesItself);
  if (placement.verdict === 'fork') proveFork(connection, log, checked);
  if (placement.place === 'none') return placement;
  const judgement: Judgement | null =
    placement.verdict === 'accepted'
      ? (checked.reading.judgement ??
        noteFault(connection, log, checked) ??
        checkpointFault(connection, log, checked))
      : placement;
  take(connection, log, { envelope, fields, hash, reading: checked.reading, judgement }, at);
  return { place: 'log', ...(judgement ?? standingOf(log, checked)) };
}

/** What an accepted envelope comes to under the roster of now. */
const rules = ['admit', 'cut', 'demote'] as const;

function standingOf(
  log: Log,
  { fields: { device, seq, kind }, reading: { content } }: Checked,
): Judgement {
  const member = log.member(bytesToHex(device));
  if (!member) return { verdict: 'unknown-device', reason: 'no member has admitted its device' };
  if (seq > member.limit) {
    return { verdict: 'revoked', reason: `its device counts up to ${member.limit}` };
  }
  if (kind === 'change' && seq > member.writes) {
    return { verdict: 'policy', reason: 'its device may only read' };
  }
  const isRule = content?.kind === 'roster' && rules.some((rule) => rule in content.statement);
  if (isRule && seq > member.rules) {
    return { verdict: 'policy', reason: 'only an owner says who belongs to the space' };
  }
  return { verdict: 'accepted', reason: '' };
}

/** The updates of a note go on where its author's last one ended. */
function noteFault(
  connection: Connection,
  log: Log,
  { fields, reading }: Checked,
): Judgement | null {
  if (reading.content?.kind !== 'change') return null;
  for (const claim of reading.content.claims) {
    if (claim.merge !== 'text') continue;
    const { client, start } = inspectNoteUpdate(claim.update);
    const author = log.idOf(fields.device);
    const next = author === undefined ? 0 : nextClock(connection, author, claim);
    if (client !== null && start !== next) {
      return {
        verdict: 'policy',
        reason: 'it does not go on where its last change of the note ended',
      };
    }
  }
  return null;
}

/** An envelope with its judgement; null: what it says counts. */
interface Taken extends Omit<Checked, 'endorsesItself'> {
  readonly judgement: Judgement | null;
}

/** Appends an envelope, and applies what it says. */
export function take(
  connection: Connection,
  log: Log,
  { envelope, fields, hash, reading, judgement }: Taken,
  at: number,
): void {
  const wanted = new Map(fields.deps.map(({ device }) => [log.ensure(device), 0]));
  for (const id of wanted.keys()) wanted.set(id, log.wanted(id));
  const id = log.append(envelope, fields, hash, judgement, at);
  for (const [other, before] of wanted) {
    const after = log.wanted(other);
    if (after > before) recountNotes(connection, log, other, before, after);
  }
  if (judgement) return;
  const checkpoint = completes({ envelope, fields, hash, reading, endorsesItself: false }, at);
  if (checkpoint) {
    const before = counted(log);
    log.addCheckpoint(id, checkpoint);
    countAgain(connection, log, before, at);
  }
  const { content } = reading;
  if (content?.kind === 'change') {
    const origin = { device: id, seq: fields.seq, hlc: fields.hlc, derived: content.derived };
    apply(connection, log, origin, content.claims);
  } else if (content?.kind === 'roster' || content?.kind === 'genesis') {
    const before = counted(log);
    log.state(id, fields.seq, fields.kind, envelope.payload);
    countAgain(connection, log, before, at);
  }
}

/** Goes on with a log whose beginning is not held, from a checkpoint that stands. */
export function jump(
  connection: Connection,
  log: Log,
  { checkpoint, envelopes }: Jump,
  at: number,
): void {
  const [first] = envelopes;
  if (!first) return;
  const before = counted(log);
  const id = log.ensure(first.fields.device);
  // What was held of the beginning counts as the checkpoint says.
  recount(connection, log, id, log.reach(id).writes, 0);
  log.compact(id, checkpoint.base);
  for (const { envelope, fields, hash, reading } of envelopes) {
    log.append(envelope, fields, hash, reading.judgement, at);
  }
  connection.run('delete from note_update where device = ? and seq <= ?', id, checkpoint.base);
  log.addCheckpoint(id, checkpoint);
  log.load();
  const was = before.get(id);
  if (was) before.set(id, { ...was, base: 0, writes: 0 });
  countAgain(connection, log, before, at);
}

/** Keeps a proof of a fork that was checked, and counts again; whether it is news. */
export function admitFork(
  connection: Connection,
  log: Log,
  { device, seq }: Fork,
  proof: ForkProof,
  at: number,
): boolean {
  const before = counted(log);
  const id = log.ensure(device);
  const until = Math.min(ownUpTo(connection, log, id), (log.fork(id) ?? Infinity) - 1);
  if (seq <= until) saveTail(connection, log, id, seq, until);
  const isNews = log.addFork(device, seq, proof);
  if (isNews) countAgain(connection, log, before, at);
  return isNews;
}

/** How far a log was written here, under a key that is or was this device's own; 0: it was not. */
function ownUpTo(connection: Connection, log: Log, device: number): number {
  if (device === log.own()) return log.head(device)?.seq ?? 0;
  const row = connection.get<{ seq: number }>('select seq from former where device = ?', device);
  return row?.seq ?? 0;
}

/**
 * Another key writes for this device from now on. What nobody else can have of the old one's log is
 * taken out of it, to be signed again; of a forked log that was kept when the fork was proven.
 *
 * @param sent the last seq that was handed to anybody.
 */
export function becomeDevice(
  connection: Connection,
  log: Log,
  key: Uint8Array,
  sent: number,
): void {
  const before = counted(log);
  const old = log.own();
  const head = log.head(old)?.seq ?? 0;
  // What was handed on of a key that nobody had let in was not heard.
  const heard = log.member(log.nameOf(old)) ? sent : 0;
  if (log.fork(old) === undefined && head > heard) {
    saveTail(connection, log, old, heard + 1, head);
    const was = before.get(old) ?? nothing;
    dropTail(connection, log, old, was.writes, heard);
    before.set(old, { ...was, writes: Math.min(was.writes, heard) });
  }
  connection.run(
    'insert or replace into former (device, seq) values (?, ?)',
    old,
    log.head(old)?.seq ?? 0,
  );
  log.become(key);
  countAgain(connection, log, before, 0);
}

/** Two histories are told by two envelopes of one seq, or earlier by one that follows another one. */
function proveFork(connection: Connection, log: Log, { envelope, fields }: Checked): void {
  const id = log.idOf(fields.device);
  if (id === undefined) return;
  for (const seq of [fields.seq - 1, fields.seq]) {
    const first = log.signedHeaderAt(id, seq);
    const proof = first && { first, second: envelope };
    const fork = proof && forkPoint(proof);
    if (fork) admitFork(connection, log, fork, proof, 0);
  }
}

function counted(log: Log): Counted {
  return new Map(
    log.devices().map((id) => {
      const { limit, writes } = log.reach(id);
      const fork = log.fork(id) ?? Infinity;
      const base = log.inForce(id)?.base ?? 0;
      return [id, { limit, writes, fork, wanted: log.wanted(id), base }];
    }),
  );
}

const nothing = { limit: 0, writes: 0, fork: Infinity, wanted: 0, base: 0 };

/** Brings the projection to what counts now. */
function countAgain(connection: Connection, log: Log, before: Counted, at: number): void {
  dropOtherBranches(connection, log, before, at);
  for (const id of log.devices()) {
    const was = before.get(id) ?? nothing;
    if (was.base !== (log.inForce(id)?.base ?? 0)) {
      restate(connection, log, id);
      continue;
    }
    const { writes } = log.reach(id);
    const fork = log.fork(id) ?? Infinity;
    const again = (from: number, to: number) => {
      if (from !== to) recount(connection, log, id, from, to);
    };
    // From a fork on nothing was seen by others: what counts of it is joined anew.
    const floor = fork === was.fork ? Infinity : Math.min(fork, was.fork) - 1;
    const between = Math.min(was.writes, floor, writes);
    if (floor < Infinity && between < Math.min(was.writes, writes)) {
      again(was.writes, between);
      again(between, writes);
    } else again(was.writes, writes);
    const wanted = log.wanted(id);
    if (wanted !== was.wanted) {
      recountNotes(connection, log, id, Math.min(wanted, was.wanted), Math.max(wanted, was.wanted));
    }
  }
}

/** Of a device that forked, what is held of another history than the one that stands. */
function dropOtherBranches(connection: Connection, log: Log, before: Counted, at: number): void {
  for (const { device, branch } of log.roster().values()) {
    const id = log.idOf(device);
    if (!branch || id === undefined) continue;
    const wrong = branch.hashes.findIndex((hash, index) => {
      const held = log.hashAt(id, branch.from + index);
      return held !== null && !equal(held, hash);
    });
    if (wrong < 0) continue;
    const after = branch.from + wrong - 1;
    const was = before.get(id) ?? nothing;
    before.set(id, { ...was, writes: Math.min(was.writes, after) });
    const judgement = { verdict: 'fork', reason: 'another history of its device stands' } as const;
    for (const envelope of dropTail(connection, log, id, was.writes, after)) {
      const seq = decodeHeader(envelope.header)?.seq ?? null;
      const bytes = envelopeToWire(envelope);
      refuse(connection, { carrier: bytesToHex(device), device, seq, bytes, at }, judgement);
    }
  }
}

/**
 * Takes a log back to a place. What was there.
 *
 * @param counted the last seq whose claims are in the projection.
 */
function dropTail(
  connection: Connection,
  log: Log,
  device: number,
  counted: number,
  after: number,
): Envelope[] {
  connection.run('delete from note_update where device = ? and seq > ?', device, after);
  if (counted > after) recount(connection, log, device, counted, after);
  return log.evict(device, after);
}
