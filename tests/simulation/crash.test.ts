/** The engine is stopped at every statement of a change, and must go on as if it had not begun. */
import { describe, expect, test } from 'vitest';
import { type Connection, openMemory } from '../../lib/database/sqlite.ts';
import { type Id, newAction } from '../../lib/model/id.ts';
import type { Client } from '../../lib/rpc/contract.ts';
import { capture, lineModel, startEngine, type TestEngine } from '../support/engine.ts';
import { faultOf, tables } from '../support/ledger.ts';
import { first, until } from '../support/streams.ts';

/** A connection whose statements inside a transaction can be made to fail. */
function brittle(connection: Connection) {
  let left = Infinity;
  let isInside = false;
  const count = <A extends readonly unknown[], R>(work: (...given: A) => R) => {
    return (...given: A): R => {
      if (isInside && left-- <= 0) throw new Error('crashed');
      return work(...given);
    };
  };
  const wrapped: Connection = {
    ...connection,
    run: count(connection.run),
    get: count(connection.get) as Connection['get'],
    all: count(connection.all) as Connection['all'],
    script: count(connection.script),
    transaction: (work) =>
      connection.transaction(() => {
        isInside = true;
        try {
          const result = work();
          if (left-- <= 0) throw new Error('crashed'); // before the commit
          return result;
        } finally {
          isInside = false;
        }
      }),
  };
  return { connection: wrapped, breakAfter: (statements: number) => (left = statements) };
}

/** A device with a list, three tasks, and a clip that was read. */
async function furnished(device: TestEngine) {
  const { engine } = device;
  const list = await engine.addList({ title: 'Work' });
  const tasks = await engine.addTasks([
    { title: 'a', list, tags: ['x'], notes: 'one' },
    { title: 'b', list },
    { title: 'c' },
  ]);
  const text = 'Do one @2026-04-01\nDo two';
  const { clip } = await engine.saveClip({ capture: capture(text), ifKept: 'ask' });
  const read = await until(engine.watchClip(clip), (found) => found?.reading.state === 'ready');
  return { list, tasks, clip: read! };
}
type Furnished = Awaited<ReturnType<typeof furnished>>;

const changes: Readonly<
  Record<string, (engine: Client, there: Furnished, action: Id) => Promise<unknown>>
> = {
  'adding tasks': (engine, { list }, action) =>
    engine.addTasks([{ title: 'd', list, tags: ['x', 'y'], notes: 'two' }, { title: 'e' }], action),
  'a note of several envelopes': (engine, { tasks }, action) =>
    engine.changeTasks({ ids: tasks.slice(0, 1), change: { notes: '🌊'.repeat(30_000) } }, action),
  'deleting a list': (engine, { list }, action) => engine.deleteList(list, action),
  'saving a version': (engine, _, action) =>
    engine.saveClip({ capture: capture('Do three'), ifKept: 'update' }, action),
  'accepting a proposal': (engine, { clip }, action) => {
    if (clip.reading.state !== 'ready') throw new Error('not read');
    const tasks = clip.reading.proposals.map(({ due, ...rest }) => ({
      ...rest,
      deadline: due,
      list: null,
    }));
    return engine.acceptProposals({ clip: clip.id, tasks }, action);
  },
  'an undo': (engine, _, action) => engine.undo({ action: null }, action),
};

async function shown({ engine, connection }: TestEngine) {
  const overview = await first(engine.watchOverview({ today: '2026-03-02' }));
  const log = connection.all('select * from envelope');
  return { overview, log, kept: connection.all('select * from content'), rows: tables(connection) };
}

describe.each(Object.entries(changes))('%s', (_, change) => {
  test('stopped anywhere, is not there; asked for again, happens once', async () => {
    const { connection, breakAfter } = brittle(await openMemory());
    const device = await startEngine({ connection, model: lineModel });
    const there = await furnished(device);
    const before = await shown(device);
    const action = newAction();
    let stops = 0;
    for (; ; stops++) {
      breakAfter(stops);
      const outcome = await change(device.engine, there, action).then(
        () => 'done',
        () => 'stopped',
      );
      breakAfter(Infinity);
      if (outcome === 'done') break;
      expect(await shown(device)).toEqual(before);
    }
    expect(stops).toBeGreaterThan(3);
    const after = await shown(device);
    await change(device.engine, there, action);
    expect((await shown(device)).log).toEqual(after.log);
    expect(await faultOf(device)).toBeNull();
    device.close();
  });

  test('asked for again by a page that outlived the engine, happens once', async () => {
    const connection = await openMemory();
    const device = await startEngine({ connection, model: lineModel });
    const there = await furnished(device);
    const action = newAction();
    const answer = await change(device.engine, there, action);
    const copy = await openMemory(connection.image());
    const next = await startEngine({
      connection: copy,
      identity: device.identity,
      model: lineModel,
    });
    const before = await shown(next);
    expect(await change(next.engine, there, action)).toEqual(answer);
    expect(await shown(next)).toEqual(before);
    device.close();
    next.close();
  });
});

test('a rebuild that is stopped anywhere leaves every row where it was', async () => {
  const { connection, breakAfter } = brittle(await openMemory());
  const device = await startEngine({ connection, model: lineModel });
  await furnished(device);
  const before = await shown(device);
  for (let stops = 0; ; stops += 7) {
    breakAfter(stops);
    const outcome = await device.engine.rebuild(undefined).then(
      () => 'done',
      () => 'stopped',
    );
    breakAfter(Infinity);
    expect(await shown(device)).toEqual(before);
    if (outcome === 'done') break;
  }
  device.close();
});
