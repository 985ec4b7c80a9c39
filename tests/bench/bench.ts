import { runFromCommandLine } from './runner.ts';

await runFromCommandLine('bench', {
  store: async () => (await import('./store/store.ts')).store,
  ledger: async () => (await import('./ledger/ledger.ts')).ledger,
  rollback: async () => (await import('./ledger/rollback.ts')).rollback,
  extract: async () => (await import('./extract/extract.ts')).extract,
});
