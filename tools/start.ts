/**
 * `npm start`: tries Holdfast.
 *
 * With nothing named it opens a browser with the extension and a page to try it on. With files or
 * addresses it keeps those pages in a browser that nobody sees, exactly as the shortcut would, and
 * prints what was found on them. Nothing of it stays: the profile is a temporary one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExtension, grantedCopy, root } from './build.ts';
import { findChromium, flags, isRoot, removeFolder, temporaryProfile } from './chromium.ts';
import { type Found, openPageReader, type PageReader } from './page-reader.ts';
import { serve, showFiles } from './server.ts';

const help = `Tries Holdfast in a real browser.

  npm start                              opens a browser with the extension and a page to try
  npm start -- FILE|ADDRESS …            keeps each page unseen and prints the tasks found on it
  npm start -- --json FILE|ADDRESS …     the same, as one line of JSON for each page:
      {"url", "title", "summary", "tasks": [{"title", "due", "dueCertain", "quote", "start", "end"}]}
      due: YYYY-MM-DD, YYYY-MM-DDTHH:MM or null; quote: text.slice(start, end) of the kept text

  --profile FOLDER   the opened browser keeps its data there; otherwise nothing is kept
  --help             this text

Only the result goes to standard output. The exit code is 1 if a page could not be kept.
`;

/** A page that was asked for. */
interface Wanted {
  /** As it was named. */
  readonly name: string;
  readonly address: string;
}

const noSuchFile: Found = {
  title: '',
  summary: '',
  text: '',
  tasks: [],
  trouble: 'There is no such file.',
  isKept: false,
};

const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      profile: { type: 'string' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const hasDisplay =
    process.platform !== 'linux' ||
    Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (positionals.length === 0 && hasDisplay && !values.json) return openVisibly(values.profile);
  return readPages(positionals, values.json ? asJson : asText);
}

/** Opens a browser that a person uses; there until it is closed, or Ctrl+C. */
async function openVisibly(kept: string | undefined): Promise<number> {
  say('Building Holdfast…');
  const extension = await buildExtension();
  const program = await findChromium();
  const page = await tryPage();
  const site = await serve(() => ({ html: page }));
  const profile = kept ? resolve(kept) : await temporaryProfile();
  await mkdir(profile, { recursive: true });
  const browser = spawn(
    program,
    [
      `--user-data-dir=${profile}`,
      ...flags(extension),
      ...(isRoot() ? ['--no-sandbox', '--test-type'] : []),
      site.origin,
    ],
    { stdio: 'ignore' },
  );
  const stop = () => browser.kill();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  say('A browser with Holdfast is open. On the page it shows, press Alt+Shift+S.');
  say('Close the browser, or press Ctrl+C here, to end.');
  try {
    const [code, signal] = (await once(browser, 'exit')) as [number | null, string | null];
    return code === 0 || signal === 'SIGTERM' ? 0 : 1;
  } finally {
    await site.close();
    if (!kept) await removeFolder(profile);
  }
}

/** Keeps every page and prints what was found on it, in the order in which they were named. */
async function readPages(
  names: readonly string[],
  print: (found: Found, name: string) => string,
): Promise<number> {
  const files = names.filter((name) => !isAddress(name));
  const shown = showFiles(files);
  const page = await tryPage();
  const site = await serve((path) => (path === '/try' ? { html: page } : shown.find(path)));
  const isThere = (name: string) => names.length === 0 || isAddress(name) || existsSync(name);
  const wanted: Wanted[] =
    names.length === 0
      ? [{ name: 'the page to try', address: `${site.origin}/try` }]
      : names.map((name) => ({
          name,
          address: isAddress(name) ? name : site.origin + shown.pathOf(name),
        }));

  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  say('Building Holdfast…');
  const copy = await grantedCopy(await buildExtension(), [
    ...new Set(wanted.map(({ address }) => patternOf(address))),
  ]);
  let failed = 0;
  let reader: PageReader | undefined;
  try {
    reader = await openPageReader(copy);
    for (const [index, { name, address }] of wanted.entries()) {
      if (stopped.signal.aborted) return 130;
      const progress = `${String(index + 1).padStart(String(wanted.length).length)}/${wanted.length}`;
      const started = performance.now();
      const found = isThere(name) ? await reader.read(address) : noSuchFile;
      if (!found.isKept) failed++;
      const took = `${((performance.now() - started) / 1_000).toFixed(1)} s`;
      const { length } = found.tasks;
      const count = length === 0 ? 'no tasks found' : length === 1 ? '1 task' : `${length} tasks`;
      say(`${progress}  ${found.trouble ?? count}  ${name}  ${took}`);
      process.stdout.write(print(found, name));
    }
  } finally {
    await reader?.close();
    await removeFolder(copy);
    await site.close();
  }
  return failed > 0 ? 1 : 0;
}

function asJson({ title, summary, tasks }: Found, url: string): string {
  return `${JSON.stringify({ url, title, summary, tasks })}\n`;
}

function asText({ title, summary, tasks, trouble }: Found, name: string): string {
  const lines = tasks.flatMap(({ title: task, due, dueCertain, quote }) => [
    `  [ ] ${task}${due ? `  (${due.replace('T', ' ')}${dueCertain ? '' : '?'})` : ''}`,
    `      “${quote.replaceAll('\n', ' ')}”`,
  ]);
  const nothing = trouble ?? 'No tasks: this page asks nothing of you.';
  return `\n${[
    title || name,
    ...(summary ? [`  ${summary.replaceAll('\n', '\n  ')}`] : []),
    ...(lines.length > 0 ? lines : [`  ${nothing}`]),
  ].join('\n')}\n`;
}

function isAddress(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/** What the browser is told that the extension may read: the hosts that were named, nothing else. */
function patternOf(address: string): string {
  return `*://${new URL(address).hostname}/*`;
}

/** The page to try, with deadlines that lie ahead. */
async function tryPage(): Promise<string> {
  const page = await readFile(join(root, 'tools/try-page.html'), 'utf8');
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });
  return page.replace(/\{in (\d+) days\}/g, (_, days: string) =>
    format.format(Date.now() + Number(days) * 86_400_000),
  );
}
