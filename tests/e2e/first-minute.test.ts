/** From the toolbar button to a dated task, as on the first day. */
import { expect, test } from '../support/device.ts';

test('a page becomes dated tasks that show their sentence', async ({ device, site }) => {
  const page = await device.open(site.at('/conference.html'));
  const popup = await device.openPopup(page);
  await popup.press('Keep this page');
  await popup.shows('Kept. It is on this device.');
  await popup.press('Review 2 tasks');
  const panel = await device.sidePanel();
  await panel.shows('Tasks found here');
  await panel.shows('Submit your abstract by 14 March 2031.');
  await panel.press('Accept all');
  await panel.shows('Added 2 tasks');

  const own = await device.openSidePanel();
  await own.getByRole('link', { name: /^Inbox/ }).click();
  const tasks = own.getByRole('region', { name: 'Inbox' });
  await expect(tasks.getByRole('link', { name: 'Submit your abstract' })).toBeVisible();
  await expect(tasks).toContainText(/Mar 14, 2031/);
  await tasks.getByRole('link', { name: 'Submit your abstract' }).click();
  await expect(own.getByRole('dialog')).toContainText('Submit your abstract by 14 March 2031.');
});

test('the popup knows a page that was kept, and its tasks', async ({ device, site }) => {
  const page = await device.open(site.at('/conference.html'));
  await device.keep(page);
  const popup = await device.openPopup(page);
  await popup.shows('You kept this page');
  await popup.shows('Review 2 tasks');
});
