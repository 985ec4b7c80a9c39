/** A world of devices: what is in it, what can happen in it, and its story as far as it goes. */
import type { Role } from '../../lib/ledger/statements.ts';
import type { Identity } from '../../lib/engine/suite.ts';
import type { Device, Makings } from './device.ts';
import type { Carrier, Network } from './network.ts';
import type { Keyring } from './suite.ts';

/** What can happen. */
export const operations = [
  'add',
  'change',
  'note',
  'delete',
  'list',
  'undo',
  'clip',
  'wait',
  'part',
  'weather',
  'crash',
  'full',
  'up',
  'backup',
  'restore',
  'copy',
  'gone',
  'clock',
  'join',
  'recruit',
  'revoke',
  'demote',
  'retire',
  'adopt',
  'recover',
  'attack',
  'rebuild',
] as const;
export type Operation = (typeof operations)[number];

export interface Event {
  readonly number: number;
  readonly what: Operation;
  /** ms that pass afterwards. */
  readonly wait: number;
}

export interface Plan {
  readonly seed: number;
  /** Honest devices at the start. */
  readonly devices: number;
  readonly carrier: Carrier;
  /** Whether signatures are WebCrypto's. */
  readonly isReal: boolean;
  readonly script: readonly Event[];
}

export interface Backup {
  readonly of: Device;
  readonly image: Uint8Array;
  readonly words: number;
  readonly letters: number;
  readonly harvested: ReadonlyMap<string, number>;
  readonly keys: ReadonlySet<string>;
}

export interface World {
  readonly plan: Plan;
  readonly devices: Device[];
  readonly adversaries: Adversary[];
  readonly network: Network;
  readonly keyring: Keyring;
  readonly makings: Makings;
  /** What happened, a line each. */
  readonly story: string[];
  /** Texts that no honest device may ever show. */
  readonly never: Set<string>;
  /** Letters that somebody deleted who had seen them. */
  readonly deleted: Set<string>;
  /** Keys that an honest device made an owner of, hex. */
  readonly owners: Set<string>;
  /** Keys that an honest owner demoted. */
  readonly demoted: Set<string>;
  /** What went wrong while it went on; the first is what counts. */
  readonly faults: string[];
  /** How often each thing happened. */
  readonly tally: Map<string, number>;
  deliveries: number;
  /** What the 24 words of the space stand for. */
  recovery: Uint8Array | null;
  /** A text or letter that there is once. */
  readonly fresh: (prefix: string) => string;
  readonly freshLetter: () => string;
  readonly backups: Backup[];
}

export interface Adversary {
  readonly name: string;
  readonly identity: Identity;
  /** Hex. */
  readonly key: string;
  /** As it was admitted; null: nobody admitted it. */
  readonly role: Role | null;
}

/** When every simulation begins, Unix ms. */
export const beginning = Date.UTC(2026, 2, 2, 12);

export function tell(world: World, line: string): void {
  const seconds = ((world.network.time() - beginning) / 1_000).toFixed(1);
  world.story.push(`${seconds.padStart(8)} s  ${line}`);
}

export function count(world: World, what: string): void {
  world.tally.set(what, (world.tally.get(what) ?? 0) + 1);
}

export function memberOf(device: Device, key: string) {
  return device.running?.database.log.member(key);
}
