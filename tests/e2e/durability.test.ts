/** What was acknowledged is there, whatever dies. */
import { newAction } from '../../lib/model/id.ts';
import type { Client } from '../../lib/rpc/contract.ts';
import { expect, test } from '../support/device.ts';
import { openKilledBrowser } from '../support/killed-browser.ts';
import { noteOf } from '../support/note.ts';
import { first, until } from '../support/streams.ts';

const inbox = { view: { of: 'inbox' }, limit: 10_000 } as const;

async function tasksOf(engine: Client) {
  return (await first(engine.watchTasks(inbox))).tasks;
}

/** Two tasks in one action: both are there or none is. */
const pair = (name: string) => [
  { title: `${name} left`, tags: [name], notes: `Left of ${name}` },
  { title: `${name} right`, tags: [name], deadline: '2031-01-01' },
];

/** Every action whole, the log as long as the actions, and a rebuild that changes nothing. */
async function expectWhole(engine: Client) {
  const tasks = await tasksOf(engine);
  const byName = Map.groupBy(tasks, ({ tags: [name = ''] }) => name);
  for (const [name, both] of byName) {
    expect(both.map(({ title }) => title)).toEqual([`${name} left`, `${name} right`]);
  }
  // One envelope founded the log, every action added one.
  expect((await engine.about(undefined)).envelopes).toBe(byName.size + 1);
  expect(await engine.rebuild(undefined)).toBe(byName.size);
  expect(await tasksOf(engine)).toEqual(tasks);
  return byName;
}

test('what was kept is there after the browser was closed and opened', async ({ device, site }) => {
  const page = await device.open(site.at('/conference.html'));
  await device.pressShortcut(page);
  await (await noteOf(page)).says('Kept in Holdfast');
  await device.engine().addTasks([{ title: 'Feed the cat', deadline: '2031-01-01' }]);
  await device.restart();
  const panel = await device.openSidePanel('#/clips');
  await expect(panel.getByRole('link', { name: /Harbour Histories/ })).toBeVisible();
  await panel.getByRole('navigation').getByRole('link', { name: /Inbox/ }).click();
  await expect(panel.getByRole('link', { name: 'Feed the cat' })).toBeVisible();
});

test('the service worker may stop at any time', async ({ device, site }) => {
  const panel = await device.openSidePanel('#/inbox');
  const page = await device.open(site.at('/conference.html'));
  await device.keep(page);
  await device.stopServiceWorker();
  await panel.bringToFront();
  await panel.getByRole('textbox', { name: 'Add a task' }).fill('While it sleeps');
  await panel.keyboard.press('Enter');
  await expect(panel.getByRole('link', { name: 'While it sleeps' })).toBeVisible();
  await device.pressShortcut(page);
  await (await noteOf(page)).says('Already kept, and nothing has changed');
});

test('an engine that dies in the middle of many writes does each of them once', async ({
  device,
}) => {
  const engine = device.engine();
  const panel = await device.openSidePanel('#/inbox');
  const names = Array.from({ length: 120 }, (_, index) => `pair-${index}`);
  let answered = 0;
  const writes = names.map((name) =>
    engine.addTasks(pair(name), newAction()).then(() => answered++),
  );
  for (const share of [20, 60]) {
    await expect.poll(() => answered, { intervals: [5] }).toBeGreaterThan(share);
    await device.killEngine();
  }
  await Promise.all(writes);
  const byName = await expectWhole(engine);
  expect([...byName.keys()].sort()).toEqual([...names].sort());
  // The panel found the new engine by itself.
  await panel.bringToFront();
  await expect(panel.getByRole('link', { name: 'pair-119 left' })).toBeVisible();
});

test('a browser that is killed 20 times while it writes keeps what it acknowledged, and each action whole', async ({
  extension,
}) => {
  test.setTimeout(120_000);
  const browser = await openKilledBrowser(extension, 1);
  try {
    for (let kill = 1; kill <= 20; kill++) {
      const { faults } = await browser.killOnce();
      expect(faults, `kill ${kill}`).toEqual([]);
    }
    expect((await browser.verify()).faults).toEqual([]);
    expect(browser.acknowledged()).toBeGreaterThan(100);
  } finally {
    await browser.close();
  }
});

test('a page that was being read when the browser was killed is read afterwards', async ({
  device,
  site,
}) => {
  await device.keep(await device.open(site.at('/conference.html')));
  await device.killAndRestart();
  const { clips } = await until(device.engine().watchClips({ limit: 9 }), ({ clips: [clip] }) =>
    Boolean(clip && clip.proposals !== null),
  );
  expect(clips).toMatchObject([{ proposals: 2 }]);
});
