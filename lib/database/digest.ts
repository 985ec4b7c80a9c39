/**
 * The digest: one name for all that a database shows and why, alike on every device that holds the
 * same. It reads everything: for tests, checks and comparisons, not for every change.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeValue } from '../ledger/claims.ts';
import { readNote } from '../ledger/notes.ts';
import type { EntityKind } from '../model/entities.ts';
import type { Log } from './log.ts';
import { noteParts } from './projection.ts';
import type { Connection, Row } from './sqlite.ts';

/** 64 hex digits. */
export function digest(connection: Connection, log: Log): string {
  const hash = sha256.create();
  for (const line of lines(connection, log)) hash.update(encodeValue(line));
  return bytesToHex(hash.digest());
}

/** What the digest is made of, in order: who counts, claims, notes, and the rows that are shown. */
export function* lines(connection: Connection, log: Log): Generator<readonly unknown[]> {
  for (const [id, { role, limit, writes, rules, branch }] of log.roster()) {
    const hashes = branch?.hashes ?? [];
    yield ['member', id, role, ...[limit, writes, rules].map(finite), hashes];
  }
  const names = ['kind', 'id', 'field', 'element', 'device', 'seq', 'hlc', 'derived', 'value'];
  for (const row of connection.all(
    `select kind, entity.id, field, element, device.key as device, seq, hlc, derived, value
     from claim join entity on entity.key = claim.entity join device on device.id = claim.device
     order by entity.id, kind, field, element, device.key`,
  )) {
    yield ['claim', ...names.map((name) => row[name])];
  }
  for (const { entity, field, id, kind } of connection.all<{
    entity: number;
    field: string;
    id: Uint8Array;
    kind: EntityKind;
  }>(
    `select distinct entity, field, entity.id, entity.kind from note_update
     join entity on entity.key = note_update.entity order by entity.id, entity.kind, field`,
  )) {
    const text = readNote(noteParts(connection, log, entity, field));
    if (text !== '') yield ['note', kind, id, field, text];
  }
  for (const [kind, unshown] of Object.entries(local)) {
    for (const row of connection.all(`select * from ${kind} order by id`)) {
      yield [kind, ...cells(row, unshown)];
    }
  }
  connection.script('create virtual table temp.word using fts5vocab(main, words, instance)');
  try {
    for (const row of connection.all(
      // The text of a clip may not have come yet.
      `select term, col, offset, entity.id, kind from temp.word join entity on entity.key = doc
       where kind <> 'clip' order by entity.id, kind, col, offset`,
    )) {
      yield ['word', row['id'], row['kind'], row['col'], row['offset'], row['term']];
    }
  } finally {
    connection.script('drop table temp.word');
  }
}

/** Columns that are this database's own: keys, and what a model has read here. */
const local = {
  task: ['key', 'home'],
  list: ['key'],
  clip: ['key', 'waiting'],
} as const satisfies Record<EntityKind, readonly string[]>;

function cells(row: Row, unshown: readonly string[]): unknown[] {
  return Object.entries(row)
    .filter(([name]) => !unshown.includes(name))
    .map(([, value]) => value);
}

function finite(seq: number): number {
  return seq === Infinity ? -1 : seq;
}
