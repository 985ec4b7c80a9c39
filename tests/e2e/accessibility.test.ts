/** No finding of axe that is serious or critical, on any screen, in light and dark. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type Device, expect, test } from '../support/device.ts';
import { until } from '../support/streams.ts';

async function expectNoFindings(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const findings = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => ({
        scheme: colorScheme,
        rule: `${id}: ${help}`,
        at: nodes.map(({ html }) => html.slice(0, 160)),
      }));
    expect(findings, page.url()).toEqual([]);
  }
}

/** Some of everything: a task with all it can have, a list, a kept page that was read. */
async function fill(device: Device, address: string) {
  const engine = device.engine();
  const list = await engine.addList({ title: 'Work' });
  const day = new Date().toISOString().slice(0, 10);
  const [task, done] = await engine.addTasks([
    {
      title: 'Answer the letter',
      deadline: '2020-01-01',
      planned: day,
      priority: 3,
      tags: ['post'],
      notes: 'Three sentences are enough.',
    },
    { title: 'Long done' },
    { title: 'In a list', list, deadline: '2031-01-01T10:00' },
  ]);
  if (!task || !done) throw new Error('not added');
  await engine.changeTasks({ ids: [done], change: { done: true } });
  await device.keep(await device.open(address));
  const { clips } = await until(engine.watchClips({ limit: 9 }), ({ clips: [clip] }) =>
    Boolean(clip && clip.proposals !== null),
  );
  return { list, task, clip: clips[0]?.id };
}

test('the side panel has no serious finding', async ({ device, site }) => {
  test.slow();
  const { list, task, clip } = await fill(device, site.at('/hostile.html'));
  const panel = await device.openSidePanel('#/today');
  const routes = [
    '#/today',
    '#/inbox',
    '#/done',
    '#/clips',
    `#/clip/${clip}`,
    `#/list/${list}`,
    '#/search?text=letter',
    `#/today?task=${task}`,
  ];
  for (const width of [320, 1_000]) {
    await panel.setViewportSize({ width, height: 800 });
    for (const route of routes) {
      await panel.evaluate((hash) => (location.hash = hash), route);
      await panel.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
      await expectNoFindings(panel);
    }
  }
});

test('the popup has no serious finding', async ({ device, site }) => {
  await fill(device, site.at('/conference.html'));
  const popup = await device.context().newPage();
  await popup.setViewportSize({ width: 360, height: 560 });
  await popup.goto(device.address('popup.html'));
  await expect(popup.getByRole('button', { name: 'Keep this page' })).toBeVisible();
  await expectNoFindings(popup);
});

test('the options have no serious finding', async ({ device }) => {
  const options = await device.openOptions();
  for (const page of ['general', 'data', 'privacy', 'about']) {
    await options.goto(device.address(`options.html#/${page}`));
    await expect(options.getByRole('heading', { level: 2 }).first()).toBeVisible();
    await expectNoFindings(options);
  }
});
