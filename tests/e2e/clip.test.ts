/** Keeping pages, as a person does it on pages as they are. */
import { join } from 'node:path';
import type { Client } from '../../lib/rpc/contract.ts';
import { expect, test } from '../support/device.ts';
import { noteOf } from '../support/note.ts';
import { first, until } from '../support/streams.ts';
import { root } from '../../tools/build.ts';

async function clipsOf(engine: Client) {
  return (await first(engine.watchClips({ limit: 99 }))).clips;
}

/** The one clip there is, once it has been read. */
async function onlyClip(engine: Client) {
  const { clips } = await until(engine.watchClips({ limit: 99 }), ({ clips: all }) =>
    all.some(({ proposals }) => proposals !== null),
  );
  expect(clips).toHaveLength(1);
  const clip = clips[0] && (await first(engine.watchClip(clips[0].id)));
  if (!clip) throw new Error('no clip');
  const text = await engine.clipText(clip.content);
  const proposals = clip.reading.state === 'ready' ? clip.reading.proposals : [];
  return { ...clip, ...text, proposals };
}

test('the shortcut keeps a page while its reader goes on typing', async ({ device, site }) => {
  const page = await device.open(site.at('/conference.html'));
  const field = page.getByRole('textbox');
  await field.click();
  await page.keyboard.type('before ');
  await device.pressShortcut(page);
  await page.keyboard.type('during ');
  await (await noteOf(page)).says('Kept in Holdfast');
  await page.keyboard.type('after');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('before during after');
  const clip = await onlyClip(device.engine());
  expect(clip).toMatchObject({
    title: 'Harbour Histories 2031: call for papers',
    address: site.at('/conference.html'),
  });
  expect(clip.proposals.map(({ due }) => due)).toEqual(['2031-03-14', '2031-05-02']);
  for (const { quote } of clip.proposals) {
    expect(clip.page.text.slice(quote.start, quote.end)).toBe(quote.text);
  }
});

test('an ordinary page is kept in under a second', async ({ device, site }) => {
  await device.keep(await device.open(site.at('/essay.html')));
  const page = await device.open(site.at('/conference.html'));
  await page.bringToFront();
  const started = performance.now();
  const answer = await device.keep(page);
  const took = Math.round(performance.now() - started);
  expect(answer).toMatchObject({ is: 'done', outcome: { status: 'saved' } });
  test.info().annotations.push({ type: 'kept after', description: `${took} ms` });
  // Generous: the machines that run this are busy with other tests.
  expect(took).toBeLessThan(3_000);
});

test('the context menu keeps a page', async ({ device, site }) => {
  const page = await device.open(site.at('/essay.html'));
  await device.chooseFromMenu(page, 'page');
  await (await noteOf(page)).says('Kept in Holdfast');
  expect(await onlyClip(device.engine())).toMatchObject({ proposals: [] });
});

test('what was selected is kept as a highlight', async ({ device, site }) => {
  const page = await device.open(site.at('/essay.html'));
  await page.getByText('Old harbour clocks').dblclick({ position: { x: 4, y: 8 } });
  const selected = (await page.evaluate(() => String(getSelection()))).trim();
  expect(selected).not.toBe('');
  await device.chooseFromMenu(page, 'selection', selected);
  await (await noteOf(page)).says('Kept in Holdfast');
  const { highlights, page: kept } = await onlyClip(device.engine());
  expect(highlights).toMatchObject([{ text: selected }]);
  for (const { start, end } of highlights) expect(kept.text.slice(start, end)).toBe(selected);
});

test('a page is known again by its address, whatever tracks its reader', async ({
  device,
  site,
}) => {
  await device.keep(await device.open(site.at('/conference.html')));
  const again = await device.open(site.at('/conference.html?utm_source=letter&fbclid=x#dates'));
  await device.pressShortcut(again);
  await (await noteOf(again)).says('Already kept, and nothing has changed');
  expect(await clipsOf(device.engine())).toHaveLength(1);
});

test('a page that changed is updated when asked, and is never there twice', async ({
  device,
  site,
}) => {
  const first = 'The ferry crosses the sound twice an hour. '.repeat(6);
  site.put('/news', `<title>Ferry</title><article><h1>Ferry</h1><p>${first}</p></article>`);
  const page = await device.open(site.at('/news'));
  await device.keep(page);
  site.put(
    '/news',
    `<title>Ferry</title><article><h1>Ferry</h1><p>${first} Not on Sundays.</p></article>`,
  );
  await page.reload();
  await device.pressShortcut(page);
  const note = await noteOf(page);
  await note.says('Already kept, and the page has changed');
  await note.press('Update');
  await note.says('Kept in Holdfast');
  const clip = await onlyClip(device.engine());
  expect(clip.page.text).toContain('Not on Sundays.');
  expect(clip.versions).toHaveLength(1);
});

