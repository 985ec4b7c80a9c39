/**
 * The ledger at work: seals what this device says, judges what others bring, and acts on what the
 * rules ask of a device: another key when its own log was forked, a cut where a fork has to be
 * decided, a vouch for a checkpoint.
 *
 * All of it takes turns in one queue, from reading the head to the commit; hashes and signatures are
 * made and checked before the transaction, and who counts is read again inside it.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Database, Sealed } from '../database/database.ts';
import type { Vouch } from '../database/compaction.ts';
import type { Outgoing } from '../database/log.ts';
import { Failure } from '../errors.ts';
import { type Checked, foundsItsSpace, isEndorsed, readContent } from '../ledger/admission.ts';
import { encodePayload } from '../ledger/claims.ts';
import { tick } from '../ledger/clock.ts';
import {
  carriesItsPayload,
  compareBytes,
  depLimit,
  draft,
  envelopeFromWire,
  type EnvelopeKind,
  envelopeToWire,
  equal,
  type Head,
  headerHash,
} from '../ledger/envelope.ts';
import type { Exchange, Judgement, Range } from '../ledger/exchange.ts';
import { checkForkProof, forkPoint } from '../ledger/fork.ts';
import { clientOf, editNote, readNote } from '../ledger/notes.ts';
import type { DeviceId } from '../ledger/roster.ts';
import {
  encodeGenesis,
  encodeStatement,
  recoveryMessage,
  type Role,
  spaceIdOf,
  type Statement,
} from '../ledger/statements.ts';
import { newWaitingRoom } from '../ledger/waiting.ts';
import { schemaVersion } from '../model/entities.ts';
import { newId } from '../model/id.ts';
import type { Identity, Suite } from './suite.ts';

export interface LedgerParts {
  readonly database: Database;
  readonly identity: Identity;
  readonly suite: Suite;
  /** Unix ms, UTC. */
  readonly now: () => number;
  /** Random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** Called after every commit. */
  readonly onCommit: () => void;
}

export type Ledger = ReturnType<typeof newLedger>;

/** What an envelope is made of, before it is chained and signed. */
export interface Piece {
  readonly kind: EnvelopeKind;
  readonly payload: Uint8Array;
  /** The clock that it had under another key, and what its author had seen then. */
  readonly hlc?: number;
  readonly seen?: readonly (readonly [device: Uint8Array, seq: number])[];
}

type Refusal = Parameters<Database['refuse']>[0][number];

/** Hashes of a fork's branch that fit a statement. */
const branchLimit = 1_900;
/** Envelopes judged in one transaction. */
const batchLimit = 500;

