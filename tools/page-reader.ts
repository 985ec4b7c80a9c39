/**
 * Keeps pages in a browser that nobody sees, one after the other, and gives back what the extension
 * found on them. The extension is the real one, database, worker and all; only its copy may read the
 * sites that were named (see grantedCopy in build.ts).
 */
import type { Page } from '@playwright/test';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, failures } from '../lib/errors.ts';
import type { Id } from '../lib/model/id.ts';
import { outcomeOf } from '../lib/rpc/doorbell.ts';
import { launchChromium } from './chromium.ts';
import { openEnginePage } from './engine-page.ts';

export interface Found {
  readonly title: string;
  readonly summary: string;
  /** The kept text, which offsets count in; '' if nothing was kept. */
  readonly text: string;
  readonly tasks: readonly {
    readonly title: string;
    /** 'YYYY-MM-DD', 'YYYY-MM-DDTHH:MM' or null. */
    readonly due: string | null;
    readonly dueCertain: boolean;
    readonly quote: string;
    /** Offsets of the quote in the kept text. */
    readonly start: number;
    readonly end: number;
  }[];
  /** Why there is nothing; absent if there is nothing to say. */
  readonly trouble?: string;
  /** False: the page could not be kept. */
  readonly isKept: boolean;
}

export interface PageReader {
  readonly read: (address: string) => Promise<Found>;
  readonly close: () => Promise<void>;
}

/** How long a page may take to load, then to come to rest, and in all; ms. */
const patience = { load: 30_000, rest: 5_000, page: 90_000 };

/** @param extension the folder of a built extension that may read the pages. */
export async function openPageReader(extension: string): Promise<PageReader> {
  const browser = await launchChromium({ extension });
  const { context, extensionId } = browser;
  try {
    await browser.worker();
    const { page: own, engine, ring } = await openEnginePage(context, extensionId, extension);

    const untilRead = async (id: Id) => {
      for await (const clip of engine.watchClip(id)) {
        if (clip?.reading.state !== 'reading') return clip;
      }
      return null;
    };

    const keep = async (tab: number): Promise<Found> => {
      const outcome = outcomeOf(await ring({ ring: 'clip', tab, ifKept: 'update' }));
      const clip = await untilRead(outcome.clip);
      if (!clip) throw new Failure('entity/missing');
      const { title, reading } = clip;
      if (reading.state !== 'ready') {
        const trouble = reading.state === 'failed' ? reading.message : 'It is still being read.';
        return nothing(title, trouble);
      }
      const tasks = reading.proposals.map(({ title: task, due, dueCertain, quote }) => ({
        title: task,
        due,
        dueCertain,
        quote: quote.text,
        start: quote.start,
        end: quote.end,
      }));
      const { text } = (await engine.clipText(clip.content)).page;
      return { title, summary: reading.summary, text, tasks, isKept: true };
    };

    const read = async (address: string): Promise<Found> => {
      const opened = context.waitForEvent('page');
      const tab = await own.evaluate(
        async () => (await chrome.tabs.create({ url: 'about:blank' })).id ?? 0,
      );
      const page = await opened;
      try {
        await open(page, address);
        return await keep(tab).catch(async (error: unknown) => {
          if (!(error instanceof Failure)) throw error;
          // A page with no text is an answer, not a fault.
          const isKept = error.code === 'clip/no-text';
          return { ...nothing(await page.title(), failures[error.code].message), isKept };
        });
      } finally {
        await page.close();
      }
    };

    return {
      read: async (address) => {
        const over = new AbortController();
        const tooLong = pause(patience.page, nothing('', 'It took too long.'), over);
        tooLong.catch(() => {}); // called off
        try {
          return await Promise.race([read(address), tooLong]);
        } catch (error) {
          return nothing('', troubleOf(error));
        } finally {
          over.abort();
        }
      },
      close: browser.close,
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** Settles once a page has loaded and come to rest: nothing under way, nothing moving. */
async function open(page: Page, address: string): Promise<void> {
  let underWay = 0;
  const more = () => underWay++;
  const less = () => underWay--;
  page.on('request', more).on('requestfinished', less).on('requestfailed', less);
  try {
    const response = await page.goto(address, { waitUntil: 'commit', timeout: patience.load });
    if (response && response.status() >= 400) {
      throw new Error(`The server answered ${response.status()}.`);
    }
    // A slow advertisement is no reason to give a page up.
    await page.waitForLoadState('load', { timeout: patience.load }).catch(() => {});
    const until = performance.now() + patience.rest;
    while (performance.now() < until) {
      const isStill = await page.evaluate(nothingMovesFor, 150);
      if (isStill && underWay <= 0) return;
    }
  } finally {
    page.off('request', more).off('requestfinished', less).off('requestfailed', less);
  }
}

/** Runs in the page. */
function nothingMovesFor(ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => finish(false));
    const finish = (isStill: boolean) => {
      observer.disconnect();
      setTimeout(() => resolve(isStill), isStill ? 0 : ms);
    };
    observer.observe(document, { childList: true, subtree: true, characterData: true });
    setTimeout(() => finish(true), ms);
  });
}

function nothing(title: string, trouble: string): Found {
  return { title, summary: '', text: '', tasks: [], trouble, isKept: false };
}

function troubleOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Playwright's own: the first line says what, the rest how it was called.
  return (message.split('\n')[0] ?? '').replace(/^page\.\w+: /, '');
}
