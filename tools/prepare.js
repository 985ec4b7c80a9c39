/**
 * After `npm ci`: lets WXT write the types that the editor and the checks read.
 *
 * Plain JavaScript on purpose: an install may run on an older Node than everything after it. Under
 * Node < 22 WXT itself would not start, so the step is left to the first command that needs it.
 */
import { spawnSync } from 'node:child_process';

if (Number(process.versions.node.split('.')[0]) >= 22) {
  const { status } = spawnSync('wxt', ['prepare'], { stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
}
