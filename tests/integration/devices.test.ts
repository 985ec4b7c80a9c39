/** Whole devices in Node, whose envelopes the test carries by hand. */
import { afterEach, describe, expect, test } from 'vitest';
import { startEngine, type TestEngine } from '../support/engine.ts';
import { first } from '../support/streams.ts';

const started: TestEngine[] = [];
afterEach(() => {
  for (const device of started.splice(0)) device.close();
});

async function device() {
  const made = await startEngine();
  started.push(made);
  return made;
}

const keyOf = ({ ledger }: TestEngine) => ledger.identity().signer.device;

/** Everything that `to` lacks of what `from` holds, and what it then still wants. */
async function carry(from: TestEngine, to: TestEngine) {
  for (let round = 0; round < 9; round++) {
    const { heads } = to.ledger.exchange.progress();
    const envelopes = [
      ...to.ledger.exchange.wanted().flatMap((range) => from.ledger.exchange.range(range, 1e6)),
      ...from.ledger.exchange.missing(heads, 1e6),
    ];
    for (const proof of from.ledger.exchange.forkProofs()) {
      await to.ledger.exchange.admitForkProof(proof);
    }
    if (envelopes.length === 0) break;
    await to.ledger.exchange.admit(envelopes, keyOf(from));
  }
  from.ledger.exchange.acknowledged(keyOf(to), to.ledger.exchange.progress().heads);
}

async function meet(...devices: TestEngine[]) {
  for (let round = 0; round < 3; round++) {
    for (const a of devices) for (const b of devices) if (a !== b) await carry(a, b);
  }
}

async function joins(founder: TestEngine, other: TestEngine, role: 'owner' | 'editor' | 'reader') {
  await founder.ledger.foundSpace();
  await other.ledger.enter(founder.ledger.exchange.space()!);
  const { signer, seal } = other.ledger.identity();
  await founder.ledger.admitDevice(signer.device, seal, 'other', role);
  await meet(founder, other);
}

async function titles({ engine }: TestEngine) {
  const { tasks } = await first(engine.watchTasks({ view: { of: 'inbox' }, limit: 100 }));
  return tasks.map(({ title }) => title);
}

function expectAgreement(...devices: TestEngine[]) {
  const [digest] = devices.map(({ database }) => database.digest());
  for (const { database } of devices) {
    expect(database.digest()).toBe(digest);
    database.rebuild();
    expect(database.digest()).toBe(digest);
    expect(database.check()).toEqual([]);
  }
}

describe('two devices', () => {
  test('a task of one is a task of the other', async () => {
    const [a, b] = [await device(), await device()];
    await a.engine.addTasks([{ title: 'one', tags: ['x'], notes: 'a note' }]);
    await joins(a, b, 'editor');
    expect(await titles(b)).toEqual(['one']);
    await b.engine.addTasks([{ title: 'two' }]);
    await meet(a, b);
    expect((await titles(a)).sort()).toEqual(['one', 'two']);
    expectAgreement(a, b);
  });

  test('what both changed apart is decided alike, and what had seen the other wins', async () => {
    const [a, b] = [await device(), await device()];
    const [id] = await a.engine.addTasks([{ title: 'one' }]);
    await joins(a, b, 'editor');
    await a.engine.changeTasks({ ids: [id!], change: { title: 'from a', notes: 'A' } });
    b.now += 1_000;
    await b.engine.changeTasks({ ids: [id!], change: { title: 'from b', notes: 'B' } });
    await meet(a, b);
    expect(await titles(a)).toEqual(['from b']);
    expectAgreement(a, b);
    a.now -= 1e10;
    await a.engine.changeTasks({ ids: [id!], change: { title: 'a has seen b' } });
    await meet(a, b);
    expect(await titles(b)).toEqual(['a has seen b']);
    expectAgreement(a, b);
  });

  test('what a revoked device said since a moment is taken back everywhere', async () => {
    const [a, b, c] = [await device(), await device(), await device()];
    const [id] = await a.engine.addTasks([{ title: 'one', notes: 'honest words' }]);
    await joins(a, b, 'editor');
    await joins_(a, c);
    await meet(a, b, c);
    await b.engine.changeTasks({ ids: [id!], change: { title: 'good of b' } });
    await meet(a, b, c);
    a.now += 60_000;
    const since = a.now;
    a.now += 1;
    await b.engine.changeTasks({
      ids: [id!],
      change: { title: 'bad of b', notes: 'honest bad words' },
    });
    await b.engine.addTasks([{ title: 'spam' }]);
    await meet(a, b, c);
    expect(await titles(c)).toContain('spam');
    await c.engine.changeTasks({ ids: [id!], change: { notes: 'honest bad, good words' } });
    await meet(a, b, c);
    await a.ledger.revoke(keyOf(b), since);
    await meet(a, c);
    expect(await titles(a)).toEqual(['good of b']);
    expect((await first(a.engine.watchTask(id!)))?.notes).toBe('honest , goodwords');
    expectAgreement(a, c);
  });
});

