import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStage, payloadOf, type Stage } from '../../support/attacks/stage.ts';
import { startEngine } from '../../support/engine.ts';

const day = 86_400_000;
let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const mine = () => {
  const { log } = stage.victim.database;
  return log.head(log.own())!;
};
const write = async () => {
  await stage.victim.engine.changeTasks({
    ids: [stage.task],
    change: { title: `at ${Math.random()}` },
  });
  return mine().seq;
};
const receipt = (seq: number) => stage.victim.database.receiptOf(seq);
const honest = () => stage.honest.identity.signer.device;

test('a change is committed, then sent, then acknowledged', async () => {
  const { victim } = stage;
  const before = mine().seq;
  const seq = await write();
  expect(receipt(seq)).toEqual({ seq, committedAt: victim.now, isSent: false, acknowledgedBy: [] });
  victim.ledger.exchange.sent(seq);
  expect(receipt(seq)).toMatchObject({ isSent: true, acknowledgedBy: [] });
  const later = await write();
  expect(receipt(later)).toMatchObject({ isSent: false });
  const hash = victim.database.log.hashAt(victim.database.log.own(), seq)!;
  victim.ledger.exchange.acknowledged(honest(), [{ ...mine(), seq, hash }]);
  expect(receipt(seq)?.acknowledgedBy).toEqual([honest()]);
  expect(receipt(before)?.acknowledgedBy).toEqual([honest()]);
  expect(receipt(later)?.acknowledgedBy).toEqual([]);
  expect(receipt(later + 1)).toBeNull();
});

test('an acknowledgement is not taken back by an older one', async () => {
  const seq = await write();
  const { exchange } = stage.victim.ledger;
  exchange.acknowledged(honest(), [mine()]);
  const first = stage.victim.database.log.hashAt(stage.victim.database.log.own(), 1)!;
  exchange.acknowledged(honest(), [{ ...mine(), seq: 1, hash: first }]);
  expect(receipt(seq)?.acknowledgedBy).toEqual([honest()]);
});

test('neither strangers nor other histories nor the future acknowledge anything', async () => {
  const seq = await write();
  const { exchange } = stage.victim.ledger;
  const stranger = await stage.outsider();
  exchange.acknowledged(stranger.device, [mine()]);
  exchange.acknowledged(honest(), [{ ...mine(), hash: new Uint8Array(32) }]);
  exchange.acknowledged(honest(), [{ ...mine(), seq: seq + 1_000 }]);
  expect(receipt(seq)?.acknowledgedBy).toEqual([]);
  expect(stage.victim.ledger.identity()).toBe(stage.victim.identity);
});

test('a change that nobody else has for seven days is told', async () => {
  const { victim } = stage;
  victim.ledger.exchange.acknowledged(honest(), [mine()]);
  const seq = await write();
  const { now } = victim;
  victim.now += day;
  await write();
  expect(victim.database.overdue(now + 7 * day)).toBeNull();
  expect(victim.database.overdue(now + 7 * day + 1)).toMatchObject({ seq, isSent: false });
  victim.ledger.exchange.sent(mine().seq);
  expect(victim.database.overdue(now + 7 * day + 1)).toMatchObject({ seq, isSent: true });
  victim.ledger.exchange.acknowledged(honest(), [mine()]);
  expect(victim.database.overdue(now + 99 * day)).toBeNull();
});

test('who is alone is not told to share', async () => {
  await stage.victim.ledger.revoke(honest(), null);
  const alone = await startEngine({ suite: stage.suite });
  await alone.engine.addTasks([{ title: 'one' }]);
  expect(alone.database.overdue(alone.now + 99 * day)).toBeNull();
  alone.close();
});

test("what came before a moment is known by this device's own receipts", async () => {
  const { victim } = stage;
  const other = await stage.join('editor');
  await stage.bring([(await other.say(payloadOf(), { hlc: 5 })).wire]);
  const moment = (victim.now += day);
  await stage.bring([(await other.say(payloadOf(), { hlc: 6 })).wire]);
  expect(victim.database.lastBefore(other.device, moment)).toBe(1);
  expect(victim.database.lastBefore(other.device, moment + 1)).toBe(2);
  expect(victim.database.lastBefore(other.device, 0)).toBe(0);
});
