import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAction } from '../../../lib/model/id.ts';
import type { Input } from '../../../lib/rpc/contract.ts';
import { startEngine, type TestEngine } from '../../support/engine.ts';
import { faultOf, tables } from '../../support/ledger.ts';
import { first } from '../../support/streams.ts';

let device: TestEngine;
beforeEach(async () => {
  device = await startEngine();
});
afterEach(() => device.close());

const undo = (action: Input<'undo'>['action'] = null) => device.engine.undo({ action });
const task = async (id: Input<'watchTask'>) => first(device.engine.watchTask(id));
const count = async (of: 'inbox' | 'done') =>
  (await first(device.engine.watchTasks({ view: { of }, limit: 100_000 }))).tasks.length;

test('two changes of one field are taken back one after the other', async () => {
  const { engine } = device;
  const [id] = await engine.addTasks([{ title: 'a', tags: ['x'] }]);
  const ids = [id!];
  await engine.changeTasks({ ids, change: { title: 'b', tags: [], notes: 'one' } });
  await engine.changeTasks({ ids, change: { title: 'c', tags: ['x'], notes: 'two' } });
  await undo();
  expect(await task(id!)).toMatchObject({ title: 'b', tags: [], notes: 'one' });
  await undo();
  expect(await task(id!)).toMatchObject({ title: 'a', tags: ['x'], notes: '' });
  await engine.redo(undefined);
  await engine.redo(undefined);
  expect(await task(id!)).toMatchObject({ title: 'c', tags: ['x'], notes: 'two' });
  await undo();
  await undo();
  expect(await task(id!)).toMatchObject({ title: 'a', tags: ['x'], notes: '' });
});

test('redo does again what was undone last, also after an older action was undone by name', async () => {
  const { engine } = device;
  const [first, second] = [newAction(), newAction()];
  await engine.addTasks([{ title: 'a' }], first);
  await engine.addTasks([{ title: 'b' }], second);
  await undo(first);
  await undo(second);
  expect(await engine.redo(undefined)).toMatchObject({ action: second });
  expect(await engine.redo(undefined)).toMatchObject({ action: first });
});

test('an action that is undone by name twice is undone once', async () => {
  const action = newAction();
  await device.engine.addTasks([{ title: 'a' }], action);
  expect(await undo(action)).toMatchObject({ action });
  expect(await undo(action)).toBeNull();
});

test('an undo whose answer was lost takes back one action, not two', async () => {
  await device.engine.addTasks([{ title: 'a' }]);
  await device.engine.addTasks([{ title: 'b' }]);
  const action = newAction();
  const label = await device.engine.undo({ action: null }, action);
  expect(await device.engine.undo({ action: null }, action)).toEqual(label);
  expect(await count('inbox')).toBe(1);
});

test('where an action stands only in part, that part is undone and done again', async () => {
  const { engine } = device;
  const ids = await engine.addTasks([{ title: 'a' }, { title: 'b' }]);
  const action = newAction();
  await engine.changeTasks({ ids, change: { priority: 2 } }, action);
  await engine.changeTasks({ ids: [ids[0]!], change: { priority: 3 } });
  const priorities = async () => Promise.all(ids.map(async (id) => (await task(id))?.priority));
  await undo(action);
  expect(await priorities()).toEqual([3, 0]);
  await engine.redo(undefined);
  expect(await priorities()).toEqual([3, 2]);
});

test('an import of 10,000 tasks is one action: undone, done again, deleted and brought back', async () => {
  const { engine, connection } = device;
  const list = await engine.addList({ title: 'Import' });
  const ids = await engine.addTasks(
    Array.from({ length: 10_000 }, (_, at) => ({ title: `task ${at}`, list })),
  );
  const { n } = connection.get<{ n: number }>('select count(*) as n from envelope')!;
  expect(n).toBeGreaterThan(5);
  const size = async () =>
    (await first(engine.watchTasks({ view: { of: 'list', list }, limit: 20_000 }))).tasks.length;
  const label = { kind: 'add-task', count: 10_000, subject: 'task 0' };
  expect(await undo()).toMatchObject(label);
  expect(await size()).toBe(0);
  expect(await engine.redo(undefined)).toMatchObject(label);
  expect(await size()).toBe(10_000);
  await engine.deleteList(list);
  expect(await task(ids[0]!)).toBeNull();
  await undo();
  expect(await size()).toBe(10_000);
  expect(await faultOf(device)).toBeNull();
  const before = tables(connection);
  await engine.rebuild(undefined);
  expect(tables(connection)).toEqual(before);
}, 120_000);
