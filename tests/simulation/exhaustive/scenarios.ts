/** All little histories of a kind, one after the other, always in the same order. */
import type { Op, Step } from './world.ts';

type Who = Step['by'];
const devices: readonly Who[] = ['a', 'b', 'c'];

/** Who may have read whom before it wrote: the 19 partial orders of three things. */
export function* sights(): Generator<ReadonlyMap<Who, readonly Who[]>> {
  const pairs: [Who, Who][] = devices.flatMap((x) =>
    devices.filter((y) => y !== x).map((y): [Who, Who] => [x, y]),
  );
  for (let mask = 0; mask < 2 ** pairs.length; mask++) {
    const chosen = pairs.filter((_, at) => mask & (1 << at));
    const has = (x: Who, y: Who) => chosen.some(([p, q]) => p === x && q === y);
    const isOrder = chosen.every(
      ([x, y]) => !has(y, x) && devices.every((z) => !has(y, z) || has(x, z)),
    );
    if (isOrder) {
      yield new Map(devices.map((x) => [x, devices.filter((y) => has(x, y))]));
    }
  }
}

/** Who does what; of several things, each follows the one before. */
export interface Scenario {
  readonly ops: Readonly<Record<Who, readonly Op[]>>;
  readonly sight: ReadonlyMap<Who, readonly Who[]>;
}

/**
 * Every choice of `count` things for each of three devices, with every way in which they had read
 * each other: before the first of them all, and in the same way again before each further round.
 *
 * @param every only one in so many, evenly; @param from which.
 */
export function* scenarios(
  alphabet: readonly Op[],
  count: number,
  every = 1,
  from = 0,
): Generator<readonly Step[]> {
  const orders = [...sights()];
  const programs = new Map(
    devices.map((by) => [
      by,
      words(
        alphabet.filter((op) => !op.endsWith(` ${by}`)),
        count,
      ),
    ]),
  );
  const [as, bs, cs] = devices.map((by) => programs.get(by) ?? []);
  const total = as!.length * bs!.length * cs!.length * orders.length;
  for (let number = from; number < total; number += every) {
    let rest = number;
    const pick = <T>(list: readonly T[]): T => {
      const item = list[rest % list.length]!;
      rest = Math.floor(rest / list.length);
      return item;
    };
    const ops = { a: pick(as!), b: pick(bs!), c: pick(cs!) };
    const sight = pick(orders);
    // There is one twin.
    const forked = devices.filter((by) => ops[by].includes('fork'));
    if (forked.length > 1) continue;
    yield steps({ ops, sight });
  }
}

function steps({ ops, sight }: Scenario): Step[] {
  const readsOf = (by: Who) => sight.get(by) ?? [];
  const inOrder = [...devices].sort((x, y) => readsOf(x).length - readsOf(y).length);
  const rounds = ops.a.length;
  return Array.from({ length: rounds }, (_, round) =>
    inOrder.map((by): Step => ({ by, op: ops[by][round]!, reads: readsOf(by) })),
  ).flat();
}

/** All words of a length. */
function words(alphabet: readonly Op[], length: number): Op[][] {
  if (length === 0) return [[]];
  return words(alphabet, length - 1).flatMap((word) => alphabet.map((op) => [...word, op]));
}
