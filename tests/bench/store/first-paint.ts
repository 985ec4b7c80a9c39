/**
 * How soon the side panel shows its first list after a start of the browser, beside a page that
 * opens Dexie and shows the same number of rows. Both from the moment at which the page has a body
 * (its scripts are then read and run) to the first row in it; 10,000 tasks each.
 */
import { buildExtension } from '../../../tools/build.ts';
import { launchChromium, removeFolder, temporaryProfile } from '../../../tools/chromium.ts';
import { openEnginePage } from '../../../tools/engine-page.ts';
import { inFolder, serve, type Site } from '../../../tools/server.ts';
import { median, type Show } from '../runner.ts';
import { plainTasks } from './tasks.ts';

const count = 10_000;
const launches = 5;

export async function firstPaint(site: string, show: Show): Promise<Record<string, number>> {
  const extension = await buildExtension();
  const profile = await temporaryProfile();
  // A port of its own on every launch would be a new origin: it stays for all of them.
  const server = await serve((path) => inFolder(site, path));
  const times = { panel: [] as number[], dexie: [] as number[] };
  try {
    show.progress('first paint: filling');
    await fill(extension, profile, server);
    for (let launch = 1; launch <= launches; launch++) {
      show.progress(`first paint: launch ${launch} of ${launches}`);
      const browser = await launchChromium({ extension, profile });
      try {
        await browser.worker();
        const panel = `chrome-extension://${browser.extensionId}/sidepanel.html#/inbox`;
        times.panel.push(await timeToFirstRow(browser.context, panel));
        times.dexie.push(await timeToFirstRow(browser.context, `${server.origin}/dexie-list.html`));
      } finally {
        await browser.close();
      }
    }
  } finally {
    await server.close();
    await removeFolder(profile);
  }
  const [panel, dexie] = [median(times.panel), median(times.dexie)];
  show.table(`First list at ${count} tasks, from the page's body on, ms`, [
    { page: 'side panel (its last screen)', ms: panel },
    { page: 'Dexie, cold', ms: dexie },
  ]);
  return { first_paint_ms: panel, first_paint_vs_dexie_cold: dexie / panel };
}

type Context = Awaited<ReturnType<typeof launchChromium>>['context'];

async function fill(extension: string, profile: string, server: Site): Promise<void> {
  const browser = await launchChromium({ extension, profile });
  try {
    await browser.worker();
    const { context, extensionId } = browser;
    const { engine } = await openEnginePage(context, extensionId, extension);
    await engine.addTasks(
      [...plainTasks(count)].map(({ title, deadline }) => ({ title, deadline })),
    );
    const panel = await context.newPage();
    await panel.goto(`chrome-extension://${extensionId}/sidepanel.html#/inbox`);
    await panel.getByRole('listitem').first().waitFor();
    await panel.waitForFunction(() => localStorage.getItem('holdfast:last-screen') !== null);
    const page = await context.newPage();
    await page.goto(`${server.origin}/dexie-list.html`);
    await page.evaluate(
      (tasks) => (globalThis as unknown as { fill: (count: number) => Promise<void> }).fill(tasks),
      count,
    );
  } finally {
    await browser.close();
  }
}

async function timeToFirstRow(context: Context, address: string): Promise<number> {
  const page = await context.newPage();
  const [first] = plainTasks(1);
  await page.addInitScript((title) => {
    const marks = globalThis as { bodyAt?: number; rowAt?: number };
    new MutationObserver(() => {
      if (document.querySelector('body')) marks.bodyAt ??= performance.now();
      const rows = [...document.querySelectorAll('li')];
      if (rows.some((row) => row.textContent.includes(title))) marks.rowAt ??= performance.now();
    }).observe(document, { childList: true, subtree: true });
  }, first?.title ?? '');
  await page.goto(address);
  await page.waitForFunction(() => (globalThis as { rowAt?: number }).rowAt !== undefined);
  const time = await page.evaluate(() => {
    const { bodyAt = NaN, rowAt = NaN } = globalThis as { bodyAt?: number; rowAt?: number };
    return rowAt - bodyAt;
  });
  await page.close();
  return time;
}
