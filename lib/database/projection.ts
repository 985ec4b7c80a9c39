/**
 * The projection: from claims to the rows that pages are shown.
 *
 * `apply` takes the claims of one envelope, `recount` what changes when more or less of a log counts,
 * both in the caller's transaction. Applying the whole log to empty tables gives the same rows,
 * whatever the order in which devices' envelopes arrived.
 */
import { decodeCheckpoint } from '../ledger/checkpoint.ts';
import {
  type Claim,
  decodeValue,
  encodeValue,
  entityOf,
  type RegisterClaim,
  type SetClaim,
  type TextClaim,
} from '../ledger/claims.ts';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Joined, joinElement, joinRegister, type Saw, type Standing } from '../ledger/join.ts';
import { clientOf, type NotePart, readNote } from '../ledger/notes.ts';
import { inspectNoteUpdate } from '../ledger/note-update.ts';
import { type EntityKind, fieldSpec } from '../model/entities.ts';
import { type Id, idFromBytes, idToBytes } from '../model/id.ts';
import { contentText } from './contents.ts';
import { history, historyDown, type Origin } from './history.ts';
import type { Log } from './log.ts';
import { refreshWaiting } from './readings.ts';
import type { Connection, Parameter } from './sqlite.ts';

/** A claim as it stands in table claim. */
export interface StandingClaim extends Standing<Uint8Array> {
  readonly [column: string]: unknown;
  /** Key of table device. */
  readonly author: number;
}

const nothing = new Uint8Array(0);

/** Which column shows a field, and how its joined value becomes a cell. */
type Columns = Readonly<
  Record<string, readonly [column: string, cell: (value: unknown) => Parameter]>
>;

const plain = (value: unknown) => value as Parameter;
const text = (value: unknown) => (value ?? '') as string;
const number = (value: unknown) => (value ?? 0) as number;
const flag = (value: unknown) => (value === true ? 1 : 0);
const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
const idBytes = (value: unknown) => (value === null ? null : idToBytes(value as Id));

const columns: Readonly<Record<EntityKind, Columns>> = {
  task: {
    title: ['title', text],
    notes: ['notes', text],
    completedAt: ['completed_at', plain],
    deadline: ['deadline', plain],
    planned: ['planned', plain],
    priority: ['priority', number],
    list: ['list', idBytes],
    order: ['ord', text],
    tags: ['tags', json],
    source: ['source', json],
    deleted: ['deleted', flag],
  },
  list: {
    title: ['title', text],
    order: ['ord', text],
    deleted: ['deleted', flag],
  },
  clip: {
    address: ['address', text],
    title: ['title', text],
    site: ['site', plain],
    byline: ['byline', plain],
    published: ['published', plain],
    language: ['language', plain],
    content: ['content', text],
    excerpt: ['excerpt', text],
    versions: ['versions', json],
    highlights: ['highlights', json],
    dismissed: ['dismissed', json],
    savedAt: ['saved_at', number],
    deleted: ['deleted', flag],
  },
};

/** Without which a thing is not shown: whoever gave it one does not count any more, or not yet. */
const named: Readonly<Record<EntityKind, string>> = {
  task: 'title',
  list: 'title',
  clip: 'address',
};

/**
 * Stores the claims of one envelope, and shows what they come to.
 *
 * Those of an envelope that does not count are left out, except that the updates of notes are kept:
 * what others wrote next to them needs them.
 */
