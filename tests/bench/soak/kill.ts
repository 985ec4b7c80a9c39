/**
 * A real browser, killed by SIGKILL while it writes, again and again. After every start no
 * acknowledged write may be missing, no action half there, the database and its log must be whole,
 * and a rebuild must show the same.
 */
import { buildExtension } from '../../../tools/build.ts';
import { type KilledBrowser, openKilledBrowser } from '../../support/killed-browser.ts';
import { type Experiment, median, quantile } from '../runner.ts';

/** Kills of one profile: its log grows with each, and so does the time to look through it. */
const perProfile = 20;

export const kill: Experiment = {
  about: 'kill -9 of the real browser while it writes: nothing acknowledged may be lost.',
  options: { count: '1000', seed: '1' },
  run: async ({ count, seed }, show) => {
    const figures = { kills: 0, lost: 0, half: 0, corrupt: 0, different: 0, failed: 0 };
    const writes = { acknowledged: 0, cut: 0, kept: 0 };
    /** ms from one kill to the next. */
    const times: number[] = [];
    const extension = await buildExtension();
    const stop = new AbortController();
    const isStopped = () => stop.signal.aborted;
    const interrupt = () => stop.abort();
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

    for (let profile = 0; figures.kills < Number(count) && !isStopped(); profile++) {
      const own = Number(seed) + profile;
      const kills = Math.min(perProfile, Number(count) - figures.kills);
      let browser: KilledBrowser | null = null;
      let faults = 0;
      try {
        browser = await openKilledBrowser(extension, own);
        for (let i = 0; i < kills && faults === 0 && !isStopped(); i++) {
          const start = performance.now();
          const verdict = await browser.killOnce();
          // The last one of a profile also pays for a look at everything.
          const whole = i + 1 === kills ? await browser.verify() : null;
          times.push(performance.now() - start);
          figures.kills++;
          writes.cut += verdict.cut;
          writes.kept += verdict.kept;
          for (const { kind, text } of [...verdict.faults, ...(whole?.faults ?? [])]) {
            figures[kind]++;
            faults++;
            show.line(`seed ${own}, kill ${i + 1}: ${kind}: ${text}`);
          }
          if (process.stderr.isTTY || figures.kills % 10 === 0) {
            const left = ((Number(count) - figures.kills) * median(times)) / 60_000;
            const acknowledged = writes.acknowledged + browser.acknowledged();
            show.progress(
              `${figures.kills} kills, ${acknowledged} writes acknowledged, ${left.toFixed(1)} min left`,
            );
          }
        }
      } catch (error) {
        figures.failed++;
        faults++;
        show.line(`seed ${own}: ${String(error)}`);
      } finally {
        writes.acknowledged += browser?.acknowledged() ?? 0;
        await browser?.close();
      }
      if (faults === 0) continue;
      // The same writes, and as many before each kill; what it interrupts is chance.
      show.line(`  npm run -s soak -- kill --count ${kills} --seed ${own}`);
    }
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);

    if (isStopped()) show.line('Stopped before its end.');
    const { kills, ...bad } = figures;
    const isWhole = Object.values(bad).every((number) => number === 0);
    return {
      ok: isWhole && kills === Number(count),
      figures: {
        ...figures,
        ...writes,
        'ms per kill': median(times),
        'ms per kill, p95': quantile(times, 0.95),
      },
    };
  },
};
