import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../lib/errors.ts';
import { newAction } from '../../lib/model/id.ts';
import { capture, lineModel, noon, startEngine, type TestEngine } from '../support/engine.ts';
import { first, until } from '../support/streams.ts';

const inbox = { view: { of: 'inbox' }, limit: 100 } as const;
const derived = ['entity', 'claim', 'note_update', 'task', 'list', 'clip'];

let running: TestEngine[] = [];
async function start(options: Parameters<typeof startEngine>[0] = {}) {
  const started = await startEngine(options);
  running.push(started);
  return started;
}
afterEach(() => {
  for (const { close } of running) close();
  running = [];
});

function rows({ connection }: TestEngine) {
  return derived.map((table) => connection.all(`select * from ${table} order by 1, 2, 3`));
}

async function titles(
  { engine }: TestEngine,
  view: Parameters<typeof engine.watchTasks>[0] = inbox,
) {
  const { tasks } = await first(engine.watchTasks(view));
  return tasks.map(({ title }) => title);
}

test('tasks show in the order in which they were added, newest batch on top', async () => {
  const device = await start();
  await device.engine.addTasks([{ title: 'a' }, { title: 'b' }]);
  await device.engine.addTasks([{ title: 'c' }]);
  expect(await titles(device)).toEqual(['c', 'a', 'b']);
});

test('every change is a signed envelope that follows the one before', async () => {
  const { engine, connection, identity } = await start();
  const [id] = await engine.addTasks([{ title: 'a' }]);
  await engine.changeTasks({ ids: [id!], change: { done: true } });
  const log = connection.all<{ seq: number; header: Uint8Array; signature: Uint8Array }>(
    'select seq, header, signature from envelope order by seq',
  );
  expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  const key = await crypto.subtle.importKey(
    'raw',
    Uint8Array.from(identity.signer.device),
    'Ed25519',
    true,
    ['verify'],
  );
  for (const { header, signature } of log) {
    const bytes = [Uint8Array.from(signature), Uint8Array.from(header)] as const;
    expect(await crypto.subtle.verify('Ed25519', key, ...bytes)).toBe(true);
  }
});

test('a rebuild gives the same rows', async () => {
  const device = await start({ model: lineModel });
  const { engine } = device;
  const list = await engine.addList({ title: 'Work' });
  const ids = await engine.addTasks([
    { title: 'a', tags: ['x', 'y'], notes: 'one\ntwo' },
    { title: 'b', list, deadline: '2026-03-05T10:00' },
    { title: 'c' },
  ]);
  await engine.changeTasks({ ids: [ids[0]!], change: { notes: 'one\nthree', tags: ['y', 'z'] } });
  const { clip } = await engine.saveClip({
    capture: capture('Do this @2026-04-01'),
    ifKept: 'ask',
  });
  const read = await until(engine.watchClip(clip), (found) => found?.reading.state === 'ready');
  const proposal = read?.reading.state === 'ready' ? read.reading.proposals[0]! : undefined!;
  await engine.acceptProposals({
    clip,
    tasks: [{ ...proposal, deadline: proposal.due, list: null }],
  });
  await engine.undo({ action: null });
  await engine.redo(undefined);
  await engine.deleteList(list);
  await engine.undo({ action: null });
  const before = rows(device);
  expect(await engine.rebuild(undefined)).toBeGreaterThan(5);
  expect(rows(device)).toEqual(before);
});

test('repeating an action gives the first answer and changes nothing', async () => {
  const device = await start();
  const action = newAction();
  const once = await device.engine.addTasks([{ title: 'a' }], action);
  const again = await device.engine.addTasks([{ title: 'a' }], action);
  expect(again).toEqual(once);
  expect(await titles(device)).toEqual(['a']);
});

test('undo and redo walk through what was done', async () => {
  const device = await start();
  const { engine } = device;
  const [id] = await engine.addTasks([{ title: 'a', tags: ['x'], notes: 'first' }]);
  await engine.changeTasks({
    ids: [id!],
    change: { title: 'b', deadline: '2026-05-01', tags: ['y'], notes: 'first and second' },
  });
  const changed = await first(engine.watchTask(id!));
  expect(await engine.undo({ action: null })).toMatchObject({ kind: 'edit-task', subject: 'a' });
  expect(await first(engine.watchTask(id!))).toMatchObject({
    title: 'a',
    deadline: null,
    tags: ['x'],
    notes: 'first',
  });
  await engine.undo({ action: null });
  expect(await titles(device)).toEqual([]);
  expect(await engine.undo({ action: null })).toBeNull();
  await engine.redo(undefined);
  await engine.redo(undefined);
  expect(await first(engine.watchTask(id!))).toEqual(changed);
  expect(await engine.redo(undefined)).toBeNull();
});

