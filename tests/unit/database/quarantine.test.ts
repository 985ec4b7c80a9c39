import { afterEach, expect, test } from 'vitest';
import { quarantined, refuse, rejudgeable, release } from '../../../lib/database/quarantine.ts';
import { type Connection, openMemory } from '../../../lib/database/sqlite.ts';
import { migrate } from '../../../lib/database/schema.ts';
import type { Verdict } from '../../../lib/ledger/exchange.ts';
import { openStage, payloadOf, type Stage, titleOf } from '../../support/attacks/stage.ts';

const opened: { readonly close: () => void }[] = [];
afterEach(() => {
  for (const { close } of opened.splice(0)) close();
});

async function empty(): Promise<Connection> {
  const connection = await openMemory();
  opened.push(connection);
  migrate(connection);
  return connection;
}

async function stage(): Promise<Stage> {
  const made = await openStage();
  opened.push(made);
  return made;
}

let made = 0;
const put = (
  connection: Connection,
  carrier: string,
  size = 20,
  verdict: Verdict = 'malformed',
) => {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, ++made);
  refuse(
    connection,
    { carrier, device: null, seq: null, bytes, at: made },
    { verdict, reason: 'x' },
  );
  return bytes;
};
const held = (connection: Connection, carrier: string) =>
  quarantined(connection, 1e6).filter((entry) => entry.carrier === carrier);

test('what was refused is kept as it came, with the reason, newest first', async () => {
  const connection = await empty();
  const [one, two] = [put(connection, 'a'), put(connection, 'b', 30, 'fork')];
  expect(quarantined(connection, 9).map(({ bytes }) => bytes)).toEqual([two, one]);
  expect(quarantined(connection, 1)).toMatchObject([
    { carrier: 'b', verdict: 'fork', reason: 'x' },
  ]);
});

test('the same bytes are kept once, with the latest reason', async () => {
  const connection = await empty();
  const bytes = put(connection, 'a');
  const again = { carrier: 'b', device: null, seq: null, bytes, at: 0 };
  refuse(connection, again, { verdict: 'revoked', reason: 'later' });
  expect(quarantined(connection, 9)).toMatchObject([{ verdict: 'revoked', reason: 'later' }]);
});

test('of each carrier about 1,000 are kept, the newest, whoever else brings how much', async () => {
  const connection = await empty();
  put(connection, 'quiet');
  for (let round = 0; round < 1_500; round++) {
    put(connection, 'loud');
    put(connection, 'louder');
  }
  expect(held(connection, 'quiet').length).toBe(1);
  for (const carrier of ['loud', 'louder']) {
    const { length } = held(connection, carrier);
    expect(length).toBeGreaterThanOrEqual(1_000);
    expect(length).toBeLessThan(1_064);
    expect(held(connection, carrier)[0]?.at).toBeGreaterThan(made - 2);
  }
});

test('of each carrier about 4 MiB are kept', async () => {
  const connection = await empty();
  for (let round = 0; round < 300; round++) put(connection, 'loud', 60_000);
  const size = held(connection, 'loud').reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(size).toBeGreaterThan(3.5 * 2 ** 20);
  expect(size).toBeLessThan(4 * 2 ** 20 + 64 * 60_000);
});

test('of what is larger than any envelope only the beginning is kept', async () => {
  const connection = await empty();
  put(connection, 'loud', 9_000_000);
  expect(quarantined(connection, 1)[0]?.bytes.length).toBeLessThan(150_000);
});

test('only what another roster could judge otherwise is judged again', async () => {
  const connection = await empty();
  for (const verdict of [
    'malformed',
    'bad-signature',
    'revoked',
    'fork',
    'unknown-device',
  ] as const) {
    put(connection, 'a', 20, verdict);
  }
  const again = rejudgeable(connection);
  expect(again.map(({ verdict }) => verdict).sort()).toEqual(['fork', 'revoked', 'unknown-device']);
  release(connection, again[0]!.number);
  expect(rejudgeable(connection).length).toBe(2);
});

test('what a device said before it was admitted counts once it is, in whatever order it came', async () => {
  const { victim, outsider, bring, task } = await stage();
  const device = await outsider();
  const said = [];
  for (const title of ['one', 'two', 'three'])
    said.push(await device.say(payloadOf(titleOf(task, title))));
  const judgements = await bring(said.toReversed().map(({ wire }) => wire));
  expect(judgements.map(({ verdict }) => verdict)).toEqual(Array(3).fill('unknown-device'));
  expect(victim.database.quarantined(9).length).toBe(3);
  await victim.ledger.admitDevice(device.device, device.identity.seal, 'late', 'editor');
  const { log } = victim.database;
  expect(log.head(log.idOf(device.device)!)?.seq).toBe(3);
});

test('a refusal outlives a restart', async () => {
  const connection = await openMemory();
  migrate(connection);
  put(connection, 'a');
  const again = await openMemory(connection.image());
  opened.push(connection, again);
  expect(quarantined(again, 9)).toMatchObject([
    { carrier: 'a', verdict: 'malformed', reason: 'x' },
  ]);
});