export function apply(
  connection: Connection,
  log: Log,
  origin: Origin,
  claims: readonly Claim[],
): void {
  const counts = origin.seq <= log.reach(origin.device).writes;
  for (const ofEntity of Map.groupBy(claims, entityOf).values()) {
    const [{ kind, id } = {}] = ofEntity;
    if (!kind || !id) continue;
    const texts = ofEntity.filter((claim) => claim.merge === 'text');
    if (!counts && texts.length === 0) continue;
    const known = entityRow(connection, { kind, id });
    const key = known ?? addEntity(connection, id, kind);
    for (const claim of counts ? ofEntity : texts) store(connection, key, origin, claim);
    if (!counts) {
      const isScaffold = origin.seq <= log.wanted(origin.device);
      if (isScaffold)
        show(connection, log, kind, id, key, new Set(texts.map(({ field }) => field)));
      continue;
    }
    // The only claims on a new entity are those of this envelope.
    const fresh = known === undefined ? ofEntity : null;
    const fields = new Set(ofEntity.map(({ field }) => field));
    show(connection, log, kind, id, key, fields, fresh, true);
  }
}

/** A place that a claim is about: one field of one entity, or one element of it. */
interface Place {
  readonly kind: EntityKind;
  readonly id: Id;
  readonly key: number;
  readonly field: string;
  readonly element: Uint8Array;
}

/** Shows what a log comes to when its claims count up to `after` instead of `before`. */
export function recount(
  connection: Connection,
  log: Log,
  device: number,
  before: number,
  after: number,
): void {
  const touched: Touched = new Map();
  move(connection, log, device, before, after, touched);
  showTouched(connection, log, touched);
}

/** Entities of which something has changed, by name, and which fields. */
type Touched = Map<string, { kind: EntityKind; id: Id; key: number; fields: Set<string> }>;

/** Brings the claims to what counts, but shows nothing of it yet. */
function move(
  connection: Connection,
  log: Log,
  device: number,
  before: number,
  after: number,
  touched: Touched,
): void {
  const touch = (kind: EntityKind, id: Id, key: number, field: string) => {
    const name = entityOf({ kind, id });
    const known = touched.get(name);
    if (known) known.fields.add(field);
    else touched.set(name, { kind, id, key, fields: new Set([field]) });
  };
  const lost = new Map<string, Place>();
  const [from, to] = [Math.min(before, after), Math.max(before, after)];
  for (const { origin, claims } of history(log, device, from, to)) {
    for (const claim of claims) {
      const key = entityRow(connection, claim) ?? addEntity(connection, claim.id, claim.kind);
      touch(claim.kind, claim.id, key, claim.field);
      if (after > before) store(connection, key, origin, claim);
      else if (claim.merge !== 'text') {
        const element = elementOf(claim);
        const { kind, id, field } = claim;
        lost.set(placeName(key, field, element), { kind, id, key, field, element });
      }
    }
  }
  for (const { key, field, element } of lost.values()) {
    connection.run(
      'delete from claim where entity = ? and field = ? and element = ? and device = ? and seq > ?',
      key,
      field,
      element,
      device,
      after,
    );
  }
  // What the device had said there before.
  if (lost.size > 0 && after > 0) {
    for (const { origin, claims } of historyDown(log, device, after)) {
      // Of two words on one place in one envelope the later one is said.
      for (const claim of claims.toReversed()) {
        if (claim.merge === 'text') continue;
        const key = entityRow(connection, claim);
        const place = key === undefined ? '' : placeName(key, claim.field, elementOf(claim));
        if (key === undefined || !lost.delete(place)) continue;
        store(connection, key, origin, claim);
      }
      if (lost.size === 0) break;
    }
  }
}

function showTouched(connection: Connection, log: Log, touched: Touched): void {
  for (const { kind, id, key, fields } of touched.values()) {
    show(connection, log, kind, id, key, fields);
  }
}

/** Shows what the whole log comes to, in derived tables that are empty. How many changes were read. */
export function rebuild(connection: Connection, log: Log): number {
  for (const device of log.devices()) restoreSights(log, device);
  log.load();
  let count = 0;
  for (const device of log.devices()) {
    for (const { origin, claims } of history(log, device, 0, Infinity)) {
      apply(connection, log, origin, claims);
      count++;
    }
  }
  return count;
}

/**
 * Shows what a log comes to when another checkpoint of it is in force than before, or none.
 * In the caller's transaction; the log knows already which.
 */
