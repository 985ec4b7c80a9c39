/**
 * Admission: whether an envelope becomes part of the log, and whether it counts.
 *
 * Checks go from the cheapest to the dearest, and none looks at a clock or at who brought the
 * envelope: what counts in the end is a function of what was received, whatever the order. A fault of
 * the carrier leaves the place open, so that another one may bring the true envelope; a fault of the
 * author takes the place, without claims, so that its log goes on and everybody agrees that it does.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { schemaVersion } from '../model/entities.ts';
import { type Checkpoint, decodeCheckpoint } from './checkpoint.ts';
import { type Claim, decodePayload } from './claims.ts';
import {
  carriesItsPayload,
  type Envelope,
  equal,
  type Head,
  type Header,
  type Verify,
} from './envelope.ts';
import type { Judgement, Verdict } from './exchange.ts';
import { clientOf } from './notes.ts';
import { inspectNoteUpdate } from './note-update.ts';
import type { DeviceId, Member } from './roster.ts';
import {
  decodeGenesis,
  decodeStatement,
  type Genesis,
  recoveryMessage,
  spaceIdOf,
  type Statement,
} from './statements.ts';

/** What admission knows of the ledger so far. Devices are named by their keys in hex. */
export interface Known {
  /** Null: nothing is held yet, and only a genesis can begin. */
  readonly space: Uint8Array | null;
  readonly member: (device: DeviceId) => Member | undefined;
  /** The newest header that is held, counted or not. */
  readonly head: (device: DeviceId) => (Head & { readonly hlc: number }) | null;
  /** Null: none is held there, or it was compacted away. */
  readonly hashAt: (device: DeviceId, seq: number) => Uint8Array | null;
  /** The last seq of `other` that `author` has named in a dep. */
  readonly lastSeen: (author: DeviceId, other: DeviceId) => number;
  /** The first seq that a device signed twice; undefined: it is not known to have forked. */
  readonly fork: (device: DeviceId) => number | undefined;
  /** The last seq that is compacted away or restated below a device's base; 0 for none. */
  readonly base: (device: DeviceId) => number;
  /** Whether something that counts has seen this place, so that it is needed though it is void. */
  readonly isWanted: (device: DeviceId, seq: number) => boolean;
}

/** Where an envelope goes. */
export interface Placement extends Judgement {
  /**
   * - none: not kept in the log.
   * - log: the next of its author's log.
   */
  readonly place: 'none' | 'log';
}

const none = (verdict: Verdict, reason = ''): Placement => ({ verdict, reason, place: 'none' });
const inLog = (verdict: Verdict, reason = ''): Placement => ({ verdict, reason, place: 'log' });

/**
 * Judges all but the signature and what the payload says.
 *
 * @param hash of the header.
 * @param endorsesItself whether it founds the space, or the recovery key endorses its author in it:
 *   then its author needs no admission.
 */
export function placeOf(
  fields: Header,
  hash: Uint8Array,
  known: Known,
  endorsesItself: boolean,
): Placement {
  const author = bytesToHex(fields.device);
  const { seq } = fields;
  if (!known.space || !equal(fields.space, known.space)) {
    return none('policy', 'it belongs to another space');
  }
  const member = known.member(author);
  const head = known.head(author);
  const held = known.hashAt(author, seq);
  if (held && equal(held, hash)) return none('duplicate');
  if (seq <= known.base(author)) return none('duplicate');
  if (!member && !endorsesItself && !known.isWanted(author, seq)) {
    return none('unknown-device', 'no member has admitted its device');
  }
  if (member && seq > member.limit && !endorsesItself && !known.isWanted(author, seq)) {
    const verdict = member.end?.why === 'fork' ? 'fork' : 'revoked';
    return none(verdict, `its device counts up to ${member.limit}`);
  }
  const { branch } = member ?? {};
  const standing = branch && branch.hashes[seq - branch.from];
  if (standing && !equal(standing, hash))
    return none('fork', 'another history of its device stands');
  if (held) return none('fork', `its device has signed another envelope ${seq}`);
  const fork = known.fork(author);
  if (fork !== undefined && seq >= fork && !standing) {
    return none('fork', `its device has signed two envelopes ${fork}`);
  }
  const next = (head?.seq ?? 0) + 1;
  if (seq > next) return none('waiting', `for ${next} of its device`);
  if (!equal(fields.prev, head?.hash ?? zeros)) {
    return none('fork', `it follows another envelope ${seq - 1}`);
  }
  if (fields.kind === 'genesis' && !endorsesItself) {
    return inLog('policy', 'the space is founded already');
  }
  if (head && fields.hlc <= head.hlc) return inLog('policy', 'its clock goes back');
  for (const dep of fields.deps) {
    const other = bytesToHex(dep.device);
    if (other === author) return inLog('policy', 'it names its own device among the others');
    if (dep.seq < known.lastSeen(author, other)) {
      return inLog('policy', 'it has seen less than the one before');
    }
    const fork = known.fork(other);
    const needed = fork === undefined ? dep.seq : Math.min(dep.seq, fork - 1);
    if (needed > (known.head(other)?.seq ?? 0)) {
      return none('waiting', `for ${needed} of another device`);
    }
    const there = needed === dep.seq ? known.hashAt(other, needed) : null;
    if (there && !equal(there, dep.hash)) {
      return none('waiting', `for another envelope ${needed} of another device`);
    }
  }
  return inLog('accepted');
}

