/**
 * The database: the ledger of this device and everything derived from it, in one SQLite file.
 *
 * One change is one transaction: log, claims, rows, index and the person's action, or none of them.
 * Every function is synchronous; whoever calls has the only connection. A database holds one space.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { type Checked, readContent } from '../ledger/admission.ts';
import { encodeCheckpoint } from '../ledger/checkpoint.ts';
import type { Claim } from '../ledger/claims.ts';
import { decodeHeader, type Envelope, type Head, type Header } from '../ledger/envelope.ts';
import type { ForkProof, Judgement } from '../ledger/exchange.ts';
import type { Fork } from '../ledger/fork.ts';
import { schemaVersion } from '../model/entities.ts';
import type { Id } from '../model/id.ts';
import {
  type ActionRecord,
  actionNumbers,
  answerOf,
  flipClaims,
  flipOf,
  type Flippable,
  lastDone,
  lastUndone,
  record,
  recordFlip,
} from './actions.ts';
import { admit, admitFork, becomeDevice, jump, take } from './admit.ts';
import { adoptable } from './adoption.ts';
import { check } from './check.ts';
import { findJump, isWorthRestating, restatedOf, ripe, type Vouch } from './compaction.ts';
import {
  type Content,
  contentBytes,
  contentText,
  heldContents,
  keepContent,
  missingContents,
  storeContent,
} from './contents.ts';
import { digest } from './digest.ts';
import { openLog, ownerOf } from './log.ts';
import { entityKey, noteParts } from './projection.ts';
import * as projection from './projection.ts';
import {
  quarantined,
  refuse,
  type Refused,
  rejudgeable,
  release,
  releaseBytes,
} from './quarantine.ts';
import * as queries from './queries.ts';
import { dropReading, type FailureOf, storeReading, unread } from './readings.ts';
import * as receipts from './receipts.ts';
import { derivedIsCurrent, migrate, resetDerived } from './schema.ts';
import type { Connection } from './sqlite.ts';
import { forgetTail, keepNotes, nextTail, type Tail } from './tail.ts';

/** One sealed piece of a change, with the claims that its payload holds. */
export interface Sealed {
  readonly envelope: Envelope;
  readonly fields: Header;
  readonly hash: Uint8Array;
}

/** A device's public keys: Ed25519, X25519. */
interface Introducer {
  readonly device: Uint8Array;
  readonly seal: Uint8Array;
}

export type Database = ReturnType<typeof openDatabase>;

/**
 * Brings the tables up to date.
 *
 * @returns the public key of the device that the database belongs to; null if it is new.
 * @throws Failure 'database/newer': it is left alone.
 */
export function prepareDatabase(connection: Connection): Uint8Array | null {
  migrate(connection);
  return ownerOf(connection);
}

/**
 * @param connection prepared.
 * @param device this device's public key, 32 bytes.
 */
