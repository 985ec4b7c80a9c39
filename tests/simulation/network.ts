/**
 * The network of a simulation: frames between replicators, or whole exchanges by hand, which the
 * seed drops, repeats, delays, reorders, or lets through in one direction only.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { equal } from '../../lib/ledger/envelope.ts';
import type { Exchange } from '../../lib/ledger/exchange.ts';
import { newReplicator, type Replicator } from '../../lib/mesh/replicator.ts';
import { bury, type Device, keyOf, quiet } from './device.ts';
import type { Dice } from './dice.ts';

/** Chances, 0 to 1, and the longest delay in ms. */
export interface Weather {
  readonly loss: number;
  readonly repeat: number;
  readonly delay: number;
}
export const fair: Weather = { loss: 0, repeat: 0, delay: 0 };

/** How envelopes travel. */
export type Carrier = 'replicator' | 'plain';

interface Side {
  readonly device: Device;
  /** The device's key and engine that the replicator speaks for. */
  readonly key: string;
  readonly running: unknown;
  readonly replicator: Replicator;
  revision: number;
  isDue: boolean;
  /** Whether the replicator has said goodbye, when it was last looked at: looking costs something. */
  isOver: boolean;
}

interface Link {
  readonly devices: readonly [Device, Device];
  /** Whether frames get from the first to the second, and back. */
  readonly open: [boolean, boolean];
  sides: [Side, Side] | null;
  retryAt: number;
}

interface Flying {
  readonly at: number;
  readonly to: Side;
  readonly link: Link;
  readonly frame: Uint8Array;
}

export interface Network {
  readonly connect: (a: Device, b: Device) => void;
  readonly isConnected: (a: Device, b: Device) => boolean;
  /** Opens or closes one direction. */
  readonly set: (from: Device, to: Device, open: boolean) => void;
  readonly healAll: () => void;
  weather: Weather;
  /** Begins every conversation anew. */
  readonly restart: () => void;
  /** Lets time pass, ms. */
  readonly pass: (ms: number) => Promise<void>;
  /** What became of a device: it died while it was spoken to. */
  onDeath: (device: Device) => void;
  readonly time: () => number;
  readonly violations: () => number;
  /** Why conversations ended, newest last; by whom. */
  readonly endings: readonly string[];
}

/** Between two looks at the clock of a replicator, ms. */
const tickEvery = 2_000;
/** A conversation that ended begins again after this long, ms. */
const reopenAfter = 6_000;

