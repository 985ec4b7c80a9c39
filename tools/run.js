/**
 * Starts a program of this folder: `node tools/run.js start …`.
 *
 * Plain JavaScript on purpose: it says what to type where there is nothing installed yet, or where
 * Node is too old to run TypeScript as it is. (On Linux x64 `npm ci` brings a Node that is not.)
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const needed = [22, 18];

const name = process.argv[2] ?? 'start';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (!existsSync(join(import.meta.dirname, '../node_modules/wxt'))) {
  stop('Nothing is installed yet. Type: npm ci');
}
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  stop(
    `Node ${needed.join('.')} or newer is needed, and this is ${process.versions.node}. ` +
      'Install one from https://nodejs.org, then type: npm ci',
  );
}
// As if it had been started itself.
process.argv.splice(1, 2, join(import.meta.dirname, `${name}.ts`));
await import(`./${name}.ts`);

/** @param {string} message */
function stop(message) {
  console.error(message);
  process.exit(1);
}
