/**
 * The ledger bench: what it costs to sign, admit, join, rebuild and compact, in a dedicated worker
 * of a real browser, on its private file system and with its own cryptography; beside one Yjs
 * document that takes the same overwrites.
 */
import { type Experiment, type Show } from '../runner.ts';
import { inBrowser } from './browser.ts';
import { inNode } from './node.ts';
import type { Result } from './device.ts';

export const ledger: Experiment = {
  about: 'Signing, admission, joins, rebuild and growth of the ledger, beside one Yjs document.',
  options: {
    in: 'browser', // or node, to profile
    sizes: '10000,100000', // tasks to admit
    batches: '65536,262144,1048576', // bytes, at the smallest size; the middle one at all
    signed: '10000',
    joined: '5000', // fields
    fields: '10000',
    overwrites: '1000000', // 0: no growth
  },
  run: async (options, show) =>
    (options['in'] === 'node' ? inNode : inBrowser)(async (run) => {
      const count = (name: string) => Number(options[name]);
      const list = (name: string) => (options[name] ?? '').split(',').map(Number);
      const figures: Record<string, number> = {};

      show.progress('signing');
      const signed = await run({ do: 'sign', count: count('signed') });
      report(show, 'Signing, per second', signed);
      Object.assign(figures, signed);

      const rows: Record<string, string | number>[] = [];
      const sizes = list('sizes');
      const usual = list('batches')[1] ?? list('batches')[0] ?? 262_144;
      for (const size of sizes) {
        for (const bytes of size === sizes[0] ? list('batches') : [usual]) {
          show.progress(`admitting ${size} tasks, ${bytes} bytes at a time`);
          const admitted = await run({ do: 'admit', count: size, bytes });
          rows.push({ tasks: size, batch: `${bytes / 1024} KiB`, ...whole(admitted) });
          if (bytes !== usual) continue;
          figures['admit_per_s'] = admitted['admit_per_s'] ?? NaN;
          figures[`admit_per_s_${name(size)}`] = admitted['admit_per_s'] ?? NaN;
          figures[`rebuild_${name(size)}_ms`] = admitted['rebuild_ms'] ?? NaN;
        }
      }
      show.table('Admission of what another device wrote', rows);

      show.progress('joining');
      Object.assign(figures, await run({ do: 'join', count: count('joined') }));
      report(show, 'Joins', { join_per_s: figures['join_per_s'] ?? NaN });

      if (count('overwrites') > 0) {
        const work = { fields: count('fields'), overwrites: count('overwrites') };
        show.progress(`growing: ${work.overwrites} overwrites`);
        const grown = await run({ do: 'grow', ...work });
        const peer = await run({ do: 'yjs', ...work });
        report(show, `${work.overwrites} overwrites of ${work.fields} fields`, grown);
        report(show, 'The same in one Y.Doc', peer);
        Object.assign(figures, grown, peer);
        Object.assign(figures, {
          memory_start: grown['memory_start'] ?? NaN,
          memory_peak: grown['memory_peak'] ?? NaN,
          yjs_memory_peak: peer['memory_peak'] ?? NaN,
        });
      }
      return {
        ok: Object.values(figures).every((value) => value >= 0 || Number.isNaN(value)),
        figures,
      };
    }),
};

function report(show: Show, title: string, result: Result): void {
  show.table(
    title,
    Object.entries(whole(result)).map(([figure, value]) => ({ figure, value })),
  );
}

function whole(result: Result): Record<string, number> {
  return Object.fromEntries(
    Object.entries(result).map(([key, value]) => [key, value > 100 ? Math.round(value) : value]),
  );
}

function name(size: number): string {
  return size >= 1_000 ? `${size / 1_000}k` : String(size);
}
