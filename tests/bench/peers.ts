/** Installs what Holdfast is measured against, once, beside the benches. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export function installPeers(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules', 'dexie'))) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
