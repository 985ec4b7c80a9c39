/** The side panel: what happens in it, next to it, and by keyboard alone. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/device.ts';

/** Goes on with Tab until `target` has the focus, as a person would. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab never came to it.');
}

test('two panels show the same change', async ({ device }) => {
  const one = await device.openSidePanel('#/inbox');
  const two = await device.openSidePanel('#/inbox');
  await one.bringToFront();
  await one.getByRole('textbox', { name: 'Add a task' }).fill('Seen twice');
  await one.keyboard.press('Enter');
  await expect(two.getByRole('link', { name: 'Seen twice' })).toBeVisible();
  await one.getByRole('checkbox', { name: 'Done: Seen twice' }).click();
  await expect(two.getByRole('link', { name: 'Seen twice' })).toBeHidden();
});

test('what was done can be taken back from the note that says it', async ({ device }) => {
  await device.engine().addTasks([{ title: 'Come back' }]);
  const panel = await device.openSidePanel('#/inbox');
  await panel.getByRole('checkbox', { name: 'Done: Come back' }).click();
  await expect(panel.getByRole('status').filter({ hasText: 'Completed' })).toBeVisible();
  await expect(panel.getByRole('link', { name: 'Come back' })).toBeHidden();
  await panel.getByRole('button', { name: 'Undo' }).click();
  await expect(panel.getByRole('link', { name: 'Come back' })).toBeVisible();
});

test('a task opens its page at the sentence that it came from', async ({ device, site }) => {
  const before = '<p>The quay is long and the wind is patient.</p>'.repeat(200);
  const article = `<h1>Quay</h1>${before}<p>Submit your abstract by 14 March 2031.</p>${before}`;
  site.put('/long', `<title>Quay</title><article>${article}</article>`);
  await device.keep(await device.open(site.at('/long')));
  const panel = await device.openSidePanel('#/clips');
  await panel.getByRole('link', { name: 'Quay' }).click();
  await panel.getByRole('button', { name: 'Accept 1 task' }).click();
  await panel.getByRole('link', { name: 'Submit your abstract', exact: true }).click();
  const opened = device.context().waitForEvent('page');
  const quote = panel.getByRole('dialog').getByRole('button', { name: /by 14 March 2031/ });
  await quote.click();
  const page = await opened;
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1_000);
  await expect(page.getByText('Submit your abstract')).toBeInViewport();

  // Once the page says something else, that is said.
  site.put('/long', '<title>Quay</title><p>Nothing of that any more.</p>');
  await panel.bringToFront();
  await quote.click();
  await panel.bringToFront();
  await expect(panel.getByText('The page no longer says this.')).toBeVisible();
  await panel.getByRole('button', { name: 'Show kept copy' }).click();
  await expect(panel.locator('mark', { hasText: 'Submit your abstract' })).toBeInViewport();
});

test('everything can be done by keyboard', async ({ device, site }) => {
  await device.keep(await device.open(site.at('/conference.html')));
  const panel = await device.openSidePanel('#/today');
  const { keyboard } = panel;
  await expect(panel.getByRole('heading', { name: 'Today' })).toBeVisible();

  // From the clip to tasks in the Inbox.
  await keyboard.press('g');
  await keyboard.press('c');
  const clip = panel.getByRole('link', { name: /Harbour Histories/ });
  await expect(clip).toBeVisible();
  await tabTo(panel, clip);
  await keyboard.press('Enter');
  const accept = panel.getByRole('button', { name: 'Accept all' });
  await expect(accept).toBeVisible();
  await tabTo(panel, accept);
  await keyboard.press('Enter');
  await expect(accept).toBeHidden();

  // One more, typed.
  await keyboard.press('g');
  await keyboard.press('i');
  await expect(panel.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await keyboard.press('n');
  await keyboard.type('Typed by hand');
  await keyboard.press('Enter');
  const typed = panel.getByRole('link', { name: 'Typed by hand' });
  await expect(typed).toBeVisible();
  await keyboard.press('Escape');

  // Opened, changed, closed, done, and taken back.
  await tabTo(panel, typed);
  await keyboard.press('Enter');
  const sheet = panel.getByRole('dialog');
  await expect(sheet).toBeVisible();
  const notes = sheet.getByRole('textbox', { name: 'Notes' });
  await tabTo(panel, notes);
  await keyboard.type('With a note');
  await keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  const box = panel.getByRole('checkbox', { name: 'Done: Typed by hand' });
  await tabTo(panel, box);
  await keyboard.press('Space');
  await expect(typed).toBeHidden();
  await keyboard.press('Control+z');
  await expect(typed).toBeVisible();
});
