/** The same jobs in Node, in memory, for its profiler: `node --cpu-prof tests/bench/bench.ts …`. */
import { openMemory } from '../../../lib/database/sqlite.ts';
import { installPeers } from '../peers.ts';
import type { Result } from './device.ts';
import type { Job } from './jobs.ts';

export async function inNode<T>(work: (run: (job: Job) => Promise<Result>) => Promise<T>) {
  installPeers();
  const { run } = await import('./jobs.ts');
  const open = () => openMemory();
  return work(async (job) => {
    const { rss: start } = process.memoryUsage();
    let peak = start;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 100);
    try {
      const place = { open, openInMemory: open, filesOf: async () => NaN };
      const result = await run(job, place);
      return { ...result, memory_start: start, memory_peak: peak };
    } finally {
      clearInterval(timer);
    }
  });
}
