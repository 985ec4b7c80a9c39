/** What pages are shown, read from the derived tables. */
import type { ContentHash, Passage, Source, Version } from '../model/entities.ts';
import { type Id, idFromBytes, idToBytes } from '../model/id.ts';
import {
  type Clip,
  type ClipCard,
  type ClipPage,
  countLimit,
  type Overview,
  type PageRecord,
  type SearchHit,
  type Task,
  type TaskDetail,
  type TaskPage,
  type TaskView,
} from '../model/views.ts';
import { lastDone, lastUndone } from './actions.ts';
import { type FailureOf, readingOf } from './readings.ts';
import type { Connection, Parameter } from './sqlite.ts';

/** The card of a row of table task. */
type TaskTuple = [
  Id,
  string,
  number | null,
  string | null,
  string | null,
  Task['priority'],
  Id | null,
  string[],
  Source | null,
  0 | 1,
  /** Site or address of the clip that it came from; absent if it came from none. */
  (string | null)?,
];

const card = `case when source is null then card else json_insert(card, '$[#]', (
  select coalesce(clip.site, clip.address) from entity join clip on clip.key = entity.key
  where entity.id = task.clip and entity.kind = 'clip'
)) end as card`;

const isOpen = 'completed_at is null and deleted = 0';

/** Rows of a view, one more than asked for tells whether there are more. */
const taskQueries: Readonly<Record<TaskView['of'], string>> = {
  inbox: `select ${card} from task where home = 0 and ?1 is null and ${isOpen} order by ord, id limit ?2`,
  list: `select ${card} from task where home = (
      select list.key from entity join list on list.key = entity.key where entity.id = ?1
    ) and ${isOpen} order by ord, id limit ?2`,
  today: `select ${card} from task where due <= ?1 and due is not null and ${isOpen}
    order by due, ord, id limit ?2`,
  done: `select ${card} from task where completed_at is not null and deleted = 0 and ?1 is null
    order by completed_at desc limit ?2`,
  clip: `select ${card} from task where clip = ?1 and source is not null and deleted = 0
    order by completed_at is not null, ord, id limit ?2`,
};

export function tasks(connection: Connection, view: TaskView, limit: number): TaskPage {
  return taskPage(taskCards(connection, view, limit), limit);
}

/** A view as one JSON text, for `taskPage`: equal texts are equal views. */
export function taskCards(connection: Connection, view: TaskView, limit: number): string {
  const row = connection.get<{ cards: string | null }>(
    `select group_concat(card) as cards from (${taskQueries[view.of]})`,
    viewParameter(view),
    limit + 1,
  );
  return `[${row?.cards ?? ''}]`;
}

export function taskPage(cards: string, limit: number): TaskPage {
  const found = (JSON.parse(cards) as TaskTuple[]).map(taskFromTuple);
  return { tasks: found.slice(0, limit), more: found.length > limit };
}

function viewParameter(view: TaskView): Parameter {
  switch (view.of) {
    case 'list':
      return idToBytes(view.list);
    case 'clip':
      return idToBytes(view.clip);
    case 'today':
      return view.day;
    default:
      return null;
  }
}

/** Null: there is none, or it was deleted. */
export function task(connection: Connection, id: Id): TaskDetail | null {
  const row = connection.get<{ card: string; notes: string }>(
    `select ${card}, notes from entity join task on task.key = entity.key
     where entity.id = ? and deleted = 0`,
    idToBytes(id),
  );
  if (!row) return null;
  const found = taskFromTuple(JSON.parse(row.card) as TaskTuple);
  const clip = found.source && clipRow(connection, found.source.clip);
  return {
    ...found,
    notes: row.notes,
    clip: clip && { id: idFromBytes(clip.id), title: clip.title, address: clip.address },
  };
}

/** The order of the topmost open task of a list, null if it is empty. @param list null: the Inbox. */
export function topOrder(connection: Connection, list: Id | null): string | null {
  const { tasks: first } = tasks(connection, list ? { of: 'list', list } : { of: 'inbox' }, 1);
  const top = first[0];
  return top
    ? (connection.get<{ ord: string }>(
        'select ord from entity join task on task.key = entity.key where entity.id = ?',
        idToBytes(top.id),
      )?.ord ?? null)
    : null;
}

export function tasksOfList(connection: Connection, list: Id): Id[] {
  return connection
    .all<{ id: Uint8Array }>('select id from task where list = ? and deleted = 0', idToBytes(list))
    .map(({ id }) => idFromBytes(id));
}

/** Null: there is none, or it was deleted. */
export function listTitle(connection: Connection, id: Id): string | null {
  return (
    connection.get<{ title: string }>(
      `select title from entity join list on list.key = entity.key
       where entity.id = ? and list.deleted = 0`,
      idToBytes(id),
    )?.title ?? null
  );
}

export function lastListOrder(connection: Connection): string | null {
  return (
    connection.get<{ ord: string }>(
      'select ord from list where deleted = 0 order by ord desc limit 1',
    )?.ord ?? null
  );
}