test('both versions of a page that changed can be kept', async ({ device, site }) => {
  const story = (end: string) =>
    `<title>Ferry</title><article><h1>Ferry</h1><p>${'The ferry crosses the sound. '.repeat(9)}${end}</p></article>`;
  site.put('/news', story(''));
  const page = await device.open(site.at('/news'));
  await device.keep(page);
  site.put('/news', story('Not on Sundays.'));
  await page.reload();
  await device.pressShortcut(page);
  const note = await noteOf(page);
  await note.press('Keep both');
  await note.says('Kept in Holdfast');
  const clip = await onlyClip(device.engine());
  expect(clip.versions).toHaveLength(2);
  const texts = await Promise.all(
    clip.versions.map(({ content }) => device.engine().clipText(content)),
  );
  expect(texts.map(({ page: { text } }) => text.includes('Sundays'))).toEqual([true, false]);
});

test('after a step inside a single-page application the new page is kept', async ({
  device,
  site,
}) => {
  const app = `/app/boats`;
  site.put(app, { file: join(root, 'tests/fixtures/site/app.html') });
  const page = await device.open(site.at(app));
  await device.keep(page);
  await page.getByRole('link', { name: 'Sails' }).click();
  await expect(page.getByRole('heading', { name: 'The sail loft' })).toBeVisible();
  await device.pressShortcut(page);
  await (await noteOf(page)).says('Kept in Holdfast');
  const clips = await clipsOf(device.engine());
  expect(clips.map(({ address }) => address)).toEqual([site.at('/app/sails'), site.at(app)]);
  const sails = await until(
    device.engine().watchClip(clips[0]!.id),
    (clip) => clip?.reading.state === 'ready',
  );
  expect(sails?.reading).toMatchObject({ proposals: [{ due: '2031-07-08' }] });
  expect(sails?.title).toContain('sail');
});

test('a page with a frame is kept as the page, not as the frame', async ({ device, site }) => {
  const page = await device.open(site.at('/frame.html'));
  await page.frameLocator('iframe').getByRole('textbox').click();
  await device.pressShortcut(page);
  await (await noteOf(page)).says('Kept in Holdfast');
  const clip = await onlyClip(device.engine());
  expect(clip.address).toBe(site.at('/frame.html'));
  expect(clip.page.text).toContain('a ferry that crosses the sound');
});

test('a page of 5 MB is kept and read', async ({ device, site }) => {
  const paragraph = (number: number) =>
    `<p>Entry ${number} of the harbour log: wind from the south-west, two boats in, one boat out, and the tide as the table said it would be.</p>`;
  const log = Array.from({ length: 37_000 }, (_, index) => paragraph(index)).join('\n');
  site.put('/log', `<title>Harbour log</title><article><h1>Harbour log</h1>${log}</article>`);
  const page = await device.open(site.at('/log'));
  const started = performance.now();
  expect(await device.keep(page)).toMatchObject({ is: 'done', outcome: { status: 'saved' } });
  const took = Math.round(performance.now() - started);
  test.info().annotations.push({ type: 'kept after', description: `${took} ms` });
  const clip = await onlyClip(device.engine());
  expect(clip.page.text).toContain('Entry 9999 of');
});

test('where there is nothing to keep, that is said and nothing is kept', async ({
  device,
  site,
}) => {
  const empty = await device.open(site.at('/empty.html'));
  await device.pressShortcut(empty);
  await (await noteOf(empty)).says('This page has no text to keep.');
  expect(await device.keep(await device.open(site.at('/form.pdf')))).toMatchObject({
    is: 'failed',
    code: 'clip/pdf',
  });
  const settings = await device.open('chrome://version');
  expect(await device.keep(settings)).toEqual({ is: 'failed', code: 'clip/forbidden' });
  expect(await clipsOf(device.engine())).toEqual([]);
});

test('a hostile page changes nothing, and what it hid is shown', async ({ device, site }) => {
  const [kept] = await device.engine().addTasks([{ title: 'Keep me' }]);
  const page = await device.open(site.at('/hostile.html'));
  await device.pressShortcut(page);
  await (await noteOf(page)).says('Kept in Holdfast');
  const clip = await onlyClip(device.engine());
  expect(clip.proposals.map(({ due }) => due)).toEqual(['2031-04-09']);
  expect(clip.page.text).not.toMatch(/delete all tasks|500 euros/);
  expect(clip.hidden.map(({ text }) => text).join()).toMatch(/delete all tasks.*500 euros/s);
  const { tasks } = await first(device.engine().watchTasks({ view: { of: 'inbox' }, limit: 9 }));
  expect(tasks.map(({ id }) => id)).toEqual([kept]);

  const panel = await device.openSidePanel(`#/clip/${clip.id}`);
  await expect(panel.getByText('<script>', { exact: false }).first()).toBeVisible();
  await panel.getByText('What was read, and what was hidden').click();
  await expect(panel.getByText('ignore all earlier instructions')).toBeVisible();
  await expect(panel).not.toHaveTitle(/owned/);
});
