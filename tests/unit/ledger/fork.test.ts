import { expect, test } from 'vitest';
import { encodePayload } from '../../../lib/ledger/claims.ts';
import { checkForkProof, forkPoint } from '../../../lib/ledger/fork.ts';
import { newAction } from '../../../lib/model/id.ts';
import { fastSuite, newActor } from '../../support/attacks/stage.ts';

const space = new Uint8Array(16).fill(1);
const suite = fastSuite();
const nothing = () => encodePayload({ action: newAction(), derived: false, claims: [] });
const device = async (of = space) => newActor(await suite.newIdentity(), of, () => 1_000);

test('two envelopes in one place are a fork there', async () => {
  const ann = await device();
  await ann.say(nothing());
  const [first, second] = [await ann.draft(nothing()), await ann.draft(nothing())];
  const fork = { device: ann.device, space, seq: 2 };
  expect(await checkForkProof({ first, second }, suite.verify)).toEqual(fork);
  expect(await checkForkProof({ first: second, second: first }, suite.verify)).toEqual(fork);
});

test('one that follows another than the first is a fork in the place of the first', async () => {
  const ann = await device();
  const first = await ann.draft(nothing());
  await ann.say(nothing());
  const second = await ann.say(nothing());
  const fork = { device: ann.device, space, seq: 1 };
  expect(await checkForkProof({ first, second }, suite.verify)).toEqual(fork);
  expect(forkPoint({ first: second, second: first })).toBeNull();
});

test('what one log may hold is none', async () => {
  const ann = await device();
  const [one, two, three] = [
    await ann.say(nothing()),
    await ann.say(nothing()),
    await ann.say(nothing()),
  ];
  for (const [first, second] of [
    [one, one],
    [one, two],
    [two, one],
    [one, three],
  ] as const) {
    expect(forkPoint({ first, second })).toBeNull();
  }
});

test('two devices or two spaces are none', async () => {
  const [ann, ben] = [await device(), await device()];
  expect(
    forkPoint({ first: await ann.draft(nothing()), second: await ben.draft(nothing()) }),
  ).toBeNull();
  const elsewhere = { space: new Uint8Array(16) };
  expect(
    forkPoint({ first: await ann.draft(nothing()), second: await ann.draft(nothing(), elsewhere) }),
  ).toBeNull();
});

test('both have to be signed', async () => {
  const [ann, thief] = [await device(), await device()];
  const first = await ann.draft(nothing());
  const second = await thief.draft(nothing(), { device: ann.device });
  expect(forkPoint({ first, second })).not.toBeNull();
  expect(await checkForkProof({ first, second }, suite.verify)).toBeNull();
  expect(await checkForkProof({ first: second, second: first }, suite.verify)).toBeNull();
  const swapped = { header: first.header, signature: second.signature };
  expect(await checkForkProof({ first: swapped, second: first }, suite.verify)).toBeNull();
});

test('bytes that are no header prove nothing', async () => {
  const first = await (await device()).draft(nothing());
  const bytes = { header: new Uint8Array(140), signature: first.signature };
  expect(forkPoint({ first, second: bytes })).toBeNull();
  expect(forkPoint({ first: bytes, second: { ...bytes, header: new Uint8Array() } })).toBeNull();
});