test('undo of an older action leaves what was changed since', async () => {
  const { engine } = await start();
  const [id] = await engine.addTasks([{ title: 'a' }]);
  const action = newAction();
  const ids = [id!];
  await engine.changeTasks({ ids, change: { title: 'b', priority: 1 } }, action);
  await engine.changeTasks({ ids, change: { title: 'c' } });
  await engine.undo({ action });
  expect(await first(engine.watchTask(id!))).toMatchObject({ title: 'c', priority: 0 });
});

test('a new action ends what could be redone', async () => {
  const { engine } = await start();
  await engine.addTasks([{ title: 'a' }]);
  await engine.undo({ action: null });
  await engine.addTasks([{ title: 'b' }]);
  expect(await engine.redo(undefined)).toBeNull();
});

test('a deleted list takes its tasks along, and undo brings all back', async () => {
  const device = await start();
  const { engine } = device;
  const list = await engine.addList({ title: 'Work' });
  await engine.addTasks([{ title: 'a', list }, { title: 'b' }]);
  await engine.deleteList(list);
  expect(await titles(device)).toEqual(['b']);
  await engine.undo({ action: null });
  expect(await titles(device, { view: { of: 'list', list }, limit: 10 })).toEqual(['a']);
});

test('today shows what is planned or due until that day, overdue first', async () => {
  const device = await start();
  await device.engine.addTasks([
    { title: 'later', deadline: '2026-03-09' },
    { title: 'planned', planned: '2026-03-02', deadline: '2026-03-20' },
    { title: 'overdue', deadline: '2026-03-01T09:00' },
  ]);
  const today = '2026-03-02';
  expect(await titles(device, { view: { of: 'today', day: today }, limit: 10 })).toEqual([
    'overdue',
    'planned',
  ]);
  expect(await first(device.engine.watchOverview({ today }))).toMatchObject({
    inbox: 3,
    today: 2,
    overdue: 1,
  });
});

test('completing sets the time and moves the task to the logbook', async () => {
  const device = await start();
  const [id] = await device.engine.addTasks([{ title: 'a' }]);
  await device.engine.changeTasks({ ids: [id!], change: { done: true } });
  expect(await titles(device)).toEqual([]);
  const { tasks } = await first(device.engine.watchTasks({ view: { of: 'done' }, limit: 5 }));
  expect(tasks).toMatchObject([{ title: 'a', completedAt: noon }]);
});

test('a stream answers again after a change, and only then', async () => {
  const { engine } = await start();
  const answers = engine.watchTasks(inbox)[Symbol.asyncIterator]();
  expect((await answers.next()).value).toMatchObject({ tasks: [] });
  const next = answers.next();
  await engine.addList({ title: 'elsewhere' });
  await engine.addTasks([{ title: 'a' }]);
  expect((await next).value).toMatchObject({ tasks: [{ title: 'a' }] });
  await answers.return?.();
});

test('saving the same page again says so and makes no second clip', async () => {
  const { engine } = await start();
  const { clip } = await engine.saveClip({ capture: capture('Words.'), ifKept: 'ask' });
  const again = await engine.saveClip({
    capture: capture('Words.', { url: 'https://example.org/a?utm_source=mail#top' }),
    ifKept: 'ask',
  });
  expect(again).toMatchObject({ status: 'unchanged', clip });
  expect((await first(engine.watchClips({ limit: 9 }))).clips).toHaveLength(1);
});

test('a page that changed is asked about, then updated or kept as a version', async () => {
  const device = await start();
  const { engine } = device;
  const { clip } = await engine.saveClip({ capture: capture('One.'), ifKept: 'ask' });
  device.now += 60_000;
  const two = capture('Two.');
  expect(await engine.saveClip({ capture: two, ifKept: 'ask' })).toMatchObject({
    status: 'exists',
    clip,
    savedAt: noon,
  });
  await engine.saveClip({ capture: two, ifKept: 'add-version' });
  device.now += 60_000;
  await engine.saveClip({ capture: capture('Three.'), ifKept: 'update' });
  const found = await first(engine.watchClip(clip));
  expect(found?.versions.map(({ capturedAt }) => capturedAt)).toEqual([noon + 120_000, noon]);
  expect((await engine.clipText(found!.content)).page.text).toBe('Three.');
});

test('a selection is kept as a highlight', async () => {
  const { engine } = await start();
  const selection = { text: 'two', start: 4, end: 7 };
  const { clip } = await engine.saveClip({
    capture: capture('one two three', { selection }),
    ifKept: 'ask',
  });
  expect((await first(engine.watchClip(clip)))?.highlights).toMatchObject([selection]);
});

