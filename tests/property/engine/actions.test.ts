import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineModel, startEngine } from '../../support/engine.ts';
import { faultOf, tables } from '../../support/ledger.ts';
import { aStep, newPerson, type Step, stepOf } from '../../support/person.ts';

const twoTasks: Step = ['add tasks', 0, 1, 'milk', {}];
const undo: Step = ['undo', 0, 0, '', {}];
// Biased, most people would stop after a few steps.
const limits = { numRuns: 40, unbiased: true, timeout: 5_000, interruptAfterTimeLimit: 15_000 };
const stepsOf = (step: fc.Arbitrary<Step>, maxLength: number) =>
  fc.array(step, { maxLength, size: 'max' });

async function after(steps: readonly Step[]) {
  const device = await startEngine({ model: lineModel });
  const person = newPerson(device);
  for (const step of [twoTasks, ...steps]) await person.take(step);
  return { device, person };
}

test.each([
  ['anything', aStep],
  [
    'the same few tasks',
    stepOf({ 'add tasks': 1, 'change tasks': 8, undo: 2, redo: 2, 'undo an earlier one': 4 }),
  ],
  [
    'what was proposed',
    stepOf({
      ...{ 'save clip': 3, 'delete clip': 1, accept: 5, dismiss: 2 },
      ...{ 'change tasks': 2, 'delete tasks': 2, undo: 2, redo: 2, 'undo an earlier one': 1 },
    }),
  ],
])(
  'whatever a person does to %s, they see what they expect, also after a rebuild',
  async (_, step) => {
    await fc.assert(
      fc.asyncProperty(stepsOf(step, 40), async (steps) => {
        const { device, person } = await after(steps);
        expect(await person.shown()).toEqual(person.expected());
        const before = tables(device.connection);
        await device.engine.rebuild(undefined);
        expect(tables(device.connection)).toEqual(before);
        expect(await faultOf(device)).toBeNull();
        device.close();
      }),
      limits,
    );
  },
);

test('undoing everything, each in its turn, leaves nothing', async () => {
  const inTurn = aStep.filter(([what]) => what !== 'undo an earlier one');
  await fc.assert(
    fc.asyncProperty(stepsOf(inTurn, 40), async (steps) => {
      const { device, person } = await after(steps);
      while (person.expected().undo) await person.take(undo);
      const shown = await person.shown();
      expect(shown).toMatchObject({ inbox: [], lists: [], tasks: [], clips: [], undo: null });
      expect(shown).toEqual(person.expected());
      device.close();
    }),
    limits,
  );
});
