/**
 * The join: what a set of claims about one field means.
 *
 * Pure, commutative, associative and idempotent, so that devices which hold the same claims hold the
 * same value. The claims that no other had seen stand; among them the later clock wins, then the
 * greater device. The losers are returned, not dropped: a person may prefer one of them.
 */
export interface Standing<V> {
  readonly device: Uint8Array;
  readonly seq: number;
  readonly hlc: number;
  readonly value: V;
}

/** Whether the author of `later` had seen `earlier` when it made its claim. */
export type Saw = (later: Standing<unknown>, earlier: Standing<unknown>) => boolean;

export interface Joined<V> {
  /** Null if there are no claims. */
  readonly winner: Standing<V> | null;
  /** Concurrent claims that lost, best first. */
  readonly losers: readonly Standing<V>[];
}

/** A register: one of the standing claims. */
export function joinRegister<V>(claims: readonly Standing<V>[], saw: Saw): Joined<V> {
  const [winner, ...losers] = standing(claims, saw).sort(byPrecedence);
  return { winner: winner ?? null, losers };
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
  if (a.hlc !== b.hlc) return b.hlc - a.hlc;
  for (let index = 0; index < a.device.length; index++) {
    const difference = (b.device[index] ?? 0) - (a.device[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return b.seq - a.seq;
}
