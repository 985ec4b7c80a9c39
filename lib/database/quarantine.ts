/**
 * Quarantine: what was refused, as it came, and why. Nothing in it has any effect; it is there to be
 * looked at, and to be judged again when the reason may be gone.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Judgement, Verdict } from '../ledger/exchange.ts';
import type { Connection } from './sqlite.ts';

/** How much of one carrier is kept: the newest. */
const entriesOfCarrier = 1_000;
const bytesOfCarrier = 4 * 1_024 * 1_024;
/** Of what is longer than any envelope, only the beginning. */
const largest = 132_000;

export interface Refused {
  readonly carrier: string;
  /** Whom it names as its author; null if it is no envelope. */
  readonly device: Uint8Array | null;
  readonly seq: number | null;
  readonly bytes: Uint8Array;
  /** Unix ms, UTC. */
  readonly at: number;
}

export interface QuarantineEntry extends Refused, Judgement {
  readonly number: number;
}

export function refuse(connection: Connection, refused: Refused, judgement: Judgement): void {
  const row = connection.get<{ number: number }>(
    `insert into quarantine (carrier, device, seq, verdict, reason, bytes, hash, at)
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     on conflict (hash) do update set verdict = ?4, reason = ?5 returning number`,
    refused.carrier,
    refused.device,
    refused.seq,
    judgement.verdict,
    judgement.reason,
    refused.bytes.subarray(0, largest),
    sha256(refused.bytes.subarray(0, largest)),
    refused.at,
  );
  // Looking for what is too much costs more than keeping a little more.
  if ((row?.number ?? 0) % 64 !== 0) return;
  connection.run(
    `delete from quarantine where number in (
       select number from (
         select number, sum(length(bytes)) over newest as size, row_number() over newest as place
         from quarantine window newest as (partition by carrier order by number desc)
       ) where size > ${bytesOfCarrier} or place > ${entriesOfCarrier}
     )`,
  );
}

/** What may be judged otherwise once the roster has changed, oldest first. */
export function rejudgeable(connection: Connection): QuarantineEntry[] {
  return entries(
    connection,
    `where verdict in ('unknown-device', 'revoked', 'fork', 'policy', 'waiting') order by number`,
  );
}

export function release(connection: Connection, number: number): void {
  connection.run('delete from quarantine where number = ?', number);
}

export function releaseBytes(connection: Connection, bytes: Uint8Array): void {
  connection.run('delete from quarantine where hash = ?', sha256(bytes.subarray(0, largest)));
}

/** Newest first. */
export function quarantined(connection: Connection, limit: number): QuarantineEntry[] {
  return entries(connection, 'order by number desc limit ?', limit);
}

function entries(
  connection: Connection,
  rest: string,
  ...parameters: readonly number[]
): QuarantineEntry[] {
  return connection
    .all<{
      number: number;
      carrier: string;
      device: Uint8Array | null;
      seq: number | null;
      verdict: string;
      reason: string;
      bytes: Uint8Array;
      at: number;
    }>(
      `select number, carrier, device, seq, verdict, reason, bytes, at from quarantine ${rest}`,
      ...parameters,
    )
    .map((row) => ({ ...row, verdict: row.verdict as Verdict }));
}
