// @vitest-environment jsdom
import '../../support/jsdom.ts';
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import Popup from '../../../components/popup/Popup.svelte';
import { Failure } from '../../../lib/errors.ts';
import type { SaveOutcome } from '../../../lib/model/views.ts';
import type { Platform } from '../../../lib/ui/platform.ts';
import {
  makeId,
  proposal,
  someHash,
  standInEngine,
  task,
  type World,
} from '../../support/stand-in-engine.ts';
import { standInConnection, standInPlatform } from '../../support/stand-in-platform.ts';

const url = 'https://example.org/call';
const id = makeId();
const kept: World['clips'][number] = {
  id,
  address: url,
  title: 'Call for papers',
  site: null,
  byline: null,
  published: null,
  savedAt: Date.now() - 86_400_000,
  content: someHash,
  versions: [],
  highlights: [],
  excerpt: '',
  reading: {
    state: 'ready',
    model: 'built-in/1',
    took: 3,
    summary: 'They want papers.',
    proposals: [proposal(), proposal()],
  },
};

function open(platform: Partial<Platform> = {}, world: Partial<World> = {}) {
  const engine = standInEngine({ tasks: [], lists: [], clips: [], ...world });
  const openPanel = vi.fn(async () => {});
  render(Popup, {
    connection: standInConnection(engine.client),
    platform: standInPlatform({
      currentPage: async () => ({ url, title: 'Call for papers' }),
      openPanel,
      ...platform,
    }),
    close: () => {},
  });
  return { ...engine, openPanel };
}

test('offers to keep the page, at once and without the engine', () => {
  open();
  const button = screen.getByRole('button', { name: /Keep this page/ });
  expect(document.activeElement).toBe(button);
});

test('says what one has from the page already, and leads to its review', async () => {
  const { openPanel } = open(
    {},
    {
      clips: [kept],
      tasks: [task({ title: 'Book a room', source: { clip: id, quote: null, dueCertain: true } })],
    },
  );
  await screen.findByText(/You kept this page: yesterday/);
  expect(screen.getByText('They want papers.')).toBeTruthy();
  expect(screen.getByRole('checkbox', { name: 'Done: Book a room' })).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'Review 2 tasks' }));
  expect(openPanel).toHaveBeenCalledWith(`#/clip/${id}`);
});

test('asks what to do with a page that has changed, and never decides by itself', async () => {
  const outcomes: Record<string, SaveOutcome> = {
    ask: { status: 'exists', clip: id, savedAt: kept.savedAt, openTasks: 0 },
    update: { status: 'saved', clip: id, isCut: false },
  };
  const clip = vi.fn(async (ifKept: string) => outcomes[ifKept]!);
  open({ clip }, { clips: [kept] });
  await fireEvent.click(await screen.findByRole('button', { name: /Keep again/ }));
  await screen.findByText(/It has changed since/);
  expect(clip.mock.calls).toEqual([['ask']]);
  await fireEvent.click(screen.getByRole('button', { name: 'Update' }));
  await screen.findByText('Kept. It is on this device.');
});

test('says in words why a page cannot be kept, and what to do', async () => {
  open({ clip: () => Promise.reject(new Failure('clip/forbidden')) });
  await fireEvent.click(screen.getByRole('button', { name: /Keep this page/ }));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('does not let extensions read this page');
  expect(alert.textContent).toContain('Try it on an ordinary web page');
});

test('adds a task without leaving', async () => {
  const { world } = open();
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Add a task' });
  await fireEvent.input(field, { target: { value: 'Buy milk' } });
  await fireEvent.submit(field.form!);
  await waitFor(() => expect(world().tasks[0]?.title).toBe('Buy milk'));
});