test('proposals wait until they are accepted or dismissed, and come back with undo', async () => {
  const device = await start({ model: lineModel });
  const { engine } = device;
  const { clip } = await engine.saveClip({
    capture: capture('Do one @2026-04-01\nJust text.\nDo two'),
    ifKept: 'ask',
  });
  const read = await until(engine.watchClip(clip), (found) => found?.reading.state === 'ready');
  if (read?.reading.state !== 'ready') throw new Error('not read');
  const [one, two] = read.reading.proposals;
  expect(one).toMatchObject({ title: 'Do one', due: '2026-04-01', state: 'open' });
  const waiting = async () => (await first(engine.watchClips({ limit: 1 }))).clips[0]?.proposals;
  expect(await waiting()).toBe(2);
  await engine.acceptProposals({
    clip,
    tasks: [{ ...one!, title: 'Edited', deadline: one!.due, list: null }],
  });
  await engine.dismissProposals({ clip, keys: [two!.key] });
  expect(await waiting()).toBe(0);
  expect(await titles(device)).toEqual(['Edited']);
  await engine.undo({ action: null });
  await engine.undo({ action: null });
  expect(await waiting()).toBe(2);
  expect(await titles(device)).toEqual([]);
});

test('what an accepted task was proposed from is not proposed again once it is deleted', async () => {
  const { engine } = await start({ model: lineModel });
  const { clip } = await engine.saveClip({ capture: capture('Do one'), ifKept: 'ask' });
  const read = await until(engine.watchClip(clip), (found) => found?.reading.state === 'ready');
  if (read?.reading.state !== 'ready') throw new Error('not read');
  const [one] = read.reading.proposals;
  const [id] = await engine.acceptProposals({
    clip,
    tasks: [{ ...one!, deadline: null, list: null }],
  });
  await engine.deleteTasks([id!]);
  const after = await first(engine.watchClip(clip));
  expect(after?.reading).toMatchObject({ proposals: [{ state: 'dismissed' }] });
});

test('notes longer than an envelope are kept whole', async () => {
  const { engine, connection } = await start();
  const notes = 'Ünïcode 🌊 '.repeat(15_000);
  const [id] = await engine.addTasks([{ title: 'a', notes }]);
  expect((await first(engine.watchTask(id!)))?.notes).toBe(notes);
  const row = connection.get<{ n: number }>('select max(length(payload)) as n from envelope');
  expect(row?.n).toBeLessThanOrEqual(65_536);
});

test('words are found in tasks and in the text of clips, also by their beginnings', async () => {
  const { engine } = await start();
  await engine.addTasks([{ title: 'Repair the harbour wall' }]);
  await engine.saveClip({ capture: capture('A long text on harbours and kelp.'), ifKept: 'ask' });
  expect((await engine.search({ text: 'harb', limit: 9 })).map(({ of }) => of)).toEqual([
    'task',
    'clip',
  ]);
  expect(await engine.search({ text: '" OR *', limit: 9 })).toHaveLength(0);
});

test('a full disk is a clear failure and leaves nothing half written', async () => {
  const device = await start();
  const { engine, connection } = device;
  await engine.addTasks([{ title: 'a' }]);
  const { page_count: pages } = connection.get<{ page_count: number }>('pragma page_count')!;
  connection.script(`pragma max_page_count = ${pages + 1}`);
  const many = Array.from({ length: 500 }, (_, index) => ({ title: `task ${index}` }));
  const action = newAction();
  await expect(engine.addTasks(many, action)).rejects.toThrow(new Failure('database/full'));
  connection.script('pragma max_page_count = 100000');
  expect(await titles(device)).toEqual(['a']);
  // The same request again is no repetition: it was not carried out.
  expect(await engine.addTasks(many, action)).toHaveLength(500);
  await engine.undo({ action });
  await engine.addTasks([{ title: 'b' }]);
  const before = rows(device);
  await engine.rebuild(undefined);
  expect(rows(device)).toEqual(before);
});

test('a database of a newer version is refused and left alone', async () => {
  const { connection } = await start();
  connection.script('pragma user_version = 99');
  await expect(startEngine({ connection })).rejects.toThrow(new Failure('database/newer'));
});

test('input that does not fit the contract is refused', async () => {
  const { engine } = await start();
  await expect(engine.addTasks([{ title: '' }])).rejects.toThrow(
    expect.objectContaining({ code: 'message/malformed' }),
  );
  await expect(engine.changeTasks({ ids: [newAction()], change: { done: true } })).rejects.toThrow(
    new Failure('entity/missing'),
  );
});