export function openDatabase(connection: Connection, device: Uint8Array) {
  const isCurrent = derivedIsCurrent(connection);
  if (!isCurrent) connection.transaction(() => resetDerived(connection));
  const log = openLog(connection, device);

  /** All of `work` or nothing of it, also of what is held in memory. */
  const transaction = <T>(work: () => T): T => {
    try {
      return connection.transaction(work);
    } catch (error) {
      log.load();
      throw error;
    }
  };

  const rebuild = (): number =>
    transaction(() => {
      resetDerived(connection);
      return projection.rebuild(connection, log);
    });
  const isRejudged = rejudgeSchema(connection);
  if (!isCurrent || isRejudged) {
    log.load();
    rebuild();
  }

  const numbers = actionNumbers(connection);
  /** All of an action's envelopes, in one transaction with what `also` writes. */
  const commit = <T>(
    sealed: readonly Sealed[],
    contents: readonly Content[],
    at: number,
    also: () => T,
  ): T =>
    transaction(() => {
      for (const content of contents) storeContent(connection, content);
      for (const { envelope, fields, hash } of sealed) {
        // What is applied now is what a rebuild will apply: it is read from the payload.
        const reading = readContent(fields, envelope.payload);
        if (reading.judgement) throw new TypeError(reading.judgement.reason);
        take(connection, log, { envelope, fields, hash, reading, judgement: null }, at);
      }
      return also();
    });

  return {
    log,
    /** The first answer of a request that was carried out before; null: it was not. */
    answered: (action: Id): { readonly answer: unknown } | null => {
      const number = numbers.get(action);
      return number === undefined ? null : answerOf(connection, number);
    },
    /** Whether what this device says counts. */
    mayWrite: (): boolean => log.reach(log.own()).writes === Infinity,
    flipOf: (claims: readonly Claim[]) => flipOf(connection, log, claims),
    lastDone: (action: Id | null) => lastDone(connection, action),
    lastUndone: () => lastUndone(connection),
    flipClaims: (flippable: Flippable) => flipClaims(connection, log, flippable),

    /** Commits one action of the person: `sealed` ascends from the head. */
    commit: (
      action: ActionRecord,
      sealed: readonly Sealed[],
      contents: readonly Content[],
    ): void => {
      const recorded = () => record(connection, action);
      numbers.set(action.id, commit(sealed, contents, action.at, recorded));
    },
    /** Commits the undo or redo of an action. */
    commitFlip: (
      flipped: Flippable,
      to: 'done' | 'undone',
      action: ActionRecord,
      sealed: readonly Sealed[],
    ): void => {
      const recorded = () => recordFlip(connection, flipped, to, action);
      numbers.set(action.id, commit(sealed, [], action.at, recorded));
    },
    /** Commits envelopes that no action of the person made, e.g. statements. */
    commitPlain: (sealed: readonly Sealed[], at: number): void => {
      commit(sealed, [], at, () => {});
    },
    /** Founds a space with its genesis, or enters one that others have founded. */
    enterSpace: (
      space: Uint8Array,
      founding: { readonly genesis: Sealed; readonly entropy: Uint8Array } | null,
      at: number,
    ): void => {
      transaction(() => {
        log.enter(space);
        if (!founding) return;
        connection.run(`insert into meta (key, value) values ('recovery', ?)`, founding.entropy);
        const { envelope, fields, hash } = founding.genesis;
        const reading = readContent(fields, envelope.payload);
        take(connection, log, { envelope, fields, hash, reading, judgement: null }, at);
      });
    },

    /** The device that lets this one into its space, kept until that one's word has come. */
    keepIntroducer: ({ device, seal }: Introducer): void =>
      connection.run(
        `insert or replace into meta (key, value) values ('introducer', ?)`,
        concatBytes(device, seal),
      ),
    introducer: (): Introducer | null => {
      const row = connection.get<{ value: Uint8Array }>(
        `select value from meta where key = 'introducer'`,
      );
      return row ? { device: row.value.slice(0, 32), seal: row.value.slice(32) } : null;
    },

    /** Judges envelopes in this order, in one transaction; null: it was no envelope of ours to judge
     *  but is refused as it is. */
    admit: (all: readonly Checked[], at: number) =>
      transaction(() => all.map((checked) => admit(connection, log, checked, at))),
    /** Goes on with a log whose beginning is not held, if its waiting envelopes allow it. */
    jump: (waiting: readonly Checked[], vouches: readonly Vouch[], at: number): boolean =>
      transaction(() => {
        const found = findJump(log, waiting, vouches, at);
        if (found) jump(connection, log, found, at);
        return found !== null;
      }),
    /** Payloads of a checkpoint of this device's own log. */
    checkpoint: (): Uint8Array[] => {
      const base = log.head(log.own())?.seq ?? 0;
      return encodeCheckpoint(base, restatedOf(connection, log, log.own(), base));
    },
    isWorthRestating: () => isWorthRestating(connection, log),
    /** Lets go of what checkpoints restate, where it is time; how many logs. @param now Unix ms. */
    compact: (now: number): number => {
      const logs = ripe(connection, log, now);
      if (logs.length === 0) return 0;
      transaction(() => {
        for (const { device, base } of logs) log.compact(device, base);
      });
      // It frees a page at every step: a script would take only the first.
      connection.all('pragma incremental_vacuum');
      connection.script('pragma wal_checkpoint(truncate)');
      return logs.length;
    },
    admitFork: (fork: Fork, proof: ForkProof, at: number): boolean =>
      transaction(() => admitFork(connection, log, fork, proof, at)),
    refuse: (refused: readonly (readonly [Refused, Judgement])[]): void => {
      if (refused.length === 0) return;
      transaction(() => {
        for (const [what, judgement] of refused) refuse(connection, what, judgement);
      });
    },
    quarantined: (limit: number) => quarantined(connection, limit),
    rejudgeable: () => rejudgeable(connection),
    /** The same of what waited besides being in quarantine. @param all as it came. */
    releaseBytes: (all: readonly Uint8Array[]): void => {
      if (all.length === 0) return;
      transaction(() => all.forEach((bytes) => releaseBytes(connection, bytes)));
    },
    release: (entries: readonly number[]): void => {
      if (entries.length === 0) return;
      transaction(() => entries.forEach((number) => release(connection, number)));
    },

    /** Another key writes for this device from now on, see `becomeDevice` in admit.ts. */
    becomeDevice: (key: Uint8Array): void => {
      transaction(() => {
        becomeDevice(connection, log, key, receipts.sentOf(connection));
        receipts.forgetSent(connection);
      });
    },
    /** What has to be signed again; null: nothing. */
    unsigned: () => nextTail(connection),
    /** Commits the changes of a tail, signed again. */
    commitAgain: (tail: Tail, sealed: readonly Sealed[], at: number): void => {
      commit(sealed, [], at, () => keepNotes(connection, tail));
    },
    forgetTail: (tail: Tail): void => forgetTail(connection, tail),
    /** Payloads that say again what a device said beyond its cut, see adoption.ts. */
    adoptable: (device: Uint8Array, only: ReadonlySet<string> | null, action: Id) =>
      adoptable(connection, log, device, only, action),
    /** The number of the newest recovery that anybody knows of; 0: there was none. */
    lastRecovery: (): number =>
      Math.max(
        0,
        ...[...log.statements().values()].flatMap((said) =>
          said.map(({ statement }) => ('recover' in statement ? statement.recover.number : 0)),
        ),
      ),
    /** What the 24 words of the space stand for, until a person has kept them; null: forgotten, or
     *  they were never here. */
    recoverySecret: (): Uint8Array | null =>
      connection.get<{ value: Uint8Array }>(`select value from meta where key = 'recovery'`)
        ?.value ?? null,
    forgetRecoverySecret: (): void => connection.run(`delete from meta where key = 'recovery'`),

    acknowledge: (peer: Uint8Array, heads: readonly Head[], at: number): void => {
      transaction(() => receipts.acknowledge(connection, log, peer, heads, at));
    },
    markSent: (seq: number): void => receipts.markSent(connection, seq),
    sent: (): number => receipts.sentOf(connection),
    receiptOf: (seq: number) => receipts.receiptOf(connection, log, seq),
    overdue: (now: number) => receipts.overdue(connection, log, now),
    /** The last envelope of a device that came here before a moment (Unix ms); 0: none did. */
    lastBefore: (key: Uint8Array, moment: number): number =>
      receipts.lastBefore(connection, log, key, moment),

    /** Drops every derived table and makes it again. How many changes were read. */
    rebuild,
    /** A name of all that is shown, alike on devices that hold the same. */
    digest: () => digest(connection, log),
    check: () => check(connection),

    explain: (kind: Claim['kind'], id: Id, field: string) => {
      const key = entityKey(connection, { kind, id });
      return key === undefined ? null : projection.explainRegister(connection, log, key, field);
    },
    /** When an envelope came here, Unix ms; 0: it is not held any more. */
    receivedAt: (device: number, seq: number): number =>
      connection.get<{ at: number }>(
        'select received_at as at from envelope where device = ? and seq = ?',
        device,
        seq,
      )?.at ?? 0,
    acknowledgedBy: (peer: number, device: number) =>
      receipts.acknowledgedBy(connection, peer, device),
    lastHeard: (peer: number) => receipts.lastHeard(connection, peer),
    countRefused: (): number =>
      connection.get<{ n: number }>('select count(*) as n from quarantine')?.n ?? 0,
    contestedFields: (kind: Claim['kind'], id: Id) => {
      const key = entityKey(connection, { kind, id });
      return key === undefined ? [] : projection.contestedFields(connection, key);
    },

    storeReading: (reading: Parameters<typeof storeReading>[1]) => {
      connection.transaction(() => storeReading(connection, reading));
    },
    dropReading: (content: Parameters<typeof dropReading>[1]) => {
      connection.transaction(() => dropReading(connection, content));
    },
    unread: () => unread(connection),

    taskCards: (...[view, limit]: TailOf<typeof queries.taskCards>) =>
      queries.taskCards(connection, view, limit),
    task: (id: Id) => queries.task(connection, id),
    noteParts: (kind: Claim['kind'], id: Id, field: string) => {
      const key = entityKey(connection, { kind, id });
      return key === undefined ? [] : noteParts(connection, log, key, field);
    },
    topOrder: (list: Id | null) => queries.topOrder(connection, list),
    tasksOfList: (list: Id) => queries.tasksOfList(connection, list),
    listTitle: (id: Id) => queries.listTitle(connection, id),
    lastListOrder: () => queries.lastListOrder(connection),
    overview: (today: string) => queries.overview(connection, today),
    clipRow: (id: Id) => queries.clipRow(connection, id),
    clip: (id: Id, failureOf: FailureOf) => queries.clip(connection, id, failureOf),
    clips: (limit: number) => queries.clips(connection, limit),
    page: (id: Id, failureOf: FailureOf) => queries.page(connection, id, failureOf),
    contentBytes: (hash: Uint8Array) => contentBytes(connection, hash),
    heldContents: (after: Uint8Array | null, limit: number) =>
      heldContents(connection, after, limit),
    missingContents: (limit: number) => missingContents(connection, limit),
    /** Keeps a content that came from elsewhere, see contents.ts; whether it was kept. */
    keepContent: (hash: Uint8Array, bytes: Uint8Array): boolean =>
      transaction(() => {
        const isKept = keepContent(connection, hash, bytes);
        if (isKept) projection.showContent(connection, hash);
        return isKept;
      }),
    contentText: (hash: string) => contentText(connection, hash),
    search: (text: string, limit: number) => queries.search(connection, text, limit),

    facts: () => ({
      envelopes: log.count(),
      size:
        connection.get<{ size: number }>(
          'select page_count * page_size as size from pragma_page_count(), pragma_page_size()',
        )?.size ?? 0,
      sqlite: connection.version,
    }),
    close: connection.close,
  };
}

/** Judges again what was written for a newer schema than this one was then; whether there was any. */
function rejudgeSchema(connection: Connection): boolean {
  const rows = connection.all<{
    device: number;
    seq: number;
    header: Uint8Array;
    payload: Uint8Array;
  }>(`select device, seq, header, payload from envelope where verdict = 'future-schema'`);
  let changed = false;
  for (const { device, seq, header, payload } of rows) {
    const fields = decodeHeader(header);
    if (!fields || fields.schema > schemaVersion) continue;
    const { judgement } = readContent(fields, payload);
    connection.run(
      'update envelope set verdict = ?, reason = ? where device = ? and seq = ?',
      judgement?.verdict ?? null,
      judgement?.reason ?? null,
      device,
      seq,
    );
    changed = true;
  }
  return changed;
}

type TailOf<F> = F extends (connection: Connection, ...rest: infer R) => unknown ? R : never;