export function newNetwork(carrier: Carrier, dice: Dice, from: number): Network {
  const links: Link[] = [];
  let flying: Flying[] = [];
  let time = from;
  let tickAt = from;
  let violations = 0;
  const endings: string[] = [];

  const findLink = (a: Device, b: Device) =>
    links.find(({ devices }) => devices.includes(a) && devices.includes(b));

  /** A device died, or had no room, in the middle of something. */
  const struck = (device: Device, error: unknown) => {
    if (bury(device)) network.onDeath(device);
    else if ((error as { code?: string }).code !== 'database/full') throw error;
  };

  const settleDevice = async (device: Device) => {
    await quiet(device);
    if (bury(device)) network.onDeath(device);
  };

  const open = (link: Link) => {
    const [a, b] = link.devices;
    if (!a.running || !b.running || time < link.retryAt) return;
    if (a.running.exchange.space() === null || b.running.exchange.space() === null) return;
    link.retryAt = time + reopenAfter;
    const keys = [keyOf(a), keyOf(b)] as const;
    const side = (device: Device, key: string, other: Device): Side | null => {
      const { running } = device;
      const exchange = running?.exchange;
      if (!exchange || !other.running) return null;
      const peer = other.running.exchange.device();
      // A device asks nobody in whom it does not know as a member.
      if (!exchange.isMember(peer)) return null;
      const made: Side = {
        device,
        key,
        running,
        replicator: newReplicator({
          exchange,
          peer,
          now: () => time,
          wake: () => (made.isDue = true),
        }),
        revision: -1,
        isDue: true,
        isOver: false,
      };
      return made;
    };
    const [first, second] = [side(a, keys[0], b), side(b, keys[1], a)];
    if (first && second) link.sides = [first, second];
  };

  const isStale = ({ device, key, running, isOver }: Side) =>
    device.running !== running ||
    device.running === null ||
    device.running.connection.isDead() ||
    keyOf(device) !== key ||
    isOver;

  const review = () => {
    for (const link of links) {
      if (link.sides?.some(isStale)) {
        for (const { device, running, replicator } of link.sides) {
          if (device.running !== running) continue;
          const state = replicator.state();
          violations += state.violations;
          if (state.closed?.by === 'us') endings.push(`${device.name}: ${state.closed.reason}`);
        }
        link.sides = null;
        flying = flying.filter((each) => each.link !== link);
      }
      if (!link.sides && carrier === 'replicator') open(link);
    }
  };

  const send = (): boolean => {
    let sent = false;
    for (const link of links) {
      link.sides?.forEach((side, at) => {
        const { device, replicator } = side;
        const revision = device.running?.exchange.revision() ?? -1;
        if (revision !== side.revision) {
          side.revision = revision;
          side.isDue = true;
          replicator.changed();
        }
        if (!side.isDue || device.running !== side.running) return;
        side.isDue = false;
        let frames: Uint8Array[] = [];
        try {
          frames = replicator.take(262_144);
        } catch (error) {
          // What it says may need the disk: what was sent is noted.
          struck(device, error);
        }
        const to = link.sides?.[1 - at];
        if (!to) return;
        for (const frame of frames) {
          if (!link.open[at]) continue;
          for (let copies = dice.chance(network.weather.repeat) ? 2 : 1; copies > 0; copies--) {
            if (dice.chance(network.weather.loss)) continue;
            flying.push({ at: time + dice.below(network.weather.delay + 1), to, link, frame });
            sent = true;
          }
        }
      });
    }
    return sent;
  };

  const deliver = async (): Promise<boolean> => {
    const due = flying.filter(({ at }) => at <= time);
    if (due.length === 0) return false;
    flying = flying.filter(({ at }) => at > time);
    const touched = new Set<Side>();
    for (const { to, frame } of due) {
      if (isStale(to)) continue;
      try {
        to.replicator.receive(frame);
      } catch (error) {
        // What it hears may: how far the other one is.
        struck(to.device, error);
      }
      to.isDue = true;
      touched.add(to);
    }
    for (const to of touched) {
      const { replicator, device } = to;
      await replicator.settled();
      if (device.running !== to.running) continue;
      const { closed } = replicator.state();
      to.isOver = closed !== null;
      if (closed?.error !== undefined) {
        const isDead = device.running?.connection.isDead() ?? true;
        const isFull = (closed.error as { code?: string }).code === 'database/full';
        if (!isDead && !isFull) throw new Error('a replicator failed', { cause: closed.error });
      }
      await settleDevice(device);
    }
    return true;
  };

  const flow = async () => {
    for (let round = 0; round < 200; round++) {
      review();
      const sent = send();
      const delivered = await deliver();
      if (!sent && !delivered) return;
    }
  };

  /** One side's whole state of the ledger to the other, as far as the weather lets it. */
  const handOver = async (link: Link, at: 0 | 1) => {
    const [from, to] = [link.devices[at], link.devices[1 - at]];
    if (!from.running || !to?.running || !link.open[at]) return;
    const isKnown =
      from.running.exchange.isMember(to.running.exchange.device()) &&
      to.running.exchange.isMember(from.running.exchange.device());
    if (!isKnown) return;
    try {
      await carry(from, to, dice, network.weather);
    } catch (error) {
      const dead = [from, to].filter((device) => device.running?.connection.isDead());
      const isFull = (error as { code?: string }).code === 'database/full';
      if (dead.length === 0 && !isFull) throw error;
    }
    for (const device of [from, to]) await settleDevice(device);
  };

  const network: Network = {
    connect: (a, b) => {
      if (a !== b && !findLink(a, b)) {
        links.push({ devices: [a, b], open: [true, true], sides: null, retryAt: 0 });
      }
    },
    isConnected: (a, b) => findLink(a, b) !== undefined,
    set: (from, to, isOpen) => {
      const link = findLink(from, to);
      if (link) link.open[link.devices[0] === from ? 0 : 1] = isOpen;
    },
    healAll: () => {
      for (const { open } of links) open.fill(true);
    },
    weather: fair,
    restart: () => {
      for (const link of links) {
        link.sides = null;
        link.retryAt = 0;
      }
      flying = [];
    },
    pass: async (ms) => {
      const until = time + ms;
      if (carrier === 'plain') {
        for (const link of dice.shuffle(links)) {
          if (ms < 10_000 && !dice.chance(ms / 10_000)) continue;
          const first = dice.chance(0.5) ? 0 : 1;
          await handOver(link, first);
          await handOver(link, first === 0 ? 1 : 0);
        }
        time = until;
        return;
      }
      for (;;) {
        await flow();
        const next = Math.min(tickAt, ...flying.map(({ at }) => at));
        if (next > until) break;
        time = Math.max(time, next);
        if (time < tickAt) continue;
        tickAt = time + tickEvery;
        for (const { sides } of links) {
          for (const side of sides ?? []) {
            if (isStale(side)) continue;
            side.replicator.tick();
            side.isOver = side.replicator.state().closed !== null;
            side.isDue = true;
          }
        }
      }
      time = until;
    },
    endings,
    onDeath: () => {},
    time: () => time,
    violations: () =>
      violations +
      links
        .flatMap(({ sides }) => sides ?? [])
        .reduce((sum, { replicator }) => sum + replicator.state().violations, 0),
  };
  return network;
}

