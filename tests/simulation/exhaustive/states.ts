/**
 * Every way in which a receiver can get the envelopes of a small world, log by log: all states that
 * it can be in, and all steps between them.
 *
 * Two paths that lead to one state need not be told apart any more, so a few hundred steps stand for
 * tens of thousands of orders. A state is all that the receiver holds: the log with its verdicts, the
 * quarantine, what waits, the forks, and what is shown.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type Device,
  hashOf,
  openReusable,
  type Reusable,
  startDevice,
  type Stream,
} from './world.ts';

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** What two orders of the same envelopes came to; none should be there. */
  readonly disagreements: readonly string[];
}

interface State {
  readonly counts: readonly number[];
  /** Streams by number, in the order that led here. */
  readonly path: readonly number[];
  readonly pending: Set<number>;
}

/**
 * @param connection of a receiver that is ready, see `Reusable`: it has entered the space, and may hold
 *   what came before.
 */
export async function explore(connection: Reusable, streams: readonly Stream[]): Promise<Explored> {
  const known = new Map<string, State>();
  const canonical = new Map<string, { digest: string; path: readonly number[] }>();
  const disagreements: string[] = [];
  let transitions = 0;

  const open = () => startDevice(connection, 'receiver');
  const bring = async ({ ledger }: Device, counts: number[], which: number) => {
    const wire = streams[which]!.envelopes[counts[which]!++]!;
    await ledger.exchange.admit([wire], 'carrier');
  };

  /** The state that a device is in, noted and compared. */
  const arrive = (device: Device, counts: readonly number[], path: readonly number[]): State => {
    const delivered = streams.flatMap(({ envelopes }, at) => envelopes.slice(0, counts[at]));
    const digest = device.database.digest();
    const where = counts.join();
    const before = canonical.get(where);
    if (!before) {
      canonical.set(where, { digest, path });
      // Dearer than all the rest, so only at the end.
      const isWhole = streams.every(({ envelopes }, at) => counts[at] === envelopes.length);
      if (isWhole) device.database.rebuild();
      if (isWhole && device.database.digest() !== digest) {
        disagreements.push(`a rebuild shows something else: ${words(path)}`);
      }
    } else if (before.digest !== digest) {
      disagreements.push(`${words(before.path)} is not ${words(path)}`);
    }
    const key = `${where} ${digest} ${hidden(connection, delivered)}`;
    let state = known.get(key);
    if (!state) {
      const pending = new Set(
        streams.flatMap(({ envelopes }, at) => (counts[at]! < envelopes.length ? [at] : [])),
      );
      known.set(key, (state = { counts: [...counts], path, pending }));
    }
    return state;
  };
  const words = (path: readonly number[]) => path.map((at) => streams[at]!.name).join(' · ');

  const nothing = streams.map(() => 0);
  arrive(await open(), nothing, []);
  for (const start of known.values()) {
    while (start.pending.size > 0 && disagreements.length === 0) {
      const device = await open();
      const counts = [...nothing];
      for (const which of start.path) await bring(device, counts, which);
      let state = start;
      for (let [which] = state.pending; which !== undefined; [which] = state.pending) {
        state.pending.delete(which);
        await bring(device, counts, which);
        transitions++;
        state = arrive(device, counts, [...state.path, which]);
      }
    }
  }
  return { states: known.size, transitions, disagreements };
}

/** A receiver that is ready for `explore`. @param held what it holds already. */
export async function openReceiver(
  space: Uint8Array,
  held: readonly Uint8Array[],
): Promise<Reusable> {
  const connection = await openReusable();
  const { ledger } = await startDevice(connection, 'receiver');
  await ledger.enter(space);
  await ledger.exchange.admit(held, 'carrier');
  connection.mark();
  return connection;
}

/** What a receiver holds besides what it shows. */
function hidden(connection: Reusable, delivered: readonly Uint8Array[]): string {
  const envelopes = connection.all<{ hash: Uint8Array; verdict: string | null }>(
    'select hash, verdict from envelope order by hash',
  );
  const refused = connection.all<{ bytes: Uint8Array; verdict: string }>(
    'select bytes, verdict from quarantine order by hash',
  );
  const forks = connection.all('select key, seq from fork join device on id = device order by key');
  const held = new Set(envelopes.map(({ hash }) => bytesToHex(hash)));
  const outside = new Set(refused.map(({ bytes }) => hashOf(bytes)));
  const waiting = delivered.map(hashOf).filter((hash) => !held.has(hash) && !outside.has(hash));
  const all = JSON.stringify([
    envelopes.map(({ hash, verdict }) => [bytesToHex(hash), verdict]),
    refused.map(({ bytes, verdict }) => [hashOf(bytes), verdict]),
    forks.map(({ key, seq }) => [bytesToHex(key as Uint8Array), seq]),
    waiting.sort(),
  ]);
  return bytesToHex(sha256(new TextEncoder().encode(all)));
}
