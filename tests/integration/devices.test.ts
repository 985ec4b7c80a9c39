/** Whole devices in Node, whose envelopes the test carries by hand. */
import { afterEach, describe, expect, test } from 'vitest';
import { type MemoryConnection, openMemory } from '../../lib/database/sqlite.ts';
import { Failure } from '../../lib/errors.ts';
import type { Role } from '../../lib/ledger/statements.ts';
import { newReplicator } from '../../lib/mesh/replicator.ts';
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

/** The same device once more, keys and all: a copied profile, or one restored from a backup. */
async function copyOf({ connection, ledger }: TestEngine) {
  const image = (connection as MemoryConnection).image();
  const copy = await startEngine({
    connection: await openMemory(image),
    identity: ledger.identity(),
  });
  started.push(copy);
  return copy;
}

/** An owner lets in the key that a device goes by now. */
async function letsIn(owner: TestEngine, other: TestEngine, role: Role = 'editor') {
  const { signer, seal } = other.ledger.identity();
  await owner.ledger.admitDevice(signer.device, seal, 'again', role);
}

const keyOf = ({ ledger }: TestEngine) => ledger.identity().signer.device;

/** Two devices talk until they have nothing more to say. */
async function talk(a: TestEngine, b: TestEngine) {
  let time = 0;
  const now = () => time;
  const ends = [
    newReplicator({ exchange: a.ledger.exchange, peer: keyOf(b), now }),
    newReplicator({ exchange: b.ledger.exchange, peer: keyOf(a), now }),
  ] as const;
  for (let quiet = 0; quiet < 3; time += 5_000) {
    let frames = 0;
    for (const [from, to] of [ends, ends.toReversed()] as const) {
      for (const frame of from.take(1e6)) {
        to.receive(frame);
        frames++;
      }
      await to.settled();
      to.changed();
      from.changed();
    }
    quiet = frames === 0 ? quiet + 1 : 0;
    for (const end of ends) end.tick();
    if (time > 5_000_000) throw new Error('they do not stop talking');
  }
}

