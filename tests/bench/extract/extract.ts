/**
 * The extraction bench: what the built-in reader finds on pages of our own writing, kept by the real
 * extension in a real browser, against truth files made by hand. A third of the pages is held back:
 * nobody who works on the reader looks at them.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildExtension, grantedCopy, root } from '../../../tools/build.ts';
import { removeFolder } from '../../../tools/chromium.ts';
import { openPageReader } from '../../../tools/page-reader.ts';
import { inFolder, serve } from '../../../tools/server.ts';
import type { Experiment, Show } from '../runner.ts';
import { type Score, score, type ScoredPage, type Truth } from '../score.ts';

const folder = join(root, 'tests/fixtures/pages');

export const extract: Experiment = {
  about: 'Tasks and dates found on the fixture pages: precision, recall, dates, quotes.',
  // 'list' names what was missed and wrong, of the open pages only.
  options: { only: '', list: 'no' },
  run: async ({ only = '', list }, show) => {
    const copy = await grantedCopy(await buildExtension(), ['http://127.0.0.1/*']);
    const site = await serve((path) => inFolder(folder, path));
    try {
      const reader = await openPageReader(copy);
      try {
        const read = async (set: string) => {
          const pages: ScoredPage[] = [];
          const files = (await readdir(join(folder, set))).filter((file) => file.endsWith('.html'));
          for (const file of files.filter((name) => name.includes(only))) {
            show.progress(`${set} ${pages.length + 1}/${files.length}`);
            const name = file.replace('.html', '');
            const truth = JSON.parse(
              await readFile(join(folder, set, `${name}.json`), 'utf8'),
            ) as Truth;
            const { tasks, text, isKept } = await reader.read(`${site.origin}/${set}/${file}`);
            if (!isKept) throw new Error(`${file} could not be kept`);
            pages.push({ name, truth, found: [...tasks], text });
          }
          return score(pages);
        };
        const [open, heldback] = [await read('open'), await read('heldback')];
        if (list === 'yes') listFaults(open, show);
        const rows = [
          ['open', open],
          ['heldback', heldback],
        ] as const;
        show.table(
          'Tasks found by the built-in reader',
          rows.map(([set, { pages, ...found }]) => ({
            set,
            pages: pages.length,
            ...figuresOf(found),
          })),
        );
        const figures = figuresOf(open);
        for (const [key, value] of Object.entries(figuresOf(heldback))) {
          figures[`${key}_heldback`] = value;
        }
        return { ok: open.false_quotes + heldback.false_quotes === 0, figures };
      } finally {
        await reader.close();
      }
    } finally {
      await site.close();
      await removeFolder(copy);
    }
  },
};

function figuresOf({
  precision,
  recall,
  dates,
  invented,
  false_quotes,
}: Omit<Score, 'pages'>): Record<string, number> {
  return { precision, recall, dates, invented, false_quotes };
}

function listFaults({ pages }: Score, show: Show): void {
  for (const { name, missed, wrong, wrongDates } of pages) {
    if (missed.length + wrong.length + wrongDates.length === 0) continue;
    show.line(`\n${name}`);
    for (const { quote, due } of missed) show.line(`  missed  ${due ?? '-'}  ${quote}`);
    for (const { title, due, quote } of wrong)
      show.line(`  wrong   ${due ?? '-'}  ${title} | ${quote}`);
    for (const { truth, found } of wrongDates) {
      show.line(`  date    ${found.due ?? '-'} for ${truth.due ?? '-'}  ${truth.quote}`);
    }
  }
}
