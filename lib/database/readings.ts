/**
 * Readings: what a model made of a clip's text, kept by the hash of what it read.
 *
 * They are no truth: they can be made again. What became of a proposal is not stored with it but
 * found in the tasks that exist and in what the clip says is dismissed.
 */
import type { ContentHash, Passage } from '../model/entities.ts';
import { type Id, idFromBytes, idToBytes, proposalId } from '../model/id.ts';
import type { Proposal, Reading } from '../model/views.ts';
import type { Connection } from './sqlite.ts';

/** As a model gave it, see TaskProposal in lib/ai/language-model.ts. */
export interface KeptProposal {
  readonly title: string;
  readonly quote: Passage;
  readonly due: string | null;
  readonly dueCertain: boolean;
}

export interface KeptReading {
  readonly content: ContentHash;
  readonly model: string;
  /** ms */
  readonly took: number;
  readonly summary: string;
  readonly proposals: readonly KeptProposal[];
}

/** Why a model gave a text up; null if none did. */
export type FailureOf = (content: ContentHash) => string | null;

/** A clip whose text no model has read. */
export interface Unread {
  readonly clip: Id;
  readonly content: ContentHash;
}

export function storeReading(connection: Connection, reading: KeptReading): void {
  connection.run(
    `insert or replace into reading (content, model, took, summary, proposals)
     values (?, ?, ?, ?, ?)`,
    reading.content,
    reading.model,
    reading.took,
    reading.summary,
    JSON.stringify(reading.proposals),
  );
  const clips = connection.all<{ key: number }>(
    'select key from clip where content = ? and waiting is null',
    reading.content,
  );
  for (const { key } of clips) refreshWaiting(connection, key);
}

export function dropReading(connection: Connection, content: ContentHash): void {
  connection.run('delete from reading where content = ?', content);
  connection.run('update clip set waiting = null where content = ?', content);
}

/** Newest first. */
export function unread(connection: Connection): Unread[] {
  return connection
    .all<{ id: Uint8Array; content: ContentHash }>(
      `select id, content from clip where waiting is null and deleted = 0
       and exists (select 1 from content where hash = unhex(clip.content)) order by key desc`,
    )
    .map(({ id, content }) => ({ clip: idFromBytes(id), content }));
}

/** Null if no model has read it. */
export function readingOf(
  connection: Connection,
  clip: { readonly id: Uint8Array; readonly content: string; readonly dismissed: string },
): Extract<Reading, { state: 'ready' }> | null {
  const row = connection.get<{ model: string; took: number; summary: string; proposals: string }>(
    'select model, took, summary, proposals from reading where content = ?',
    clip.content,
  );
  if (!row) return null;
  const dismissed = new Set(JSON.parse(clip.dismissed) as Id[]);
  const counts = new Map<string, number>();
  const proposals = (JSON.parse(row.proposals) as KeptProposal[]).map((proposal): Proposal => {
    const nth = counts.get(proposal.quote.text) ?? 0;
    counts.set(proposal.quote.text, nth + 1);
    const key = proposalId(idFromBytes(clip.id), proposal.quote.text, nth);
    const state = taskExists(connection, key)
      ? 'accepted'
      : dismissed.has(key)
        ? 'dismissed'
        : 'open';
    return { ...proposal, key, state };
  });
  return { state: 'ready', model: row.model, took: row.took, summary: row.summary, proposals };
}

/** Counts again how many proposals of a clip nobody has judged. */
export function refreshWaiting(connection: Connection, key: number): void {
  const clip = connection.get<{ id: Uint8Array; content: string; dismissed: string }>(
    'select id, content, dismissed from clip where key = ?',
    key,
  );
  if (!clip) return;
  const reading = readingOf(connection, clip);
  const waiting = reading ? reading.proposals.filter(({ state }) => state === 'open').length : null;
  connection.run(
    'update clip set waiting = ? where key = ? and waiting is not ?',
    waiting,
    key,
    waiting,
  );
}

function taskExists(connection: Connection, id: Id): boolean {
  return (
    connection.get(
      `select 1 from entity join task on task.key = entity.key
       where entity.id = ? and task.deleted = 0`,
      idToBytes(id),
    ) !== undefined
  );
}
