/**
 * Tails: what this device wrote in a log of its own that another of its keys has to sign again,
 * because that log was forked, or goes on elsewhere.
 *
 * A tail is kept in the database from the moment that its envelopes stop counting until it is signed:
 * a crash between loses nothing. The updates of a note belong to the key that made them: what they
 * come to in the note as it is then is written anew.
 */
import { decode, encode } from 'cborg';
import { readContent } from '../ledger/admission.ts';
import { type Claim, decodePayload, encodePayload, entityOf } from '../ledger/claims.ts';
import type { Id } from '../model/id.ts';
import type { Log } from './log.ts';
import type { Connection } from './sqlite.ts';

export interface Tail {
  readonly number: number;
  /** Oldest first. */
  readonly changes: readonly TailChange[];
  /** What was done to notes. */
  readonly notes: readonly TailNote[];
}

interface TailChange {
  readonly payload: Uint8Array;
  readonly hlc: number;
  /** How far its author had seen each log then; its own that was left included. */
  readonly seen: readonly (readonly [device: Uint8Array, seq: number])[];
}

interface TailNote extends Pick<Claim, 'kind' | 'id' | 'field'> {
  readonly action: Id;
  /** Yjs, V1, by the other key. */
  readonly updates: readonly Uint8Array[];
}

/** Keeps what a log says between two places, both included, to be signed again. */
export function saveTail(
  connection: Connection,
  log: Log,
  device: number,
  from: number,
  to: number,
): void {
  const changes: TailChange[] = [];
  const others = log.devices().filter((other) => other !== device);
  const notes = new Map<string, TailNote>();
  for (const { seq, header, payload, verdict } of log.rows(device, from, to)) {
    if (header.kind !== 'change' || verdict !== null) continue;
    if (readContent(header, payload).judgement) continue;
    const { action, derived, claims } = decodePayload(payload);
    const plain = claims.filter(({ merge }) => merge !== 'text');
    if (plain.length > 0) {
      changes.push({
        payload: encodePayload({ action, derived, claims: plain }),
        hlc: header.hlc,
        seen: [
          [log.keyOf(device), from - 1],
          ...others.map((other) => [log.keyOf(other), log.seenBy(device, seq, other)] as const),
        ],
      });
    }
    for (const claim of claims) {
      if (claim.merge !== 'text') continue;
      const { kind, id, field, update } = claim;
      const place = `${entityOf(claim)} ${field}`;
      const updates = [...(notes.get(place)?.updates ?? []), update];
      notes.set(place, { kind, id, field, action, updates });
    }
  }
  if (changes.length + notes.size === 0) return;
  const tail = encode({ changes, notes: [...notes.values()] });
  connection.run('insert into unsigned (tail) values (?)', tail);
}

/** The oldest; null: everything is signed. */
export function nextTail(connection: Connection): Tail | null {
  const row = connection.get<{ number: number; tail: Uint8Array }>(
    'select number, tail from unsigned order by number limit 1',
  );
  return row ? { number: row.number, ...(decode(row.tail) as Omit<Tail, 'number'>) } : null;
}

/** The changes of a tail are signed; its notes are still to come. */
export function keepNotes(connection: Connection, { number, notes }: Tail): void {
  connection.run(
    'update unsigned set tail = ? where number = ?',
    encode({ changes: [], notes }),
    number,
  );
}

export function forgetTail(connection: Connection, { number }: Tail): void {
  connection.run('delete from unsigned where number = ?', number);
}
