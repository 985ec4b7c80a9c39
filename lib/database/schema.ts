/**
 * The tables.
 *
 * Ledger tables are the truth: they migrate by appended steps, and a step that shipped is never
 * edited. Derived tables can be dropped and made again from them: they have one version, and a
 * database with another one is rebuilt.
 */
import { Failure } from '../errors.ts';
import type { Connection } from './sqlite.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  {
    name: 'the log',
    sql: `
      create table meta (key text primary key, value any not null) strict, without rowid;
      create table device (id integer primary key, key blob not null unique) strict; -- Ed25519 public key
      -- The logs, each a chain by seq; of a log that was compacted, what is kept and what follows.
      create table envelope (
        device integer not null,
        seq integer not null,
        kind integer not null, -- place in envelopeKinds
        hash blob not null, -- SHA-256 of header
        header blob not null,
        signature blob not null,
        payload blob not null,
        verdict text, -- why its author's claims do not count, see verdicts; null: they do
        reason text,
        received_at integer not null, -- Unix ms
        arrival integer not null, -- ascending: each could be admitted after those before it
        primary key (device, seq)
      ) strict, without rowid;
      create index envelope_rare on envelope (device, seq) where kind <> 1;
      create index envelope_void on envelope (device, seq) where verdict is not null;
      -- Logs that were compacted: what is not kept goes up to this seq.
      create table base (device integer primary key, seq integer not null) strict;
      -- Checkpoints of which every part is held, and which are right where that could be seen.
      create table checkpoint (
        device integer not null,
        base integer not null, -- the last seq that it restates
        last integer not null, -- the seq of its last part
        hash blob not null, -- of its last part
        received_at integer not null, -- Unix ms
        primary key (device, last)
      ) strict, without rowid;
      -- Of each device that has forked, the proof of its earliest known fork.
      create table fork (
        device integer primary key,
        seq integer not null,
        first_header blob not null,
        first_signature blob not null,
        second_header blob not null,
        second_signature blob not null
      ) strict;
      -- Keys that were this device's own, and how far it wrote under each.
      create table former (device integer primary key, seq integer not null) strict;
      -- What it wrote that has to be signed again by its present key, see tail.ts.
      create table unsigned (number integer primary key, tail blob not null) strict; -- CBOR
      -- What was refused and stands in no log: the bytes as they came, and why.
      create table quarantine (
        number integer primary key,
        carrier text not null, -- a device's key in hex, or the name of a folder
        device blob, -- the author that it names
        seq integer,
        verdict text not null,
        reason text not null,
        bytes blob not null,
        hash blob not null unique, -- SHA-256 of bytes
        at integer not null -- Unix ms
      ) strict;
      create index quarantine_carrier on quarantine (carrier, number);
      -- How far each other device has said that it holds each log.
      create table receipt (
        peer integer not null,
        device integer not null,
        seq integer not null,
        at integer not null, -- Unix ms
        primary key (peer, device)
      ) strict, without rowid;
      create table content (hash blob primary key, bytes blob not null) strict; -- SHA-256 of bytes
      -- What a person did here, newest last: answers to repeated requests, and what undo needs.
      create table action (
        number integer primary key,
        id blob not null,
        kind text not null,
        subject text not null,
        count integer not null, -- things touched
        state text not null, -- done · undone · settled (cannot be flipped any more)
        flip blob not null, -- CBOR: what takes it back, or does it again
        flipped_by integer, -- number of its last undo or redo
        answer text not null, -- JSON
        at integer not null -- Unix ms
      ) strict;
      create index action_undone on action (flipped_by) where state = 'undone';
    `,
  },
];

/** Raise it whenever `derivedTables` or the projection changes. */
export const derivedVersion = 3;

const isOpen = 'completed_at is null and deleted = 0';

