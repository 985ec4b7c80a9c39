/** Every attack that has a name, on a whole device with real signatures. */
import { expect, test } from 'vitest';
import { attacks } from '../support/attacks/named.ts';
import { play } from '../support/attacks/play.ts';
import { openRealStage } from '../support/attacks/stage.ts';

test.each(attacks)('$name: whoever $tries gets nowhere', async (attack) => {
  const stage = await openRealStage();
  try {
    const { faults } = await play(stage, attack);
    expect(faults).toEqual([]);
    const digest = stage.victim.database.digest();
    stage.victim.database.rebuild();
    expect(stage.victim.database.digest()).toBe(digest);
    expect(stage.victim.database.check()).toEqual([]);
  } finally {
    stage.close();
  }
});

test('there are no two attacks of one name', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  expect(attacks.length).toBeGreaterThanOrEqual(30);
});
