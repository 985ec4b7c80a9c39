/**
 * Every interleaving of small histories. The soak (`npm run -s soak -- exhaustive`) goes through
 * larger ones.
 */
import { expect, test } from 'vitest';
import { scenarios } from './scenarios.ts';
import { explore, openReceiver } from './states.ts';
import { newBuilder, type Op, type Step, wholeLogs } from './world.ts';

/** Explores all that an alphabet has to say, and tells what disagreed. */
async function exploreAll(alphabet: readonly Op[], every: number) {
  const build = await newBuilder();
  const { space, before } = await build([]);
  const receiver = await openReceiver(space, before);
  const found = { scenarios: 0, states: 0, transitions: 0, disagreements: [] as string[] };
  for (const steps of scenarios(alphabet, 1, every)) {
    const { streams } = await build(steps);
    const { states, transitions, disagreements } = await explore(receiver, streams);
    found.scenarios++;
    found.states += states;
    found.transitions += transitions;
    found.disagreements.push(...disagreements.map((text) => `${wordsOf(steps)}: ${text}`));
  }
  return found;
}

const wordsOf = (steps: readonly Step[]) =>
  steps.map(({ by, op, reads }) => `${by} (has read ${reads.join() || 'nobody'}) ${op}`).join(', ');

test.for([
  { alphabet: ['letter', 'cut c'], every: 1 },
  { alphabet: ['title', 'fork'], every: 5 },
] as const)(
  'in whatever order the logs come that say $alphabet, they come to the same',
  { timeout: 120_000 },
  async ({ alphabet, every }) => {
    const { disagreements, states } = await exploreAll(alphabet, every);
    expect(disagreements).toEqual([]);
    expect(states).toBeGreaterThan(100);
  },
);

test(
  'what is there from the founding on may come in any order too',
  { timeout: 60_000 },
  async () => {
    const build = await newBuilder();
    for (const op of ['cut c', 'fork'] as const) {
      const world = await build([
        { by: 'c', op: 'letter', reads: [] },
        { by: 'b', op, reads: [] },
        { by: 'a', op: 'title', reads: ['b', 'c'] },
      ]);
      const receiver = await openReceiver(world.space, []);
      const { disagreements, states } = await explore(receiver, wholeLogs(world));
      expect(disagreements).toEqual([]);
      expect(states).toBeGreaterThan(40);
    }
  },
);

test.for<readonly [string, readonly Step[]]>([
  [
    'what was cut is kept where something that waits has seen it',
    [
      { by: 'b', op: 'cut c', reads: [] },
      { by: 'c', op: 'tag', reads: [] },
      { by: 'a', op: 'title', reads: ['c'] },
    ],
  ],
  [
    'beyond a cut, another history than the one that was seen proves the fork',
    [
      { by: 'b', op: 'cut c', reads: [] },
      { by: 'c', op: 'fork', reads: [] },
      { by: 'a', op: 'title', reads: ['c'] },
    ],
  ],
])('%s', async ([, steps]) => {
  const world = await (await newBuilder())(steps);
  const receiver = await openReceiver(world.space, world.before);
  const { disagreements } = await explore(receiver, world.streams);
  expect(disagreements).toEqual([]);
});
