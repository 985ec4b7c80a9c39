/**
 * People who do random things for a long time, each on a device of their own, with restarts from the
 * database file in between. At every stop they must see what they expect, no change may be missing
 * from the log, and a rebuild must give the same tables.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { openMemory } from '../../../lib/database/sqlite.ts';
import { lineModel, startEngine } from '../../support/engine.ts';
import { faultOf, tables } from '../../support/ledger.ts';
import { aStep, newPerson } from '../../support/person.ts';
import type { Experiment } from '../runner.ts';

/** Steps between two stops. */
const stretch = 25;
/** How long one person may take, ms: something that waits for ever is a difference too. */
const patience = 30_000;

export const actions: Experiment = {
  about: 'Random actions, undos and restarts against a plain model of what a person expects.',
  options: { seeds: '100', steps: '200', first: '1' },
  run: async ({ seeds, steps, first }, show) => {
    const figures = { seeds: 0, actions: 0, restarts: 0, differences: 0, lost: 0 };
    for (let seed = Number(first); seed < Number(first) + Number(seeds); seed++) {
      show.progress(`seed ${seed}: ${figures.actions} actions, ${figures.differences} differences`);
      const outcome = await soon(live(seed, Number(steps)));
      figures.seeds++;
      figures.actions += outcome.actions;
      figures.restarts += outcome.restarts;
      figures.lost += outcome.lost;
      if (outcome.difference === null) continue;
      figures.differences++;
      show.line(`seed ${seed}, ${outcome.difference}`);
      show.line(`  npm run -s soak -- actions --seeds 1 --first ${seed} --steps ${steps}`);
    }
    return { ok: figures.differences === 0 && figures.lost === 0, figures };
  },
};

interface Life {
  readonly actions: number;
  readonly restarts: number;
  /** What was expected and is not there, or not in the log. */
  readonly lost: number;
  readonly difference: string | null;
}

async function live(seed: number, count: number): Promise<Life> {
  const connection = await openMemory();
  let device = await startEngine({ model: lineModel, connection });
  let image = connection.image;
  const person = newPerson(device);
  const steps = fc.sample(aStep, { seed, numRuns: count });
  let [done, restarts] = [0, 0];
  const life = (difference: string | null, lost = 0): Life => {
    device.close();
    return { actions: done, restarts, lost, difference };
  };

  for (const [index, step] of steps.entries()) {
    try {
      if (await person.take(step)) done++;
      if ((index + 1) % stretch !== 0) continue;
      const [expected, shown] = [person.expected(), await person.shown()];
      if (!isDeepStrictEqual(shown, expected)) {
        const lost = [
          ...missing(expected.tasks, shown.tasks),
          ...missing(expected.clips, shown.clips),
        ];
        return life(`after step ${index}: what is shown is not what is expected`, lost.length);
      }
    } catch (error) {
      return life(`at step ${index} (${step[0]}): ${String(error)}`);
    }
    const fault = await faultOf(device);
    if (fault !== null) return life(`after step ${index}: ${fault}`, 1);
    const before = tables(device.connection);
    await device.engine.rebuild(undefined);
    if (!isDeepStrictEqual(tables(device.connection), before)) {
      return life(`after step ${index}: a rebuild is not the same`);
    }
    const copy = await openMemory(image());
    const next = await startEngine({
      model: lineModel,
      connection: copy,
      identity: device.identity,
    });
    person.moveTo(next);
    device.close();
    [device, image] = [next, copy.image];
    restarts++;
  }
  return life(null);
}

function missing(expected: readonly { id: string }[], shown: readonly { id: string }[]) {
  const ids = new Set(shown.map(({ id }) => id));
  return expected.filter(({ id }) => !ids.has(id));
}

async function soon(life: Promise<Life>): Promise<Life> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Life>((resolve) => {
    const difference = `not done after ${patience / 1_000} s`;
    timer = setTimeout(() => resolve({ actions: 0, restarts: 0, lost: 0, difference }), patience);
  });
  try {
    return await Promise.race([life, late]);
  } finally {
    clearTimeout(timer);
  }
}
