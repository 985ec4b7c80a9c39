// @vitest-environment jsdom
import '../../support/jsdom.ts';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import SidePanel from '../../../components/SidePanel.svelte';
import { Failure } from '../../../lib/errors.ts';
import type { TaskDetail } from '../../../lib/model/views.ts';
import { dayOf } from '../../../lib/ui/dates.ts';
import { makeId, standInEngine, task, type World } from '../../support/stand-in-engine.ts';
import { standInConnection, standInPlatform } from '../../support/stand-in-platform.ts';

function open(world: Partial<World> = {}, hash = '#/inbox', failure: Failure | null = null) {
  history.replaceState(null, '', hash);
  const engine = standInEngine({ tasks: [], lists: [], clips: [], ...world });
  engine.fail(failure);
  return {
    ...engine,
    ...render(SidePanel, {
      connection: standInConnection(engine.client),
      platform: standInPlatform(),
    }),
  };
}

const drafts = () =>
  Array.from({ length: localStorage.length }, (_, index) =>
    localStorage.getItem(localStorage.key(index) ?? ''),
  );
const titles = () =>
  screen
    .getAllByRole('link')
    .filter((link) => link.classList.contains('title'))
    .map((link) => link.textContent);
const three: readonly TaskDetail[] = ['One', 'Two', 'Three'].map((title) => task({ title }));
const press = (key: string, options: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...options });

describe('a list of tasks', () => {
  test('completes one and takes it back by the toast', async () => {
    open({ tasks: three });
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Done: Two' }));
    await waitFor(() => expect(titles()).toEqual(['One', 'Three']));
    expect(screen.getByText('Completed “Two”')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(titles()).toEqual(['One', 'Two', 'Three']));
  });

  test('undoes just the action that the toast was about', async () => {
    const { client } = open({ tasks: three });
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Done: Two' }));
    await screen.findByText(/Completed/);
    const { tasks } = await first(client.watchTasks({ view: { of: 'inbox' }, limit: 9 }));
    expect(tasks.map(({ title }) => title)).toEqual(['One', 'Three']);
    const undo = vi.spyOn(client, 'undo');
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(undo.mock.calls[0]?.[0].action).toMatch(/^[0-9a-f]{32}$/);
  });

  test('is walked by j, k and the arrows, ticked by x, opened by e', async () => {
    open({ tasks: three });
    await screen.findByRole('link', { name: 'One' });
    await press('j');
    expect(document.activeElement?.textContent).toBe('One');
    await press('j');
    await press('ArrowDown');
    expect(document.activeElement?.textContent).toBe('Three');
    await press('k');
    expect(document.activeElement?.textContent).toBe('Two');
    await press('x');
    await waitFor(() => expect(titles()).toEqual(['One', 'Three']));
    expect(document.activeElement?.textContent).toBe('Three');
    await press('e');
    await screen.findByRole('dialog', { name: 'Three' });
  });

  test('has one stop for Tab', async () => {
    open({ tasks: three });
    await screen.findByRole('link', { name: 'One' });
    const stops = screen.getAllByRole('link').filter((link) => link.tabIndex === 0);
    expect(stops.filter((link) => link.classList.contains('title'))).toHaveLength(1);
  });

  test('a tick that could not be written is taken back, and said', async () => {
    const { fail } = open({ tasks: three });
    const box = await screen.findByRole<HTMLInputElement>('checkbox', { name: 'Done: Two' });
    fail(new Failure('database/full'));
    await fireEvent.click(box);
    await screen.findByText(/no storage left/);
    expect(box.isConnected ? box.checked : false).toBe(false);
  });

  test('deletes with Delete, and Ctrl+Z brings it back', async () => {
    open({ tasks: three });
    (await screen.findByRole('link', { name: 'One' })).focus();
    await press('Delete');
    await waitFor(() => expect(titles()).toEqual(['Two', 'Three']));
    await press('z', { ctrlKey: true });
    await waitFor(() => expect(titles()).toEqual(['One', 'Two', 'Three']));
  });

  test('in a field, keys are letters', async () => {
    open({ tasks: three });
    const field = await screen.findByRole('textbox', { name: 'Add a task' });
    field.focus();
    await press('x');
    await press('g');
    await press('t');
    expect(location.hash).toBe('#/inbox');
    expect(titles()).toHaveLength(3);
  });
});

