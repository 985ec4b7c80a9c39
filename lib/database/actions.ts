/**
 * Actions: what the person did on this device, newest last. Answers repeated requests with the first
 * answer, and holds what it takes to undo and redo. Local: it never leaves the device.
 */
import { type Claim, decodeValue, encodeValue } from '../ledger/claims.ts';
import { clientOf, editNote, readNote } from '../ledger/notes.ts';
import { fieldSpec } from '../model/entities.ts';
import * as v from 'valibot';
import { type Id, idFromBytes, idToBytes } from '../model/id.ts';
import type { ActionKind, ActionLabel } from '../model/views.ts';
import { elementIsPresent, entityKey, fieldValue, noteUpdates, winnerOf } from './projection.ts';
import type { Identity } from './log.ts';
import type { Connection } from './sqlite.ts';

/** How many actions can be taken back, at least. */
const kept = 1_000;

/** A claim that takes another back, as long as that one still stands. Of a text: the whole text
 *  before, put back only while the text is still the one after. */
type Flip =
  | Exclude<Claim, { merge: 'text' }>
  | {
      readonly kind: Claim['kind'];
      readonly id: Id;
      readonly field: string;
      readonly merge: 'text';
      readonly before: string;
      readonly after: string;
    };

/** The envelopes of an action. */
export interface Seqs {
  readonly first: number;
  readonly last: number;
}

export interface ActionRecord {
  readonly id: Id;
  readonly kind: ActionKind;
  readonly subject: string;
  readonly count: number;
  readonly flip: Uint8Array;
  /** JSON value. */
  readonly answer: unknown;
  /** Unix ms, UTC. */
  readonly at: number;
}

export interface Flippable {
  readonly label: ActionLabel;
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly flip: Uint8Array;
}

/** The number of each action that is remembered. An index in memory: one on disk would be one more
 *  page to write for every change. */
export function actionNumbers(connection: Connection): Map<Id, number> {
  const rows = connection.all<{ id: Uint8Array; number: number }>('select id, number from action');
  return new Map(rows.map(({ id, number }) => [idFromBytes(id), number]));
}

/** The first answer of a request that was carried out before. */
export function answerOf(connection: Connection, number: number): unknown {
  const row = connection.get<{ answer: string }>(
    'select answer from action where number = ?',
    number,
  );
  return row && (JSON.parse(row.answer) as { value?: unknown }).value;
}

/** A new action of the person: what was undone before it cannot be redone any more. Its number. */
export function record(connection: Connection, action: ActionRecord, seqs: Seqs): number {
  connection.run(`update action set state = 'settled' where state = 'undone'`);
  return insert(connection, action, 'done', seqs);
}

/** An undo or redo, kept only for its answer. */
export function recordFlip(
  connection: Connection,
  flipped: Flippable,
  to: 'done' | 'undone',
  action: ActionRecord,
  seqs: Seqs,
): number {
  connection.run(
    'update action set state = ?, first_seq = ?, last_seq = ?, flip = ? where number = ?',
    to,
    seqs.first,
    seqs.last,
    action.flip,
    flipped.number,
  );
  return insert(connection, { ...action, flip: new Uint8Array(0) }, 'settled', seqs);
}

/** What an undo takes back: the named action, else the last one done. */
export function lastDone(connection: Connection, action: Id | null): Flippable | null {
  return action
    ? find(connection, `state = 'done' and id = ?`, idToBytes(action))
    : find(connection, `state = 'done'`);
}

/** What a redo does again: the action undone last, which is the oldest of those undone. */
export function lastUndone(connection: Connection): Flippable | null {
  return find(connection, `state = 'undone'`, undefined, 'asc');
}

/**
 * What would take `claims` back, to be found before they are applied.
 *
 * @returns CBOR, for `flipClaims`.
 */
