/**
 * The doorbell: the only context with all of chrome.*. It opens the engine's page, injects the clip
 * script where the person asked for it, opens panel and tabs, and goes back to sleep. It keeps no
 * state: whatever wakes it finds what it needs again.
 */
import * as v from 'valibot';
import { type Browser, browser } from 'wxt/browser';
import { defineBackground } from 'wxt/utils/define-background';
import { findQuote } from '@/lib/clip/fragment.ts';
import { Failure } from '@/lib/errors.ts';
import {
  Bell,
  type ClipAnswer,
  ClipAnswer as ClipAnswerShape,
  type ClipOrder,
  type Expectation,
  failedAnswer,
  type IfKept,
  type QuoteAnswer,
} from '@/lib/rpc/doorbell.ts';
import { clipWords } from '@/lib/ui/clip-words.ts';
import { wordsFor } from '@/lib/ui/words.ts';

type Tab = Browser.tabs.Tab;

export default defineBackground(() => {
  browser.runtime.onInstalled.addListener(() => {
    const menu = (id: string, message: 'menuClipPage' | 'menuClipSelection' | 'menuClipLink') => ({
      id,
      title: browser.i18n.getMessage(message),
    });
    browser.contextMenus.removeAll(() => {
      const web = ['http://*/*', 'https://*/*', 'file://*/*'];
      browser.contextMenus.create({
        ...menu('page', 'menuClipPage'),
        contexts: ['page'],
        documentUrlPatterns: web,
      });
      browser.contextMenus.create({
        ...menu('selection', 'menuClipSelection'),
        contexts: ['selection'],
        documentUrlPatterns: web,
      });
      browser.contextMenus.create({
        ...menu('link', 'menuClipLink'),
        contexts: ['link'],
        targetUrlPatterns: ['http://*/*', 'https://*/*'],
      });
    });
  });

  browser.contextMenus.onClicked.addListener(({ menuItemId, linkUrl }, tab) => {
    if (menuItemId === 'link' && linkUrl) void clipLink(linkUrl).then(notify, notifyFailure);
    else if (tab) void clipAndTell(tab);
  });

  browser.commands.onCommand.addListener((command, tab) => {
    // Not awaited before: the gesture that allows it would be over.
    if (command === 'open-panel' && tab) void browser.sidePanel.open({ windowId: tab.windowId });
    if (command === 'clip') void (tab ? clipAndTell(tab) : clipActiveTab());
  });

  browser.runtime.onMessage.addListener((message, sender, respond) => {
    const parsed = v.safeParse(Bell, message);
    if (!parsed.success || sender.id !== browser.runtime.id) return;
    const bell = parsed.output;
    // A content script may only ask for the panel; all else is for pages of the extension.
    if (sender.tab && !isOwnPage(sender.url) && bell.ring !== 'panel') return;
    if (bell.ring === 'panel') {
      openPanel(bell.route, sender.tab);
      return;
    }
    answerBell(bell).then(respond, (error: unknown) => respond(failedAnswer(error)));
    return true;
  });

  browser.runtime.onUpdateAvailable.addListener(() => void updateIfUnseen());
});

async function answerBell(bell: Exclude<Bell, { ring: 'panel' }>): Promise<unknown> {
  switch (bell.ring) {
    case 'engine':
      await openEngine();
      return true;
    case 'clip':
      return clip(await browser.tabs.get(bell.tab), bell.ifKept, false);
    case 'quote':
      return openQuote(bell.address, bell.quote);
  }
}

/** One engine's page per profile, made at most once at a time. */
let opening: Promise<void> | null = null;

function openEngine(): Promise<void> {
  opening ??= (async () => {
    const open = await browser.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] });
    if (open.length > 0) return;
    await browser.offscreen.createDocument({
      url: '/offscreen.html',
      reasons: ['WORKERS', 'WEB_RTC', 'LOCAL_STORAGE'],
      justification: 'Keeps the database and reads kept pages on this device.',
    });
  })().finally(() => (opening = null));
  return opening;
}

/**
 * Keeps the page of a tab.
 *
 * @param toast whether the page itself shows what came of it.
 * @throws Failure if the clip script could not run: then the page shows nothing.
 */
async function clip(tab: Tab, ifKept: IfKept, toast: boolean): Promise<ClipAnswer> {
  if (tab.id === undefined) throw new Failure('clip/not-a-page');
  if (tab.incognito) throw new Failure('clip/incognito');
  await openEngine();
  const nonce = crypto.randomUUID();
  await browser.runtime.sendMessage({ expect: 'clip', nonce, tab: tab.id } satisfies Expectation);
  return inject(tab.id, { nonce, ifKept, toast, words: clipWords });
}