async function meet(...devices: TestEngine[]) {
  for (let round = 0; round < 3; round++) {
    for (const [at, a] of devices.entries()) {
      for (const b of devices.slice(at + 1)) await talk(a, b);
    }
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

async function joins_(founder: TestEngine, other: TestEngine, role: Role = 'editor') {
  await other.ledger.enter(founder.ledger.exchange.space()!);
  await letsIn(founder, other, role);
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

describe('a device that is there twice', () => {
  test('a restored backup that meets the others before it shows what it wrote', async () => {
    const [a, b] = [await device(), await device()];
    await a.engine.addTasks([{ title: 'before' }]);
    await joins(a, b, 'editor');
    await b.engine.addTasks([{ title: 'of b' }]);
    await meet(a, b);
    const restored = await copyOf(b);
    const [lost] = await b.engine.addTasks([{ title: 'after the backup', notes: 'lost words' }]);
    await meet(a, b);
    const key = keyOf(restored).toString();
    await restored.engine.addTasks([{ title: 'since the backup', notes: 'new words' }]);
    await meet(a, restored);
    // It goes on under another key, and still shows its own.
    expect(keyOf(restored).toString()).not.toBe(key);
    expect(await titles(restored)).toContain('since the backup');
    expect(await titles(restored)).toContain('after the backup');
    await letsIn(a, restored);
    await meet(a, restored, b);
    expect((await titles(b)).sort()).toEqual([
      'after the backup',
      'before',
      'of b',
      'since the backup',
    ]);
    expect((await first(restored.engine.watchTask(lost!)))?.notes).toBe('lost words');
    expect(a.ledger.exchange.progress().forks).toEqual([]);
    expectAgreement(a, restored, b);
  });

  test('two histories that both were shown to others are proven, and nothing is lost', async () => {
    const [a, b, c, d] = [await device(), await device(), await device(), await device()];
    await a.engine.addTasks([{ title: 'before' }]);
    await joins(a, b, 'editor');
    for (const other of [c, d]) await joins_(a, other);
    await meet(a, b, c, d);
    const copy = await copyOf(b);
    await b.engine.addTasks([{ title: 'one history', notes: 'words of one' }]);
    await copy.engine.addTasks([{ title: 'the other history', notes: 'words of the other' }]);
    await meet(b, c);
    await meet(copy, d);
    expect(await titles(d)).toContain('the other history');
    await meet(a, c, d);
    expect(a.ledger.exchange.progress().forks).toHaveLength(1);
    expectAgreement(a, c, d);
    // Both learn of it, take other keys, and say again what they had said.
    for (const half of [b, copy]) {
      await meet(a, half);
      await letsIn(a, half);
    }
    await meet(a, b, c, d, copy);
    expect((await titles(a)).sort()).toEqual(
      expect.arrayContaining(['before', 'one history', 'the other history']),
    );
    expectAgreement(a, b, c, d, copy);
  });
});

describe('who decides', () => {
  test('of two that remove each other the senior stands', async () => {
    const [a, b, c] = [await device(), await device(), await device()];
    await joins(a, b, 'owner');
    await joins_(a, c, 'owner');
    await meet(a, b, c);
    await b.ledger.revoke(keyOf(c), null);
    await expect(c.ledger.revoke(keyOf(b), null)).rejects.toThrow(new Failure('roster/not-senior'));
    await c.engine.addTasks([{ title: 'of the removed' }]);
    await meet(a, b, c);
    // Nobody speaks to it any more: it does not even hear of it.
    expect(await titles(a)).toEqual([]);
    expectAgreement(a, b);
  });

  test('the recovery words stand above all, also above a stolen founder', async () => {
    const [a, b, c] = [await device(), await device(), await device()];
    await joins(a, b, 'editor');
    await joins_(a, c);
    await b.engine.addTasks([{ title: 'of b' }]);
    await meet(a, b, c);
    const words = a.database.recoverySecret()!;
    const thief = await copyOf(a);
    c.now += 60_000;
    const since = c.now;
    c.now += 1;
    await thief.ledger.revoke(keyOf(b), 0);
    await meet(thief, c);
    expect(await titles(c)).toEqual([]);
    await c.engine.addTasks([{ title: 'of c' }]);
    await c.ledger.recover(words, 'c');
    await c.ledger.revoke(keyOf(thief), since);
    expect((await titles(c)).sort()).toEqual(['of b', 'of c']);
    await meet(b, c);
    expect((await titles(b)).sort()).toEqual(['of b', 'of c']);
    expectAgreement(b, c);
    await expect(b.ledger.recover(new Uint8Array(32), 'b')).rejects.toThrow(
      new Failure('recovery/wrong-words'),
    );
  });

  test('what was good of a revoked device can be adopted', async () => {
    const [a, b] = [await device(), await device()];
    const [id] = await a.engine.addTasks([{ title: 'one', notes: 'start' }]);
    await joins(a, b, 'editor');
    await b.engine.addTasks([{ title: 'good', tags: ['x'] }]);
    await b.engine.changeTasks({ ids: [id!], change: { notes: 'start and more' } });
    await meet(a, b);
    await a.ledger.revoke(keyOf(b), 0);
    expect(await titles(a)).toEqual(['one']);
    await a.ledger.adopt(keyOf(b), null);
    expect((await titles(a)).sort()).toEqual(['good', 'one']);
    expect((await first(a.engine.watchTask(id!)))?.notes).toBe('start and more');
    expectAgreement(a);
  });

  test('a device that may only read is not heard', async () => {
    const [a, b] = [await device(), await device()];
    await joins(a, b, 'editor');
    await b.engine.addTasks([{ title: 'while an editor' }]);
    await meet(a, b);
    await a.ledger.demote(keyOf(b), 'reader');
    await b.engine.addTasks([{ title: 'before it knew' }]);
    await meet(a, b);
    expect(await titles(a)).toEqual(['while an editor']);
    await expect(b.engine.addTasks([{ title: 'more' }])).rejects.toThrow(
      new Failure('device/read-only'),
    );
    await a.engine.addTasks([{ title: 'of a' }]);
    await meet(a, b);
    expect(await titles(b)).toEqual(await titles(a));
    expectAgreement(a, b);
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