export function flipOf(connection: Connection, claims: readonly Claim[]): Uint8Array {
  const flips: Flip[] = [];
  const created = new Set<Id>();
  const texts = new Map<string, { updates: Uint8Array[]; before: string; claim: Claim }>();
  for (const claim of claims) {
    const { kind, id, field } = claim;
    if (created.has(id)) continue;
    const key = entityKey(connection, id);
    if (key === undefined) {
      created.add(id);
      flips.push({ kind, id, field: 'deleted', merge: 'register', value: true });
    } else if (claim.merge === 'register') {
      const value = fieldValue(connection, key, field, 'register') ?? emptyValue(kind, field);
      flips.push({ kind, id, field, merge: 'register', value });
    } else if (claim.merge === 'set') {
      const { element } = claim;
      const present = elementIsPresent(connection, key, field, encodeValue(element));
      if (present !== claim.present)
        flips.push({ kind, id, field, merge: 'set', element, present });
    } else {
      const place = `${id} ${field}`;
      let text = texts.get(place);
      if (!text) {
        const updates = noteUpdates(connection, key, field);
        texts.set(place, (text = { updates, before: readNote(updates), claim }));
      }
      text.updates.push(claim.update);
    }
  }
  for (const { updates, before, claim } of texts.values()) {
    const { kind, id, field } = claim;
    flips.push({ kind, id, field, merge: 'text', before, after: readNote(updates) });
  }
  return encodeValue(flips);
}

/** The claims that flip an action now: only where its own claims still stand. */
export function flipClaims(
  connection: Connection,
  identity: Identity,
  deviceKey: Uint8Array,
  { flip, firstSeq, lastSeq }: Flippable,
): Claim[] {
  const stands = (entity: number, field: string, element?: Uint8Array) => {
    const winner = winnerOf(connection, entity, field, element);
    // A new thing's 'deleted' was never claimed: nothing stands against deleting it.
    if (!winner) return true;
    return winner.device === identity.device && winner.seq >= firstSeq && winner.seq <= lastSeq;
  };
  return (decodeValue(flip) as Flip[]).flatMap((claim): Claim[] => {
    const entity = entityKey(connection, claim.id);
    if (entity === undefined) return [];
    const { kind, id, field } = claim;
    if (claim.merge === 'text') {
      const updates = noteUpdates(connection, entity, field);
      if (readNote(updates) !== claim.after) return [];
      return editNote(updates, clientOf(deviceKey), claim.before).map((update) => ({
        kind,
        id,
        field,
        merge: 'text',
        update,
      }));
    }
    const element = claim.merge === 'set' ? encodeValue(claim.element) : undefined;
    return stands(entity, field, element) ? [claim] : [];
  });
}

/** The value of a register that nobody has claimed. */
function emptyValue(kind: Claim['kind'], field: string): unknown {
  const schema = fieldSpec(kind, field)?.schema;
  return [null, false, 0, ''].find((value) => schema && v.is(schema, value)) ?? null;
}

function insert(
  connection: Connection,
  action: ActionRecord,
  state: 'done' | 'settled',
  { first, last }: Seqs,
): number {
  const row = connection.get<{ number: number }>(
    `insert into action (id, kind, subject, count, state, first_seq, last_seq, flip, answer, at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning number`,
    idToBytes(action.id),
    action.kind,
    action.subject,
    action.count,
    state,
    first,
    last,
    action.flip,
    JSON.stringify({ value: action.answer }),
    action.at,
  );
  const number = row?.number ?? 0;
  if (number % 100 === 0) connection.run('delete from action where number <= ?', number - kept);
  return number;
}

function find(
  connection: Connection,
  where: string,
  id?: Uint8Array,
  order: 'asc' | 'desc' = 'desc',
): Flippable | null {
  const row = connection.get<{
    number: number;
    id: Uint8Array;
    kind: ActionKind;
    subject: string;
    count: number;
    first_seq: number;
    last_seq: number;
    flip: Uint8Array;
  }>(
    `select number, id, kind, subject, count, first_seq, last_seq, flip from action
     where ${where} order by number ${order} limit 1`,
    ...(id ? [id] : []),
  );
  return (
    (row && {
      label: {
        action: idFromBytes(row.id),
        kind: row.kind,
        subject: row.subject,
        count: row.count,
      },
      number: row.number,
      firstSeq: row.first_seq,
      lastSeq: row.last_seq,
      flip: row.flip,
    }) ??
    null
  );
}