/** Runs the clip script in a tab. @throws Failure 'clip/forbidden' where the browser refuses. */
async function inject(tab: number, order: ClipOrder): Promise<ClipAnswer> {
  const target = { tabId: tab };
  let results: { result?: unknown }[];
  try {
    await browser.scripting.executeScript({
      target,
      args: [order],
      func: (given: ClipOrder) => {
        (globalThis as { holdfastOrder?: ClipOrder }).holdfastOrder = given;
      },
    });
    results = await browser.scripting.executeScript({
      target,
      files: ['/content-scripts/clip.js'],
    });
  } catch (error) {
    throw new Failure(
      /removed|closed|No tab/.test(String(error)) ? 'clip/gone' : 'clip/forbidden',
      {
        cause: error,
      },
    );
  }
  const answer = v.safeParse(ClipAnswerShape, results[0]?.result);
  if (!answer.success) throw new Failure('clip/gone');
  return answer.output;
}

async function clipActiveTab(): Promise<void> {
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  if (tab) await clipAndTell(tab);
}

/** The page shows what came of it; where it cannot, a notification does. */
async function clipAndTell(tab: Tab): Promise<void> {
  await clip(tab, 'ask', true).catch(notifyFailure);
}

/**
 * Keeps the page behind a link: opens it unseen, keeps it once it has loaded, closes it. For that
 * Holdfast must be allowed to read the site; the person is asked.
 */
async function clipLink(address: string): Promise<ClipAnswer> {
  const { protocol, host } = new URL(address);
  const origins = [`${protocol}//${host}/*`];
  // First of all: the click that allows the question is soon over.
  if (!(await browser.permissions.request({ origins }))) throw new Failure('clip/not-allowed');
  const tab = await browser.tabs.create({ url: address, active: false });
  try {
    await loaded(tab.id ?? 0);
    return await clip(tab, 'update', false);
  } finally {
    await browser.tabs.remove(tab.id ?? 0);
  }
}

async function notify(answer: ClipAnswer): Promise<void> {
  if (answer.is === 'failed') {
    await say(clipWords.failures[answer.code] ?? answer.code);
  } else {
    await say(answer.outcome.status === 'unchanged' ? clipWords.unchanged : clipWords.saved);
  }
}

async function notifyFailure(error: unknown): Promise<void> {
  await say(wordsFor(error));
}

async function say(message: string): Promise<void> {
  await browser.notifications.create({
    type: 'basic',
    iconUrl: browser.runtime.getURL('/icon/128.png'),
    title: browser.i18n.getMessage('name'),
    message,
  });
}

/** Shows the side panel at a route; a panel that is open already hears of it from the storage. */
function openPanel(route: string, tab: Tab | undefined): void {
  const { windowId: window } = tab ?? {};
  void browser.storage.session.set({ route: { hash: route, at: Date.now(), window } });
  if (tab?.id !== undefined) void browser.sidePanel.open({ tabId: tab.id, windowId: tab.windowId });
}

async function openQuote(address: string, quote: string): Promise<QuoteAnswer> {
  const tab = await browser.tabs.create({ url: address });
  const tabId = tab.id ?? 0;
  await loaded(tabId);
  // A page made by a script may show its text a moment after it has loaded.
  for (const pause of [0, 500, 1_500]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const [frame] = await browser.scripting.executeScript({
        target: { tabId },
        func: () => document.body.innerText,
      });
      if (findQuote(frame?.result ?? '', { text: quote })) return 'there';
    } catch {
      return 'unknown'; // Holdfast may not read this site.
    }
  }
  return 'gone';
}

/** Settles when a tab has loaded, at the latest after 20 s. */
function loaded(id: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      browser.tabs.onUpdated.removeListener(updated);
      resolve();
    };
    const updated = (tab: number, { status }: { status?: string }) => {
      if (tab === id && status === 'complete') done();
    };
    const timer = setTimeout(done, 20_000);
    browser.tabs.onUpdated.addListener(updated);
    void browser.tabs.get(id).then(({ status }) => status === 'complete' && done(), done);
  });
}

/** An update waits for idleness that the engine's page may never allow: with nothing on screen it is
 *  taken at once. What was acknowledged is on disk; what was not is repeated by who asked. */
async function updateIfUnseen(): Promise<void> {
  const seen = await browser.runtime.getContexts({
    contextTypes: ['TAB', 'POPUP', 'SIDE_PANEL'],
  });
  if (seen.length > 0) return;
  await browser.offscreen.closeDocument().catch(() => {}); // it may not be open
  browser.runtime.reload();
}

function isOwnPage(url: string | undefined): boolean {
  return url?.startsWith(browser.runtime.getURL('/')) === true;
}
