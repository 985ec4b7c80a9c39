/**
 * The store bench: what a durable change and a list cost through the whole ledger, beside the bare
 * storage layer, Dexie, one Yjs document in IndexedDB, and the floor, in the same run of the same
 * browser; rounds are interleaved and medians are read.
 */
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { findChromium } from '../../../tools/chromium.ts';
import { inFolder, serve } from '../../../tools/server.ts';
import { installPeers } from '../peers.ts';
import { type Experiment, median, type Show } from '../runner.ts';
import { firstPaint } from './first-paint.ts';
import type { Run } from './page.ts';
import type { Job } from './tasks.ts';

const stores = ['holdfast', 'sqlite', 'dexie', 'y-indexeddb'] as const;
type StoreName = (typeof stores)[number];

interface Times {
  fill: number;
  write: number;
  toggleList: number;
  list: number;
  cold: number;
}

export const store: Experiment = {
  about:
    'Durable write, toggle and list, list and cold open through the whole ledger, beside peers.',
  options: { sizes: '1000,10000,100000', rounds: '5' },
  run: async ({ sizes = '', rounds = '' }, show) => {
    installPeers();
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
    try {
      await bundle(join(folder, 'site'));
      const site = await serve((path) => inFolder(join(folder, 'site'), path));
      const bySize = new Map<number, SizeResult>();
      try {
        for (const size of sizes.split(',').map(Number)) {
          const profile = join(folder, `profile-${size}`);
          bySize.set(size, await measure(site.origin, profile, size, Number(rounds), show));
        }
      } finally {
        await site.close();
      }
      report(bySize, show);
      const figures = { ...summary(bySize), ...(await firstPaint(join(folder, 'site'), show)) };
      const ok = Object.values(figures).every(Number.isFinite);
      return { ok, figures };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface SizeResult {
  readonly floor: number;
  readonly times: ReadonlyMap<StoreName, Times>;
}

async function measure(
  origin: string,
  profile: string,
  size: number,
  rounds: number,
  show: Show,
): Promise<SizeResult> {
  const samples = new Map<StoreName, Record<keyof Omit<Times, 'fill'>, number[]>>(
    stores.map((name) => [name, { write: [], toggleList: [], list: [], cold: [] }]),
  );
  const fills = new Map<StoreName, number>();
  const floors: number[] = [];

  await inBrowser(origin, profile, async (run) => {
    for (const name of stores) {
      show.progress(`${size} tasks: filling ${name}`);
      await run(name, { do: 'open', store: name });
      fills.set(name, median(await run(name, { do: 'fill', count: size })));
    }
    for (let round = 1; round <= rounds; round++) {
      show.progress(`${size} tasks: round ${round} of ${rounds}`);
      floors.push(...(await run('floor', { do: 'floor', count: 40 })));
      for (const name of stores) {
        const sample = samples.get(name);
        sample?.write.push(...(await run(name, { do: 'toggle', count: 40 })));
        sample?.toggleList.push(...(await run(name, { do: 'toggle-list', count: 40 })));
        sample?.list.push(...(await run(name, { do: 'list', count: 40 })));
      }
    }
  });
  for (let launch = 1; launch <= 3; launch++) {
    show.progress(`${size} tasks: cold open ${launch} of 3`);
    for (const name of stores) {
      await inBrowser(origin, profile, async (run) => {
        samples.get(name)?.cold.push(...(await run(name, { do: 'open', store: name })));
      });
    }
  }
  const times = new Map(
    stores.map((name): [StoreName, Times] => {
      const { write = [], toggleList = [], list = [], cold = [] } = samples.get(name) ?? {};
      return [
        name,
        {
          fill: fills.get(name) ?? NaN,
          write: median(write),
          toggleList: median(toggleList),
          list: median(list),
          cold: median(cold),
        },
      ];
    }),
  );
  return { floor: median(floors), times };
}

async function inBrowser(
  origin: string,
  profile: string,
  work: (run: (store: string, job: Job) => Promise<number[]>) => Promise<void>,
): Promise<void> {
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: await findChromium(),
    headless: false,
    args: ['--headless=new', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    chromiumSandbox: false,
  });
  try {
    const page: Page = await context.newPage();
    await page.goto(`${origin}/index.html`);
    await work((name, job) =>
      page.evaluate(([to, what]) => (globalThis as unknown as { run: Run }).run(to, what), [
        name,
        job,
      ] as const),
    );
  } finally {
    await context.close();
  }
}

async function bundle(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    worker: { format: 'es' },
    resolve: { dedupe: ['yjs'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome137',
      rolldownOptions: {
        input: ['index.html', 'dexie-list.html'].map((page) => join(import.meta.dirname, page)),
      },
    },
  });
}

function report(bySize: ReadonlyMap<number, SizeResult>, show: Show): void {
  const jobs = [
    ['Durable write, ms', 'write'],
    ['Toggle one and list 100, ms', 'toggleList'],
    ['List 100, ms', 'list'],
    ['Cold open and first list, ms', 'cold'],
    ['Fill, ms', 'fill'],
  ] as const;
  for (const [title, job] of jobs) {
    const rows = stores.map((name) => ({
      store:
        name === 'holdfast'
          ? 'holdfast (whole ledger)'
          : name === 'sqlite'
            ? 'storage layer alone'
            : name,
      ...Object.fromEntries(
        [...bySize].map(([size, { times }]) => [String(size), times.get(name)?.[job] ?? NaN]),
      ),
    }));
    const floor = {
      store: 'floor: append + flush',
      ...Object.fromEntries([...bySize].map(([size, result]) => [String(size), result.floor])),
    };
    show.table(title, job === 'write' ? [...rows, floor] : rows);
  }
}

function summary(bySize: ReadonlyMap<number, SizeResult>): Record<string, number> {
  const at = (size: number, name: StoreName, job: keyof Times) =>
    bySize.get(size)?.times.get(name)?.[job] ?? NaN;
  const largest = Math.max(...bySize.keys());
  const ratio = (name: StoreName, job: keyof Times, ours: StoreName = 'holdfast') =>
    at(largest, name, job) / at(largest, ours, job);
  const floor = bySize.get(largest)?.floor ?? NaN;
  return {
    write_ms: at(largest, 'holdfast', 'write'),
    write_vs_floor: at(largest, 'holdfast', 'write') / floor,
    toggle_list_ms: at(largest, 'holdfast', 'toggleList'),
    toggle_list_vs_dexie: ratio('dexie', 'toggleList'),
    toggle_list_vs_yindexeddb: ratio('y-indexeddb', 'toggleList'),
    list_ms: at(largest, 'holdfast', 'list'),
    list_vs_dexie: ratio('dexie', 'list'),
    storage_write_vs_floor: at(largest, 'sqlite', 'write') / floor,
    storage_toggle_list_vs_dexie: ratio('dexie', 'toggleList', 'sqlite'),
    storage_toggle_list_vs_yindexeddb: ratio('y-indexeddb', 'toggleList', 'sqlite'),
    cold_open_ms: at(largest, 'holdfast', 'cold'),
    ...(bySize.has(10_000) && { bulk_10k_ms: at(10_000, 'holdfast', 'fill') }),
  };
}
