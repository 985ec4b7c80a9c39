import { runFromCommandLine } from './runner.ts';

await runFromCommandLine('soak', {
  actions: async () => (await import('./soak/actions.ts')).actions,
});