export function restate(connection: Connection, log: Log, device: number): void {
  const upto = Math.max(log.inForce(device)?.last ?? 0, log.base(device));
  log.forgetSights(device, upto);
  restoreSights(log, device);
  const touched: Touched = new Map();
  move(connection, log, device, Infinity, 0, touched);
  // Texts are kept also where they do not count: others may stand on them.
  for (const { origin, claims } of history(log, device, 0, Infinity)) {
    for (const claim of claims) {
      const key = claim.merge === 'text' ? entityRow(connection, claim) : undefined;
      if (key !== undefined) store(connection, key, origin, claim);
    }
  }
  move(connection, log, device, 0, log.reach(device).writes, touched);
  showTouched(connection, log, touched);
}

/** Notes again what the author of a log had seen by each of its envelopes. */
function restoreSights(log: Log, device: number): void {
  const { base = 0, last = 0 } = log.inForce(device) ?? {};
  for (const { seq, header, payload } of log.rows(device, base + 1, Infinity)) {
    log.sight(device, seq, header.deps);
    if (seq > last || header.kind !== 'checkpoint') continue;
    for (const { other, seq, upto } of decodeCheckpoint(payload).sights) {
      log.sight(device, seq, [{ device: other, seq: upto }]);
    }
  }
}

/** Shows the notes that a device has written in beyond `after`: they stand on more or less of it. */
export function recountNotes(
  connection: Connection,
  log: Log,
  device: number,
  after: number,
  to: number,
): void {
  const rows = connection.all<{ entity: number; field: string; id: Uint8Array; kind: EntityKind }>(
    `select distinct entity, field, entity.id, entity.kind from note_update
     join entity on entity.key = note_update.entity
     where device = ? and seq > ? and seq <= ?`,
    device,
    after,
    Math.min(to, Number.MAX_SAFE_INTEGER),
  );
  for (const { entity, field, id, kind } of rows) {
    show(connection, log, kind, idFromBytes(id), entity, new Set([field]));
  }
}

function placeName(key: number, field: string, element: Uint8Array): string {
  return `${key} ${field} ${bytesToHex(element)}`;
}

/** Writes what the claims on some fields of an entity come to; takes its row away if none is left.
 *  @param fresh all the claims there are, if they are known. */
function show(
  connection: Connection,
  log: Log,
  kind: EntityKind,
  id: Id,
  key: number,
  fields: ReadonlySet<string>,
  fresh: readonly Claim[] | null = null,
  isSure = fresh !== null,
): void {
  const isShown = fresh === null && hasRow(connection, kind, key);
  if (!isSure && !isEvident(connection, log, key)) {
    if (isShown) removeRow(connection, kind, key, id);
    return;
  }
  // What was not shown is shown whole.
  const all = isShown || fresh ? fields : new Set(Object.keys(columns[kind]));
  const cells = new Map<string, Parameter>();
  for (const field of all) {
    const column = columns[kind][field];
    const merge = fieldSpec(kind, field)?.merge;
    if (!column || !merge) continue;
    const only = fresh?.find((claim) => claim.field === field);
    const value =
      only?.merge === 'register' ? only.value : fieldValue(connection, log, key, field, merge);
    cells.set(column[0], column[1](value));
  }
  const name = named[kind];
  const changesName = all.has(name) || all.has('deleted');
  if (changesName || fresh) {
    const isDeleted = all.has('deleted')
      ? cells.get('deleted') === 1
      : !fresh && fieldValue(connection, log, key, 'deleted', 'register') === true;
    const title = all.has(name)
      ? cells.get(columns[kind][name]?.[0] ?? name)
      : fresh
        ? ''
        : fieldValue(connection, log, key, name, 'register');
    const isHidden = isDeleted || title === '' || title === null;
    if (isHidden || all.has('deleted') || isShown) cells.set('deleted', isHidden ? 1 : 0);
  }
  if (kind === 'task' && all.has('list')) {
    cells.set('home', homeOf(connection, cells.get('list') ?? null));
  }
  writeRow(connection, kind, key, isShown ? null : idToBytes(id), cells);
  const moved = cells.has('deleted') ? new Set([...all, 'deleted']) : all;
  follow(connection, kind, key, id, moved, !isShown);
}

