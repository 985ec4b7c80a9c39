/**
 * The log: every envelope that this device holds, of every device, and what is known of their
 * authors. The rows are the truth; what is asked at every envelope (heads, ids, who counts) is held
 * in memory beside them.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { readContent, type Reading } from '../ledger/admission.ts';
import {
  compareBytes,
  decodeHeader,
  type Envelope,
  type EnvelopeKind,
  envelopeKinds,
  envelopeToWire,
  equal,
  type Head,
  type Header,
} from '../ledger/envelope.ts';
import type { ForkProof, Judgement, Range, SignedHeader, Verdict } from '../ledger/exchange.ts';
import {
  type DeviceId,
  evaluateRoster,
  type Member,
  type Roster,
  type Stated,
} from '../ledger/roster.ts';
import { decodeGenesis, decodeStatement, type Genesis } from '../ledger/statements.ts';
import type { Connection } from './sqlite.ts';

/** A device's newest envelope. */
export interface LogHead extends Head {
  readonly hlc: number;
}

/** How much of a device's log counts, by seq: Infinity for all that will come. */
export interface Reach {
  /** The last that counts at all. */
  readonly limit: number;
  /** The last whose claims count. */
  readonly writes: number;
}

export interface LogRow {
  /** Key of table device. */
  readonly device: number;
  readonly seq: number;
  readonly header: Header;
  readonly hash: Uint8Array;
  readonly payload: Uint8Array;
  readonly verdict: Verdict | null;
  readonly receivedAt: number;
}

/** An envelope as it leaves. */
export interface Outgoing {
  /** Key of table device. */
  readonly device: number;
  readonly seq: number;
  readonly wire: Uint8Array;
}

/** A checkpoint of which all parts are held. */
export interface CheckpointRow {
  /** The last seq that it restates. */
  readonly base: number;
  /** The seq of its last part, and that one's hash. */
  readonly last: number;
  readonly hash: Uint8Array;
  /** Unix ms. */
  readonly receivedAt: number;
}

interface EnvelopeRow {
  readonly [column: string]: unknown;
  readonly device: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly payload: Uint8Array;
  readonly verdict: Verdict | null;
  readonly received_at: number;
  readonly arrival: number;
}

export type Log = ReturnType<typeof openLog>;

/** The device that this database belongs to; null if it is new. */
export function ownerOf(connection: Connection): Uint8Array | null {
  return metaOf(connection, 'device');
}

function metaOf(connection: Connection, key: string): Uint8Array | null {
  const row = connection.get<{ value: Uint8Array }>('select value from meta where key = ?', key);
  return row?.value ?? null;
}

const noReach: Reach = { limit: 0, writes: 0 };
const everything: Reach = { limit: Infinity, writes: Infinity };

