import { afterEach, expect, test } from 'vitest';
import { migrations } from '../../../lib/database/schema.ts';
import { openMemory } from '../../../lib/database/sqlite.ts';
import { Failure } from '../../../lib/errors.ts';
import { capture, lineModel, startEngine, type TestEngine } from '../../support/engine.ts';
import { faultOf, tables } from '../../support/ledger.ts';
import { first, until } from '../../support/streams.ts';

const running: TestEngine[] = [];
afterEach(() => {
  for (const { close } of running.splice(0)) close();
});

async function start(options: Parameters<typeof startEngine>[0]) {
  const device = await startEngine({ model: lineModel, ...options });
  running.push(device);
  return device;
}

/** A device on which some things were done, and its database file. */
async function used() {
  const connection = await openMemory();
  const device = await start({ connection });
  const { engine } = device;
  await engine.addTasks([{ title: 'a 🌊', notes: 'one', tags: ['x'] }, { title: 'b' }]);
  const { clip } = await engine.saveClip({ capture: capture('Do one'), ifKept: 'ask' });
  await until(engine.watchClip(clip), (found) => found?.reading.state === 'ready');
  await engine.undo({ action: null });
  return { device, image: connection.image };
}

async function shown({ engine }: TestEngine) {
  return Promise.all([
    first(engine.watchOverview({ today: '2026-03-02' })),
    first(engine.watchTasks({ view: { of: 'inbox' }, limit: 9 })),
    first(engine.watchClips({ limit: 9 })),
    engine.search({ text: 'one', limit: 9 }),
  ]);
}

test('a database that is opened again gives the same answers, and goes on in its log', async () => {
  const { device, image } = await used();
  const connection = await openMemory(image());
  const again = await start({ connection, identity: device.identity });
  again.now = device.now + 1;
  expect(await shown(again)).toEqual(await shown(device));
  await again.engine.redo(undefined);
  await again.engine.addTasks([{ title: 'c' }]);
  expect(await faultOf(again)).toBeNull();
  expect((await first(again.engine.watchClips({ limit: 9 }))).clips).toHaveLength(1);
});

test('derived tables of another version are made anew from the log', async () => {
  const { device, image } = await used();
  const [before, answers] = [tables(device.connection), await shown(device)];
  const { connection, identity } = device;
  connection.script(`
    update meta set value = 0 where key = 'derived';
    drop table words; drop table task; create table task (odd text);
    update clip set title = 'wrong';
  `);
  const again = await start({ connection: await openMemory(image()), identity });
  expect(tables(again.connection)).toEqual(before);
  expect(await shown(again)).toEqual(answers);
});

test('a database of a newer version is refused and left alone', async () => {
  const { device, image } = await used();
  const { connection, identity } = device;
  connection.script(`pragma user_version = ${migrations.length + 1}`);
  const newer = image();
  const copy = await openMemory(newer);
  await expect(start({ connection: copy, identity })).rejects.toThrow(
    new Failure('database/newer'),
  );
  expect(copy.image()).toEqual(newer);
  copy.close();
});

test('a database whose key is gone goes on as a new device, whose word counts from then on', async () => {
  const { image } = await used();
  const next = await start({ connection: await openMemory(image()) });
  const { tasks } = await first(next.engine.watchTasks({ view: { of: 'inbox' }, limit: 9 }));
  await next.engine.changeTasks({ ids: [tasks[0]!.id], change: { title: 'changed' } });
  expect(await first(next.engine.watchTask(tasks[0]!.id))).toMatchObject({ title: 'changed' });
  const before = tables(next.connection);
  await next.engine.rebuild(undefined);
  expect(tables(next.connection)).toEqual(before);
});
