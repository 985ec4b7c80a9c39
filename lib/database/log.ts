/**
 * The log: every envelope that this device holds, and who this device is.
 */
import { decodeHeader, type Envelope, type Head } from '../ledger/envelope.ts';
import type { Connection } from './sqlite.ts';

/** Keys of the rows of this database's space and of this device. */
export interface Identity {
  readonly space: number;
  readonly spaceId: Uint8Array;
  readonly device: number;
}

/** A device's newest envelope. */
export interface LogHead extends Head {
  readonly hlc: number;
}

export interface LogEntry {
  readonly device: number;
  readonly seq: number;
  readonly hlc: number;
  readonly payload: Uint8Array;
}

/** The device that this database belongs to; null if it is new. */
export function ownerOf(connection: Connection): Uint8Array | null {
  const row = connection.get<{ value: Uint8Array }>(`select value from meta where key = 'device'`);
  return row?.value ?? null;
}

/** @param newSpace 16 random bytes, used if the database has no space yet. */
export function identify(
  connection: Connection,
  device: Uint8Array,
  newSpace: Uint8Array,
): Identity {
  return connection.transaction(() => {
    connection.run('insert or ignore into device (key) values (?)', device);
    connection.run(`insert or replace into meta (key, value) values ('device', ?)`, device);
    if (!connection.get('select 1 from space')) {
      connection.run('insert into space (uid) values (?)', newSpace);
    }
    const space = connection.get<{ id: number; uid: Uint8Array }>('select id, uid from space');
    const own = connection.get<{ id: number }>('select id from device where key = ?', device);
    if (!space || !own) throw new Error('the rows just written are not there');
    return { space: space.id, spaceId: space.uid, device: own.id };
  });
}

/** Null before the first. */
export function headOf(connection: Connection, space: number, device: number): LogHead | null {
  const row = connection.get<{ seq: number; hash: Uint8Array; header: Uint8Array }>(
    'select seq, hash, header from envelope where space = ? and device = ? order by seq desc limit 1',
    space,
    device,
  );
  const header = row && decodeHeader(row.header);
  return header ? { device: header.device, seq: row.seq, hash: row.hash, hlc: header.hlc } : null;
}

/** The latest clock of any device's newest envelope; 0 if there is none. */
export function latestClock(connection: Connection, space: number): number {
  const heads = connection.all<{ header: Uint8Array }>(
    `select header from envelope where space = ?1 and (device, seq) in (
       select device, max(seq) from envelope where space = ?1 group by device
     )`,
    space,
  );
  return heads.reduce((latest, { header }) => Math.max(latest, decodeHeader(header)?.hlc ?? 0), 0);
}

/** @param at Unix ms, UTC. */
export function append(
  connection: Connection,
  where: { readonly space: number; readonly device: number; readonly seq: number },
  envelope: Envelope,
  hash: Uint8Array,
  at: number,
): void {
  connection.run(
    `insert into envelope (space, device, seq, hash, header, signature, payload, received_at)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    where.space,
    where.device,
    where.seq,
    hash,
    envelope.header,
    envelope.signature,
    envelope.payload,
    at,
  );
}

/** Every change, by device and seq; a page at a time, so that memory stays flat. */
export function* changes(connection: Connection): Generator<LogEntry> {
  const pageSize = 200;
  let [space, device, seq] = [0, 0, 0];
  while (true) {
    const rows = connection.all<{
      space: number;
      device: number;
      seq: number;
      header: Uint8Array;
      payload: Uint8Array;
    }>(
      `select space, device, seq, header, payload from envelope
       where (space, device, seq) > (?, ?, ?) order by space, device, seq limit ${pageSize}`,
      space,
      device,
      seq,
    );
    for (const row of rows) {
      ({ space, device, seq } = row);
      const header = decodeHeader(row.header);
      if (header?.kind === 'change') yield { device, seq, hlc: header.hlc, payload: row.payload };
    }
    if (rows.length < pageSize) return;
  }
}

export function countEnvelopes(connection: Connection): number {
  return connection.get<{ n: number }>('select count(*) as n from envelope')?.n ?? 0;
}