/** The value that a field's claims come to: null, or an empty text or list, where there are none. */
export function fieldValue(
  connection: Connection,
  log: Log,
  entity: number,
  field: string,
  merge: Claim['merge'],
): unknown {
  if (merge === 'text') return readNote(noteParts(connection, log, entity, field));
  if (merge === 'register') {
    const { winner } = joinRegister(standings(connection, entity, field, nothing), sawBy(log));
    return winner && decodeValue(winner.value);
  }
  return connection
    .all<{ element: Uint8Array }>(
      'select distinct element from claim where entity = ? and field = ? order by element',
      entity,
      field,
    )
    .filter(({ element }) => elementIsPresent(connection, log, entity, field, element))
    .map(({ element }) => decodeValue(element));
}

export function elementIsPresent(
  connection: Connection,
  log: Log,
  entity: number,
  field: string,
  element: Uint8Array,
): boolean {
  return joinElement(
    standings(connection, entity, field, element).map((claim) => ({
      ...claim,
      value: decodeValue(claim.value) === true,
    })),
    sawBy(log),
  );
}

/** The entity, if anything is known of it. */
export function entityKey(
  connection: Connection,
  { kind, id }: Pick<Claim, 'kind' | 'id'>,
): number | undefined {
  const key = entityRow(connection, { kind, id });
  return key !== undefined && hasRow(connection, kind, key) ? key : undefined;
}

function entityRow(
  connection: Connection,
  { kind, id }: Pick<Claim, 'kind' | 'id'>,
): number | undefined {
  return connection.get<{ key: number }>(
    'select key from entity where id = ? and kind = ?',
    idToBytes(id),
    kind,
  )?.key;
}

function hasRow(connection: Connection, kind: EntityKind, key: number): boolean {
  return connection.get(`select 1 from ${kind} where key = ?`, key) !== undefined;
}

/** Whether anything that counts is said about an entity. */
function isEvident(connection: Connection, log: Log, key: number): boolean {
  if (connection.get('select 1 from claim where entity = ? limit 1', key)) return true;
  return connection
    .all<{ device: number; seq: number }>(
      'select device, min(seq) as seq from note_update where entity = ? group by device',
      key,
    )
    .some(({ device, seq }) => seq <= log.reach(device).writes);
}

/** The clock that a device's next letter in a note must have. */
export function nextClock(
  connection: Connection,
  device: number,
  { kind, id, field }: Pick<Claim, 'kind' | 'id' | 'field'>,
): number {
  const key = entityRow(connection, { kind, id });
  if (key === undefined) return 0;
  return (
    connection.get<{ clock: number | null }>(
      'select max(clock) as clock from note_update where entity = ? and field = ? and device = ?',
      key,
      field,
      device,
    )?.clock ?? 0
  );
}

/** What a note is made of: the updates that count, and those that they stand on. */
export function noteParts(
  connection: Connection,
  log: Log,
  entity: number,
  field: string,
): NotePart[] {
  const rows = connection.all<{ device: number; seq: number; clock: number; bytes: Uint8Array }>(
    `select device, seq, clock, bytes from note_update where entity = ? and field = ?
     order by device, seq`,
    entity,
    field,
  );
  const authors = new Map(rows.map(({ device }) => [clientOf(log.keyOf(device)), device]));
  return rows.flatMap(({ device, seq, bytes }): NotePart[] => {
    const isVoid = seq > log.reach(device).writes;
    if (isVoid && seq > log.wanted(device)) return [];
    const knows = (client: number) => {
      const other = authors.get(client);
      if (other === undefined) return 0;
      if (other === device) return Infinity;
      const upto = Math.min(log.seenBy(device, seq, other), (log.fork(other) ?? Infinity) - 1);
      return rows.reduce(
        (clock, row) =>
          row.device === other && row.seq <= upto ? Math.max(clock, row.clock) : clock,
        0,
      );
    };
    return [{ update: bytes, isVoid, knows }];
  });
}

