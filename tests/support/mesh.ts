/**
 * A network that the test controls: replicators in one process, a clock that stands still unless it
 * is moved, and frames that are lost, repeated, late or out of order as the test says.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { newReplicator, type Replicator } from '../../lib/mesh/replicator.ts';
import type { MemoryExchange } from './exchange.ts';

/** Chances, 0 to 1, and the longest delay in ms. */
export interface Weather {
  readonly loss: number;
  readonly repeat: number;
  readonly delay: number;
}
export const fair: Weather = { loss: 0, repeat: 0, delay: 0 };

interface End {
  readonly from: number;
  readonly to: number;
  readonly replicator: Replicator;
  /** What is on its way to `replicator`. */
  readonly coming: { readonly frame: Uint8Array; readonly at: number }[];
  open: boolean;
}

export interface Network {
  readonly ends: readonly End[];
  readonly end: (from: number, to: number) => End;
  /** Changes what happens to frames from now on. */
  readonly weather: (weather: Weather) => void;
  /** Whether frames get from one node to the other. */
  readonly open: (from: number, to: number, open: boolean) => void;
  /** Lets this much time pass, ms, in steps. */
  readonly pass: (ms: number, step?: number) => Promise<void>;
  /** Whether every replicator says that both of its sides agree. */
  readonly agreed: () => boolean;
  /** The largest number of bytes that one side had sent without having been answered. */
  readonly frames: () => number;
  readonly now: () => number;
}

/** @param random 0 to 1, like Math.random. */
export function network(
  nodes: readonly MemoryExchange[],
  links: readonly (readonly [number, number])[],
  random: () => number = () => 0,
): Network {
  let time = 1_700_000_000_000;
  let weather = fair;
  let frames = 0;
  const revisions = nodes.map(() => -1);
  const now = () => time;
  const ends = links
    .flatMap(([a, b]) => [
      [a, b],
      [b, a],
    ])
    .map(([from = 0, to = 0]): End => ({
      from,
      to,
      replicator: newReplicator({ exchange: nodes[from]!, peer: nodes[to]!.device(), now }),
      coming: [],
      open: true,
    }));
  const end = (from: number, to: number) =>
    ends.find((each) => each.from === from && each.to === to)!;

  const carry = () => {
    for (const { from, to, replicator, open } of ends) {
      const other = end(to, from);
      for (const frame of replicator.take(1_048_576)) {
        frames++;
        if (frame.length > 65_536) throw new Error(`a frame of ${frame.length} bytes`);
        if (!open) continue;
        for (let copies = random() < weather.repeat ? 2 : 1; copies > 0; copies--) {
          if (random() < weather.loss) continue;
          other.coming.push({ frame, at: time + Math.floor(random() * weather.delay) });
        }
      }
    }
  };
  const announce = () => {
    nodes.forEach((node, at) => {
      if (node.revision() === revisions[at]) return;
      revisions[at] = node.revision();
      for (const { from, replicator } of ends) if (from === at) replicator.changed();
    });
  };
  const deliver = async () => {
    for (const { replicator, coming } of ends) {
      for (const item of coming.splice(0)) {
        if (item.at <= time) replicator.receive(item.frame);
        else coming.push(item);
      }
    }
    await Promise.all(ends.map(({ replicator }) => replicator.settled()));
  };

  return {
    ends,
    end,
    weather: (next) => void (weather = next),
    open: (from, to, open) => void (end(from, to).open = open),
    pass: async (ms, step = 1_000) => {
      for (const until = time + ms; time < until;) {
        for (const { replicator } of ends) replicator.tick();
        // What can be said at one moment is said at that moment.
        for (let round = 0; round < 50; round++) {
          const before = frames;
          announce();
          carry();
          await deliver();
          if (frames === before) break;
        }
        time += Math.min(step, until - time);
      }
    },
    agreed: () => ends.every(({ replicator }) => replicator.state().agreed),
    frames: () => frames,
    now,
  };
}

/** What the nodes hold, to compare. */
export function headsOf(node: MemoryExchange): string[] {
  return node
    .progress()
    .heads.map(({ device, seq, hash }) => `${bytesToHex(device)} ${seq} ${bytesToHex(hash)}`);
}
