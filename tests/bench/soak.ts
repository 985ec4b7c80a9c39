import { runFromCommandLine } from './runner.ts';

await runFromCommandLine('soak', {
  kill: async () => (await import('./soak/kill.ts')).kill,
  attack: async () => (await import('./soak/attack.ts')).attack,
  actions: async () => (await import('./soak/actions.ts')).actions,
  simulate: async () => (await import('./soak/simulate.ts')).simulation,
  planted: async () => (await import('../simulation/planted.ts')).planted,
  exhaustive: async () => (await import('./soak/exhaustive.ts')).exhaustive,
});