describe('the field that is always at hand', () => {
  test('adds to the view that is shown, and stays ready', async () => {
    const { writes } = open({}, '#/today');
    const field = await screen.findByRole<HTMLInputElement>('textbox', {
      name: 'Add a task for today',
    });
    await fireEvent.input(field, { target: { value: '  Buy milk ' } });
    await fireEvent.submit(field.form!);
    await screen.findByRole('link', { name: 'Buy milk' });
    expect(field.value).toBe('');
    expect(writes[0]?.input).toEqual([{ title: 'Buy milk', planned: dayOf(Date.now()) }]);
  });

  test('keeps what is typed over a closed panel', async () => {
    const { unmount } = open();
    await fireEvent.input(await screen.findByRole('textbox', { name: 'Add a task' }), {
      target: { value: 'Half a thou' },
    });
    unmount();
    open();
    const field = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Add a task' });
    expect(field.value).toBe('Half a thou');
  });

  test('gives back what could not be saved', async () => {
    const { fail } = open();
    const field = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Add a task' });
    fail(new Failure('database/full'));
    await fireEvent.input(field, { target: { value: 'Precious' } });
    await fireEvent.submit(field.form!);
    await waitFor(() => expect(field.value).toBe('Precious'));
  });
});

describe('a list', () => {
  const list = makeId();

  test('goes with its tasks, and comes back with them', async () => {
    open(
      { lists: [{ id: list, title: 'Work' }], tasks: [task({ title: 'One', list })] },
      `#/list/${list}`,
    );
    await screen.findByRole('link', { name: 'One' });
    await fireEvent.click(screen.getByText('Delete list'));
    await screen.findByText('Deleted “Work” and a task in it');
    expect(location.hash).toBe('#/today');
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await screen.findByText(/^Work/);
  });

  test('that is gone says so', async () => {
    open({}, `#/list/${list}`);
    await screen.findByText('This list is no longer here.');
  });
});

describe('today', () => {
  test('sets what is overdue apart', async () => {
    const today = dayOf(Date.now());
    open(
      {
        tasks: [
          task({ title: 'Late', deadline: '2020-01-01' }),
          task({ title: 'Meant for now', planned: today }),
        ],
      },
      '#/today',
    );
    const overdue = await screen.findByRole('list', { name: 'Overdue' });
    expect(within(overdue).getByRole('link').textContent).toBe('Late');
    expect(within(screen.getByRole('list', { name: 'Today' })).getByRole('link').textContent).toBe(
      'Meant for now',
    );
  });
});

describe('a task opened', () => {
  test('saves notes when they are left, and keeps them as a draft until then', async () => {
    const { writes, unmount } = open({ tasks: [task({ title: 'One' })] });
    (await screen.findByRole('link', { name: 'One' })).click();
    const notes = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Notes' });
    notes.focus();
    await fireEvent.input(notes, { target: { value: 'Remember' } });
    expect(writes).toHaveLength(0);
    expect(drafts()).toContain('"Remember"');
    await fireEvent.blur(notes);
    await waitFor(() => expect(writes[0]?.input).toMatchObject({ change: { notes: 'Remember' } }));
    await waitFor(() => expect(drafts()).not.toContain('"Remember"'));
    unmount();
  });

  test('two tags typed at once are both kept', async () => {
    const { world } = open({ tasks: [task({ title: 'One' })] });
    (await screen.findByRole('link', { name: 'One' })).click();
    const field = await screen.findByRole('textbox', { name: 'Add a tag' });
    for (const tag of ['work', 'lab']) {
      void fireEvent.input(field, { target: { value: tag } });
      void fireEvent.keyDown(field, { key: 'Enter' });
    }
    await waitFor(() => expect(world().tasks[0]?.tags).toEqual(['work', 'lab']));
  });
});

describe('at the start', () => {
  test('shows the last screen before the engine has answered, and says that it is busy', async () => {
    const { unmount } = open({ tasks: three });
    await screen.findByRole('link', { name: 'One' });
    window.dispatchEvent(new Event('pagehide'));
    unmount();
    const silent = standInEngine({ tasks: [], lists: [], clips: [] });
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const connection = standInConnection(
      { ...silent.client, watchTasks: () => never, watchOverview: () => never },
      'connecting',
    );
    history.replaceState(null, '', '#/inbox');
    const { container } = render(SidePanel, {
      connection,
      platform: standInPlatform(),
    });
    expect(titles()).toEqual(['One', 'Two', 'Three']);
    expect(container.querySelector('[aria-busy="true"]')).not.toBeNull();
  });

  test.each(['{', 'null', '{"of":null,"page":{"tasks":[{"id":1}],"more":false}}', '[]'])(
    'survives %s where the last screen was kept',
    async (damaged) => {
      localStorage.setItem('holdfast:snapshot:inbox', damaged);
      localStorage.setItem('holdfast:snapshot:overview', damaged);
      open({ tasks: three });
      await screen.findByRole('link', { name: 'One' });
    },
  );

  test('says what is wrong when the engine refuses, and tries again when asked', async () => {
    const { fail } = open({ tasks: three }, '#/inbox', new Failure('database/newer'));
    expect((await screen.findByRole('alert')).textContent).toContain('newer version of Holdfast');
    fail(null);
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByRole('link', { name: 'One' });
  });
});

async function first<T>(stream: AsyncIterable<T>): Promise<T> {
  for await (const answer of stream) return answer;
  throw new Error('The stream ended.');
}
