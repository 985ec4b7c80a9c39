/**
 * The runner that benches and soaks share: finds one by its name, shows progress while it runs,
 * prints tables for people and, as the last line, one JSON object for programs.
 */
import { parseArgs } from 'node:util';

export interface Experiment {
  /** One line for the list. */
  readonly about: string;
  /** Options beyond the name, with their defaults: `--seeds 100`. */
  readonly options: Readonly<Record<string, string>>;
  readonly run: (options: Readonly<Record<string, string>>, show: Show) => Promise<Outcome>;
}

export interface Outcome {
  /** Whether what the experiment promises held. */
  readonly ok: boolean;
  readonly figures: Readonly<Record<string, number>>;
}

export interface Show {
  /** Replaced by the next one; on standard error. */
  readonly progress: (text: string) => void;
  /** A table with a title; columns are the keys of the first row. */
  readonly table: (
    title: string,
    rows: readonly Readonly<Record<string, string | number>>[],
  ) => void;
  readonly line: (text: string) => void;
}

/** @param experiments loaded only when they are run, by name. */
export async function runFromCommandLine(
  kind: 'bench' | 'soak',
  experiments: Readonly<Record<string, () => Promise<Experiment>>>,
): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  const load = name === undefined ? undefined : experiments[name];
  if (name === undefined || !load) {
    if (name !== undefined) console.error(`There is no ${kind} called ${name}.`);
    console.log(`npm run -s ${kind} -- NAME\n`);
    for (const [known, open] of Object.entries(experiments)) {
      const { about, options } = await open();
      const flags = Object.entries(options).map(([flag, value]) => ` --${flag} ${value}`);
      console.log(`  ${known}${flags.join('')}\n      ${about}`);
    }
    process.exitCode = name === undefined ? 0 : 2;
    return;
  }
  const experiment = await load();
  const { values } = parseArgs({
    args: rest,
    options: Object.fromEntries(
      Object.entries(experiment.options).map(([flag, value]) => [
        flag,
        { type: 'string', default: value } as const,
      ]),
    ),
  });
  const { ok, figures } = await experiment.run(values, show);
  show.progress('');
  console.log(JSON.stringify({ name, ok, figures: rounded(figures) }));
  process.exitCode = ok ? 0 : 1;
}

const show: Show = {
  progress: (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
    else if (text) process.stderr.write(`${text}\n`);
  },
  table: (title, rows) => {
    show.progress('');
    const columns = Object.keys(rows[0] ?? {});
    const cells = [columns, ...rows.map((row) => columns.map((key) => cell(row[key] ?? '')))];
    const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
    console.log(`\n${title}`);
    for (const row of cells) {
      console.log(
        '  ' +
          row
            .map((text, at) =>
              at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0),
            )
            .join('  '),
      );
    }
  },
  line: (text) => {
    show.progress('');
    console.log(text);
  },
};

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

function cell(value: string | number): string {
  return typeof value === 'string' ? value : String(Number(value.toPrecision(3)));
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(4))]),
  );
}
