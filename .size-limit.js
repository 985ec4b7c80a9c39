/**
 * How large what opens may be, as it lies in the package, gzipped: a page's own script and everything
 * that it needs before it runs. Build first.
 */
import { existsSync, readFileSync } from 'node:fs';

const built = '.output/chrome-mv3';

/** The scripts that a built page names: its own, and the chunks that it imports. */
function scriptsOf(page) {
  const file = `${built}/${page}.html`;
  if (!existsSync(file)) throw new Error(`${file} is not there. Build first: npm run build`);
  const names = readFileSync(file, 'utf8').matchAll(/(?:src|href)="\/([^"]+\.js)"/g);
  return [...new Set([...names].map(([, name]) => `${built}/${name}`))];
}

export default [
  { name: 'popup', path: scriptsOf('popup'), limit: '120 kB', gzip: true },
  { name: 'side panel', path: scriptsOf('sidepanel'), limit: '120 kB', gzip: true },
  { name: 'options', path: scriptsOf('options'), limit: '120 kB', gzip: true },
  { name: 'service worker', path: `${built}/background.js`, limit: '40 kB', gzip: true },
  // Read and compiled in the page at every clip.
  { name: 'clip script', path: `${built}/content-scripts/clip.js`, limit: '180 kB', gzip: true },
];
