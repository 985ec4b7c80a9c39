/**
 * Actions: what the person did on this device, newest last. Answers repeated requests with the first
 * answer, and holds what it takes to undo and redo. Local: it never leaves the device.
 */
import { type Claim, decodeValue, encodeValue, entityOf } from '../ledger/claims.ts';
import { equal } from '../ledger/envelope.ts';
import { clientOf, editNote, type NotePart, readNote } from '../ledger/notes.ts';
import { fieldSpec } from '../model/entities.ts';
import * as v from 'valibot';
import { type Id, idFromBytes, idToBytes } from '../model/id.ts';
import type { ActionKind, ActionLabel } from '../model/views.ts';
import type { Log } from './log.ts';
import { elementIsPresent, entityKey, fieldValue, noteParts } from './projection.ts';
import type { Connection } from './sqlite.ts';

/** How many actions are remembered, undos and redos among them. */
const kept = 1_000;

/** What an action did in one place: what was there before is put back only while what is there now
 *  is what the action left. It is compared by value, because what an undo put back is the word of
 *  the undo's envelope, and yet what the action before had left. */
type Flip = Pick<Claim, 'kind' | 'id' | 'field'> &
  (
    | { readonly merge: 'register'; readonly before: unknown; readonly after: unknown }
    /** Afterwards it is the other way round. */
    | { readonly merge: 'set'; readonly element: unknown; readonly before: boolean }
    | { readonly merge: 'text'; readonly before: string; readonly after: string }
  );

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
  readonly flip: Uint8Array;
}

/** The number of each action that is remembered. An index in memory: one on disk would be one more
 *  page to write for every change. */
export function actionNumbers(connection: Connection): Map<Id, number> {
  const rows = connection.all<{ id: Uint8Array; number: number }>('select id, number from action');
  return new Map(rows.map(({ id, number }) => [idFromBytes(id), number]));
}

/** The first answer of a request that was carried out before; null if it is forgotten. */
export function answerOf(connection: Connection, number: number): { answer: unknown } | null {
  const row = connection.get<{ answer: string }>(
    'select answer from action where number = ?',
    number,
  );
  return row ? { answer: (JSON.parse(row.answer) as { value?: unknown }).value } : null;
}

/** A new action of the person: what was undone before it cannot be redone any more. Its number. */
export function record(connection: Connection, action: ActionRecord): number {
  connection.run(`update action set state = 'settled' where state = 'undone'`);
  return insert(connection, action, 'done');
}

/** An undo or redo, kept only for its answer. */
export function recordFlip(
  connection: Connection,
  flipped: Flippable,
  to: 'done' | 'undone',
  action: ActionRecord,
): number {
  const number = insert(connection, { ...action, flip: new Uint8Array(0) }, 'settled');
  connection.run(
    'update action set state = ?, flip = ?, flipped_by = ? where number = ?',
    to,
    action.flip,
    number,
    flipped.number,
  );
  return number;
}

/** What an undo takes back: the named action, else the last one done. */
export function lastDone(connection: Connection, action: Id | null): Flippable | null {
  return action
    ? find(connection, `state = 'done' and id = ?`, idToBytes(action))
    : find(connection, `state = 'done'`);
}

/** What a redo does again: the action undone last, not the oldest, because an undo may name one. */
export function lastUndone(connection: Connection): Flippable | null {
  return find(connection, `state = 'undone'`, undefined, 'flipped_by');
}

/**
 * What would take `claims` back, to be found before they are applied.
 *
 * @returns CBOR, for `flipClaims`.
 */
export function flipOf(connection: Connection, log: Log, claims: readonly Claim[]): Uint8Array {
  const flips: Flip[] = [];
  const created = new Set<string>();
  const texts = new Map<string, { parts: NotePart[]; before: string; claim: Claim }>();
  for (const claim of claims) {
    const { kind, id, field } = claim;
    const entity = entityOf(claim);
    if (created.has(entity)) continue;
    const key = entityKey(connection, claim);
    if (key === undefined) {
      created.add(entity);
      flips.push({ kind, id, field: 'deleted', merge: 'register', before: true, after: false });
    } else if (claim.merge === 'register') {
      const before = registerValue(connection, log, key, kind, field);
      flips.push({ kind, id, field, merge: 'register', before, after: claim.value });
    } else if (claim.merge === 'set') {
      const { element, present } = claim;
      const before = elementIsPresent(connection, log, key, field, encodeValue(element));
      if (before !== present) flips.push({ kind, id, field, merge: 'set', element, before });
    } else {
      const place = `${entity} ${field}`;
      let text = texts.get(place);
      if (!text) {
        const parts = noteParts(connection, log, key, field);
        texts.set(place, (text = { parts, before: readNote(parts), claim }));
      }
      text.parts.push({ update: claim.update, isVoid: false });
    }
  }
  for (const { parts, before, claim } of texts.values()) {
    const { kind, id, field } = claim;
    flips.push({ kind, id, field, merge: 'text', before, after: readNote(parts) });
  }
  return encodeValue(flips);
}

/** The claims that flip an action now: only where what it did is still there. */
export function flipClaims(connection: Connection, log: Log, { flip }: Flippable): Claim[] {
  return (decodeValue(flip) as Flip[]).flatMap((place): Claim[] => {
    const entity = entityKey(connection, place);
    if (entity === undefined) return [];
    const { kind, id, field } = place;
    if (place.merge === 'text') {
      const parts = noteParts(connection, log, entity, field);
      if (readNote(parts) !== place.after) return [];
      return editNote(parts, clientOf(log.ownDevice()), place.before).map((update) => ({
        kind,
        id,
        field,
        merge: 'text',
        update,
      }));
    }
    if (place.merge === 'set') {
      const { element, before: present } = place;
      const isThere = elementIsPresent(connection, log, entity, field, encodeValue(element));
      return isThere === present ? [] : [{ kind, id, field, merge: 'set', element, present }];
    }
    const value = registerValue(connection, log, entity, kind, field);
    if (!equal(encodeValue(value), encodeValue(place.after))) return [];
    return [{ kind, id, field, merge: 'register', value: place.before }];
  });
}

/** The value of a register, also of one that nobody has claimed. */
function registerValue(
  connection: Connection,
  log: Log,
  entity: number,
  kind: Claim['kind'],
  field: string,
): unknown {
  const value = fieldValue(connection, log, entity, field, 'register');
  if (value !== null) return value;
  const schema = fieldSpec(kind, field)?.schema;
  return [null, false, 0, ''].find((value) => schema && v.is(schema, value)) ?? null;
}

function insert(connection: Connection, action: ActionRecord, state: 'done' | 'settled'): number {
  const row = connection.get<{ number: number }>(
    `insert into action (id, kind, subject, count, state, flip, answer, at)
     values (?, ?, ?, ?, ?, ?, ?, ?) returning number`,
    idToBytes(action.id),
    action.kind,
    action.subject,
    action.count,
    state,
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
  order = 'number',
): Flippable | null {
  const row = connection.get<{
    number: number;
    id: Uint8Array;
    kind: ActionKind;
    subject: string;
    count: number;
    flip: Uint8Array;
  }>(
    `select number, id, kind, subject, count, flip from action
     where ${where} order by ${order} desc limit 1`,
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
      flip: row.flip,
    }) ??
    null
  );
}