function sawBy(log: Log): Saw {
  return (later, earlier) => {
    const { author } = later as StandingClaim;
    const { author: other, seq } = earlier as StandingClaim;
    if (author === other) return later.seq > seq;
    return seq < (log.fork(other) ?? Infinity) && log.seenBy(author, later.seq, other) >= seq;
  };
}

function standings(
  connection: Connection,
  entity: number,
  field: string,
  element: Uint8Array,
): StandingClaim[] {
  return connection
    .all<StandingClaim>(
      `select device.key as device, device.id as author, seq, hlc, derived, value
       from claim join device on device.id = claim.device
       where entity = ? and field = ? and element = ?`,
      entity,
      field,
      element,
    )
    .map((claim) => ({ ...claim, derived: Number(claim.derived) === 1 }));
}

/** How the value of a register came about. */
export interface Explanation {
  readonly joined: Joined<Uint8Array>;
  /** Claims that the author of another one had seen, latest first. */
  readonly superseded: readonly StandingClaim[];
}

export function explainRegister(
  connection: Connection,
  log: Log,
  entity: number,
  field: string,
): Explanation {
  const claims = standings(connection, entity, field, nothing);
  const joined = joinRegister(claims, sawBy(log));
  const standing = new Set<unknown>([joined.winner, ...joined.losers]);
  const superseded = claims.filter((claim) => !standing.has(claim)).sort((a, b) => b.hlc - a.hlc);
  return { joined, superseded };
}

/** Registers of an entity of which several devices have the last word. */
export function contestedFields(connection: Connection, entity: number): string[] {
  return connection
    .all<{ field: string }>(
      `select field from claim where entity = ? and element = x''
       group by field having count(*) > 1 order by field`,
      entity,
    )
    .map(({ field }) => field);
}

function elementOf(claim: RegisterClaim | SetClaim): Uint8Array {
  return claim.merge === 'set' ? encodeValue(claim.element) : nothing;
}

function store(connection: Connection, entity: number, origin: Origin, claim: Claim): void {
  if (claim.merge === 'text') {
    storeUpdate(connection, entity, origin, claim);
    return;
  }
  storeWord(connection, entity, claim.field, elementOf(claim), origin, encodeValue(valueOf(claim)));
}

/** A device's last word in one place, if it is one. */
export function storeWord(
  connection: Connection,
  entity: number,
  field: string,
  element: Uint8Array,
  { device, seq, hlc, derived }: Origin,
  value: Uint8Array,
): void {
  connection.run(
    `insert into claim (entity, field, element, device, seq, hlc, derived, value)
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     on conflict do update set seq = ?5, hlc = ?6, derived = ?7, value = ?8 where seq <= ?5`,
    entity,
    field,
    element,
    device,
    seq,
    hlc,
    derived ? 1 : 0,
    value,
  );
}

function valueOf(claim: RegisterClaim | SetClaim): unknown {
  return claim.merge === 'register' ? claim.value : claim.present;
}

function storeUpdate(
  connection: Connection,
  entity: number,
  origin: Origin,
  claim: TextClaim,
): void {
  connection.run(
    `insert or ignore into note_update (entity, field, device, seq, hlc, clock, bytes)
     values (?, ?, ?, ?, ?, ?, ?)`,
    entity,
    claim.field,
    origin.device,
    origin.seq,
    origin.hlc,
    inspectNoteUpdate(claim.update).end,
    claim.update,
  );
}

export function addEntity(connection: Connection, id: Id, kind: EntityKind): number {
  connection.run('insert into entity (id, kind) values (?, ?)', idToBytes(id), kind);
  // `returning` would make a table of its own at every call, at twice the cost of the insert.
  return connection.get<{ key: number }>('select last_insert_rowid() as key')?.key ?? 0;
}

