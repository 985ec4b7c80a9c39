import { runFromCommandLine } from './runner.ts';

await runFromCommandLine('soak', {
  kill: async () => (await import('./soak/kill.ts')).kill,
  actions: async () => (await import('./soak/actions.ts')).actions,
});
