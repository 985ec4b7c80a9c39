/** Some hundreds of simulations, and every attack by its name; docs/simulation.md. */
import { describe, expect, test } from 'vitest';
import { attackNames } from './adversary.ts';
import { planOf, simulate, underAttack } from './simulation.ts';

/** Seeds of the stand-in for signatures, in parts so that a slow machine gets through. */
const parts = 24;
const seedsOfPart = 10;
const firstSeed = 200;

describe('whatever happens, all agree in the end, and nothing is lost', () => {
  test.each(Array.from({ length: parts }, (_, part) => firstSeed + part * seedsOfPart))(
    'from seed %i',
    { timeout: 60_000 },
    async (first) => {
      for (let seed = first; seed < first + seedsOfPart; seed++) {
        const { faults } = await simulate(planOf(seed, false));
        expect(faults, `npm run -s soak -- simulate --seed ${seed}`).toEqual([]);
      }
    },
  );

  test('also with real signatures', { timeout: 60_000 }, async () => {
    for (const seed of [1_001, 1_002, 1_003, 1_004]) {
      const { faults } = await simulate(planOf(seed, true));
      expect(faults, `seed ${seed}, with real signatures`).toEqual([]);
    }
  });

  test('the same seed tells the same story', async () => {
    const [one, two] = [await simulate(planOf(7)), await simulate(planOf(7))];
    expect(two).toEqual(one);
  });
});

describe.each(attackNames)('%s', (name) => {
  test.each(['reader', 'editor', 'owner', null] as const)('by %s does no harm', async (role) => {
    expect(await underAttack(name, role)).toEqual([]);
  });
});
