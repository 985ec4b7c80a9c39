import { mount } from 'svelte';
import { browser } from 'wxt/browser';
import * as v from 'valibot';
import '@/components/theme.css';
import SidePanel from '@/components/SidePanel.svelte';
import { connectPage } from '@/lib/rpc/browser.ts';
import { clearLastScreen, keepScreen } from '@/lib/ui/last-screen.ts';
import { speak } from '@/lib/ui/words.ts';
import { platform } from '../shared/platform.ts';

const root = document.getElementById('app') ?? document.body;
speak(document.documentElement);
clearLastScreen(root);
mount(SidePanel, { target: root, props: { connection: connectPage(), platform } });
// What is on the screen when the panel is left, or once it has come to rest: a panel can be killed.
addEventListener('pagehide', () => keepScreen(root));
setTimeout(() => requestIdleCallback(() => keepScreen(root)), 3_000);

// Whoever opens the panel of a window at a route leaves it here; one that is long past opened an
// earlier panel.
const Wish = v.object({
  hash: v.pipe(v.string(), v.startsWith('#/')),
  at: v.number(),
  window: v.number(),
});
const here = browser.windows.getCurrent();
const follow = async (wish: unknown) => {
  const parsed = v.safeParse(Wish, wish);
  if (!parsed.success || Date.now() - parsed.output.at > 5_000) return;
  if (parsed.output.window === (await here).id) location.hash = parsed.output.hash;
};
void browser.storage.session.get('route').then(({ route }) => follow(route));
browser.storage.session.onChanged.addListener(({ route }) => void follow(route?.newValue));