async function joins_(founder: TestEngine, other: TestEngine) {
  await other.ledger.enter(founder.ledger.exchange.space()!);
  const { signer, seal } = other.ledger.identity();
  await founder.ledger.admitDevice(signer.device, seal, 'other', 'editor');
}

describe('two truths', () => {
  test('a conflict is explained, can be decided otherwise, and is over then', async () => {
    const [a, b] = [await device(), await device()];
    const [id] = await a.engine.addTasks([{ title: 'one' }]);
    await joins(a, b, 'editor');
    await a.engine.changeTasks({ ids: [id!], change: { title: 'from a', priority: 2 } });
    b.now += 1_000;
    await b.engine.changeTasks({ ids: [id!], change: { title: 'from b', priority: 2 } });
    await meet(a, b);
    const task = { kind: 'task', id: id! } as const;
    const [conflict, ...others] = await first(a.engine.watchConflicts(task));
    expect(others).toEqual([]); // both said the same of the priority
    expect(conflict).toMatchObject({
      field: 'title',
      rule: 'clock',
      winner: { value: 'from b', isOwn: false },
      losers: [{ value: 'from a', isOwn: true }],
    });
    const why = await b.engine.explain({ ...task, field: 'title' });
    expect(why?.winner.seen).toHaveLength(1);
    const [loser] = conflict!.losers;
    await a.engine.choose({ ...task, field: 'title', device: loser!.device, seq: loser!.seq });
    await meet(a, b);
    expect(await titles(b)).toEqual(['from a']);
    expect(await first(b.engine.watchConflicts(task))).toEqual([]);
    expect(await b.engine.explain({ ...task, field: 'title' })).toMatchObject({
      rule: 'alone',
      superseded: [{ value: 'from b' }],
    });
    await a.engine.undo({ action: null });
    expect(await titles(a)).toEqual(['from b']);
  });

  test('a conflict is not shown any more after 30 days', async () => {
    const [a, b] = [await device(), await device()];
    const [id] = await a.engine.addTasks([{ title: 'one' }]);
    await joins(a, b, 'editor');
    for (const each of [a, b]) {
      const title = each === a ? 'from a' : 'from b';
      await each.engine.changeTasks({ ids: [id!], change: { title } });
    }
    await meet(a, b);
    const task = { kind: 'task', id: id! } as const;
    expect(await first(a.engine.watchConflicts(task))).toHaveLength(1);
    a.now += 31 * 86_400_000;
    expect(await first(a.engine.watchConflicts(task))).toEqual([]);
  });
});