/** @param device this device's public key. */
export function openLog(connection: Connection, device: Uint8Array) {
  const ids = new Map<DeviceId, number>();
  const keys = new Map<number, Uint8Array>();
  const heads = new Map<number, LogHead>();
  const bases = new Map<number, number>();
  /** Of each log its whole checkpoints, ascending. */
  const checkpoints = new Map<number, CheckpointRow[]>();
  const inForce = new Map<number, CheckpointRow>();
  const forks = new Map<number, number>();
  const statements = new Map<DeviceId, Stated[]>();
  /** For each device whose log does not count whole: how far those that count have seen it. */
  const wanted = new Map<number, number>();
  /** The same for what waits to count. */
  const needs = new Map<number, number>();
  let own = 0;
  let ownDevice = device;
  const owner = metaOf(connection, 'device');
  /** Whether the database belongs to this device. */
  const isOwners = owner === null || bytesToHex(owner) === bytesToHex(device);
  let space: Uint8Array | null = null;
  let founding: { founder: Uint8Array; genesis: Genesis } | null = null;
  let roster: Roster = new Map();
  let arrival = 0;
  let revision = 0;
  let evaluated = '';
  let appended = 0;
  // Asked for at every envelope and frame.
  const reaches = new Map<number, Reach>();
  let counted: readonly Head[] | null = null;

  const load = (): void => {
    for (const map of [ids, keys, heads, bases, forks, statements, wanted, checkpoints])
      map.clear();
    founding = null;
    // A change of key that was taken back.
    if (isOwners) ownDevice = metaOf(connection, 'device') ?? ownDevice;
    space = metaOf(connection, 'space');
    for (const { id, key } of connection.all<{ id: number; key: Uint8Array }>(
      'select id, key from device',
    )) {
      ids.set(bytesToHex(key), id);
      keys.set(id, key);
      const row = connection.get<EnvelopeRow>(
        'select seq, hash, header from envelope where device = ? order by seq desc limit 1',
        id,
      );
      const header = row && decodeHeader(row.header);
      if (header) heads.set(id, { device: key, seq: row.seq, hash: row.hash, hlc: header.hlc });
    }
    own = ids.get(bytesToHex(ownDevice)) ?? 0;
    for (const { device, seq } of connection.all<{ device: number; seq: number }>(
      'select device, seq from base',
    )) {
      bases.set(device, seq);
    }
    for (const { device, seq } of connection.all<{ device: number; seq: number }>(
      'select device, seq from fork',
    )) {
      forks.set(device, seq);
    }
    for (const row of connection.all<CheckpointRow & { device: number }>(
      'select device, base, last, hash, received_at as receivedAt from checkpoint order by device, last',
    )) {
      checkpoints.set(row.device, [...(checkpoints.get(row.device) ?? []), row]);
    }
    arrival =
      connection.get<{ last: number | null }>('select max(arrival) as last from envelope')?.last ??
      0;
    for (const row of connection.all<EnvelopeRow & { kind: number }>(
      `select device, seq, kind, payload from envelope
       where kind <> 1 and kind <> 3 and verdict is null order by device, seq`,
    )) {
      state(row.device, row.seq, envelopeKinds[row.kind] ?? 'change', row.payload);
    }
    evaluate();
  };

  const state = (device: number, seq: number, kind: EnvelopeKind, payload: Uint8Array): void => {
    const key = keyOf(device);
    if (kind === 'genesis') founding = { founder: key, genesis: decodeGenesis(payload) };
    else {
      const id = bytesToHex(key);
      const said = statements.get(id) ?? [];
      said.push({ seq, statement: decodeStatement(payload) });
      statements.set(id, said);
    }
  };

  const evaluate = (): void => {
    const forksById = new Map([...forks].map(([id, seq]) => [bytesToHex(keyOf(id)), seq]));
    roster = founding ? evaluateRoster({ ...founding, statements, forks: forksById }) : new Map();
    reaches.clear();
    counted = null;
    inForce.clear();
    for (const [id, rows] of checkpoints) {
      // What a log was let go of for stands, whatever becomes of those who vouched for it.
      const found = rows.findLast((row) => row.base === bases.get(id) || isInForce(id, row));
      if (found) inForce.set(id, found);
    }
    wanted.clear();
    for (const id of keys.keys()) {
      if (reach(id).writes === Infinity) continue;
      wanted.set(id, furthestSeen(id));
    }
    const now = standing();
    if (now !== evaluated) revision++;
    evaluated = now;
  };

  /** Who counts, and what there is to vouch for, as a text. */
  const standing = (): string =>
    JSON.stringify([
      [...roster].map(([name, { role, limit, writes, rules, branch }]) => [
        name,
        role,
        ...[limit, writes, rules].map(String),
        branch?.hashes.map(bytesToHex),
      ]),
      [...forks],
      [...wanted],
      [...inForce].map(([id, { last }]) => [id, last]),
      [...checkpoints].map(([id, rows]) => [id, rows.length]),
    ]);

  /**
   * A checkpoint stands for what it restates if an owner other than its author vouches for it, or
   * nobody is senior to its author. It does so too when its author is cut below it.
   */
  const isInForce = (id: number, { last, hash }: Pick<CheckpointRow, 'last' | 'hash'>): boolean => {
    const name = bytesToHex(keyOf(id));
    const [mostSenior] = roster.keys();
    if (name === mostSenior) return true;
    for (const [voucher, { rules }] of roster) {
      if (voucher !== name && hasVouched(voucher, rules, name, last, hash)) return true;
    }
    return false;
  };

  /** @param limit the last seq of the voucher's that counts. */
  const hasVouched = (
    voucher: DeviceId,
    limit: number,
    author: DeviceId,
    last: number,
    hash: Uint8Array,
  ): boolean =>
    (statements.get(voucher) ?? []).some(
      ({ seq, statement }) =>
        seq <= limit &&
        'vouch' in statement &&
        statement.vouch.seq === last &&
        bytesToHex(statement.vouch.device) === author &&
        equal(statement.vouch.hash, hash),
    );

  /** The last place of a log that anything which counts has seen; below a fork, where there is one. */
  const furthestSeen = (id: number): number => {
    let furthest = 0;
    for (const other of keys.keys()) {
      if (other === id) continue;
      furthest = Math.max(furthest, seenBy(other, reach(other).limit, id));
    }
    return Math.min(furthest, (forks.get(id) ?? Infinity) - 1);
  };

  /** How far the author had seen another log by one of its own envelopes. */
  const seenBy = (author: number, seq: number, other: number): number =>
    connection.get<{ upto: number }>(
      `select upto from sight where device = ? and other = ? and seq <= ?
       order by seq desc limit 1`,
      author,
      other,
      Math.min(seq, Number.MAX_SAFE_INTEGER),
    )?.upto ?? 0;

  /** Notes what an author had seen by an envelope. */
  const sight = (id: number, seq: number, deps: readonly Pick<Head, 'device' | 'seq'>[]): void => {
    for (const dep of deps) {
      connection.run(
        'insert or ignore into sight (device, other, seq, upto) values (?, ?, ?, ?)',
        id,
        ensure(dep.device),
        seq,
        dep.seq,
      );
    }
  };

  const hashAt = (id: number, seq: number): Uint8Array | null => {
    const head = heads.get(id);
    if (!head || seq > head.seq) return null;
    if (seq === head.seq) return head.hash;
    return (
      connection.get<{ hash: Uint8Array }>(
        'select hash from envelope where device = ? and seq = ?',
        id,
        seq,
      )?.hash ?? null
    );
  };

  const keyOf = (id: number): Uint8Array => {
    const key = keys.get(id);
    if (!key) throw new Error('no such device');
    return key;
  };

  const ensure = (key: Uint8Array): number => {
    const name = bytesToHex(key);
    const known = ids.get(name);
    if (known !== undefined) return known;
    const row = connection.get<{ id: number }>(
      'insert into device (key) values (?) returning id',
      key,
    );
    const id = row?.id ?? 0;
    ids.set(name, id);
    keys.set(id, key);
    return id;
  };

  const isNamed = (id: DeviceId): boolean => {
    for (const [author, { rules }] of roster) {
      for (const { seq, statement } of statements.get(author) ?? []) {
        if (seq > rules || !('admit' in statement)) continue;
        if (bytesToHex(statement.admit.device) === id) return true;
      }
    }
    return false;
  };

  const reach = (id: number): Reach => {
    let found = reaches.get(id);
    if (!found) reaches.set(id, (found = reachNow(id)));
    return found;
  };

  const reachNow = (id: number): Reach => {
    const name = bytesToHex(keyOf(id));
    const member = roster.get(name);
    if (member) return member;
    // Whom nobody has admitted yet works alone: its own word counts for itself.
    return id === own && !isNamed(name) ? everything : noReach;
  };

  const countedNow = (): Head[] =>
    [...heads]
      .flatMap(([id, head]): Head[] => {
        const { limit } = reach(id);
        if (limit >= head.seq) return [head];
        const hash = limit > 0 ? hashAt(id, limit) : null;
        return hash ? [{ device: head.device, seq: limit, hash }] : [];
      })
      .sort((a, b) => compareBytes(a.device, b.device));

  const rowOf = (row: EnvelopeRow): LogRow | null => {
    const header = decodeHeader(row.header);
    return (
      header && {
        device: row.device,
        seq: row.seq,
        header,
        hash: row.hash,
        payload: row.payload,
        verdict: row.verdict,
        receivedAt: row.received_at,
      }
    );
  };

  const rowsOf = (id: number, from: number, to: number, limit: number) =>
    connection.all<EnvelopeRow>(
      `select device, seq, hash, header, signature, payload, verdict, received_at, arrival
       from envelope where device = ? and seq between ? and ? order by seq limit ?`,
      id,
      from,
      Math.min(to, Number.MAX_SAFE_INTEGER),
      limit,
    );

  /** How far of a log others may ask for. */
  const shareable = (id: number): number =>
    Math.min(heads.get(id)?.seq ?? 0, Math.max(reach(id).limit, wanted.get(id) ?? 0));

  if (!metaOf(connection, 'device')) {
    connection.run(`insert into meta (key, value) values ('device', ?)`, device);
  }
  connection.run('insert or ignore into device (key) values (?)', device);
  load();

  return {
    /** Reads everything again: after a transaction that failed. */
    load,
    /** Moves at every change of who counts. */
    revision: () => revision,
    space: () => space,
    enter: (id: Uint8Array): void => {
      connection.run(`insert or replace into meta (key, value) values ('space', ?)`, id);
      space = id;
    },
    /** Moves at every envelope that is appended. */
    appended: () => appended,
    /** Of each log, the last that is held and counts; ascending by device. */
    counted: (): readonly Head[] => (counted ??= countedNow()),
    own: () => own,
    ownDevice: () => ownDevice,
    /** Another key writes from now on. */
    become: (key: Uint8Array): void => {
      ownDevice = key;
      own = ensure(key);
      connection.run(`insert or replace into meta (key, value) values ('device', ?)`, key);
      evaluate();
    },
    genesis: () => founding?.genesis ?? null,
    roster: () => roster,
    member: (id: DeviceId): Member | undefined => roster.get(id),
    /** When the first admission of a device came here, Unix ms; 0: none did, or it needed none. */
    admittedAt: (name: DeviceId): number => {
      for (const [author, said] of statements) {
        for (const { seq, statement } of said) {
          if (!('admit' in statement) || bytesToHex(statement.admit.device) !== name) continue;
          const row = connection.get<{ at: number }>(
            'select received_at as at from envelope where device = ? and seq = ?',
            ids.get(author) ?? 0,
            seq,
          );
          if (row) return row.at;
        }
      }
      return 0;
    },
    statements: (): ReadonlyMap<DeviceId, readonly Stated[]> => statements,
    ensure,
    idOf: (key: Uint8Array): number | undefined => ids.get(bytesToHex(key)),
    idOfName: (name: DeviceId): number | undefined => ids.get(name),
    keyOf,
    nameOf: (id: number): DeviceId => bytesToHex(keyOf(id)),
    devices: (): readonly number[] => [...keys.keys()],
    head: (id: number): LogHead | null => heads.get(id) ?? null,
    /** The seq of the envelope that a device's log would go on with. */
    nextSeq: (name: DeviceId): number => (heads.get(ids.get(name) ?? 0)?.seq ?? 0) + 1,
    base: (id: number): number => bases.get(id) ?? 0,
    fork: (id: number): number | undefined => forks.get(id),
    reach,
    sight,
    wanted: (id: number): number => wanted.get(id) ?? 0,
    /** The last place of a log that is kept though it does not count. */
    needed: (id: number): number => Math.max(wanted.get(id) ?? 0, needs.get(id) ?? 0),
    /** What waiting envelopes have seen of logs beyond what counts of them. */
    setNeeds: (found: ReadonlyMap<number, number>): void => {
      // What was refused before may be needed now.
      if ([...found].some(([id, seq]) => seq > (needs.get(id) ?? 0))) revision++;
      needs.clear();
      for (const [id, seq] of found) needs.set(id, seq);
    },
    needs: (): ReadonlyMap<number, number> => needs,
    seenBy,
    /** The latest clock of any device's newest envelope; 0 if there is none. */
    latestClock: (): number => Math.max(0, ...[...heads.values()].map(({ hlc }) => hlc)),
    hashAt,
    signedHeaderAt: (id: number, seq: number): SignedHeader | null =>
      connection.get<SignedHeader & { readonly [column: string]: unknown }>(
        'select header, signature from envelope where device = ? and seq = ?',
        id,
        seq,
      ) ?? null,

    /** @param at Unix ms, UTC. @param judgement null: what it says counts. */
    append: (
      envelope: Envelope,
      header: Header,
      hash: Uint8Array,
      judgement: Judgement | null,
      at: number,
    ): number => {
      const id = ensure(header.device);
      arrival++;
      connection.run(
        `insert into envelope
           (device, seq, kind, hash, header, signature, payload, verdict, reason, received_at, arrival)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        header.seq,
        envelopeKinds.indexOf(header.kind),
        hash,
        envelope.header,
        envelope.signature,
        envelope.payload,
        judgement?.verdict ?? null,
        judgement?.reason ?? null,
        at,
        arrival,
      );
      appended++;
      counted = null;
      if (header.seq > (heads.get(id)?.seq ?? 0)) {
        heads.set(id, { device: header.device, seq: header.seq, hash, hlc: header.hlc });
      }
      sight(id, header.seq, header.deps);
      for (const dep of header.deps) {
        const other = ensure(dep.device);
        // What counts has seen what does not: that is needed now.
        if (dep.seq > reach(other).writes && header.seq <= reach(id).limit) {
          const needed = Math.min(dep.seq, (forks.get(other) ?? Infinity) - 1);
          wanted.set(other, Math.max(wanted.get(other) ?? 0, needed));
        }
      }
      return id;
    },
    /** Reads a statement that was appended, and evaluates the roster anew. */
    state: (id: number, seq: number, kind: EnvelopeKind, payload: Uint8Array): void => {
      state(id, seq, kind, payload);
      evaluate();
    },
    /** Takes a log back to a seq, and gives what was there beyond it. */
    evict: (id: number, after: number): Envelope[] => {
      const rows = rowsOf(id, after + 1, Infinity, Number.MAX_SAFE_INTEGER);
      connection.run('delete from envelope where device = ? and seq > ?', id, after);
      connection.run('delete from sight where device = ? and seq > ?', id, after);
      load();
      return rows;
    },
    forkProofs: (): ForkProof[] =>
      connection
        .all<Record<string, Uint8Array>>('select * from fork order by device')
        .map((row) => ({
          first: {
            header: row['first_header'] ?? new Uint8Array(),
            signature: row['first_signature'] ?? new Uint8Array(),
          },
          second: {
            header: row['second_header'] ?? new Uint8Array(),
            signature: row['second_signature'] ?? new Uint8Array(),
          },
        })),
    /** Ascending by device. */
    forks: (): { readonly device: Uint8Array; readonly seq: number }[] =>
      [...forks]
        .map(([id, seq]) => ({ device: keyOf(id), seq }))
        .sort((a, b) => compareBytes(a.device, b.device)),
    /** Keeps a checked proof if it is of an earlier fork than is known; whether it is. */
    addFork: (key: Uint8Array, seq: number, { first, second }: ForkProof): boolean => {
      const id = ensure(key);
      if (seq >= (forks.get(id) ?? Infinity)) return false;
      connection.run(
        `insert or replace into fork
           (device, seq, first_header, first_signature, second_header, second_signature)
         values (?, ?, ?, ?, ?, ?)`,
        id,
        seq,
        first.header,
        first.signature,
        second.header,
        second.signature,
      );
      forks.set(id, seq);
      evaluate();
      return true;
    },
    checkpoints: (id: number): readonly CheckpointRow[] => checkpoints.get(id) ?? [],
    /** The newest checkpoint of a log that speaks for what it restates; null: there is none. */
    inForce: (id: number): CheckpointRow | null => inForce.get(id) ?? null,
    hasVouched,
    isInForce,
    addCheckpoint: (id: number, row: CheckpointRow): void => {
      connection.run(
        `insert or replace into checkpoint (device, base, last, hash, received_at)
         values (?, ?, ?, ?, ?)`,
        id,
        row.base,
        row.last,
        row.hash,
        row.receivedAt,
      );
      checkpoints.set(id, [...(checkpoints.get(id) ?? []), row]);
      evaluate();
    },
    forgetSights: (id: number, upto: number): void =>
      connection.run('delete from sight where device = ? and seq <= ?', id, upto),
    /** Lets go of what a log's checkpoint restates, but for what is kept for ever. */
    compact: (id: number, base: number): void => {
      connection.run(
        'delete from envelope where device = ? and seq <= ? and kind in (1, 3)',
        id,
        base,
      );
      connection.run('delete from checkpoint where device = ? and last <= ?', id, base);
      connection.run('insert or replace into base (device, seq) values (?, ?)', id, base);
      load();
    },

    /** A device's rows from a seq on, ascending, a page at a time so that memory stays flat. */
    rows: function* (id: number, from: number, to: number): Generator<LogRow> {
      const pageSize = 200;
      for (let next = from; next <= to;) {
        const rows = rowsOf(id, next, to, pageSize);
        for (const row of rows) {
          const read = rowOf(row);
          if (read) yield read;
        }
        const last = rows.at(-1);
        if (!last || rows.length < pageSize) return;
        next = last.seq + 1;
      }
    },
    /** What a device's rows say, as far as it can be read. */
    contents: function* (id: number, from: number, to: number): Generator<Reading> {
      for (const row of rowsOf(id, from, to, Number.MAX_SAFE_INTEGER)) {
        const header = decodeHeader(row.header);
        if (header) yield readContent(header, row.payload);
      }
    },
    /** The same from a seq down. */
    rowsDown: function* (id: number, from: number): Generator<LogRow> {
      const pageSize = 200;
      for (let next = from; next > 0;) {
        const rows = connection.all<EnvelopeRow>(
          `select device, seq, hash, header, payload, verdict, received_at from envelope
           where device = ? and seq <= ? order by seq desc limit ${pageSize}`,
          id,
          Math.min(next, Number.MAX_SAFE_INTEGER),
        );
        for (const row of rows) {
          const read = rowOf(row);
          if (read) yield read;
        }
        const last = rows.at(-1);
        if (!last || rows.length < pageSize) return;
        next = last.seq - 1;
      }
    },

    shareable,
    /**
     * Wire bytes of what somebody lacks who holds the logs up to `theirs`, each after what it needs.
     *
     * @param bytes stops before more, but gives at least one.
     */
    missing: (theirs: (key: DeviceId) => number, bytes: number): Outgoing[] => {
      const sources = [...keys].map(([id, key]) => {
        const base = bases.get(id) ?? 0;
        const held = theirs(bytesToHex(key));
        // Below a base, what was kept comes first, and then the base.
        const from = held < base ? 1 : held + 1;
        return {
          id,
          from,
          to: Math.min(heads.get(id)?.seq ?? 0, reach(id).limit),
          queue: [] as EnvelopeRow[],
        };
      });
      const fill = (source: (typeof sources)[number]) => {
        if (source.queue.length > 0 || source.from > source.to) return;
        source.queue = rowsOf(source.id, source.from, source.to, 64);
        source.from = (source.queue.at(-1)?.seq ?? source.to) + 1;
      };
      const found: Outgoing[] = [];
      let size = 0;
      while (true) {
        let first: (typeof sources)[number] | null = null;
        for (const source of sources) {
          fill(source);
          const arrival = source.queue[0]?.arrival ?? Infinity;
          if (arrival < (first?.queue[0]?.arrival ?? Infinity)) first = source;
        }
        const row = first?.queue.shift();
        if (!row) return found;
        const wire = envelopeToWire(row);
        if (found.length > 0 && size + wire.length > bytes) return found;
        found.push({ device: row.device, seq: row.seq, wire });
        size += wire.length;
      }
    },
    range: ({ device, from, to }: Range, bytes: number): Outgoing[] => {
      const id = ids.get(bytesToHex(device));
      const found: Outgoing[] = [];
      let size = 0;
      for (const row of id === undefined
        ? []
        : rowsOf(id, from, Math.min(to, shareable(id)), 200)) {
        const wire = envelopeToWire(row);
        if (found.length > 0 && size + wire.length > bytes) break;
        found.push({ device: row.device, seq: row.seq, wire });
        size += wire.length;
      }
      return found;
    },
    count: (): number =>
      connection.get<{ n: number }>('select count(*) as n from envelope')?.n ?? 0,
  };
}
