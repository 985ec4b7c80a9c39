/** What components may ask of the browser, done. */
import { browser } from 'wxt/browser';
import * as v from 'valibot';
import { ring } from '@/lib/rpc/browser.ts';
import { outcomeOf, QuoteAnswer } from '@/lib/rpc/doorbell.ts';
import type { Platform } from '@/lib/ui/platform.ts';
import { Failure } from '@/lib/errors.ts';

/** Must be known before a click: waiting for it would use up the gesture that opens the panel. */
const here = browser.windows.getCurrent();
let windowId: number | undefined;
void here.then(({ id }) => (windowId = id));

export const platform: Platform = {
  currentPage: async () => {
    const tab = await activeTab();
    return tab?.url ? { url: tab.url, title: tab.title ?? '' } : null;
  },
  clip: async (ifKept) => {
    const tab = await activeTab();
    if (tab?.id === undefined) throw new Failure('clip/not-a-page');
    return outcomeOf(await ring({ ring: 'clip', tab: tab.id, ifKept }));
  },
  openTab: async (url) => {
    await browser.tabs.create({ url });
  },
  openQuote: async (address, quote) => {
    const answer = v.safeParse(
      QuoteAnswer,
      await ring({ ring: 'quote', address, quote: quote.text }),
    );
    return answer.success ? answer.output : 'unknown';
  },
  allowSite: (address) => {
    const { protocol, host } = new URL(address);
    return browser.permissions.request({ origins: [`${protocol}//${host}/*`] });
  },
  openPanel: async (route = '#/today') => {
    if (windowId === undefined) return;
    void browser.storage.session.set({ route: { hash: route, at: Date.now(), window: windowId } });
    await browser.sidePanel.open({ windowId });
  },
  openOptions: () => browser.runtime.openOptionsPage(),
  allowedSites: async () => (await browser.permissions.getAll()).origins ?? [],
  forgetSite: async (pattern) => {
    await browser.permissions.remove({ origins: [pattern] });
  },
  shortcuts: async () => {
    const commands = await browser.commands.getAll();
    return new Map(commands.map(({ name, shortcut }) => [name ?? '', shortcut ?? '']));
  },
  openShortcutSettings: async () => {
    await browser.tabs.create({ url: 'chrome://extensions/shortcuts' });
  },
  version: browser.runtime.getManifest().version,
};

async function activeTab() {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  return tab;
}
