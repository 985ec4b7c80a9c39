/**
 * A real browser that is killed again and again on one profile while it writes.
 *
 * SIGKILL goes to the whole group of its processes at once: the one that holds the database's file
 * dies in the middle of whatever it does. A power cut is another matter: what a killed process has
 * given to the operating system reaches the disk.
 */
import {
  type Chromium,
  launchChromium,
  removeFolder,
  temporaryProfile,
} from '../../tools/chromium.ts';
import { type EnginePage, openEnginePage } from '../../tools/engine-page.ts';
import { seeded } from './random.ts';
import { newWriters, type Verdict } from './writers.ts';

export interface KilledBrowser {
  /** Lets it write for a random moment, kills it, starts it again and looks at what it kept. */
  readonly killOnce: () => Promise<Verdict>;
  /** Looks at everything that was ever written. */
  readonly verify: () => Promise<Verdict>;
  readonly acknowledged: () => number;
  /** Ends the browser and removes its profile. */
  readonly close: () => Promise<void>;
}

/** Writes acknowledged before a kill, at most; and ms between the last of them and the kill. */
const longestLife = { writes: 50, then: 10 } as const;
/** ms that one step may take: what waits for ever is a fault too. */
const patience = 30_000;

/** @param seed decides the writes, and after how many of them each kill comes; the rest is chance. */
export async function openKilledBrowser(extension: string, seed: number): Promise<KilledBrowser> {
  const random = seeded(seed);
  const writers = newWriters(seed);
  const profile = await temporaryProfile();
  let browser: Chromium | null = null;
  let own: EnginePage;

  const start = async () => {
    browser = await launchChromium({ extension, profile, env: { TZ: 'UTC' } });
    own = await openEnginePage(browser.context, browser.extensionId, extension);
    return browser;
  };
  /** Playwright starts the browser as the leader of a process group. */
  const kill = async ({ context, pid }: Chromium) => {
    const leader = await pid();
    const closed = context.waitForEvent('close');
    process.kill(-leader, 'SIGKILL');
    await closed;
    browser = null;
  };
  const close = async () => {
    if (browser) await soon('ending the browser', kill(browser)).catch(() => {});
    await removeFolder(profile);
  };

  let running: Chromium;
  try {
    running = await soon('starting the browser', start());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    killOnce: async () => {
      const killing = new AbortController();
      const writing = writers.write(own.engine, killing.signal);
      const goal = writers.acknowledged() + Math.floor(random() * longestLife.writes);
      const moment = async () => {
        while (writers.acknowledged() < goal && !killing.signal.aborted) await pause(1);
        await pause(random() * longestLife.then);
      };
      await soon('writing', Promise.race([moment(), writing])).finally(() => killing.abort());
      await soon('killing the browser', kill(running));
      await soon('giving up writing', writing);
      running = await soon('starting the browser', start());
      return soon('looking at what was kept', writers.verify(own.engine));
    },
    verify: () => soon('looking at everything', writers.verify(own.engine, true)),
    acknowledged: writers.acknowledged,
    close,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function soon<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${what}: not done after ${patience / 1_000} s`);
    timer = setTimeout(() => reject(error), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
