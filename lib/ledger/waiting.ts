/**
 * The waiting room: envelopes of which something that they follow has not come yet.
 *
 * Bounded per author; what does not fit is forgotten, because whoever has it will bring it again in
 * order. In memory only, for the same reason.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Header } from './envelope.ts';
import type { DeviceId } from './roster.ts';

/** Per author. Parts of a checkpoint come many at once, and are useless one by one. */
const entryLimit = 1_000;
const byteLimit = 4 * 1_024 * 1_024;
const checkpointByteLimit = 64 * 1_024 * 1_024;

export interface Waiting<T> {
  readonly fields: Header;
  readonly size: number;
  readonly item: T;
}

export interface WaitingRoom<T> {
  /** Keeps an envelope if there is room. What stands in its place already, if anything does. */
  readonly put: (fields: Header, size: number, item: T) => Waiting<T> | null;
  readonly take: (author: DeviceId, seq: number) => Waiting<T> | null;
  /** Of an author, those from a seq on that follow each other without a gap, ascending. */
  readonly run: (author: DeviceId, from: number) => Waiting<T>[];
  readonly authors: () => DeviceId[];
  /** Of an author, all, ascending. */
  readonly of: (author: DeviceId) => Waiting<T>[];
  readonly size: () => number;
}

export function newWaitingRoom<T>(): WaitingRoom<T> {
  const rooms = new Map<DeviceId, { entries: Map<number, Waiting<T>>; bytes: number }>();
  return {
    put: (fields, size, item) => {
      const author = bytesToHex(fields.device);
      let room = rooms.get(author);
      if (!room) rooms.set(author, (room = { entries: new Map(), bytes: 0 }));
      const there = room.entries.get(fields.seq);
      if (there) return there;
      const isPart = fields.kind === 'checkpoint';
      const limit = isPart ? checkpointByteLimit : byteLimit;
      if (!isPart && room.entries.size >= entryLimit) return null;
      if (room.bytes + size > limit) return null;
      room.entries.set(fields.seq, { fields, size, item });
      room.bytes += size;
      return null;
    },
    take: (author, seq) => {
      const room = rooms.get(author);
      const entry = room?.entries.get(seq);
      if (!room || !entry) return null;
      room.entries.delete(seq);
      room.bytes -= entry.size;
      if (room.entries.size === 0) rooms.delete(author);
      return entry;
    },
    run: (author, from) => {
      const found: Waiting<T>[] = [];
      const entries = rooms.get(author)?.entries;
      for (let entry = entries?.get(from); entry; entry = entries?.get(entry.fields.seq + 1)) {
        found.push(entry);
      }
      return found;
    },
    authors: () => [...rooms.keys()],
    of: (author) =>
      [...(rooms.get(author)?.entries.values() ?? [])].sort((a, b) => a.fields.seq - b.fields.seq),
    size: () => [...rooms.values()].reduce((sum, { entries }) => sum + entries.size, 0),
  };
}
