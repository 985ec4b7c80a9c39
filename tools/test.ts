/**
 * `npm test`: every check of the project, one after the other, and all of them even after a failure.
 *
 * Each check counts once, and each test case of vitest and Playwright counts once more. At the end
 * comes the whole output of what failed, and alone on the last line what came of it all.
 *
 * `npm test -- unit e2e` runs only the checks whose names begin like that.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExtension, root, withTools } from './build.ts';
import { findChromium, removeFolder } from './chromium.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
  /** Of the test cases in it, if it has any. */
  readonly cases?: Counts;
}

interface Check {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

const none: Counts = { passed: 0, failed: 0, skipped: 0 };
const reports = await mkdtemp(join(tmpdir(), 'holdfast-reports-'));

const code = ['entrypoints', 'components', 'lib', 'tests', 'tools'];
const checks: readonly Check[] = [
  command('format', 'prettier', '--check', '--log-level', 'warn', '.'),
  command('types', 'tsc', '--noEmit'),
  command('components', 'svelte-check', '--fail-on-warnings', '--output', 'human'),
  command('lint', 'eslint', '.', '--max-warnings', '0'),
  command('imports', 'depcruise', ...code, '--config', '.dependency-cruiser.js'),
  command('unused', 'knip'),
  ...['unit', 'property', 'simulation', 'integration'].map(vitest),
  { name: 'build', run: build },
  command('size', 'size-limit'),
  { name: 'e2e', run: playwright },
];

const filters = process.argv.slice(2);
const known = (filter: string) => checks.some(({ name }) => name.startsWith(filter));
const unknown = filters.find((filter) => !known(filter));
if (unknown !== undefined) {
  console.error(`There is no check '${unknown}': ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = checks.filter(
  ({ name }) => filters.length === 0 || filters.some((filter) => name.startsWith(filter)),
);

// The types that WXT writes, which everything else reads.
await run('wxt', ['prepare']);

const failures: { readonly name: string; readonly output: string }[] = [];
let total = none;
for (const { name, run: work } of chosen) {
  const started = performance.now();
  const { ok, output, cases = none } = await work().catch(broken);
  const seconds = `${((performance.now() - started) / 1_000).toFixed(1)} s`.padStart(8);
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(12)} ${seconds}  ${words(cases)}`.trimEnd());
  if (!ok) failures.push({ name, output });
  total = add(total, cases, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
}
await removeFolder(reports);
for (const { name, output } of failures) console.log(`\n━━ ${name} ━━\n${output.trim()}`);
console.log(`\n${words(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;

function command(name: string, program: string, ...args: string[]): Check {
  return { name, run: () => run(program, args) };
}

/** Tests that need no browser, of one folder. */
function vitest(kind: string): Check {
  return {
    name: kind,
    run: async () => {
      const file = join(reports, `${kind}.json`);
      const outcome = await run('vitest', [
        'run',
        `tests/${kind}/`,
        '--passWithNoTests',
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ]);
      const report = await readReport<{
        readonly numPassedTests: number;
        readonly numFailedTests: number;
        readonly numPendingTests: number;
        readonly numTodoTests: number;
      }>(file);
      return {
        ...outcome,
        cases: report
          ? {
              passed: report.numPassedTests,
              failed: report.numFailedTests,
              skipped: report.numPendingTests + report.numTodoTests,
            }
          : none,
      };
    },
  };
}

/** The product in a real browser. Shows each test as it ends: this is the longest check. */
async function playwright(): Promise<Outcome> {
  await findChromium();
  await buildExtension();
  const file = join(reports, 'e2e.json');
  const outcome = await run('playwright', ['test', '--reporter=list,json'], {
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
    isShown: (line) => /^\s*(✓|✘|-|ok|x)\s+\d+/.test(line),
  });
  const report = await readReport<PlaywrightReport>(file);
  for (const note of report?.suites.flatMap(notesOf) ?? []) console.log(`  ${note}`);
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  return { ...outcome, cases: { passed: expected + flaky, failed: unexpected, skipped } };
}

interface PlaywrightReport {
  readonly stats: Readonly<Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number>>;
  readonly suites: readonly Suite[];
}

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}

/** What tests had to say besides whether they passed: what they measured, why they were skipped. */
function notesOf({ suites = [], specs }: Suite): string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests
      .flatMap(({ annotations }) => annotations)
      .filter(({ description }) => description)
      .map(({ type, description }) => `· ${title}: ${type} ${description}`),
  );
  return [...own, ...suites.flatMap(notesOf)];
}

async function build(): Promise<Outcome> {
  await buildExtension();
  return { ok: true, output: '' };
}

/** Runs a program of the project to its end. @param options.isShown which lines are shown at once. */
function run(
  program: string,
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly isShown?: (line: string) => boolean;
  } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...withTools(), NO_COLOR: '1', FORCE_COLOR: '0', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    let line = '';
    const read = (text: string) => {
      output += text;
      if (!options.isShown) return;
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const each of lines.filter(options.isShown)) console.log(`  ${each.trim()}`);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('error', reject);
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

function broken(error: unknown): Outcome {
  return { ok: false, output: error instanceof Error ? error.message : String(error) };
}

/** Null: the program ended before it wrote one. */
async function readReport<T>(file: string): Promise<T | null> {
  return readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as T,
    () => null,
  );
}

function add(...counts: readonly Counts[]): Counts {
  const sum = (of: keyof Counts) => counts.reduce((total, count) => total + count[of], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function words({ passed, failed, skipped }: Counts): string {
  if (passed + failed + skipped === 0) return '';
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
