// @vitest-environment jsdom
import '../../support/jsdom.ts';
import { render, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import ReadingView from '../../../components/clips/ReadingView.svelte';
import { placeOf, sectionsOf, type Mark } from '../../../lib/ui/reading.ts';
import { page, passageIn } from '../../support/stand-in-engine.ts';

const mark = (
  text: ReturnType<typeof page>,
  words: string,
  kind: Mark['kind'] = 'task',
  href: string | null = '#/there',
): Mark => {
  const { start, end } = passageIn(text, words);
  return { kind, start, end, label: words, href };
};

describe('a kept text', () => {
  test('shows what looks like markup as the text that it is', () => {
    const evil = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;
    const text = page(evil, `# ${evil}`, `- ${evil}`, `    ${evil}`);
    const { container } = render(ReadingView, {
      page: text,
      marks: [mark(text, 'onerror')],
      at: null,
    });
    expect(container.querySelector('img, script')).toBeNull();
    expect(container.textContent.split(evil)).toHaveLength(5);
  });

  test('keeps its headings, its nested lists, its boxes and its lines of code', () => {
    const text = page(
      '# Rules',
      '1. First',
      '  - inside',
      '2. Second',
      '[x] ticked',
      '> said',
      '    let x;',
    );
    const { container } = render(ReadingView, { page: text, marks: [], at: null });
    expect(screen.getByRole('heading', { name: 'Rules' })).toBeTruthy();
    expect(container.querySelector('ol > li > ul > li')?.textContent.trim()).toBe('inside');
    expect(
      [...container.querySelectorAll('ol > li')].map((it) => it.getAttribute('value')),
    ).toEqual(['1', '2']);
    expect(screen.getByRole<HTMLInputElement>('checkbox').checked).toBe(true);
    expect(container.querySelector('blockquote')?.textContent).toBe('said');
    expect(container.querySelector('pre')?.textContent).toBe('let x;');
  });

  test('marks passages that overlap, each of them whole', () => {
    const text = page('Please submit your abstract by Friday.');
    const { container } = render(ReadingView, {
      page: text,
      marks: [
        mark(text, 'submit your abstract', 'proposal'),
        mark(text, 'abstract by Friday', 'task'),
      ],
      at: null,
    });
    const marked = [...container.querySelectorAll('mark')];
    expect(marked.map((it) => it.textContent)).toEqual(['submit your ', 'abstract', ' by Friday']);
    expect(marked[1]?.title).toBe('submit your abstract · abstract by Friday');
    expect(container.textContent).toContain('Please submit your abstract by Friday.');
  });

  test('leads from a marked passage to its task, and from a link to its page', () => {
    const text = page('Pay [the bill](https://example.org/bill) by Friday.');
    render(ReadingView, { page: text, marks: [mark(text, 'Pay the bill by Friday')], at: null });
    const link = screen.getByRole('link', { name: 'the bill' });
    expect(link.getAttribute('href')).toBe('https://example.org/bill');
    expect(link.getAttribute('rel')).toContain('noopener');
    expect(screen.getByRole('link', { name: 'by Friday' }).getAttribute('href')).toBe('#/there');
  });

  test('links to the web only', () => {
    const text = page('[a](javascript:alert(1)) [b](data:text/html,x) [c](chrome://version)');
    const { container } = render(ReadingView, { page: text, marks: [], at: null });
    expect(container.querySelector('a')).toBeNull();
  });

  test('draws a long page in part, and as far as the passage that one came for', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `Line ${index}.`);
    const text = page(...lines);
    const first = render(ReadingView, { page: text, marks: [], at: null });
    expect(first.container.querySelectorAll('p').length).toBeLessThan(300);
    const at = passageIn(text, 'Line 700.').start;
    const second = render(ReadingView, { page: text, marks: [], at });
    expect(second.container.textContent).toContain('Line 700.');
  });
});

describe('runs', () => {
  test('together say what the block says, however marks cut it', () => {
    const text = page('One two three four five.');
    const words = ['One', 'two three', 'three four', 'One two three four five', 'e'];
    const marks = words.map((word) => mark(text, word));
    const [section] = sectionsOf(text, marks);
    const runs = section?.kind === 'block' ? section.runs : [];
    expect(runs.map((run) => run.text).join('')).toBe(text.text);
    for (const run of runs) {
      const covering = marks.filter(
        ({ start, end }) => start <= run.start && end >= run.start + run.text.length,
      );
      expect(run.marks).toEqual(covering);
    }
  });
});

describe('a passage', () => {
  test('is found again in another version only where it stands once', () => {
    const text = page('Intro.', 'Pay by Friday.', 'Come by. Come by.');
    const passage = (words: string) => ({ start: 900, end: 900 + words.length, text: words });
    expect(placeOf(text, passage('Pay by Friday.'))).toEqual({ start: 7, end: 21 });
    expect(placeOf(text, passage('Come by.'))).toBeNull();
    expect(placeOf(text, passage('Never said.'))).toBeNull();
  });
});
