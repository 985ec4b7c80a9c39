/**
 * Tests in a real browser: a `device` (a browser with Holdfast and a profile of its own) and a `site`
 * to visit. Ids, ports and flags stay in here.
 */
import {
  test as base,
  type BrowserContext,
  type CDPSession,
  expect,
  type Page,
  type Worker,
} from '@playwright/test';
import { join } from 'node:path';
import type { Client } from '../../lib/rpc/contract.ts';
import type { ClipAnswer, IfKept } from '../../lib/rpc/doorbell.ts';
import { buildExtension, grantedCopy, root } from '../../tools/build.ts';
import {
  type Chromium,
  launchChromium,
  removeFolder,
  temporaryProfile,
} from '../../tools/chromium.ts';
import { type EnginePage, openEnginePage } from '../../tools/engine-page.ts';
import { type Answer, inFolder, serve, type Site } from '../../tools/server.ts';
import { findSurface, type Surface } from './surface.ts';

export { expect };

/** A browser with Holdfast in it. */
export interface Device {
  readonly context: () => BrowserContext;
  /** The engine, as the extension's own pages have it. */
  readonly engine: () => Client;
  /** Opens a page in a new tab and waits for it to load. */
  readonly open: (url: string) => Promise<Page>;
  /** Does what the keyboard shortcut does while `page` is in front. */
  readonly pressShortcut: (page: Page) => Promise<void>;
  /** Does what an entry of the context menu does while `page` is in front. */
  readonly chooseFromMenu: (
    page: Page,
    entry: 'page' | 'selection',
    selectionText?: string,
  ) => Promise<void>;
  /** Keeps the page of a tab as the popup does. What the popup is told. */
  readonly keep: (page: Page, ifKept?: IfKept) => Promise<ClipAnswer>;
  /** The same for a tab by its number. */
  readonly keepTab: (tab: number, ifKept?: IfKept) => Promise<ClipAnswer>;
  /** Brings a page to the front. The browser's number for its tab. */
  readonly tabOf: (page: Page) => Promise<number>;
  /** The side panel's page, in a tab. @param route e.g. '#/inbox'. */
  readonly openSidePanel: (route?: string) => Promise<Page>;
  readonly openOptions: (route?: string) => Promise<Page>;
  /** The real popup, over `page`. */
  readonly openPopup: (page: Page) => Promise<Surface>;
  /** The real side panel, once something has opened it. */
  readonly sidePanel: () => Promise<Surface>;
  /** An address of the extension. */
  readonly address: (path: string) => string;
  /** The service worker, woken if it sleeps. */
  readonly worker: () => Promise<Worker>;
  /** Stops the service worker, as the browser does when it has been idle. */
  readonly stopServiceWorker: () => Promise<void>;
  /** Ends the engine's page and its workers, whatever they are doing. */
  readonly killEngine: () => Promise<void>;
  /** Closes the browser and starts it again on the same profile. */
  readonly restart: () => Promise<void>;
  /** Kills the browser by SIGKILL and starts it again on the same profile. */
  readonly killAndRestart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A web site that a test controls. */
interface TestSite {
  /** The address of a page of tests/fixtures/site, or of one that was put there. */
  readonly at: (path: string) => string;
  /** From now on `path` answers this. */
  readonly put: (path: string, answer: string | Answer) => void;
}

interface TestFixtures {
  readonly device: Device;
  readonly site: TestSite;
}

interface WorkerFixtures {
  /** The built extension, in a copy that may read 127.0.0.1. */
  readonly extension: string;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  extension: [
    async ({}, use) => {
      const folder = await grantedCopy(await buildExtension(), ['http://127.0.0.1/*']);
      await use(folder);
      await removeFolder(folder);
    },
    { scope: 'worker' },
  ],
  device: async ({ extension }, use) => {
    const device = await openDevice(extension);
    await use(device);
    await device.close();
  },
  site: async ({}, use) => {
    const put = new Map<string, Answer>();
    const folder = join(root, 'tests/fixtures/site');
    const site: Site = await serve((path) => put.get(path) ?? inFolder(folder, path));
    await use({
      at: (path) => site.origin + path,
      put: (path, answer) =>
        void put.set(path, typeof answer === 'string' ? { html: answer } : answer),
    });
    await site.close();
  },
});