const zeros = new Uint8Array(32);

/** What an envelope says, once its place is known. */
export type Content =
  | { readonly kind: 'genesis'; readonly genesis: Genesis }
  | { readonly kind: 'change'; readonly claims: readonly Claim[]; readonly derived: boolean }
  | { readonly kind: 'roster'; readonly statement: Statement }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint };

export type Reading =
  | { readonly content: Content; readonly judgement: null }
  /** A fault of the author. */
  | { readonly content: null; readonly judgement: Judgement };

/** An envelope whose signature, payload hash and endorsement were checked. */
export interface Checked {
  readonly envelope: Envelope;
  readonly fields: Header;
  readonly hash: Uint8Array;
  readonly reading: Reading;
  /** See `placeOf`. */
  readonly endorsesItself: boolean;
}

const fault = (verdict: Verdict, reason: string): Reading => ({
  content: null,
  judgement: { verdict, reason },
});

/** Reads a payload that its header covers. Pure: the same bytes are judged alike everywhere. */
export function readContent(fields: Header, payload: Uint8Array): Reading {
  const { kind, schema } = fields;
  if (schema > schemaVersion && kind !== 'genesis' && kind !== 'roster') {
    return fault('future-schema', `it was written for version ${schema} of the entities`);
  }
  try {
    if (kind === 'genesis')
      return { content: { kind, genesis: decodeGenesis(payload) }, judgement: null };
    if (kind === 'roster') return readStatement(fields, payload);
    if (kind === 'checkpoint') {
      return { content: { kind, checkpoint: decodeCheckpoint(payload) }, judgement: null };
    }
    const { claims, derived } = decodePayload(payload);
    const reason = derived && claims.some(({ field }) => field === 'deleted');
    if (reason) return fault('policy', 'a machine may not delete');
    for (const claim of claims) {
      if (claim.merge !== 'text') continue;
      const { client } = inspectNoteUpdate(claim.update);
      if (client !== null && client !== clientOf(fields.device)) {
        return fault('policy', 'it writes in a note in the name of another device');
      }
    }
    return { content: { kind, claims, derived }, judgement: null };
  } catch (error) {
    // What cannot be read is quoted in the reason: not more of it than one can look at.
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'it cannot be read';
    return fault('malformed', reason);
  }
}

function readStatement(fields: Header, payload: Uint8Array): Reading {
  const statement = decodeStatement(payload);
  if ('cut' in statement) {
    const { device, seq, hash, branch } = statement.cut;
    if (equal(device, fields.device)) return fault('policy', 'no device cuts itself');
    if (seq === 0 && !equal(hash, zeros)) return fault('policy', 'nothing is at 0');
    const last = branch && branch.from + branch.hashes.length - 1;
    const tip = branch?.hashes.at(-1);
    if (branch && (last !== seq || !tip || !equal(tip, hash))) {
      return fault('policy', 'the history that it names ends elsewhere');
    }
  }
  return { content: { kind: 'roster', statement }, judgement: null };
}

/** Whether the recovery key endorsed the author of a `recover` statement. */
export async function isEndorsed(
  fields: Header,
  { recover }: Extract<Statement, { recover: unknown }>,
  genesis: Genesis,
  verify: Verify,
): Promise<boolean> {
  const message = recoveryMessage(fields.space, fields.device, recover.number);
  return verify(genesis.recovery, recover.proof, message);
}

/** Whether bytes are the founding of the space that their header names. */
export function foundsItsSpace(fields: Header, payload: Uint8Array): boolean {
  return (
    fields.kind === 'genesis' &&
    fields.seq === 1 &&
    equal(fields.prev, zeros) &&
    fields.deps.length === 0 &&
    carriesItsPayload(fields, payload) &&
    equal(fields.space, spaceIdOf(fields.device, payload))
  );
}
