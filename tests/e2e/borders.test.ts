/** Who may ask what: a page of the web nothing, a content script one thing, once. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { newAction } from '../../lib/model/id.ts';
import { type Device, expect, test } from '../support/device.ts';
import { first } from '../support/streams.ts';

async function countClips(device: Device): Promise<number> {
  return (await first(device.engine().watchClips({ limit: 9 }))).clips.length;
}

/** What the offscreen page answers to ports of these names, opened by a content script in `tab`. */
async function knock(device: Device, tab: number, names: readonly string[]): Promise<unknown> {
  const worker = await device.worker();
  return worker.evaluate(
    async ([tabId, portNames]) => {
      const [frame] = await chrome.scripting.executeScript({
        target: { tabId },
        args: [portNames],
        func: (all) =>
          Promise.all(
            all.map(
              (name) =>
                new Promise((resolve) => {
                  const port = chrome.runtime.connect({ name });
                  port.onMessage.addListener(resolve);
                  port.onDisconnect.addListener(() => resolve('closed'));
                  port.postMessage({ clip: 'no such request' });
                }),
            ),
          ),
      });
      return frame?.result;
    },
    [tab, [...names]] as const,
  );
}

test('a page of the web cannot reach the extension', async ({ device, site, extension }) => {
  const switchboard = readdirSync(join(extension, 'assets')).find((name) =>
    name.startsWith('broker.worker-'),
  );
  const id = new URL(device.address('')).host;
  const page = await device.open(
    site.at(`/hostile.html?extension=${id}&worker=/assets/${switchboard}`),
  );
  const tried = await page.evaluate(() =>
    (globalThis as unknown as { attack: () => Promise<string[]> }).attack(),
  );
  expect(tried).toEqual([
    'message: refused',
    'port: refused',
    'worker: refused',
    'frame: no document',
    'fetch: refused',
  ]);
  for (const frame of page.frames()) expect(frame.url()).not.toContain('sidepanel.html');
});

test('a content script that nobody announced is refused', async ({ device, site }) => {
  const page = await device.open(site.at('/essay.html'));
  const tab = await device.tabOf(page);
  expect(await knock(device, tab, ['clip made-up', 'clip '])).toEqual([
    { is: 'failed', code: 'clip/unexpected' },
    { is: 'failed', code: 'clip/unexpected' },
  ]);
  expect(await countClips(device)).toBe(0);
});

test('a nonce opens one port, in its own tab', async ({ device, site }) => {
  const mine = await device.tabOf(await device.open(site.at('/essay.html')));
  const other = await device.tabOf(await device.open(site.at('/conference.html')));
  const worker = await device.worker();
  await worker.evaluate(async (tab) => {
    for (const nonce of ['one', 'two']) {
      await chrome.runtime.sendMessage({ expect: 'clip', nonce, tab });
    }
  }, mine);
  expect(await knock(device, other, ['clip one'])).toEqual([
    { is: 'failed', code: 'clip/unexpected' },
  ]);
  // The second nonce is good here, once; what is asked then does not fit the contract.
  expect(await knock(device, mine, ['clip two'])).toEqual([
    { is: 'failed', code: 'message/malformed' },
  ]);
  expect(await knock(device, mine, ['clip two'])).toEqual([
    { is: 'failed', code: 'clip/unexpected' },
  ]);
});

test('a content script may ask for the panel and nothing else', async ({ device, site }) => {
  const page = await device.open(site.at('/essay.html'));
  const tab = await device.tabOf(page);
  const worker = await device.worker();
  const answers = await worker.evaluate(async (tabId) => {
    const [frame] = await chrome.scripting.executeScript({
      target: { tabId },
      args: [tabId],
      func: (own) => {
        const messages = [
          { ring: 'engine' },
          { ring: 'clip', tab: own, ifKept: 'update' },
          { ring: 'quote', address: 'https://example.org', quote: 'x' },
          { expect: 'clip', nonce: 'mine', tab: own },
          { ring: 'nobody' },
        ];
        return Promise.all(
          messages.map((message) =>
            chrome.runtime.sendMessage(message).then(
              (answer: unknown) => answer ?? 'no answer',
              () => 'refused',
            ),
          ),
        );
      },
    });
    return frame?.result;
  }, tab);
  expect(answers).toEqual(Array.from({ length: 5 }, () => 'no answer'));
  expect(await knock(device, tab, ['clip mine'])).toEqual([
    { is: 'failed', code: 'clip/unexpected' },
  ]);
  expect(await countClips(device)).toBe(0);
});

test('what does not fit the contract is refused and changes nothing', async ({ device }) => {
  const engine = device.engine() as unknown as Record<
    string,
    (input: unknown, action?: unknown) => Promise<unknown>
  >;
  const [id] = await device.engine().addTasks([{ title: 'Keep me' }]);
  const malformed = { code: 'message/malformed' };
  for (const [method, input] of [
    ['addTasks', [{ title: '' }]],
    ['addTasks', [{ title: 'x', deadline: '2031-02-31' }]],
    ['addTasks', 'all'],
    ['changeTasks', { ids: ['*'], change: { done: true } }],
    ['deleteTasks', []],
    ['clipText', '../../etc/passwd'],
    ['search', { text: 'x', limit: -1 }],
  ] as const) {
    const asked = engine[method]?.(input, newAction());
    await expect(asked, `${method} ${JSON.stringify(input)}`).rejects.toMatchObject(malformed);
  }
  await expect(device.engine().deleteTasks([newAction()])).rejects.toMatchObject({
    code: 'entity/missing',
  });
  const { tasks } = await first(device.engine().watchTasks({ view: { of: 'inbox' }, limit: 9 }));
  expect(tasks.map((task) => task.id)).toEqual([id]);
});

test('a page of an incognito window is not kept, and that is said', async ({ device, site }) => {
  // As the person does it: chrome://extensions, 'Allow in Incognito'. It restarts the extension.
  const settings = await device.open('chrome://extensions');
  const id = new URL(device.address('')).host;
  await settings.evaluate(async (extensionId) => {
    interface Private {
      readonly developerPrivate: {
        readonly updateExtensionConfiguration: (update: object) => Promise<void>;
      };
    }
    await (chrome as unknown as Private).developerPrivate.updateExtensionConfiguration({
      extensionId,
      incognitoAccess: true,
    });
  }, id);
  await device.restart();
  const worker = await device.worker();
  const tab = await worker.evaluate(async (url) => {
    const opened = await chrome.windows.create({ incognito: true, url });
    return opened?.tabs?.[0]?.id ?? 0;
  }, site.at('/essay.html'));
  expect(tab).toBeGreaterThan(0);
  expect(await device.keepTab(tab)).toEqual({ is: 'failed', code: 'clip/incognito' });
  expect(await countClips(device)).toBe(0);
});
