/**
 * The join: what a set of claims about one field means.
 *
 * Pure, commutative, associative and idempotent, so that devices which hold the same claims hold the
 * same value. The claims that no other had seen stand; among them what a person said beats what a
 * machine derived, then the later clock wins, then the greater device. The losers are returned, not
 * dropped: a person may prefer one of them.
 */
import { compareBytes } from './envelope.ts';

export interface Standing<V> {
  readonly device: Uint8Array;
  readonly seq: number;
  readonly hlc: number;
  /** Whether a machine derived it; else a person said it. */
  readonly derived: boolean;
  readonly value: V;
}

/** Whether the author of `later` had seen `earlier` when it made its claim. */
export type Saw = (later: Standing<unknown>, earlier: Standing<unknown>) => boolean;

export interface Joined<V> {
  /** Null if there are no claims. */
  readonly winner: Standing<V> | null;
  /** Concurrent claims that lost, best first. */
  readonly losers: readonly Standing<V>[];
  /** What made the winner win over the best of the losers. */
  readonly rule: Rule;
}

/**
 * - alone: no other claim was left standing.
 * - person: a person's word against what a machine derived.
 * - clock: the later one.
 * - device: clocks alike; the greater key.
 */
export type Rule = 'alone' | 'person' | 'clock' | 'device';

/** A register: one of the standing claims. */
export function joinRegister<V>(claims: readonly Standing<V>[], saw: Saw): Joined<V> {
  const [winner, ...losers] = standing(claims, saw).sort(byPrecedence);
  return { winner: winner ?? null, losers, rule: ruleBetween(winner, losers[0]) };
}

function ruleBetween(
  winner: Standing<unknown> | undefined,
  loser: Standing<unknown> | undefined,
): Rule {
  if (!winner || !loser) return 'alone';
  if (winner.derived !== loser.derived) return 'person';
  return winner.hlc === loser.hlc ? 'device' : 'clock';
}

/** One element of a set: in it if any standing claim says so, because add wins. */
export function joinElement(claims: readonly Standing<boolean>[], saw: Saw): boolean {
  return standing(claims, saw).some(({ value }) => value);
}

function standing<V>(claims: readonly Standing<V>[], saw: Saw): Standing<V>[] {
  if (claims.length < 2) return [...claims];
  return claims.filter(
    (claim) => !claims.some((other) => other !== claim && saw(other, claim) && !saw(claim, other)),
  );
}

function byPrecedence(a: Standing<unknown>, b: Standing<unknown>): number {
  if (a.derived !== b.derived) return a.derived ? 1 : -1;
  if (a.hlc !== b.hlc) return b.hlc - a.hlc;
  const byDevice = compareBytes(b.device, a.device);
  if (byDevice !== 0) return byDevice;
  return b.seq - a.seq;
}