export function overview(connection: Connection, today: string): Overview {
  const count = (from: string, ...parameters: readonly Parameter[]) =>
    connection.get<{ n: number }>(
      `select count(*) as n from (select 1 from ${from} limit ${countLimit})`,
      ...parameters,
    )?.n ?? 0;
  return {
    inbox: count(`task where home = 0 and ${isOpen}`),
    today: count(`task where due <= ? and due is not null and ${isOpen}`, today),
    // A deadline before today makes its day at most that day, so the index finds it.
    overdue: count(
      `task where due < ?1 and due is not null and ${isOpen} and substr(deadline, 1, 10) < ?1`,
      today,
    ),
    clips: count('clip where deleted = 0'),
    toReview: count('clip where waiting > 0 and deleted = 0'),
    lists: connection
      .all<{ key: number; id: Uint8Array; title: string }>(
        'select key, id, title from list where deleted = 0 order by ord, id',
      )
      .map(({ key, id, title }) => ({
        id: idFromBytes(id),
        title,
        open: count(`task where home = ? and ${isOpen}`, key),
      })),
    undo: lastDone(connection, null)?.label ?? null,
    redo: lastUndone(connection)?.label ?? null,
  };
}

export interface ClipRow {
  readonly key: number;
  readonly id: Uint8Array;
  readonly address: string;
  readonly title: string;
  readonly site: string | null;
  readonly byline: string | null;
  readonly published: string | null;
  readonly language: string | null;
  readonly content: ContentHash;
  readonly excerpt: string;
  readonly versions: string;
  readonly highlights: string;
  readonly dismissed: string;
  readonly saved_at: number;
  readonly waiting: number | null;
}

/** Null: there is none, or it was deleted. */
export function clipRow(connection: Connection, id: Id): ClipRow | null {
  return (
    connection.get<ClipRow>(
      `select clip.* from entity join clip on clip.key = entity.key
       where entity.id = ? and clip.deleted = 0`,
      idToBytes(id),
    ) ?? null
  );
}

export function versionsOf(row: ClipRow): Version[] {
  const versions = JSON.parse(row.versions) as Version[];
  return versions.sort((a, b) => b.capturedAt - a.capturedAt || (a.content < b.content ? -1 : 1));
}

export function clip(connection: Connection, id: Id, failureOf: FailureOf): Clip | null {
  const row = clipRow(connection, id);
  if (!row) return null;
  const failure = failureOf(row.content);
  return {
    id,
    address: row.address,
    title: row.title,
    site: row.site,
    byline: row.byline,
    published: row.published,
    savedAt: row.saved_at,
    content: row.content,
    versions: versionsOf(row),
    highlights: JSON.parse(row.highlights) as Passage[],
    tasks: tasks(connection, { of: 'clip', clip: id }, countLimit).tasks,
    reading:
      readingOf(connection, row) ??
      (failure === null ? { state: 'reading' } : { state: 'failed', message: failure }),
  };
}

export function clips(connection: Connection, limit: number): ClipPage {
  const rows = connection.all<ClipRow>(
    'select * from clip where deleted = 0 order by saved_at desc limit ?',
    limit + 1,
  );
  return {
    clips: rows.slice(0, limit).map((row) => clipCard(connection, row)),
    more: rows.length > limit,
  };
}

/** @param id of the clip that the normalised address would have. */
export function page(connection: Connection, id: Id, failureOf: FailureOf): PageRecord {
  const row = clipRow(connection, id);
  if (!row) return { clip: null, reading: null, tasks: [] };
  const { tasks: own, title, savedAt, reading } = clip(connection, id, failureOf) ?? {};
  return {
    clip: { id, title: title ?? row.title, savedAt: savedAt ?? row.saved_at },
    reading: reading ?? null,
    tasks: own ?? [],
  };
}

/** Every word or its beginning; best first. */
export function search(connection: Connection, text: string, limit: number): SearchHit[] {
  const words = text.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu);
  if (!words) return [];
  const query = words.map((word) => `"${word}"*`).join(' ');
  const hits = connection.all<{ kind: 'task' | 'clip'; id: Uint8Array }>(
    `select entity.kind, entity.id from words join entity on entity.key = words.rowid
     where words match ? order by bm25(words, 4.0, 1.0) limit ?`,
    query,
    limit,
  );
  return hits.flatMap(({ kind, id: bytes }): SearchHit[] => {
    const id = idFromBytes(bytes);
    if (kind === 'task') {
      const found = task(connection, id);
      return found ? [{ of: 'task', task: found }] : [];
    }
    const row = clipRow(connection, id);
    return row ? [{ of: 'clip', clip: clipCard(connection, row) }] : [];
  });
}

function clipCard(connection: Connection, row: ClipRow): ClipCard {
  const open = connection.get<{ n: number }>(
    `select count(*) as n from task where clip = ? and source is not null and ${isOpen}`,
    row.id,
  );
  return {
    id: idFromBytes(row.id),
    address: row.address,
    title: row.title,
    site: row.site,
    excerpt: row.excerpt,
    savedAt: row.saved_at,
    openTasks: open?.n ?? 0,
    proposals: row.waiting,
  };
}

function taskFromTuple([
  id,
  title,
  completedAt,
  deadline,
  planned,
  priority,
  list,
  tags,
  source,
  hasNotes,
  place = null,
]: TaskTuple): Task {
  return {
    id,
    title,
    completedAt,
    deadline,
    planned,
    priority,
    list,
    tags,
    source,
    hasNotes: hasNotes === 1,
    site: place && (URL.parse(place)?.host ?? place),
  };
}
