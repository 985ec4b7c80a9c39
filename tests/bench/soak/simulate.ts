/**
 * The deterministic simulator for a long time: whole devices, a bad network, crashes, full disks,
 * wrong clocks, restored backups and adversaries; docs/simulation.md. A seed that fails prints the
 * command that replays it and the shortest story that was found of it.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { planOf, shrink, simulate } from '../../simulation/simulation.ts';
import type { Experiment } from '../runner.ts';

/** What a worker says of a seed. */
interface Report {
  readonly seed: number;
  readonly deliveries: number;
  readonly diverged: number;
  readonly lost: number;
  readonly stuck: number;
  readonly wrong: number;
  readonly fault: string | null;
  readonly tally: readonly (readonly [string, number])[];
}

export const simulation: Experiment = {
  about:
    'Whole devices on a simulated network with faults and adversaries: all agree, nothing is lost.',
  options: { seeds: '200', first: '1', seed: '', workers: String(availableParallelism()) },
  run: async ({ seeds, first, seed, workers }, show) => {
    if (seed) return tellOne(Number(seed), show.line);
    const from = Number(first);
    const until = from + Number(seeds);
    const figures = { seeds: 0, deliveries: 0, diverged: 0, lost: 0, stuck: 0, wrong: 0 };
    const tally = new Map<string, number>();
    const started = performance.now();
    let next = from;
    const take = (report: Report) => {
      figures.seeds++;
      for (const key of ['deliveries', 'diverged', 'lost', 'stuck', 'wrong'] as const) {
        figures[key] += report[key];
      }
      for (const [what, times] of report.tally) tally.set(what, (tally.get(what) ?? 0) + times);
      if (report.fault !== null) {
        show.line(`seed ${report.seed}: ${report.fault}`);
        show.line(`  npm run -s soak -- simulate --seed ${report.seed}`);
      }
      if (figures.seeds % 50 !== 0) return;
      const left = ((performance.now() - started) / figures.seeds) * (until - from - figures.seeds);
      show.progress(
        `${figures.seeds} seeds, ${figures.deliveries} deliveries, ` +
          `${figures.diverged + figures.lost + figures.stuck + figures.wrong} faults, ` +
          `${(left / 60_000).toFixed(1)} min left`,
      );
    };
    await Promise.all(
      Array.from({ length: Number(workers) }, () =>
        work(() => (next < until ? next++ : null), take),
      ),
    );
    const seconds = (performance.now() - started) / 1_000;
    show.table(
      'what happened',
      [...tally].sort().map(([what, times]) => ({ what, times })),
    );
    const { diverged, lost, stuck, wrong } = figures;
    return {
      ok: diverged + lost + stuck + wrong === 0,
      figures: { ...figures, minutes: seconds / 60, 'seeds per second': figures.seeds / seconds },
    };
  },
};

async function tellOne(seed: number, line: (text: string) => void) {
  const plan = planOf(seed);
  const whole = await simulate(plan);
  const { seed: _, faults, story, tally: __, ...figures } = whole;
  if (faults.length === 0) {
    line(`seed ${seed}: all is well after ${plan.script.length} events`);
    return { ok: true, figures: { seed, ...figures } };
  }
  for (const fault of faults) line(fault);
  line(`\nThe whole story has ${story.length} lines. Looking for a shorter one…`);
  const short = await shrink(plan);
  line(`\n${short.outcome.faults[0] ?? ''}\n`);
  for (const each of short.outcome.story) line(each);
  line(`\nEvents: ${short.plan.script.map(({ number }) => number).join(' ')}`);
  return { ok: false, figures: { seed, ...figures } };
}

/** One worker process of its own memory: it gets a seed at a time. */
function work(next: () => number | null, take: (report: Report) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    const go = () => {
      const seed = next();
      if (seed !== null) worker.postMessage(seed);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (report: Report) => {
      take(report);
      go();
    });
    worker.on('error', reject);
    go();
  });
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', (seed: number) => {
    void simulate(planOf(seed)).then(({ faults, story: _, tally, ...figures }) => {
      const report: Report = { ...figures, fault: faults[0] ?? null, tally: [...tally] };
      port.postMessage(report);
    });
  });
}
