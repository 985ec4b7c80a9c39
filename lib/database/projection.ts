/**
 * The projection: from claims to the rows that pages are shown.
 *
 * `apply` takes the claims of one envelope, in the caller's transaction. Applying the whole log to
 * empty tables gives the same rows, whatever the order in which devices' envelopes arrived.
 */
import {
  type Claim,
  decodeValue,
  encodeValue,
  entityOf,
  type RegisterClaim,
  type SetClaim,
  type TextClaim,
} from '../ledger/claims.ts';
import { joinElement, joinRegister, type Saw, type Standing } from '../ledger/join.ts';
import { readNote } from '../ledger/notes.ts';
import type { EntityKind } from '../model/entities.ts';
import { type Id, idToBytes } from '../model/id.ts';
import { contentText } from './contents.ts';
import { refreshWaiting } from './readings.ts';
import type { Connection, Parameter } from './sqlite.ts';

/** Where an envelope stands in its author's log. */
export interface Origin {
  /** Key of table device. */
  readonly device: number;
  readonly seq: number;
  readonly hlc: number;
}

const nothing = new Uint8Array(0);

/** Which column shows a field, and how its joined value becomes a cell. */
type Columns = Readonly<
  Record<string, readonly [column: string, cell: (value: unknown) => Parameter]>
>;

const plain = (value: unknown) => value as Parameter;
const flag = (value: unknown) => (value === true ? 1 : 0);
const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
const idBytes = (value: unknown) => (value === null ? null : idToBytes(value as Id));

const columns: Readonly<Record<EntityKind, Columns>> = {
  task: {
    title: ['title', plain],
    notes: ['notes', plain],
    completedAt: ['completed_at', plain],
    deadline: ['deadline', plain],
    planned: ['planned', plain],
    priority: ['priority', plain],
    list: ['list', idBytes],
    order: ['ord', plain],
    tags: ['tags', json],
    source: ['source', json],
    deleted: ['deleted', flag],
  },
  list: {
    title: ['title', plain],
    order: ['ord', plain],
    deleted: ['deleted', flag],
  },
  clip: {
    address: ['address', plain],
    title: ['title', plain],
    site: ['site', plain],
    byline: ['byline', plain],
    published: ['published', plain],
    language: ['language', plain],
    content: ['content', plain],
    excerpt: ['excerpt', plain],
    versions: ['versions', json],
    highlights: ['highlights', json],
    dismissed: ['dismissed', json],
    savedAt: ['saved_at', plain],
    deleted: ['deleted', flag],
  },
};

export function apply(connection: Connection, origin: Origin, claims: readonly Claim[]): void {
  for (const ofEntity of Map.groupBy(claims, entityOf).values()) {
    const [{ kind, id } = {}] = ofEntity;
    if (!kind || !id) continue;
    const known = entityKey(connection, { kind, id });
    const key = known ?? addEntity(connection, id, kind);
    const cells = new Map<string, Parameter>();
    const touched = new Set<string>();
    for (const claim of ofEntity) {
      store(connection, key, origin, claim);
      touched.add(claim.field);
    }
    for (const field of touched) {
      const column = columns[kind][field];
      if (!column) continue;
      const first = ofEntity.find((claim) => claim.field === field);
      // The only claims on a field of a new entity are those of this envelope.
      const value =
        known === undefined && first?.merge === 'register'
          ? first.value
          : fieldValue(connection, key, field, first?.merge ?? 'register');
      cells.set(column[0], column[1](value));
    }
    if (kind === 'task' && touched.has('list')) {
      cells.set('home', homeOf(connection, cells.get('list') ?? null));
    }
    writeRow(connection, kind, key, known === undefined ? idToBytes(id) : null, cells);
    follow(connection, kind, key, id, touched, known === undefined);
  }
}

/** The value that a field's claims come to: null, or an empty text or list, where there are none. */
export function fieldValue(
  connection: Connection,
  entity: number,
  field: string,
  merge: Claim['merge'],
): unknown {
  if (merge === 'text') return readNote(noteUpdates(connection, entity, field));
  if (merge === 'register') {
    const { winner } = joinRegister(standings(connection, entity, field, nothing), saw);
    return winner && decodeValue(winner.value);
  }
  return connection
    .all<{ element: Uint8Array }>(
      'select distinct element from claim where entity = ? and field = ? order by element',
      entity,
      field,
    )
    .filter(({ element }) => elementIsPresent(connection, entity, field, element))
    .map(({ element }) => decodeValue(element));
}

export function elementIsPresent(
  connection: Connection,
  entity: number,
  field: string,
  element: Uint8Array,
): boolean {
  return joinElement(
    standings(connection, entity, field, element).map((claim) => ({
      ...claim,
      value: decodeValue(claim.value) === true,
    })),
    saw,
  );
}

export function entityKey(
  connection: Connection,
  { kind, id }: Pick<Claim, 'kind' | 'id'>,
): number | undefined {
  return connection.get<{ key: number }>(
    'select key from entity where id = ? and kind = ?',
    idToBytes(id),
    kind,
  )?.key;
}

/** The updates that made a note, oldest first by author. */
export function noteUpdates(connection: Connection, entity: number, field: string): Uint8Array[] {
  return connection
    .all<{ bytes: Uint8Array }>(
      'select bytes from note_update where entity = ? and field = ? order by device, seq',
      entity,
      field,
    )
    .map(({ bytes }) => bytes);
}

// Of each device only its last word is kept, and this device is the only author so far: the claims
// of others, and what their authors had seen, come with admission.
const saw: Saw = () => false;

function standings(
  connection: Connection,
  entity: number,
  field: string,
  element: Uint8Array,
): Standing<Uint8Array>[] {
  return connection.all<Standing<Uint8Array> & { [column: string]: unknown }>(
    `select device.key as device, seq, hlc, value from claim join device on device.id = claim.device
     where entity = ? and field = ? and element = ?`,
    entity,
    field,
    element,
  );
}

function store(connection: Connection, entity: number, origin: Origin, claim: Claim): void {
  if (claim.merge === 'text') {
    storeUpdate(connection, entity, origin, claim);
    return;
  }
  connection.run(
    `insert into claim (entity, field, element, device, seq, hlc, value)
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     on conflict do update set seq = ?5, hlc = ?6, value = ?7 where seq < ?5`,
    entity,
    claim.field,
    claim.merge === 'set' ? encodeValue(claim.element) : nothing,
    origin.device,
    origin.seq,
    origin.hlc,
    encodeValue(valueOf(claim)),
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
    'insert or ignore into note_update (entity, field, device, seq, bytes) values (?, ?, ?, ?, ?)',
    entity,
    claim.field,
    origin.device,
    origin.seq,
    claim.update,
  );
}

function addEntity(connection: Connection, id: Id, kind: EntityKind): number {
  const row = connection.get<{ key: number }>(
    'insert into entity (id, kind) values (?, ?) returning key',
    idToBytes(id),
    kind,
  );
  return row?.key ?? 0;
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