async function openDevice(extension: string): Promise<Device> {
  const profile = await temporaryProfile();
  let browser: Chromium;
  let own: EnginePage;
  let session: CDPSession;

  const start = async () => {
    browser = await launchChromium({ extension, profile, env: { TZ: 'UTC' } });
    const { context, extensionId } = browser;
    await browser.worker();
    own = await openEnginePage(context, extensionId, extension);
    const whole = context.browser();
    if (!whole) throw new Error('This browser has no debugging port of its own.');
    session = await whole.newBrowserCDPSession();
  };
  await start();

  const worker = async () => {
    await own.ring({ ring: 'engine' });
    return browser.worker();
  };
  const address = (path: string) => `chrome-extension://${browser.extensionId}/${path}`;
  const openOwn = async (path: string) => {
    const page = await browser.context.newPage();
    await page.goto(address(path));
    return page;
  };
  const tabOf = async (page: Page): Promise<number> => {
    await page.bringToFront();
    return own.page.evaluate(async () => {
      const [tab] = await chrome.tabs.query({ active: true });
      return tab?.id ?? 0;
    });
  };
  const keepTab = async (tab: number, ifKept: IfKept = 'ask') =>
    (await own.ring({ ring: 'clip', tab, ifKept })) as ClipAnswer;
  /** Lets the service worker hear an event that only the browser's own surface makes. */
  const dispatch = async (page: Page, event: 'onCommand' | 'onClicked', first: unknown) => {
    const tab = await tabOf(page);
    const target = await worker();
    await target.evaluate(
      async ([name, argument, id]) => {
        interface Dispatching {
          readonly dispatch: (...args: readonly unknown[]) => void;
        }
        const { commands, contextMenus } = chrome;
        const source = name === 'onCommand' ? commands.onCommand : contextMenus.onClicked;
        (source as unknown as Dispatching).dispatch(argument, await chrome.tabs.get(id));
      },
      [event, first, tab] as const,
    );
  };

  return {
    context: () => browser.context,
    engine: () => own.engine,
    open: async (url) => {
      const page = await browser.context.newPage();
      await page.goto(url);
      return page;
    },
    pressShortcut: (page) => dispatch(page, 'onCommand', 'clip'),
    chooseFromMenu: (page, entry, selectionText) =>
      dispatch(page, 'onClicked', {
        menuItemId: entry,
        pageUrl: page.url(),
        ...(selectionText && { selectionText }),
      }),
    keep: async (page, ifKept) => keepTab(await tabOf(page), ifKept),
    keepTab,
    tabOf,
    openSidePanel: (route = '#/today') => openOwn(`sidepanel.html${route}`),
    openOptions: (route = '') => openOwn(`options.html${route}`),
    openPopup: async (page) => {
      await page.bringToFront();
      await own.page.evaluate(() => chrome.action.openPopup());
      return findSurface(session, 'popup.html');
    },
    sidePanel: () => findSurface(session, 'sidepanel.html'),
    address,
    worker,
    stopServiceWorker: async () => {
      const blank = await browser.context.newPage();
      const control = await browser.context.newCDPSession(blank);
      await control.send('ServiceWorker.enable');
      await control.send('ServiceWorker.stopAllWorkers');
      await expect
        .poll(async () => {
          const { targetInfos } = await session.send('Target.getTargets');
          return targetInfos.some(({ type }) => type === 'service_worker');
        })
        .toBe(false);
      await blank.close();
    },
    killEngine: async () => {
      // The one before may be so freshly dead that there is none yet.
      const isThere = () =>
        own.page.evaluate(async () => {
          const contextTypes = ['OFFSCREEN_DOCUMENT'] as ['OFFSCREEN_DOCUMENT'];
          return (await chrome.runtime.getContexts({ contextTypes })).length > 0;
        });
      await expect.poll(isThere, { intervals: [20] }).toBe(true);
      await own.page.evaluate(() => chrome.offscreen.closeDocument());
    },
    restart: async () => {
      await browser.close();
      await start();
    },
    killAndRestart: async () => {
      const closed = browser.context.waitForEvent('close');
      process.kill(await browser.pid(), 'SIGKILL');
      await closed;
      await start();
    },
    close: async () => {
      await browser.close();
      await removeFolder(profile);
    },
  };
}
