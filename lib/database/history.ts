/**
 * History: what a device has said, as entries of claims with the place that each has in its log,
 * whether it is still there as it was written or restated by a checkpoint that is in force.
 */
import { readContent } from '../ledger/admission.ts';
import { decodeCheckpoint, type Word } from '../ledger/checkpoint.ts';
import { type Claim, decodeValue } from '../ledger/claims.ts';
import { fieldSpec } from '../model/entities.ts';
import type { Log, LogRow } from './log.ts';

/** Where an envelope stands in its author's log. */
export interface Origin {
  /** Key of table device. */
  readonly device: number;
  readonly seq: number;
  readonly hlc: number;
  /** Whether a machine said it. */
  readonly derived: boolean;
}

export interface Entry {
  readonly origin: Origin;
  readonly claims: readonly Claim[];
}

/** What was said after `from`, up to `to`, oldest first. What does not count is there too, but what
 *  its author may not say is not. */
export function* history(log: Log, device: number, from: number, to: number): Generator<Entry> {
  const inForce = log.inForce(device);
  if (inForce && from < inForce.base) {
    yield* [...restated(log, device)].filter(({ origin: { seq } }) => seq > from && seq <= to);
  }
  for (const row of log.rows(device, Math.max(from, inForce?.base ?? 0) + 1, to)) {
    const entry = readRow(row);
    if (entry) yield entry;
  }
}

/** The same up to `to`, newest first. */
export function* historyDown(log: Log, device: number, to: number): Generator<Entry> {
  const base = log.inForce(device)?.base ?? 0;
  for (const row of log.rowsDown(device, to)) {
    if (row.seq <= base) break;
    const entry = readRow(row);
    if (entry) yield entry;
  }
  if (base > 0) {
    yield* [...restated(log, device)].reverse().filter(({ origin: { seq } }) => seq <= to);
  }
}

/** The claims of a row of the log; null: it has none that could count. */
export function readRow(row: LogRow): Entry | null {
  if (row.verdict !== null || row.header.kind !== 'change') return null;
  const { content } = readContent(row.header, row.payload);
  if (content?.kind !== 'change') return null;
  const { claims, derived } = content;
  return { origin: { device: row.device, seq: row.seq, hlc: row.header.hlc, derived }, claims };
}

/** What the checkpoint in force restates, ascending by seq. */
function restated(log: Log, device: number): Entry[] {
  const inForce = log.inForce(device);
  if (!inForce) return [];
  const entries: Entry[] = [];
  for (const { header, payload } of log.rows(device, inForce.base + 1, inForce.last)) {
    if (header.kind !== 'checkpoint') continue;
    for (const word of decodeCheckpoint(payload).words) entries.push(entryOf(device, word));
  }
  return entries.sort((a, b) => a.origin.seq - b.origin.seq);
}

function entryOf(device: number, word: Word): Entry {
  const { kind, id, field, element, seq, hlc, derived, value } = word;
  const base = { kind, id, field };
  const merge = fieldSpec(kind, field)?.merge;
  const claim: Claim =
    merge === 'text'
      ? { ...base, merge, update: value }
      : merge === 'set'
        ? { ...base, merge, element: decodeValue(element), present: decodeValue(value) === true }
        : { ...base, merge: 'register', value: decodeValue(value) };
  return { origin: { device, seq, hlc, derived }, claims: [claim] };
}
