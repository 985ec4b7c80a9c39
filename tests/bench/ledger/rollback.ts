/**
 * The rollback bench: three devices in a worker of a real browser, one of which goes bad; how long
 * it takes until nothing of what it said counts, and whether anything else is lost with it.
 */
import type { Experiment } from '../runner.ts';
import { inBrowser } from './browser.ts';
import { inNode } from './node.ts';

export const rollback: Experiment = {
  about: 'Revokes one of three devices from a moment on: what is lost, and how long it takes.',
  options: { envelopes: '100000', in: 'browser' },
  run: async ({ envelopes = '', in: where }, show) => {
    show.progress(`writing and carrying ${envelopes} envelopes`);
    const within = where === 'node' ? inNode : inBrowser;
    const result = await within((run) => run({ do: 'rollback', envelopes: Number(envelopes) }));
    show.table(
      'A device that wrote 30 % is revoked',
      Object.entries(result).map(([figure, value]) => ({ figure, value })),
    );
    const { lost, left, hashes } = result;
    return { ok: lost === 0 && left === 0 && hashes === 1, figures: result };
  },
};
