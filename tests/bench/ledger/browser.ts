/** Jobs of the ledger benches in the workers of a real Chromium. */
import { chromium } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { findChromium } from '../../../tools/chromium.ts';
import { inFolder, serve } from '../../../tools/server.ts';
import { installPeers } from '../peers.ts';
import type { Result } from './device.ts';
import type { Job } from './jobs.ts';
import { watchMemory } from './memory.ts';
import type { Run } from './page.ts';

/** @param work gets what runs a job in a worker of its own. */
export async function inBrowser<T>(work: (run: (job: Job) => Promise<Result>) => Promise<T>) {
  installPeers();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const outDir = join(folder, 'site');
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      root: import.meta.dirname,
      worker: { format: 'es' },
      resolve: { dedupe: ['yjs'] },
      build: { outDir, emptyOutDir: true, target: 'chrome137' },
    });
    const site = await serve((path) => inFolder(outDir, path));
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: await findChromium(),
      headless: false,
      args: [
        '--headless=new',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
      chromiumSandbox: false,
    });
    try {
      const page = await context.newPage();
      return await work(async (job) => {
        // A fresh page for each: memory that a job has left is none of the next one's.
        await page.goto(`${site.origin}/index.html`);
        const { result, start, peak } = await watchMemory(() =>
          page.evaluate((what) => (globalThis as unknown as { run: Run }).run(what), job),
        );
        return { ...result, memory_start: start, memory_peak: peak };
      });
    } finally {
      await context.close();
      await site.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