/** Where the two hold different histories of a device: the first envelope of the source's. */
function difference(
  source: Exchange,
  target: Exchange,
  device: Uint8Array,
  seq: number,
  hash: Uint8Array,
): Uint8Array[] {
  const [there] = source.hashesAt(device, [seq]);
  if (!there || equal(there, hash)) return [];
  for (let at = 1; at <= seq; at++) {
    const [[here], [other]] = [source.hashesAt(device, [at]), target.hashesAt(device, [at])];
    if (here && other && !equal(here, other)) {
      return source.range({ device, from: at, to: at }, 1);
    }
  }
  return [];
}

/** Everything that `to` lacks of what `from` holds, as far as the weather lets it. */
export async function carry(
  from: Device,
  to: Device,
  dice: Dice,
  { loss, repeat, delay }: Weather,
): Promise<void> {
  if (!from.running || !to.running) return;
  const [source, target] = [from.running.exchange, to.running.exchange];
  target.acknowledged(source.device(), source.progress().heads);
  await quiet(to);
  for (const proof of source.forkProofs()) {
    if (!dice.chance(loss)) await target.admitForkProof(proof);
  }
  const { heads } = target.progress();
  const all = [
    ...heads.flatMap(({ device, seq, hash }) => difference(source, target, device, seq, hash)),
    ...target.wanted().flatMap((range) => source.range(range, 262_144)),
    ...source.missing(heads, 262_144),
  ];
  const arriving = all.flatMap((envelope) => {
    if (dice.chance(loss)) return [];
    return dice.chance(repeat) ? [envelope, envelope] : [envelope];
  });
  const ordered = delay > 1_000 && dice.chance(0.3) ? dice.shuffle(arriving) : arriving;
  const own = source.progress().heads.find(({ device }) => bytesToHex(device) === keyOf(from));
  if (own && all.length > 0) source.sent(own.seq);
  for (let at = 0; at < ordered.length;) {
    const size = 1 + dice.below(12);
    await target.admit(ordered.slice(at, at + size), source.device());
    at += size;
  }
  if (!dice.chance(loss)) {
    source.acknowledged(target.device(), target.progress().heads);
    await quiet(from);
  }
  for (const hash of target.missingContents(8)) {
    const content = source.content(hash);
    if (content) target.keepContent(hash, content);
  }
}
