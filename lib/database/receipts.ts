/**
 * Receipts: who has what. Each other device says how far it has committed every log; what it says of
 * this device's own log are the receipts of this device's writes.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { equal, type Head } from '../ledger/envelope.ts';
import type { Log } from './log.ts';
import type { Connection } from './sqlite.ts';

/** One change of this device, on its way to the others. */
export interface Receipt {
  readonly seq: number;
  /** Unix ms, UTC. */
  readonly committedAt: number;
  /** Whether it was handed to a carrier. */
  readonly isSent: boolean;
  /** Devices that have said that they hold it. */
  readonly acknowledgedBy: readonly Uint8Array[];
}

/** How long a change may be on this device alone before somebody is told, ms. */
const patience = 7 * 86_400_000;

export function acknowledge(
  connection: Connection,
  log: Log,
  peer: Uint8Array,
  heads: readonly Head[],
  at: number,
): void {
  if (!log.member(bytesToHex(peer))) return;
  const by = log.ensure(peer);
  for (const { device, seq, hash } of heads) {
    const of = log.idOf(device);
    const held = of === undefined ? null : log.hashAt(of, seq);
    if (of === undefined || !held || !equal(held, hash)) continue;
    connection.run(
      `insert into receipt (peer, device, seq, at) values (?1, ?2, ?3, ?4)
       on conflict do update set seq = max(seq, ?3), at = ?4`,
      by,
      of,
      seq,
      at,
    );
  }
}

/** How far a device has said that it holds another's log. */
export function acknowledgedBy(connection: Connection, peer: number, device: number): number {
  return (
    connection.get<{ seq: number }>(
      'select seq from receipt where peer = ? and device = ?',
      peer,
      device,
    )?.seq ?? 0
  );
}

/** When a device, or the newest of what it wrote, was last here, Unix ms; 0: never. */
export function lastHeard(connection: Connection, peer: number): number {
  const receipt = connection.get<{ at: number | null }>(
    'select max(at) as at from receipt where peer = ?',
    peer,
  );
  const envelope = connection.get<{ at: number }>(
    'select received_at as at from envelope where device = ? order by seq desc limit 1',
    peer,
  );
  return Math.max(receipt?.at ?? 0, envelope?.at ?? 0);
}

/** The receipt of one envelope of this device; null if it is not there. */
export function receiptOf(connection: Connection, log: Log, seq: number): Receipt | null {
  const row = connection.get<{ received_at: number }>(
    'select received_at from envelope where device = ? and seq = ?',
    log.own(),
    seq,
  );
  if (!row) return null;
  const peers = connection.all<{ key: Uint8Array }>(
    `select device.key from receipt join device on device.id = receipt.peer
     where receipt.device = ? and receipt.seq >= ? order by device.key`,
    log.own(),
    seq,
  );
  return {
    seq,
    committedAt: row.received_at,
    isSent: seq <= sentOf(connection) || peers.length > 0,
    acknowledgedBy: peers.map(({ key }) => key),
  };
}

/**
 * The oldest change of this device that no other has had for seven days; null: all is well, or there
 * is no other member.
 *
 * @param now Unix ms, UTC.
 */
export function overdue(connection: Connection, log: Log, now: number): Receipt | null {
  const own = log.own();
  const hasPeers = [...log.roster().values()].some(
    ({ device, limit }) => limit > 0 && log.idOf(device) !== own,
  );
  if (!hasPeers) return null;
  const known = connection.get<{ seq: number | null }>(
    'select max(seq) as seq from receipt where device = ?',
    own,
  );
  const row = connection.get<{ seq: number; received_at: number }>(
    'select seq, received_at from envelope where device = ? and seq > ? order by seq limit 1',
    own,
    known?.seq ?? 0,
  );
  return row && now - row.received_at > patience ? receiptOf(connection, log, row.seq) : null;
}

/** The last envelope of a device that came here before a moment; 0: none did. @param moment Unix ms. */
export function lastBefore(
  connection: Connection,
  log: Log,
  device: Uint8Array,
  moment: number,
): number {
  return (
    connection.get<{ seq: number | null }>(
      'select max(seq) as seq from envelope where device = ? and received_at < ?',
      log.idOf(device) ?? 0,
      moment,
    )?.seq ?? 0
  );
}

/** What of this device's log was handed to a carrier. */
export function markSent(connection: Connection, seq: number): void {
  connection.run(
    `insert into meta (key, value) values ('sent', ?1)
     on conflict do update set value = max(value, ?1)`,
    seq,
  );
}

/** Another key writes from now on: nothing of its log was handed to anybody. */
export function forgetSent(connection: Connection): void {
  connection.run(`delete from meta where key = 'sent'`);
}

/** The newest of this device's own log that was handed to a carrier; 0: nothing. */
export function sentOf(connection: Connection): number {
  const row = connection.get<{ value: number }>(`select value from meta where key = 'sent'`);
  return row?.value ?? 0;
}
