import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../../lib/errors.ts';
import { newAction } from '../../../lib/model/id.ts';
import { capture, lineModel, noon, startEngine, type TestEngine } from '../../support/engine.ts';
import { tables } from '../../support/ledger.ts';
import { first, until } from '../../support/streams.ts';

let device: TestEngine;
beforeEach(async () => {
  device = await startEngine({ model: lineModel });
});
afterEach(() => device.close());

async function rebuilt() {
  const before = tables(device.connection);
  await device.engine.rebuild(undefined);
  expect(tables(device.connection)).toEqual(before);
}

async function saved(text: string) {
  const { clip } = await device.engine.saveClip({ capture: capture(text), ifKept: 'add-version' });
  const read = await until(
    device.engine.watchClip(clip),
    (found) => found?.reading.state === 'ready',
  );
  if (read?.reading.state !== 'ready') throw new Error('not read');
  const proposals = read.reading.proposals.map(({ due, ...rest }) => ({
    ...rest,
    deadline: due,
    list: null,
  }));
  return { clip, proposals };
}

test.each([
  ['emoji', '🌊 and 👩‍👩‍👧'],
  ['right to left', 'לקנות חלב \u202e.'],
  ['NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['quotes and operators', `'"; drop table task; -- NEAR(a b)`],
  ['combining marks alone', '\u0301\u0308'],
])('a task with %s in every text is the same after a rebuild', async (_, text) => {
  const shownText = text.toWellFormed();
  const [id] = await device.engine.addTasks([{ title: text, tags: [text], notes: text }]);
  const shown = { title: shownText, tags: [shownText], notes: shownText };
  expect(await first(device.engine.watchTask(id!))).toMatchObject(shown);
  expect(await device.engine.search({ text, limit: 5 })).toBeDefined();
  await rebuilt();
  expect(await first(device.engine.watchTask(id!))).toMatchObject(shown);
});

test('evidence with half a surrogate pair in it is the same after a rebuild', async () => {
  const { clip, proposals } = await saved('Do one \ud83c');
  await device.engine.acceptProposals({ clip, tasks: proposals });
  await rebuilt();
});

test('proposals that were accepted twice stay as they are now', async () => {
  const { engine } = device;
  const { clip, proposals } = await saved('Do one\nDo two');
  await engine.acceptProposals({ clip, tasks: proposals.slice(0, 1) });
  const [id] = [proposals[0]!.key];
  await engine.changeTasks({ ids: [id], change: { title: 'Edited', done: true } });
  expect(await engine.acceptProposals({ clip, tasks: proposals })).toEqual(
    proposals.map(({ key }) => key),
  );
  expect(await first(engine.watchTask(id))).toMatchObject({ title: 'Edited', completedAt: noon });
  await engine.undo({ action: null });
  expect((await first(engine.watchClip(clip)))?.tasks).toMatchObject([{ id }]);
});

test('a list and a task of one id are two things', async () => {
  const { engine } = device;
  const list = await engine.addList({ title: 'Work' });
  const { clip, proposals } = await saved('Do one');
  await engine.acceptProposals({ clip, tasks: [{ ...proposals[0]!, key: list }] });
  await engine.deleteTasks([list]);
  await rebuilt();
  const { lists } = await first(engine.watchOverview({ today: '2026-03-02' }));
  expect(lists).toMatchObject([{ id: list, title: 'Work' }]);
});

test('a task named twice in one change is changed once', async () => {
  const { engine } = device;
  const list = await engine.addList({ title: 'Work' });
  const [id] = await engine.addTasks([{ title: 'a' }]);
  await engine.changeTasks({ ids: [id!, id!], change: { list, notes: 'one' } });
  expect(await first(engine.watchTask(id!))).toMatchObject({ list, notes: 'one' });
  const { undo } = await first(engine.watchOverview({ today: '2026-03-02' }));
  expect(undo).toMatchObject({ count: 1 });
  await rebuilt();
});

test('a page without a title and with a long address can be kept, and read back', async () => {
  const url = `https://example.org/${'a'.repeat(2_000)}`;
  await device.engine.saveClip({ capture: capture('Text.', { url, title: '' }), ifKept: 'ask' });
  await rebuilt();
  const { clips } = await first(device.engine.watchClips({ limit: 1 }));
  expect(clips[0]?.title).toHaveLength(500);
});

test('what could not be read back is not written', async () => {
  const url = `https://example.org/${'ä'.repeat(7_000)}`;
  await expect(
    device.engine.saveClip({ capture: capture('Text.', { url }), ifKept: 'ask' }),
  ).rejects.toMatchObject({ code: 'internal' });
  await rebuilt();
  expect((await first(device.engine.watchClips({ limit: 1 }))).clips).toEqual([]);
});

test('what is cut short is never cut through a character', async () => {
  const text = '🌊'.repeat(400);
  await device.engine.saveClip({
    capture: capture(`x${text}`, {
      title: `x${text}`,
      selection: { text: '🌊', start: 1, end: 3 },
    }),
    ifKept: 'ask',
  });
  const { clips } = await first(device.engine.watchClips({ limit: 1 }));
  expect(clips[0]?.title).toBe(`x${'🌊'.repeat(249)}`);
  expect(clips[0]?.excerpt).toBe(`x${'🌊'.repeat(149)}`);
});

test('a highlight that is too long says where its words end', async () => {
  const text = 'word '.repeat(2_000).trim();
  const { clip } = await device.engine.saveClip({
    capture: capture(text, { selection: { text, start: 0, end: text.length } }),
    ifKept: 'ask',
  });
  const found = await first(device.engine.watchClip(clip));
  expect(found?.highlights).toMatchObject([{ start: 0, end: 5_000, text: text.slice(0, 5_000) }]);
});

test('a clip of two megabytes is kept, found and read back', async () => {
  const text = `${'Harbour walls want mending. '.repeat(75_000)}\nDo kelp`;
  const { clip } = await saved(text);
  const found = await first(device.engine.watchClip(clip));
  expect((await device.engine.clipText(found!.content)).page.text).toBe(text);
  expect(await device.engine.search({ text: 'kelp', limit: 5 })).toHaveLength(1);
  await rebuilt();
});

test('a clip that is deleted before it was read is read once it is back', async () => {
  const { engine } = device;
  const { clip } = await engine.saveClip({ capture: capture('Do one'), ifKept: 'ask' });
  device.connection.script('delete from reading; update clip set waiting = null');
  await engine.deleteClips([clip]);
  await engine.undo({ action: null });
  await until(engine.watchClip(clip), (found) => found?.reading.state === 'ready');
});

test.each([
  'AND',
  'NOT',
  '"',
  'a" OR "b',
  '*',
  'title:x',
  '(',
  'NEAR(',
  '^',
  '東京',
  '\0',
  '-',
  '\u0301',
  "' --",
])('a search for %j is a search for words', async (text) => {
  await device.engine.addTasks([{ title: `x ${text} y` }]);
  const hits = await device.engine.search({ text, limit: 5 });
  expect(hits.length).toBeLessThanOrEqual(1);
  if (/[a-z東]/i.test(text)) expect(hits).toHaveLength(1);
});

test('the same action with another request gives the first answer and writes nothing', async () => {
  const { engine } = device;
  const action = newAction();
  const [id] = await engine.addTasks([{ title: 'a' }], action);
  expect(await engine.addTasks([{ title: 'b' }, { title: 'c' }], action)).toEqual([id]);
  expect((await first(engine.watchTasks({ view: { of: 'inbox' }, limit: 9 }))).tasks).toHaveLength(
    1,
  );
});

test('requests that come at once are carried out one after the other', async () => {
  const { engine } = device;
  const [id] = await engine.addTasks([{ title: 'a' }]);
  const notes = ['one', 'one two', 'two'];
  await Promise.all(
    notes.map((text) => engine.changeTasks({ ids: [id!], change: { notes: text } })),
  );
  expect(await first(engine.watchTask(id!))).toMatchObject({ notes: 'two' });
});

test('a request that fails does not hold up the next one', async () => {
  const { engine } = device;
  const failing = engine.deleteTasks([newAction()]);
  const adding = engine.addTasks([{ title: 'a' }]);
  await expect(failing).rejects.toThrow(new Failure('entity/missing'));
  expect(await adding).toHaveLength(1);
});