export const derivedTables = `
  create table entity (
    key integer primary key,
    id blob not null,
    kind text not null,
    unique (id, kind)
  ) strict;
  -- Of each device, its last word on each field (or element of a set): a device has seen its own.
  create table claim (
    entity integer not null,
    field text not null,
    element blob not null, -- CBOR; empty for a register
    device integer not null,
    seq integer not null,
    hlc integer not null,
    derived integer not null, -- whether a machine said it
    value blob not null, -- CBOR; of an element: whether it is present
    primary key (entity, field, element, device)
  ) strict, without rowid;
  create table note_update (
    entity integer not null,
    field text not null,
    device integer not null,
    seq integer not null,
    hlc integer not null,
    clock integer not null, -- of its author in this note, after it; 0: it only deletes
    bytes blob not null, -- Yjs, V1
    primary key (entity, field, device, seq)
  ) strict, without rowid;
  -- By an envelope of its own, a device had seen another's log up to a seq.
  create table sight (
    device integer not null,
    other integer not null,
    seq integer not null,
    upto integer not null,
    primary key (device, other, seq)
  ) strict, without rowid;

  create table task (
    key integer primary key, -- of entity
    id blob not null,
    title text not null default '',
    notes text not null default '',
    completed_at integer, -- Unix ms
    deadline text, -- local: YYYY-MM-DD or YYYY-MM-DDTHH:MM
    planned text, -- YYYY-MM-DD
    priority integer not null default 0,
    list blob, -- as claimed; it may be gone
    home integer not null default 0, -- key of its list, 0 for the Inbox
    ord text not null default '',
    tags text not null default '[]', -- JSON
    source text, -- JSON
    clip blob generated always as (unhex(source ->> 'clip')) virtual,
    deleted integer not null default 0,
    due text generated always as (
      case when deadline is null then planned
           when planned is null then substr(deadline, 1, 10)
           else min(planned, substr(deadline, 1, 10)) end
    ) virtual,
    -- The row as lists show it: a list of 100 is then 100 texts joined, not 1,000 values built anew.
    card text generated always as (json_array(
      lower(hex(id)), title, completed_at, deadline, planned, priority,
      case when home = 0 then null else lower(hex(list)) end,
      json(tags), json(source), notes <> ''
    )) stored
  ) strict;
  create index task_home on task (home, ord, id) where ${isOpen};
  create index task_due on task (due, ord, id) where ${isOpen} and due is not null;
  create index task_done on task (completed_at) where completed_at is not null and deleted = 0;
  create index task_clip on task (clip) where source is not null and deleted = 0;
  create index task_list on task (list) where list is not null;

  create table list (
    key integer primary key,
    id blob not null,
    title text not null default '',
    ord text not null default '',
    deleted integer not null default 0
  ) strict;

  create table clip (
    key integer primary key,
    id blob not null,
    address text not null default '',
    title text not null default '',
    site text,
    byline text,
    published text,
    language text,
    content text not null default '', -- hex
    excerpt text not null default '',
    versions text not null default '[]', -- JSON
    highlights text not null default '[]', -- JSON
    dismissed text not null default '[]', -- JSON
    saved_at integer not null default 0, -- Unix ms
    deleted integer not null default 0,
    waiting integer -- proposals that nobody has judged; null until it is read
  ) strict;
  create index clip_saved on clip (saved_at) where deleted = 0;
  create index clip_waiting on clip (waiting) where waiting > 0 and deleted = 0;
  create index clip_unread on clip (key) where waiting is null and deleted = 0;

  -- rowid = key of entity
  create virtual table words using fts5 (
    title, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );
`;

/** What a model made of a content: kept over a rebuild, because reading is slow and it is keyed by
 *  what was read. Made again whenever it is missing. */
export const cacheTables = `
  create table if not exists reading (
    content text primary key, -- hex
    model text not null,
    took real not null, -- ms
    summary text not null,
    proposals text not null -- JSON
  ) strict, without rowid;
`;

export const derivedNames = [
  'entity',
  'claim',
  'note_update',
  'sight',
  'task',
  'list',
  'clip',
  'words',
];

/**
 * Brings the ledger tables up to date.
 *
 * @throws Failure 'database/newer' if a newer version made the database; it is left alone.
 */
export function migrate(connection: Connection): void {
  const { user_version: from = 0 } =
    connection.get<{ user_version: number }>('pragma user_version') ?? {};
  if (from > migrations.length) throw new Failure('database/newer');
  if (from < migrations.length) {
    connection.transaction(() => {
      for (const { sql } of migrations.slice(from)) connection.script(sql);
      connection.script(`pragma user_version = ${migrations.length}`);
    });
  }
  connection.script(cacheTables);
}

/** Drops the derived tables and makes them empty. In a transaction of the caller. */
export function resetDerived(connection: Connection): void {
  for (const name of derivedNames) connection.script(`drop table if exists ${name}`);
  connection.script(derivedTables);
  connection.run(
    `insert into meta (key, value) values ('derived', ?1)
     on conflict (key) do update set value = ?1`,
    derivedVersion,
  );
}

export function derivedIsCurrent(connection: Connection): boolean {
  const row = connection.get<{ value: number }>(`select value from meta where key = 'derived'`);
  return row?.value === derivedVersion;
}