export function newLedger(parts: LedgerParts) {
  const { database, suite, now, random, onCommit } = parts;
  const { log } = database;
  let { identity } = parts;
  let queue: Promise<unknown> = Promise.resolve();
  let revision = 0;
  const room = newWaitingRoom<{ readonly checked: Checked; readonly carrier: string }>();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };

  const committed = () => {
    revision++;
    onCommit();
  };

  const me = () => identity.signer.device;

  /**
   * What others have said since this device last spoke, as far as it counts.
   *
   * @param named what was named since, by key of table device; what is found is added.
   * @param seen how far it had seen them; absent: as far as it does now.
   */
  const news = (named: Map<number, number>, seen?: Piece['seen']): Head[] => {
    const own = log.own();
    const then = seen && new Map(seen.map(([device, seq]) => [log.idOf(device), seq]));
    const heads: Head[] = [];
    for (const id of log.devices()) {
      if (id === own) continue;
      const now = Math.min(log.head(id)?.seq ?? 0, log.reach(id).limit);
      const seq = then ? Math.min(then.get(id) ?? 0, now) : now;
      const before = named.get(id) ?? log.seenBy(own, Infinity, id);
      const hash = seq > before ? log.hashAt(id, seq) : null;
      if (!hash) continue;
      named.set(id, seq);
      heads.push({ device: log.keyOf(id), seq, hash });
    }
    return heads.sort((a, b) => compareBytes(a.device, b.device)).slice(0, depLimit);
  };

  /** Envelopes that follow the head: hashed and chained at once, signed side by side. */
  const seal = async (pieces: readonly Piece[]): Promise<Sealed[]> => {
    const space = log.space();
    if (!space) throw new Error('there is no space yet');
    const head = log.head(log.own());
    let seq = head?.seq ?? 0;
    let prev: Uint8Array = head?.hash ?? new Uint8Array(32);
    const seen = log.latestClock();
    // What a new device signs again keeps the clocks that it had.
    let hlc = head?.hlc ?? 0;
    const named = new Map<number, number>();
    const drafts = pieces.map(({ kind, payload, hlc: former, seen: then }) => {
      seq += 1;
      hlc = former === undefined ? tick(now(), hlc, seen) : Math.max(hlc + 1, former);
      const deps = news(named, then);
      const fields = { kind, schema: schemaVersion, space, device: me(), seq, prev, hlc, deps };
      const made = draft(fields, payload);
      prev = made.hash;
      return made;
    });
    return Promise.all(
      drafts.map(async ({ header, fields, payload, hash }) => ({
        fields,
        hash,
        envelope: { header, payload, signature: await identity.signer.sign(header) },
      })),
    );
  };

  /** A log begins with the founding of its space, unless others have founded it. */
  const found = async (): Promise<void> => {
    if (log.space()) return;
    const entropy = random(32);
    const recovery = await suite.recovery(entropy);
    const payload = encodeGenesis({
      name: '',
      seal: identity.seal,
      recovery: recovery.signer.device,
      vault: recovery.vault,
      salt: random(16),
    });
    const space = spaceIdOf(me(), payload);
    const prev = new Uint8Array(32);
    const hlc = tick(now(), 0);
    const fields = { kind: 'genesis', schema: schemaVersion, space, seq: 1, prev, hlc } as const;
    const made = draft({ ...fields, device: me(), deps: [] }, payload);
    const signature = await identity.signer.sign(made.header);
    const sealed = { ...made, envelope: { header: made.header, payload, signature } };
    database.enterSpace(space, { genesis: sealed, entropy }, now());
    committed();
  };

  /** Says something about the roster. In turn. */
  const state = async (statement: Statement): Promise<void> => {
    const sealed = await seal([{ kind: 'roster', payload: encodeStatement(statement) }]);
    database.commitPlain(sealed, now());
    committed();
  };

  const self = () => log.member(bytesToHex(me()));

  const requireOwner = () => {
    const member = self();
    if (!member || member.rules !== Infinity) throw new Failure('roster/not-owner');
  };

  /** Whether this device stands above another, whose log it may cut. */
  const requireSeniority = (device: Uint8Array) => {
    requireOwner();
    const order = [...log.roster().keys()];
    const other = order.indexOf(bytesToHex(device));
    if (other >= 0 && other <= order.indexOf(bytesToHex(me()))) {
      throw new Failure('roster/not-senior');
    }
  };

  const placeIn = (device: Uint8Array, seq: number) => {
    const id = log.idOf(device);
    const hash = seq === 0 ? new Uint8Array(32) : id === undefined ? null : log.hashAt(id, seq);
    if (!hash || (id !== undefined && seq < log.base(id)))
      throw new Failure('roster/no-such-place');
    return { device, seq, hash };
  };

  // --- What others bring ---

  const check = async (bytes: Uint8Array): Promise<Checked | Judgement> => {
    const parsed = envelopeFromWire(bytes);
    if (!parsed) return { verdict: 'malformed', reason: 'it is no envelope' };
    const { fields, ...envelope } = parsed;
    const { header, payload } = envelope;
    const hash = headerHash(header);
    const id = log.idOf(fields.device);
    const held = id === undefined ? null : log.hashAt(id, fields.seq);
    const isCompacted = id !== undefined && !held && fields.seq <= log.base(id);
    if (isCompacted || (held && equal(held, hash))) return { verdict: 'duplicate', reason: '' };
    if (!carriesItsPayload(fields, payload)) {
      return { verdict: 'malformed', reason: 'its payload is not the one that was signed' };
    }
    const isSigned = await suite.verify(fields.device, envelope.signature, header);
    if (!isSigned) return { verdict: 'bad-signature', reason: 'its device has not signed it' };
    let reading = readContent(fields, payload);
    let endorsesItself = foundsItsSpace(fields, payload) && reading.content !== null;
    if (reading.content?.kind === 'roster' && 'recover' in reading.content.statement) {
      const genesis = log.genesis();
      if (!genesis) return { verdict: 'waiting', reason: 'for the founding of the space' };
      endorsesItself = await isEndorsed(fields, reading.content.statement, genesis, suite.verify);
      if (!endorsesItself) {
        const reason = 'the recovery key has not endorsed its device';
        reading = { content: null, judgement: { verdict: 'policy', reason } };
      }
    }
    return { envelope, fields, hash, reading, endorsesItself };
  };

  /** Takes in the founding of the space, and says which it is; null: it is not among these. In turn. */
  const beginWith = async (envelopes: readonly Uint8Array[]): Promise<Uint8Array | null> => {
    const founding = envelopes.find((bytes) => {
      const parsed = envelopeFromWire(bytes);
      const space = log.space();
      if (!parsed || !space || !equal(parsed.fields.space, space)) return false;
      return foundsItsSpace(parsed.fields, parsed.payload);
    });
    const checked = founding && (await check(founding));
    if (!checked || !('fields' in checked)) return null;
    return database.admit([checked], now()).some(({ place }) => place === 'log') ? founding : null;
  };

  /** Judges, commits, and then whatever waited for it. In turn. */
  const admitAll = async (
    envelopes: readonly Uint8Array[],
    carrier: string,
  ): Promise<Judgement[]> => {
    // Without its founding nothing of a space can be judged.
    const founding = log.genesis() ? null : await beginWith(envelopes);
    const checks = await Promise.all(envelopes.map(check));
    const judgements = new Array<Judgement>(envelopes.length);
    const at = now();
    let changed = founding !== null;
    // What this device has not written itself is the word of another copy of it.
    if (checks.some((checked) => 'fields' in checked && equal(checked.fields.device, me()))) {
      await becomeAnother();
    }
    const refusals: Refusal[] = [];
    let batch: { checked: Checked; carrier: string; index: number }[] = [];
    const flush = () => {
      const judged = judge(batch, at);
      judged.placements.forEach(({ verdict, reason }, which) => {
        judgements[batch[which]?.index ?? 0] = { verdict, reason };
      });
      refusals.push(...judged.refusals);
      if (judged.changed) changed = true;
      batch = [];
    };
    checks.forEach((checked, index) => {
      if ('verdict' in checked) {
        const isFounding = founding !== null && envelopes[index] === founding;
        judgements[index] = isFounding ? { verdict: 'accepted', reason: '' } : checked;
        if (checked.verdict === 'duplicate') return;
        const bytes = envelopes[index] ?? new Uint8Array();
        refusals.push([{ carrier, device: null, seq: null, bytes, at }, checked]);
        return;
      }
      batch.push({ checked, carrier, index });
      if (batch.length >= batchLimit) flush();
    });
    flush();
    database.refuse(refusals);
    if (wake(at)) changed = true;
    if (changed) committed();
    await settle();
    return judgements;
  };

  /** Judges in one transaction. What has to wait goes into the room; whether anything else changed. */
  const judge = (all: readonly { checked: Checked; carrier: string }[], at: number) => {
    const placements =
      all.length > 0
        ? database.admit(
            all.map(({ checked }) => checked),
            at,
          )
        : [];
    let changed = false;
    const refusals: Refusal[] = [];
    placements.forEach(({ verdict, reason, place }, which) => {
      const entry = all[which];
      if (place === 'log') changed = true;
      if (!entry || place === 'log' || verdict === 'duplicate') return;
      const { checked } = entry;
      const { fields, envelope } = checked;
      const refuse = (of: typeof entry, judgement: Judgement) => {
        const { device, seq } = of.checked.fields;
        const bytes = envelopeToWire(of.checked.envelope);
        refusals.push([{ carrier: of.carrier, device, seq, bytes, at }, judgement]);
      };
      if (verdict !== 'waiting') {
        refuse(entry, { verdict, reason });
        return;
      }
      const size = envelope.header.length + envelope.payload.length;
      const there = room.put(fields, size, entry)?.item;
      // Two envelopes of one place prove a fork, also before either can be judged.
      const proof = there && { first: there.checked.envelope, second: envelope };
      const fork = proof && forkPoint(proof);
      if (!there || !fork) return;
      const { device, seq } = fields;
      room.take(bytesToHex(device), seq);
      const twice = `its device has signed two envelopes ${seq}`;
      refuse(there, { verdict: 'fork', reason: twice });
      // Where it was proven before, this one is in the history that stands.
      if (!database.admitFork(fork, proof, at)) room.put(fields, size, entry);
      else {
        changed = true;
        refuse(entry, { verdict: 'fork', reason: twice });
      }
    });
    return { placements, refusals, changed };
  };

  /** Judges again what waited, as long as something comes of it. Whether anything changed. */
  const wake = (at: number): boolean => {
    let changed = false;
    while (room.size() > 0) {
      const before = log.appended();
      const ready = room.authors().flatMap((author) => {
        const next = log.nextSeq(author);
        // What has come to stand behind the head is another history, or there already.
        const behind = room.of(author).filter(({ fields }) => fields.seq < next);
        const run = room.run(author, next).slice(0, batchLimit);
        if (behind.length + run.length > 0) return [...behind, ...run];
        const all = room.of(author).map(({ item }) => item.checked);
        if (!all.some(({ fields }) => fields.kind === 'checkpoint')) return [];
        return database.jump(all, waitingVouches(author), at)
          ? room.run(author, log.nextSeq(author))
          : [];
      });
      const taken = ready.flatMap(({ fields }) => {
        const entry = room.take(bytesToHex(fields.device), fields.seq);
        return entry ? [entry.item] : [];
      });
      const judged = judge(taken, at);
      database.refuse(judged.refusals);
      const held = taken.filter((_, which) => judged.placements[which]?.place === 'log');
      database.releaseBytes(held.map(({ checked }) => envelopeToWire(checked.envelope)));
      if (judged.changed) changed = true;
      if (log.appended() === before) break;
    }
    noteNeeds();
    return changed;
  };

  /** What owners other than an author say of its checkpoints in envelopes that wait. */
  const waitingVouches = (author: DeviceId): Vouch[] =>
    room.authors().flatMap((voucher) => {
      const limit = log.member(voucher)?.rules ?? 0;
      if (voucher === author) return [];
      return room.of(voucher).flatMap(({ fields, item }) => {
        const { content } = item.checked.reading;
        if (fields.seq > limit || content?.kind !== 'roster') return [];
        return 'vouch' in content.statement ? [content.statement.vouch] : [];
      });
    });

  /** Places of which something waiting has seen another envelope than is held: the other one would
   *  prove a fork. */
  let disputed: Range[] = [];

  /** What waiting envelopes have seen: it is asked for, and kept also if it is void. */
  const noteNeeds = () => {
    const needs = new Map<number, number>();
    disputed = [];
    for (const author of room.authors()) {
      for (const { fields, item } of room.of(author)) {
        const id = log.ensure(fields.device);
        // Whom the recovery key endorses counts whole, also beyond a cut.
        if (item.checked.endorsesItself) needs.set(id, Math.max(needs.get(id) ?? 0, fields.seq));
        else if (fields.seq > log.reach(id).limit) continue;
        for (const { device, seq, hash } of fields.deps) {
          const other = log.ensure(device); // nothing of it may be held yet
          const held = log.hashAt(other, seq);
          const isThere = held ? equal(held, hash) : seq <= (log.head(other)?.seq ?? 0);
          // What counts here comes by itself, unless whoever has it holds it for void.
          const isNext = fields.seq === log.nextSeq(author);
          if (isNext ? isThere : seq <= log.reach(other).limit) continue;
          const needed = Math.min(seq, (log.fork(other) ?? Infinity) - 1);
          needs.set(other, Math.max(needs.get(other) ?? 0, needed));
          if (held && !isThere && needed === seq) disputed.push({ device, from: seq, to: seq });
        }
      }
    }
    log.setNeeds(needs);
  };

  /** Judges again what was refused for reasons that may be gone. In turn. */
  const rejudge = async (): Promise<void> => {
    const entries = database.rejudgeable();
    for (let index = 0; index < entries.length; index += batchLimit) {
      const some = entries.slice(index, index + batchLimit);
      const checks = await Promise.all(some.map(({ bytes }) => check(bytes)));
      const known = checks.flatMap((checked, at) => {
        const entry = some[at];
        return 'verdict' in checked || !entry ? [] : [{ checked, entry }];
      });
      // What is in quarantine already stays there until it is in the log, also while it waits.
      const { placements, refusals, changed } = judge(
        known.map(({ checked, entry }) => ({ checked, carrier: entry.carrier })),
        now(),
      );
      const gone = placements.flatMap(({ place, verdict }, at) => {
        const entry = known[at]?.entry;
        return entry && (place === 'log' || verdict === 'duplicate') ? [entry.number] : [];
      });
      database.release(gone);
      database.refuse(refusals);
      if (changed || gone.length > 0) committed();
    }
  };

  // --- What the rules ask of a device ---

  let settledAt = -1;

  /** Whatever a change of the roster or of the forks asks for. In turn. */
  const settle = async (): Promise<void> => {
    while (settledAt !== log.revision()) {
      settledAt = log.revision();
      await rejudge();
      if (wake(now())) committed();
      await decideForks();
      await vouch();
    }
    await signAgain();
  };

  /** Says which history of a forked device stands: the one that this device holds. */
  const decideForks = async (): Promise<void> => {
    if (self()?.rules !== Infinity) return;
    const order = [...log.roster().keys()];
    const rank = order.indexOf(bytesToHex(me()));
    for (const { device, seq: from } of log.forks()) {
      const name = bytesToHex(device);
      const member = log.member(name);
      const id = log.idOf(device);
      if (!member || id === undefined || order.indexOf(name) <= rank) continue;
      const last = Math.min(log.head(id)?.seq ?? 0, from + branchLimit - 1);
      if (member.branch || last < from) continue;
      const hashes: Uint8Array[] = [];
      for (let seq = from; seq <= last; seq++) {
        const hash = log.hashAt(id, seq);
        if (hash) hashes.push(hash);
      }
      const hash = hashes.at(-1);
      if (!hash || hashes.length !== last - from + 1) continue;
      await state({ cut: { device, seq: last, hash, branch: { from, hashes } } });
    }
  };

  /** Says of others' checkpoints that they are right: only right ones are in the log as such. */
  const vouch = async (): Promise<void> => {
    const member = self();
    if (member?.limit !== Infinity) return;
    for (const id of log.devices()) {
      const checkpoint = log.checkpoints(id).at(-1);
      if (!checkpoint || id === log.own() || checkpoint.base <= log.base(id)) continue;
      const { last: seq, hash } = checkpoint;
      const mine = bytesToHex(me());
      if (log.hasVouched(mine, Infinity, log.nameOf(id), seq, hash)) continue;
      await state({ vouch: { device: log.keyOf(id), seq, hash } });
    }
  };

  /** This device's log exists elsewhere, and otherwise: it goes on under another key. In turn. */
  const becomeAnother = async (): Promise<void> => {
    const next = await suite.newIdentity();
    database.becomeDevice(next.signer.device);
    identity = next;
    committed();
  };

  /** Signs what another key of this device had signed, and what would be lost with it. In turn. */
  const signAgain = async (): Promise<void> => {
    for (let tail = database.unsigned(); tail; tail = database.unsigned()) {
      const changes = tail.changes.map((change): Piece => ({ kind: 'change', ...change }));
      database.commitAgain(tail, await seal(changes), now());
      committed();
      for (const { kind, id, field, updates, action } of tail.notes) {
        const parts = database.noteParts(kind, id, field);
        const again = updates.map((update) => ({ update, isVoid: false }));
        const text = readNote([...parts, ...again]);
        const claims = editNote(parts, clientOf(me()), text).map(
          (update) => ({ kind, id, field, merge: 'text', update }) as const,
        );
        const payloads = claims.map((claim) =>
          encodePayload({ action, derived: false, claims: [claim] }),
        );
        const sealed = await seal(payloads.map((payload) => ({ kind: 'change', payload })));
        database.commitPlain(sealed, now());
      }
      database.forgetTail(tail);
      committed();
    }
  };

  /** Notes what of this device's own log leaves it, before it does. */
  const handedOn = (rows: readonly Outgoing[]): Uint8Array[] => {
    const own = log.own();
    const last = rows.findLast(({ device }) => device === own)?.seq ?? 0;
    try {
      if (last > database.sent()) database.markSent(last);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return []; // what cannot be noted does not leave
    }
    return rows.map(({ wire }) => wire);
  };

  /** Until when somebody's claim to hold another log of this device is looked into, Unix ms. */
  let doubtedUntil = 0;
  const doubt = 60_000;

  /** What is held and counts; while in doubt, of this device's own log only what it has handed on:
   *  whoever holds another one then brings it, which proves it. */
  const published = (): Head[] => {
    const sent = database.sent();
    return log.counted().flatMap((head): Head[] => {
      if (now() >= doubtedUntil || head.seq <= sent || !equal(head.device, me())) return [head];
      const hash = sent > 0 ? log.hashAt(log.own(), sent) : null;
      return hash ? [{ device: head.device, seq: sent, hash }] : [];
    });
  };

  const exchange: Exchange = {
    space: log.space,
    device: me,
    revision: () => revision,
    progress: () => ({ heads: published(), forks: log.forks() }),
    missing: (theirs, bytes) => {
      const held = new Map(theirs.map((head) => [bytesToHex(head.device), head]));
      const mine = held.get(bytesToHex(me()));
      const here = mine && log.hashAt(log.own(), mine.seq);
      // Whoever holds another log of this device than this one is not told more of it: what they
      // bring will show that it is, and then this device goes on under another key.
      const isOther =
        mine !== undefined && mine.seq > log.base(log.own()) && !(here && equal(here, mine.hash));
      if (isOther && now() >= doubtedUntil) {
        doubtedUntil = now() + doubt;
        revision++;
      }
      return handedOn(
        log.missing(
          (device) =>
            isOther && device === bytesToHex(me()) ? Infinity : (held.get(device)?.seq ?? 0),
          bytes,
        ),
      );
    },
    wanted: () => [
      ...disputed,
      ...[...log.needs()].flatMap(([id, to]): Range[] => {
        const from = (log.head(id)?.seq ?? 0) + 1;
        return from <= to ? [{ device: log.keyOf(id), from, to }] : [];
      }),
    ],
    range: (range, bytes) => handedOn(log.range(range, bytes)),
    hashesAt: (device, seqs) => {
      const id = log.idOf(device);
      return seqs.map((seq) => (id === undefined ? null : log.hashAt(id, seq)));
    },
    signedHeaderAt: (device, seq) => {
      const id = log.idOf(device);
      // What of this device's log nobody has seen proves nothing yet: it is signed again instead.
      if (id === undefined || (id === log.own() && seq > database.sent())) return null;
      return log.signedHeaderAt(id, seq);
    },
    forkProofs: log.forkProofs,
    admitForkProof: (proof) =>
      inTurn(async () => {
        const fork = await checkForkProof(proof, suite.verify);
        const space = log.space();
        if (!fork || !space || !equal(fork.space, space)) return false;
        // Of whom nobody has spoken yet, it will be told again.
        const isKnown = log.idOf(fork.device) ?? log.member(bytesToHex(fork.device));
        if (isKnown === undefined) return true;
        if (!database.admitFork(fork, proof, now())) return true;
        committed();
        if (equal(fork.device, me())) await becomeAnother();
        await settle();
        return true;
      }),
    admit: (envelopes, carrier) =>
      inTurn(() =>
        admitAll(envelopes, typeof carrier === 'string' ? carrier : bytesToHex(carrier)),
      ),
    acknowledged: (peer, heads) => {
      try {
        database.acknowledge(peer, heads, now());
      } catch (error) {
        // Without room for receipts there will be others.
        if (!(error instanceof Failure)) throw error;
      }
    },
    sent: database.markSent,
    isMember: (device) => {
      if (log.genesis()) return log.member(bytesToHex(device))?.limit === Infinity;
      // Who has nothing yet knows nobody, and has to hear it from somebody.
      const introducer = database.introducer();
      return introducer === null || equal(introducer.device, device);
    },
    recipients: () => {
      const members = [...log.roster().values()].filter(({ limit }) => limit === Infinity);
      const vault = log.genesis()?.vault;
      const introducer = vault ? null : database.introducer();
      if (introducer) return [introducer.seal];
      return [...members.map(({ seal }) => seal), ...(vault ? [vault] : [])];
    },
    missingContents: database.missingContents,
    heldContents: database.heldContents,
    content: database.contentBytes,
    keepContent: (hash, bytes) => {
      const isKept = database.keepContent(hash, bytes);
      if (isKept) committed();
      return isKept;
    },
  };

  return {
    exchange,
    inTurn,
    found,
    seal,
    committed,
    identity: (): Identity => identity,

    /** Founds a space if there is none; else nothing. */
    foundSpace: () => inTurn(found),
    /**
     * Enters a space that others have founded; this device has none yet.
     *
     * @param introducer the device that lets this one in: the only one that it listens to until it
     *   has heard who belongs to the space. Absent: whoever comes first.
     */
    enter: (space: Uint8Array, introducer?: { device: Uint8Array; seal: Uint8Array }) =>
      inTurn(async () => {
        if (log.space()) throw new Failure('space/already-in-one');
        database.enterSpace(space, null, now());
        if (introducer) database.keepIntroducer(introducer);
        committed();
      }),
    /** @throws Failure 'roster/not-owner'. */
    admitDevice: (device: Uint8Array, sealKey: Uint8Array, name: string, role: Role) =>
      inTurn(async () => {
        requireOwner();
        await state({ admit: { device, seal: sealKey, name, role } });
        await settle();
      }),
    /**
     * Ends a device's log: after what was held of it before a moment, by this device's own receipts.
     * What it wrote since is void.
     *
     * @param since Unix ms, UTC; null: all that is held still counts.
     * @throws Failure 'roster/not-owner', 'roster/not-senior', 'roster/no-such-place'.
     */
    revoke: (device: Uint8Array, since: number | null) =>
      inTurn(async () => {
        requireSeniority(device);
        const id = log.idOf(device);
        const head = id === undefined ? 0 : Math.min(log.head(id)?.seq ?? 0, log.reach(id).limit);
        const seq = since === null ? head : Math.min(head, database.lastBefore(device, since));
        await state({ cut: placeIn(device, seq) });
        await settle();
      }),
    /** From now on a device has at most this role. Throws as `revoke`. */
    demote: (device: Uint8Array, role: Role) =>
      inTurn(async () => {
        requireSeniority(device);
        const id = log.idOf(device);
        const seq = id === undefined ? 0 : (log.head(id)?.seq ?? 0);
        await state({ demote: { ...placeIn(device, seq), role } });
        await settle();
      }),
    /** This device writes nothing more. */
    retire: () =>
      inTurn(async () => {
        await state({ retire: null });
      }),
    /**
     * Says again, as this device's own word, what a device said beyond its cut.
     *
     * @param only the entities to adopt; null: all. How many changes were adopted.
     */
    adopt: (device: Uint8Array, only: ReadonlySet<string> | null) =>
      inTurn(async () => {
        const payloads = database.adoptable(device, only, newId(now(), random(10)));
        const sealed = await seal(payloads.map((payload) => ({ kind: 'change', payload })));
        database.commitPlain(sealed, now());
        if (payloads.length > 0) committed();
        return payloads.length;
      }),
    /**
     * Makes this device the most senior member, by the space's 24 words.
     *
     * @param entropy what the words stand for, 32 bytes.
     * @throws Failure 'recovery/wrong-words' if they are those of another space.
     */
    recover: (entropy: Uint8Array, name: string) =>
      inTurn(async () => {
        const genesis = log.genesis();
        const space = log.space();
        const recovery = await suite.recovery(entropy);
        if (!genesis || !space || !equal(genesis.recovery, recovery.signer.device)) {
          throw new Failure('recovery/wrong-words');
        }
        // A log that was ended says nothing more.
        if (log.head(log.own()) && self()?.limit !== Infinity) await becomeAnother();
        const number = 1 + database.lastRecovery();
        const proof = await recovery.signer.sign(recoveryMessage(space, me(), number));
        await state({ recover: { number, seal: identity.seal, name, proof } });
        await settle();
      }),
    /**
     * Restates this device's log if most of it is superseded, and lets go of what was restated long
     * enough ago: to be called once in a while.
     *
     * @param always restates it in any case.
     */
    compact: (always = false) =>
      inTurn(async () => {
        if (always || database.isWorthRestating()) {
          const parts = database.checkpoint();
          const sealed = await seal(parts.map((payload) => ({ kind: 'checkpoint', payload })));
          database.commitPlain(sealed, now());
          await settle();
        }
        if (database.compact(now()) > 0) committed();
      }),
    /** Envelopes that wait for others. */
    waiting: room.size,
  };
}
