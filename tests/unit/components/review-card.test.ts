// @vitest-environment jsdom
import '../../support/jsdom.ts';
import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import ReviewCard from '../../../components/clips/ReviewCard.svelte';
import type { Proposal } from '../../../lib/model/views.ts';
import { makeId, proposal } from '../../support/stand-in-engine.ts';

const clip = makeId();

function setup(proposals: readonly Proposal[]) {
  const asked = { onaccept: vi.fn(), ondismiss: vi.fn(), onshow: vi.fn() };
  const view = render(ReviewCard, {
    clip,
    proposals,
    lists: [{ id: makeId(), title: 'Work', open: 0 }],
    today: '2026-11-22',
    ...asked,
  });
  return { ...asked, ...view };
}

const accepted = (onaccept: ReturnType<typeof vi.fn>) =>
  (onaccept.mock.calls[0]?.[0] as { title: string; due: string | null; dueCertain: boolean }[]).map(
    ({ title, due, dueCertain }) => ({ title, due, dueCertain }),
  );

test('accepts what is chosen, as it was edited', async () => {
  const { onaccept } = setup([
    proposal({ title: 'Send the abstract', due: '2026-12-01' }),
    proposal({ title: 'Book a room' }),
  ]);
  const [first] = screen.getAllByRole('textbox', { name: 'Title' });
  await fireEvent.input(first!, { target: { value: 'Send abstract to Bergen' } });
  await fireEvent.click(screen.getByRole('checkbox', { name: /Book a room/ }));
  await fireEvent.click(screen.getByRole('button', { name: 'Accept 1 task' }));
  expect(accepted(onaccept)).toEqual([
    { title: 'Send abstract to Bergen', due: '2026-12-01', dueCertain: true },
  ]);
});

test('nothing chosen, nothing to accept', async () => {
  setup([proposal({ title: 'Only' })]);
  await fireEvent.click(screen.getByRole('checkbox', { name: /Only/ }));
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Choose tasks to accept' });
  expect(button.disabled).toBe(true);
});

test('a guessed date stays unsure until a person says that it is right', async () => {
  const { onaccept } = setup([proposal({ due: '2026-11-27', dueCertain: false })]);
  const sure = screen.getByText('Is this date right?');
  await fireEvent.click(screen.getByRole('button', { name: 'Accept 1 task' }));
  expect(accepted(onaccept)[0]?.dueCertain).toBe(false);
  onaccept.mockClear();
  await fireEvent.click(within(sure).getByRole('button', { name: 'Yes' }));
  expect(screen.queryByText('Is this date right?')).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'Accept 1 task' }));
  expect(accepted(onaccept)[0]?.dueCertain).toBe(true);
});

test('a date that a person set is certain, and one that they removed is gone', async () => {
  const { onaccept } = setup([proposal({ due: '2026-11-27', dueCertain: false })]);
  await fireEvent.click(screen.getByRole('button', { name: /^Due/ }));
  await fireEvent.change(screen.getByLabelText('Deadline, day'), {
    target: { value: '2026-11-30' },
  });
  await fireEvent.click(screen.getByRole('button', { name: 'Accept 1 task' }));
  expect(accepted(onaccept)[0]).toMatchObject({ due: '2026-11-30', dueCertain: true });
  onaccept.mockClear();
  await fireEvent.click(screen.getByRole('button', { name: 'Remove date' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Accept 1 task' }));
  expect(accepted(onaccept)[0]?.due).toBeNull();
});

test('dismisses one, or all', async () => {
  const proposals = [proposal({ title: 'One' }), proposal({ title: 'Two' })];
  const { ondismiss } = setup(proposals);
  await fireEvent.click(screen.getByRole('button', { name: /Dismiss .*Two/ }));
  expect(ondismiss).toHaveBeenLastCalledWith([proposals[1]?.key]);
  await fireEvent.click(screen.getByRole('button', { name: 'Dismiss all' }));
  expect(ondismiss).toHaveBeenLastCalledWith(proposals.map(({ key }) => key));
});

test('what was edited is still there after the panel was closed', async () => {
  const proposals = [proposal({ title: 'Send the abstract' })];
  const { unmount } = setup(proposals);
  await fireEvent.input(screen.getByRole('textbox', { name: 'Title' }), {
    target: { value: 'Mine' },
  });
  unmount();
  setup(proposals);
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Title' }).value).toBe('Mine');
});

test('a damaged draft is no draft', () => {
  localStorage.setItem(`holdfast:draft:review:${clip}`, '{"x":');
  setup([proposal({ title: 'Send the abstract' })]);
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Title' }).value).toBe(
    'Send the abstract',
  );
});

test('shows the sentence that a proposal rests on', async () => {
  const { onshow } = setup([proposal()]);
  await fireEvent.click(screen.getByRole('button', { name: 'Please send the abstract.' }));
  expect(onshow).toHaveBeenCalledWith(
    expect.objectContaining({ text: 'Please send the abstract.' }),
  );
});
