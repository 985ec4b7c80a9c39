import { expect, test } from 'vitest';
import {
  longestCommonSubstring,
  overlap,
  sameDue,
  score,
  type FoundTask,
  type TruthTask,
} from '../../bench/score.ts';

const found = (quote: string, due: string | null = null, more: Partial<FoundTask> = {}) => ({
  title: quote,
  due,
  dueCertain: due !== null,
  quote,
  start: 0,
  end: quote.length,
  ...more,
});
const page = (tasks: TruthTask[], items: FoundTask[], text: string | null = null) => ({
  name: 'page',
  truth: { language: 'en', published: null, tasks },
  found: items,
  text,
});
const once = (tasks: TruthTask[], items: FoundTask[], text: string | null = null) =>
  score([page(tasks, items, text)]);

test('quotes overlap when folded equal, contained, or 60 % common', () => {
  expect(overlap('Send  the\nform.', 'send the form.')).toBe(1);
  expect(overlap('caf\u00e9 money', 'cafe\u0301 money')).toBe(1);
  expect(overlap('Please send the form by Friday.', 'send the form')).toBeGreaterThan(0);
  expect(
    overlap('Please send the form by Friday.', 'You must send the form by Friday!'),
  ).toBeGreaterThan(0);
  expect(overlap('Please send the form.', 'Bring your boots along.')).toBe(0);
  expect(overlap('a', 'a longer sentence')).toBe(0);
  expect(overlap('', 'anything')).toBe(0);
  expect(longestCommonSubstring('abcdef', 'zabcy')).toBe(3);
});

test('a time of 23:59 equals the bare date, other times do not', () => {
  expect(sameDue('2026-03-01', '2026-03-01T23:59')).toBe(true);
  expect(sameDue('2026-03-01T17:00', '2026-03-01')).toBe(false);
  expect(sameDue('2026-03-01T17:00', '2026-03-01T17:00')).toBe(true);
  expect(sameDue('2026-03-01T23:59', '2026-03-02')).toBe(false);
  expect(sameDue(null, null)).toBe(true);
  expect(sameDue(null, '2026-03-01')).toBe(false);
});

test('precision, recall and dates', () => {
  const result = once(
    [
      { quote: 'Pay the bill by 3 March 2026.', due: '2026-03-03' },
      { quote: 'Return the green form.', due: null },
      { quote: 'Ring the site office by 4 May 2026.', due: '2026-05-04' },
    ],
    [
      found('Pay the bill by 3 March 2026.', '2026-03-04'),
      found('Return the green form.'),
      found('Subscribe to our newsletter'),
    ],
  );
  expect(result.precision).toBeCloseTo(2 / 3);
  expect(result.recall).toBeCloseTo(2 / 3);
  expect(result.dates).toBe(0);
  expect(result.invented).toBe(1);
  expect(result.pages[0]?.missed.map((t) => t.quote)).toEqual([
    'Ring the site office by 4 May 2026.',
  ]);
  expect(result.pages[0]?.wrong.map((t) => t.quote)).toEqual(['Subscribe to our newsletter']);
  expect(result.pages[0]?.wrongDates).toHaveLength(1);
});

test('one sentence with two deadlines: equal dues find each other', () => {
  const quote = 'Book the studio by 2 April and send the invitations by 8 April.';
  const result = once(
    [
      { quote, due: '2026-04-02' },
      { quote, due: '2026-04-08' },
    ],
    [found(quote, '2026-04-08'), found(quote, '2026-04-02')],
  );
  expect(result.dates).toBe(1);
  expect(result.invented).toBe(0);
});

test('matching is one to one, the best overlap first', () => {
  const result = once(
    [{ quote: 'Send the form to the office.', due: null }],
    [found('the form to the office'), found('Send the form to the office.')],
  );
  expect(result.counts.matched).toBe(1);
  expect(result.pages[0]?.matched[0]?.found.quote).toBe('Send the form to the office.');
  expect(result.precision).toBe(0.5);
});

test('optional tasks count neither way', () => {
  const tasks = [
    { quote: 'If you have a car, please speak to Winnie.', due: null, optional: true },
  ];
  expect(once(tasks, [])).toMatchObject({ precision: 1, recall: 1 });
  const result = once(tasks, [found('please speak to Winnie'), found('If you have a car, please')]);
  expect(result).toMatchObject({ precision: 1, recall: 1 });
  expect(result.counts.neutral).toBe(2);
});

test('a quote may leave struck text out', () => {
  const result = once(
    [{ quote: 'Papers 1 May 2026 9 May 2026', due: '2026-05-09', also: ['Papers 9 May 2026'] }],
    [found('Papers 9 May 2026', '2026-05-09')],
  );
  expect(result).toMatchObject({ recall: 1, dates: 1 });
});

test('a date on a task that has none lowers dates and is invented if certain', () => {
  const tasks = [{ quote: 'Return the green form.', due: null }];
  expect(once(tasks, [found('Return the green form.', '2026-01-01')])).toMatchObject({
    dates: 0,
    invented: 1,
  });
  const guess = found('Return the green form.', '2026-01-01', { dueCertain: false });
  expect(once(tasks, [guess])).toMatchObject({ dates: 0, invented: 0 });
});

test('where the page leaves the date open, only a certain date is held against the reader', () => {
  const tasks = [{ quote: 'Return the green form by 3 May.', due: null, certain: false }];
  const guess = found('Return the green form by 3 May.', '2027-05-03', { dueCertain: false });
  expect(once(tasks, [guess])).toMatchObject({ dates: 1, invented: 0 });
  expect(once(tasks, [{ ...guess, dueCertain: true }])).toMatchObject({ dates: 1, invented: 1 });
});

test('quotes must stand in the text, and at their place', () => {
  const text = 'Hello. Send the form.';
  const items = [
    found('Send the form.', null, { start: 7, end: 21 }),
    found('Send the form.', null, { start: 0, end: 14 }),
    found('Send a form.'),
  ];
  expect(once([], items, text)).toMatchObject({ false_quotes: 1, misplaced: 1, precision: 0 });
  expect(once([], items, null)).toMatchObject({ false_quotes: 0, misplaced: 0 });
});

test('nothing to count gives full shares', () => {
  expect(score([])).toMatchObject({ precision: 1, recall: 1, dates: 1, invented: 0 });
});
