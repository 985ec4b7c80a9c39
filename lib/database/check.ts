/**
 * What is wrong with a database: SQLite's own check of the file, and whether the log is whole.
 *
 * An envelope that follows the one before it, has the hash that it is known by and carries the
 * payload that its header names is the one that was committed. Signatures are not checked here.
 */
import { carriesItsPayload, decodeHeader, equal, headerHash } from '../ledger/envelope.ts';
import type { Connection } from './sqlite.ts';

/** In words, for a bug report; none if all is well. Reads everything. */
export function check(connection: Connection): string[] {
  const problems = connection
    .all<{ integrity_check: string }>('pragma integrity_check')
    .map(({ integrity_check: line }) => line)
    .filter((line) => line !== 'ok');
  // What is read from a broken file says nothing.
  if (problems.length > 0) return problems;
  let before: Logged | null = null;
  for (const logged of log(connection)) {
    const problem = problemOf(logged, before?.device === logged.device ? before : null);
    if (problem) problems.push(`envelope ${logged.seq} of device ${logged.device}: ${problem}`);
    before = logged;
  }
  return problems;
}

interface Logged {
  readonly device: number;
  /** Through which its log was compacted; 0 if it was not. */
  readonly base: number;
  /** The device's public key. */
  readonly key: Uint8Array;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/** @param before the device's previous envelope that is there; null if there is none. */
function problemOf(logged: Logged, before: Logged | null): string | null {
  const { key, seq, hash, payload } = logged;
  const header = decodeHeader(logged.header);
  if (!header) return 'its header cannot be read';
  if (header.seq !== seq || !equal(header.device, key)) return 'its header is of another one';
  if (!equal(headerHash(logged.header), hash)) return 'its header has another hash';
  if (!carriesItsPayload(header, payload)) return 'its payload has another hash';
  // Of what was compacted some envelopes are kept, and they follow nothing.
  if (seq <= logged.base + 1 && logged.base > 0) return null;
  const previous = before ?? { seq: 0, hash: new Uint8Array(32) };
  if (seq !== previous.seq + 1) return `those since ${previous.seq} are missing`;
  return equal(header.prev, previous.hash) ? null : 'it does not follow the one before';
}

/** By device and seq; a page at a time, so that memory stays flat. */
function* log(connection: Connection): Generator<Logged> {
  const pageSize = 200;
  let last = { device: 0, seq: 0 };
  while (true) {
    const page = connection.all<Logged>(
      `select envelope.device, key, seq, hash, header, payload,
         coalesce((select base.seq from base where base.device = envelope.device), 0) as base
       from envelope join device on device.id = envelope.device
       where (envelope.device, seq) > (?, ?) order by envelope.device, seq limit ${pageSize}`,
      last.device,
      last.seq,
    );
    yield* page;
    last = page.at(-1) ?? last;
    if (page.length < pageSize) return;
  }
}
