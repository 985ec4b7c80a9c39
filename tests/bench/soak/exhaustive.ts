/**
 * Every interleaving of small histories of three devices: one thing each in all combinations of the
 * whole alphabet, then two and four things each of a smaller one. What does not fit the time is spread
 * evenly over all there is.
 */
import { scenarios } from '../../simulation/exhaustive/scenarios.ts';
import { explore, openReceiver } from '../../simulation/exhaustive/states.ts';
import { newBuilder, type Op } from '../../simulation/exhaustive/world.ts';
import type { Experiment } from '../runner.ts';

const whole: readonly Op[] = [
  ...(['title', 'tag', 'letter', 'erase', 'bad', 'retire', 'fork'] as const),
  ...(['cut a', 'cut b', 'cut c', 'demote a', 'demote b', 'demote c'] as const),
];
const tiny: readonly Op[] = ['title', 'cut c', 'fork'];
const small: readonly Op[] = ['title', 'letter', 'cut c', 'fork'];

const rounds: readonly { readonly alphabet: readonly Op[]; readonly count: number }[] = [
  { alphabet: tiny, count: 1 },
  { alphabet: whole, count: 1 },
  { alphabet: small, count: 2 },
  { alphabet: small, count: 4 },
];

export const exhaustive: Experiment = {
  about: 'Every interleaving of small histories: writes, notes, cuts, demotions, forks.',
  options: { minutes: '20' },
  run: async ({ minutes }, show) => {
    const figures = { scenarios: 0, states: 0, transitions: 0, disagreements: 0 };
    const build = await newBuilder();
    const { space, before } = await build([]);
    const receiver = await openReceiver(space, before);
    const rows: Record<string, string | number>[] = [];
    for (const [index, { alphabet, count }] of rounds.entries()) {
      const left = Number(minutes) * 60_000 * ((index + 1) / rounds.length);
      const until = Math.max(performance.now(), left);
      const row = { round: `${count} of ${alphabet.length}`, scenarios: 0, complete: 'no' };
      rows.push(row);
      let isComplete = true;
      // A prime apart, so that a part of all is an even part of everything.
      const stride = index === 0 ? 1 : 10_007;
      for (let from = 0; from < stride && isComplete; from++) {
        for (const steps of scenarios(alphabet, count, stride, from)) {
          if (index > 0 && performance.now() > until) {
            isComplete = false;
            break;
          }
          const { streams } = await build(steps);
          const { states, transitions, disagreements } = await explore(receiver, streams);
          row.scenarios++;
          figures.scenarios++;
          figures.states += states;
          figures.transitions += transitions;
          figures.disagreements += disagreements.length;
          for (const text of disagreements) show.line(`${JSON.stringify(steps)}\n  ${text}`);
        }
        show.progress(`${row.round}: ${row.scenarios}, ${figures.disagreements} disagreements`);
      }
      if (isComplete) row.complete = 'yes';
    }
    show.table('Things each', rows);
    return { ok: figures.disagreements === 0, figures };
  },
};
