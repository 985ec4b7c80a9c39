// @vitest-environment jsdom
import '../../support/jsdom.ts';
import { render, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import WhenChip from '../../../components/tasks/WhenChip.svelte';
import { addDays, daysBetween, formatDay, formatWhen, nextWeek } from '../../../lib/ui/dates.ts';

const today = '2026-11-22';

describe('a day', () => {
  test.each([
    ['2026-11-22', 'Today'],
    ['2026-11-23', 'Tomorrow'],
    ['2026-11-21', 'Yesterday'],
    ['2026-11-27', 'Fri, Nov 27'],
    ['2027-01-05', 'Jan 5, 2027'],
  ])('%s is called %s', (day, words) => expect(formatDay(day, today)).toBe(words));

  test('names its hour if it has one', () =>
    expect(formatWhen('2026-11-23T15:00', today)).toMatch(/^Tomorrow, 3:00\sPM$/));

  test('is counted without regard to changes of the clock', () => {
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  test('of next week is the next first day of a week, never today', () => {
    const next = nextWeek(today);
    expect(daysBetween(today, next)).toBeGreaterThan(0);
    expect(daysBetween(today, next)).toBeLessThanOrEqual(7);
    expect(nextWeek(next)).toBe(addDays(next, 7));
  });
});

describe('the chip of a deadline', () => {
  const chip = (props: Partial<Parameters<typeof render<typeof WhenChip>>[1]>) =>
    render(WhenChip, { kind: 'deadline', when: '2026-11-27', today, ...props }).container
      .firstElementChild;

  test('says in full what it shows in short', () => {
    chip({});
    expect(screen.getByText('Due Fri, Nov 27')).toBeTruthy();
  });

  test('is warm from its day on, and calm once the task is done', () => {
    expect(chip({})?.classList).not.toContain('due');
    expect(chip({ when: '2026-11-22T09:00' })?.classList).toContain('due');
    expect(chip({ when: '2026-11-20' })?.classList).toContain('due');
    expect(chip({ when: '2026-11-20', isDone: true })?.classList).not.toContain('due');
  });

  test('has a question mark where part of it was guessed', () => {
    const unsure = chip({ isUnsure: true });
    expect(unsure?.textContent).toContain('?');
    expect(unsure?.getAttribute('title')).toContain('guessed');
  });
});
