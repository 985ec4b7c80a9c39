/**
 * The one thing that no headless browser can show: that the real manifest asks for no site, and that
 * a real key press is enough to read the page in front, and only that one.
 *
 * Needs a display of its own and somebody who presses keys: Xvfb and xdotool.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { buildExtension } from '../../tools/build.ts';
import { isRoot, launchChromium } from '../../tools/chromium.ts';
import { openEnginePage } from '../../tools/engine-page.ts';
import { expect, test } from '../support/device.ts';
import { noteOf } from '../support/note.ts';
import { first, until } from '../support/streams.ts';

function has(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

/** Whether there is an X server and a hand for it; as root on Debian they are installed. */
function canPressKeys(): boolean {
  if (has('Xvfb') && has('xdotool')) return true;
  if (!isRoot() || !has('apt-get')) return false;
  spawnSync('apt-get', ['update', '-q']);
  spawnSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'xvfb', 'xdotool']);
  return has('Xvfb') && has('xdotool');
}

/** A display of its own; it names itself on its third output. */
async function startDisplay(): Promise<{ server: ChildProcess; name: string }> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1200x900x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const output = server.stdio[3];
  if (!output) throw new Error('Xvfb says nothing.');
  const [number] = (await once(output, 'data')) as [Buffer];
  return { server, name: `:${number.toString().trim()}` };
}

test('the real shortcut keeps the page in front, with no permission for any site', async ({
  site,
}) => {
  test.setTimeout(180_000);
  test.skip(!canPressKeys(), 'Xvfb and xdotool are not here and could not be installed.');
  const display = await startDisplay();
  const extension = await buildExtension();
  const browser = await launchChromium({
    extension,
    headless: false,
    args: ['--disable-gpu'],
    env: { DISPLAY: display.name },
  });
  try {
    const { context, extensionId } = browser;
    const worker = await browser.worker();
    const own = await openEnginePage(context, extensionId, extension);
    expect(await worker.evaluate(() => chrome.permissions.getAll())).toMatchObject({ origins: [] });

    const page = await context.newPage();
    await page.goto(site.at('/app.html'));
    await page.bringToFront();
    const asked = await own.ring({
      ring: 'clip',
      tab: await own.page.evaluate(
        async () => (await chrome.tabs.query({ active: true }))[0]?.id ?? 0,
      ),
      ifKept: 'ask',
    });
    // Before anybody pressed anything the browser refuses.
    expect(asked).toEqual({ is: 'failed', code: 'clip/forbidden' });

    // The keys go to the window in front, as a hand's would.
    const press = async (keys: string) => {
      await page.waitForFunction(() => document.hasFocus());
      execFileSync('xdotool', ['key', '--clearmodifiers', keys], {
        env: { ...process.env, DISPLAY: display.name },
        timeout: 10_000,
      });
    };
    await page.getByRole('heading', { name: 'The boat shed' }).click();
    await press('alt+shift+s');
    const note = await noteOf(page);
    await note.says('Kept in Holdfast');
    await note.press('Close');
    await note.isGone();

    // Inside a single-page application the next page is another page, also for 'activeTab'.
    await page.getByRole('link', { name: 'Sails' }).click();
    await expect(page.getByRole('heading', { name: 'The sail loft' })).toBeVisible();
    await press('alt+shift+s');
    await note.says('Kept in Holdfast');
    const { clips } = await first(own.engine.watchClips({ limit: 9 }));
    expect(clips.map(({ address }) => address)).toEqual([
      site.at('/app/sails'),
      site.at('/app.html'),
    ]);
    const read = await until(own.engine.watchClips({ limit: 9 }), ({ clips: all }) =>
      all.every(({ proposals }) => proposals !== null),
    );
    expect(read.clips.map(({ proposals }) => proposals)).toEqual([1, 1]);
  } finally {
    await browser.close();
    display.server.kill();
  }
});