/** @param newId the id of a row that is not there yet. */
function writeRow(
  connection: Connection,
  kind: EntityKind,
  key: number,
  newId: Uint8Array | null,
  cells: ReadonlyMap<string, Parameter>,
): void {
  const names = [...cells.keys()];
  if (newId) {
    const places = names.map(() => ', ?').join('');
    connection.run(
      `insert into ${kind} (${['key', 'id', ...names].join(', ')}) values (?, ?${places})`,
      key,
      newId,
      ...cells.values(),
    );
  } else if (names.length > 0) {
    const assignments = names.map((name) => `${name} = ?`).join(', ');
    connection.run(`update ${kind} set ${assignments} where key = ?`, ...cells.values(), key);
  }
}

/** Takes away what nobody who counts has said anything about. */
function removeRow(connection: Connection, kind: EntityKind, key: number, id: Id): void {
  connection.run(`update ${kind} set deleted = 1 where key = ?`, key);
  follow(connection, kind, key, id, new Set(['deleted', 'title', 'source']), false);
  connection.run(`delete from ${kind} where key = ?`, key);
}

/** A task whose list is gone, or has not come yet, is at home in the Inbox. */
function homeOf(connection: Connection, list: Parameter): number {
  if (list === null) return 0;
  const row = connection.get<{ key: number }>(
    `select list.key from entity join list on list.key = entity.key
     where entity.id = ? and list.deleted = 0`,
    list,
  );
  return row?.key ?? 0;
}

/** What else a change moves: the rows that depend on this one, and the index of words. */
function follow(
  connection: Connection,
  kind: EntityKind,
  key: number,
  id: Id,
  touched: ReadonlySet<string>,
  isNew: boolean,
): void {
  const any = (...fields: readonly string[]) => fields.some((field) => touched.has(field));
  if (kind === 'list' && any('deleted', 'title')) {
    const home = homeOf(connection, idToBytes(id));
    connection.run('update task set home = ? where list = ?', home, idToBytes(id));
  }
  if (kind === 'task') {
    if (any('title', 'notes', 'deleted')) indexTask(connection, key, isNew);
    if (any('source', 'deleted')) refreshWaitingOfTask(connection, key);
  }
  if (kind === 'clip') {
    if (any('title', 'content', 'deleted')) indexClip(connection, key, isNew);
    if (any('content', 'dismissed', 'deleted')) refreshWaiting(connection, key);
  }
}

/** A content came: the clips that show it can be searched by its words. */
export function showContent(connection: Connection, hash: Uint8Array): void {
  const clips = connection.all<{ key: number }>(
    'select key from clip where content = ?',
    bytesToHex(hash),
  );
  for (const { key } of clips) indexClip(connection, key, false);
}

function refreshWaitingOfTask(connection: Connection, task: number): void {
  const clip = connection.get<{ key: number }>(
    `select clip.key from task join entity on entity.id = task.clip
     join clip on clip.key = entity.key where task.key = ?`,
    task,
  );
  if (clip) refreshWaiting(connection, clip.key);
}

function indexTask(connection: Connection, key: number, isNew: boolean): void {
  if (!isNew) connection.run('delete from words where rowid = ?', key);
  connection.run(
    `insert into words (rowid, title, body)
     select key, title, notes from task where key = ? and deleted = 0`,
    key,
  );
}

function indexClip(connection: Connection, key: number, isNew: boolean): void {
  if (!isNew) connection.run('delete from words where rowid = ?', key);
  const row = connection.get<{ title: string; content: string; excerpt: string }>(
    'select title, content, excerpt from clip where key = ? and deleted = 0',
    key,
  );
  if (!row) return;
  const body = contentText(connection, row.content)?.page.text ?? row.excerpt;
  connection.run('insert into words (rowid, title, body) values (?, ?, ?)', key, row.title, body);
}
