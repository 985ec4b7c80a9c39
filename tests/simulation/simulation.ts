/** A simulation from its seed: the script that the seed stands for, its run, and its verdict. */
import type { Role } from '../../lib/ledger/statements.ts';
import { attack, type AttackName, flood, newAdversary } from './adversary.ts';
import { conclude, type Verdict } from './check.ts';
import { stop } from './device.ts';
import { newDice } from './dice.ts';
import type { Event, Operation, Plan, World } from './story.ts';
import { happen, newWorld } from './world.ts';

/** How often each thing happens, in parts. */
const weights: Readonly<Record<Operation, number>> = {
  add: 14,
  change: 22,
  note: 14,
  delete: 3,
  list: 4,
  undo: 6,
  clip: 1,
  wait: 6,
  part: 6,
  weather: 3,
  crash: 4,
  full: 2,
  up: 6,
  backup: 2,
  restore: 1,
  copy: 1,
  gone: 0.5,
  clock: 2,
  join: 1.5,
  recruit: 2,
  revoke: 2,
  demote: 0.7,
  retire: 0.3,
  adopt: 0.7,
  recover: 0.6,
  attack: 14,
  rebuild: 1,
};

/** Events of one simulation. */
const length = 120;

export function planOf(seed: number, isReal = seed % 50 === 0): Plan {
  const dice = newDice(seed, 0);
  const devices = 3 + Math.floor(dice.roll() ** 2 * 4);
  const carrier = dice.chance(0.65) ? 'replicator' : 'plain';
  const deck = Object.entries(weights) as [Operation, number][];
  // Some seeds are about some things more than about others.
  const stressed = new Map(
    deck.map(([what, weight]) => [what, weight * (dice.chance(0.2) ? 3 : 1)]),
  );
  const total = [...stressed.values()].reduce((sum, weight) => sum + weight, 0);
  const isHostile = dice.chance(0.7);
  const script = Array.from({ length }, (_, number): Event => {
    let left = dice.roll() * total;
    let what: Operation = 'add';
    for (const [each, weight] of stressed) {
      left -= weight;
      if (left >= 0) continue;
      what = each;
      break;
    }
    const wait = dice.chance(0.5) ? dice.below(500) : dice.below(12_000);
    if (number < 4) what = 'add';
    else if (number < 6 && isHostile) what = 'recruit';
    return { number, what, wait };
  });
  return { seed, devices, carrier, isReal, script };
}

export interface Outcome extends Verdict {
  readonly seed: number;
  readonly deliveries: number;
  readonly story: readonly string[];
  readonly tally: ReadonlyMap<string, number>;
}

export async function simulate(plan: Plan): Promise<Outcome> {
  const world = await newWorld(plan);
  try {
    for (const event of plan.script) await happen(world, event);
    return outcomeOf(world, await conclude(world));
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const faults = [...world.faults, `threw: ${text}`];
    return outcomeOf(world, { diverged: 0, lost: 0, stuck: 0, wrong: faults.length, faults });
  } finally {
    for (const device of world.devices) {
      stop(device);
      device.base.close();
    }
  }
}

function outcomeOf(world: World, verdict: Verdict): Outcome {
  const { story, tally, deliveries, plan } = world;
  return { ...verdict, seed: plan.seed, deliveries, story, tally };
}

/** What comes of one attack, three times and once more after a revocation, on three devices at work. */
export async function underAttack(name: AttackName, role: Role | null): Promise<readonly string[]> {
  const plan: Plan = {
    seed: role === null ? 1 : role.length,
    devices: 3,
    carrier: 'plain',
    isReal: false,
    script: [],
  };
  const world = await newWorld(plan);
  let number = 0;
  const now = (what: Operation) => happen(world, { number: number++, what, wait: 20_000 });
  try {
    for (const what of ['add', 'add', 'note', 'change'] as const) await now(what);
    const adversary = await newAdversary(world, role);
    const { signer, seal } = adversary.identity;
    const founder = world.devices[0]?.running?.ledger;
    if (role) await founder?.admitDevice(signer.device, seal, adversary.name, role);
    if (role === 'owner') world.owners.add(adversary.key);
    for (let times = 0; times < (name === flood ? 1 : 3); times++) {
      await now('wait');
      await attack(world, adversary, newDice(times, 9), name);
      await now('note');
    }
    if (role) {
      await founder?.revoke(signer.device, null);
      await now('wait');
      await attack(world, adversary, newDice(9, 9), name);
    }
    return (await conclude(world)).faults;
  } finally {
    for (const device of world.devices) {
      stop(device);
      device.base.close();
    }
  }
}

/**
 * The shortest script found that still goes wrong in the same way: parts are left out, ever smaller
 * ones, as long as it does.
 *
 * @param patience ms of this machine.
 */
export async function shrink(
  plan: Plan,
  patience = 120_000,
): Promise<{ plan: Plan; outcome: Outcome }> {
  let best = { plan, outcome: await simulate(plan) };
  const kind = kindOf(best.outcome);
  const started = performance.now();
  const isLate = () => performance.now() - started > patience;
  for (let size = Math.ceil(plan.script.length / 2); size >= 1 && !isLate();) {
    let isSmaller = false;
    for (let at = 0; at < best.plan.script.length && !isLate();) {
      const script = best.plan.script.toSpliced(at, size);
      const shorter = { ...best.plan, script };
      const outcome = await simulate(shorter);
      if (outcome.faults.length > 0 && kindOf(outcome) === kind) {
        best = { plan: shorter, outcome };
        isSmaller = true;
      } else at += size;
    }
    if (size === 1 && !isSmaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return best;
}

/** 'lost', or 'threw' and what. */
function kindOf({ faults }: Outcome): string {
  const [first = ''] = faults;
  return first.startsWith('threw') ? first.slice(0, 60) : (first.split(/[:(]/)[0] ?? '');
}
