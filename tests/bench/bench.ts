import { runFromCommandLine } from './runner.ts';

await runFromCommandLine('bench', {
  store: async () => (await import('./store/store.ts')).store,
  extract: async () => (await import('./extract/extract.ts')).extract,
});
