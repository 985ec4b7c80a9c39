/** Chance that a seed repeats, in streams that do not disturb each other. */
import { seeded } from '../support/random.ts';

export interface Dice {
  /** 0 to below 1. */
  readonly roll: () => number;
  /** 0 to below `limit`. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  /** Undefined only of an empty list. */
  readonly pick: <T>(list: readonly T[]) => T | undefined;
  readonly bytes: (length: number) => Uint8Array;
  /** In another order. */
  readonly shuffle: <T>(list: readonly T[]) => T[];
}

/** @param stream tells what the dice are for. */
export function newDice(seed: number, stream: number): Dice {
  const roll = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b));
  const below = (limit: number) => Math.floor(roll() * limit);
  return {
    roll,
    below,
    chance: (probability) => roll() < probability,
    pick: (list) => list[below(list.length)],
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    shuffle: (list) => {
      const all = [...list];
      for (let at = all.length - 1; at > 0; at--) {
        const other = below(at + 1);
        const [a, b] = [all[at], all[other]];
        if (a !== undefined && b !== undefined) [all[at], all[other]] = [b, a];
      }
      return all;
    },
  };
}