describe('receipts', () => {
  test('a change is committed, then sent, then acknowledged', async () => {
    const [a, b] = [await device(), await device()];
    await joins(a, b, 'editor');
    await a.engine.addTasks([{ title: 'one' }]);
    const { own } = await first(a.engine.watchSpace(undefined));
    expect(a.database.receiptOf(own)).toMatchObject({ isSent: false, acknowledgedBy: [] });
    a.ledger.exchange.missing(b.ledger.exchange.progress().heads, 1e6);
    expect(a.database.receiptOf(own)).toMatchObject({ isSent: true, acknowledgedBy: [] });
    await meet(a, b);
    expect(a.database.receiptOf(own)).toMatchObject({ acknowledgedBy: [keyOf(b)] });
  });

  test('what no other device has for seven days is shown', async () => {
    const [a, b] = [await device(), await device()];
    await joins(a, b, 'editor');
    await a.engine.addTasks([{ title: 'one' }]);
    a.now += 6 * 86_400_000;
    expect(await first(a.engine.watchSpace(undefined))).toMatchObject({ overdue: null });
    a.now += 2 * 86_400_000;
    const { overdue, own } = await first(a.engine.watchSpace(undefined));
    expect(overdue).toMatchObject({ seq: own, isSent: false });
    await meet(a, b);
    expect(await first(a.engine.watchSpace(undefined))).toMatchObject({ overdue: null });
  });
});

describe('compaction', () => {
  const day = 86_400_000;

  async function overwritten() {
    const [a, b] = [await device(), await device()];
    const ids = await a.engine.addTasks([{ title: 'one', notes: 'first' }, { title: 'two' }]);
    await joins(a, b, 'owner');
    for (let round = 0; round < 20; round++) {
      await a.engine.changeTasks({ ids: [ids[0]!], change: { title: `a${round}`, tags: ['x'] } });
      await b.engine.changeTasks({ ids: [ids[1]!], change: { title: `b${round}` } });
      if (round % 5 === 0) await meet(a, b);
    }
    await a.engine.changeTasks({ ids: [ids[0]!], change: { notes: 'first and second' } });
    await meet(a, b);
    return { a, b, ids };
  }

  test('lets go of what was superseded once all have seen it and 30 days have passed', async () => {
    const { a, b } = await overwritten();
    const digest = a.database.digest();
    await a.ledger.compact(true);
    await b.ledger.compact(true);
    await meet(a, b);
    expect(a.database.digest()).toBe(b.database.digest());
    const before = a.database.facts().envelopes;
    await a.ledger.compact();
    expect(a.database.facts().envelopes).toBe(before);
    for (const each of [a, b]) {
      each.now += 31 * day;
      await each.ledger.compact();
    }
    expect(a.database.facts().envelopes).toBeLessThan(12);
    expect(await titles(a)).toEqual(await titles(b));
    expectAgreement(a, b);
    expect(a.database.digest()).not.toBe('');
    expect(digest).not.toBe('');
  });

  test('a device that joins afterwards, or was away, gets the checkpoint', async () => {
    const { a, b, ids } = await overwritten();
    const away = await device();
    await joins_(a, away);
    await meet(a, away);
    for (let round = 0; round < 5; round++) {
      await a.engine.changeTasks({ ids: [ids[0]!], change: { title: `later${round}` } });
    }
    a.ledger.exchange.acknowledged(keyOf(away), []);
    for (const each of [a, b]) await each.ledger.compact(true);
    await meet(a, b);
    for (const each of [a, b]) {
      each.now += 61 * day;
      each.ledger.exchange.acknowledged(keyOf(a === each ? b : a), []);
      await each.ledger.compact();
    }
    expect(a.database.facts().envelopes).toBeLessThan(16);
    await a.engine.changeTasks({ ids: [ids[1]!], change: { title: 'after' } });
    const fresh = await device();
    await joins_(a, fresh);
    await meet(a, b, away, fresh);
    expect(await titles(fresh)).toEqual(await titles(a));
    expectAgreement(a, b, away, fresh);
    await fresh.engine.changeTasks({ ids: [ids[0]!], change: { notes: 'first, and second' } });
    await away.engine.addTasks([{ title: 'from away' }]);
    await meet(a, b, away, fresh);
    expectAgreement(a, b, away, fresh);
  });
});
