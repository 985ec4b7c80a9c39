/**
 * The database: the ledger of this device and everything derived from it, in one SQLite file.
 *
 * One change is one transaction: log, claims, rows, index and the person's action, or none of them.
 * Every function is synchronous; whoever calls has the only connection.
 */
import type { Claim } from '../ledger/claims.ts';
import { decodePayload } from '../ledger/claims.ts';
import type { Envelope } from '../ledger/envelope.ts';
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
import { type Content, contentText, storeContent } from './contents.ts';
import {
  append,
  changes,
  countEnvelopes,
  headOf,
  identify,
  latestClock,
  type LogHead,
  ownerOf,
} from './log.ts';
import { apply, entityKey, noteUpdates } from './projection.ts';
import * as queries from './queries.ts';
import { dropReading, type FailureOf, storeReading, unread } from './readings.ts';
import { derivedIsCurrent, migrate, resetDerived } from './schema.ts';
import type { Connection } from './sqlite.ts';

/** One sealed piece of a change, with the claims that its payload holds. */
export interface Sealed {
  readonly seq: number;
  readonly hlc: number;
  readonly envelope: Envelope;
  readonly hash: Uint8Array;
  readonly claims: readonly Claim[];
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
 * @param newSpace 16 random bytes, used by an empty database.
 */
export function openDatabase(connection: Connection, device: Uint8Array, newSpace: Uint8Array) {
  const { space, spaceId, device: own } = identify(connection, device, newSpace);

  const rebuild = (): number =>
    connection.transaction(() => {
      resetDerived(connection);
      let count = 0;
      for (const { payload, ...origin } of changes(connection)) {
        apply(connection, origin, decodePayload(payload).claims);
        count++;
      }
      return count;
    });
  if (!derivedIsCurrent(connection)) rebuild();

  const numbers = actionNumbers(connection);
  // This connection is the only one: what it has committed is the head.
  let head = headOf(connection, space, own);
  /** All of an action's envelopes, in one transaction with what `also` writes. */
  const commit = <T>(
    sealed: readonly Sealed[],
    contents: readonly Content[],
    at: number,
    also: () => T,
  ): T => {
    const result = connection.transaction(() => {
      for (const content of contents) storeContent(connection, content);
      for (const { seq, hlc, envelope, hash, claims } of sealed) {
        append(connection, { space, device: own, seq }, envelope, hash, at);
        apply(connection, { device: own, seq, hlc }, claims);
      }
      return also();
    });
    const last = sealed.at(-1);
    if (last) head = { device, seq: last.seq, hash: last.hash, hlc: last.hlc };
    return result;
  };

  return {
    spaceId,
    head: (): LogHead | null => head,
    latestClock: () => latestClock(connection, space),

    /** The first answer of a request that was carried out before; null: it was not. */
    answered: (action: Id): { readonly answer: unknown } | null => {
      const number = numbers.get(action);
      return number === undefined ? null : answerOf(connection, number);
    },
    flipOf: (claims: readonly Claim[]) => flipOf(connection, claims),
    lastDone: (action: Id | null) => lastDone(connection, action),
    lastUndone: () => lastUndone(connection),
    flipClaims: (flippable: Flippable) => flipClaims(connection, device, flippable),

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
    /** The first envelope of a log, which no action made. */
    commitGenesis: (sealed: Sealed, at: number): void => {
      commit([sealed], [], at, () => {});
    },
    /** Drops every derived table and makes it again. How many changes were read. */
    rebuild,

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
    noteUpdates: (id: Id): Uint8Array[] => {
      const key = entityKey(connection, { kind: 'task', id });
      return key === undefined ? [] : noteUpdates(connection, key, 'notes');
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
    contentText: (hash: string) => contentText(connection, hash),
    search: (text: string, limit: number) => queries.search(connection, text, limit),

    facts: () => ({
      envelopes: countEnvelopes(connection),
      size:
        connection.get<{ size: number }>(
          'select page_count * page_size as size from pragma_page_count(), pragma_page_size()',
        )?.size ?? 0,
      sqlite: connection.version,
    }),
    close: connection.close,
  };
}

type TailOf<F> = F extends (connection: Connection, ...rest: infer R) => unknown ? R : never;
