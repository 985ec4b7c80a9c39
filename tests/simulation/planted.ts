/**
 * Faults planted in the core, one line each: a simulation that is worth its name finds every one.
 *
 * Each is put into a copy of the project, never into the working tree, and seeds are run there until
 * one fails, after every attack by its name (seed 0). docs/simulation.md has the list with what found them.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Experiment } from '../bench/runner.ts';

interface PlantedFault {
  /** What is broken, in a few words. */
  readonly breaks: string;
  readonly file: string;
  /** There once, and as it is in the core. */
  readonly find: string;
  readonly replace: string;
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    breaks: 'signatures are not checked',
    file: 'lib/engine/ledger.ts',
    find: `if (!isSigned) return`,
    replace: `if (!isSigned && !fields) return`,
  },
  {
    breaks: 'a clock may go back',
    file: 'lib/ledger/admission.ts',
    find: 'if (head && fields.hlc <= head.hlc)',
    replace: 'if (head && fields.hlc < 0)',
  },
  {
    breaks: 'a device may take back what it has seen',
    file: 'lib/ledger/admission.ts',
    find: 'if (dep.seq < known.lastSeen(author, other))',
    replace: 'if (dep.seq < 0)',
  },
  {
    breaks: 'a chain need not be one',
    file: 'lib/ledger/admission.ts',
    find: 'if (!equal(fields.prev, head?.hash ?? zeros))',
    replace: 'if (fields.prev.length !== 32)',
  },
  {
    breaks: 'readers write',
    file: 'lib/ledger/roster.ts',
    find: "let [writes, rules] = [role === 'reader' ? 0 : limit,",
    replace: 'let [writes, rules] = [limit,',
  },
  {
    breaks: 'everybody says who belongs to the space',
    file: 'lib/ledger/roster.ts',
    find: 'if (seq > rules) break;',
    replace: 'if (seq > writes) break;',
  },
  {
    breaks: 'the earlier of two concurrent claims wins, where they arrived in this order',
    file: 'lib/database/projection.ts',
    find: 'if (author === other) return later.seq > seq;',
    replace: 'if (author === other) return later.seq > seq;\n    if (author > other) return true;',
  },
  {
    breaks: 'a later claim of a device does not replace its earlier one',
    file: 'lib/database/projection.ts',
    find: 'value = ?8 where seq <= ?5',
    replace: 'value = ?8 where seq > ?5',
  },
  {
    breaks: 'what a cut takes away stays',
    file: 'lib/database/admit.ts',
    find: 'if (from !== to) recount(',
    replace: 'if (from < to) recount(',
  },
  {
    breaks: 'an envelope that was refused is forgotten',
    file: 'lib/engine/ledger.ts',
    find: '    database.refuse(refusals);\n    if (wake(at)) changed = true;',
    replace: '    if (wake(at)) changed = true;',
  },
  {
    breaks: 'a device goes on with a key that has signed another history',
    file: 'lib/engine/ledger.ts',
    find: 'if (equal(fork.device, me())) await becomeAnother();',
    replace: '',
  },
  {
    breaks: 'what a device has to sign again is forgotten',
    file: 'lib/database/tail.ts',
    find: 'if (changes.length + notes.size === 0) return;',
    replace: 'if (changes.length + notes.size >= 0) return;',
  },
  {
    breaks: 'a failed transaction leaves what is held in memory as it was to be',
    file: 'lib/database/database.ts',
    find: '      log.load();\n      throw error;',
    replace: '      throw error;',
  },
  {
    breaks: 'a deletion in a note takes what its author had not seen',
    file: 'lib/ledger/notes.ts',
    find: 'const known = knows ? knows(client) - start : Infinity;',
    replace: 'const known = Infinity;',
  },
  {
    breaks: 'a note may be written in the name of another',
    file: 'lib/ledger/admission.ts',
    find: 'if (client !== null && client !== clientOf(fields.device)) {',
    replace: 'if (client !== null && client < 0) {',
  },
  {
    breaks: 'what waits is never judged again',
    file: 'lib/engine/ledger.ts',
    find: '    if (wake(at)) changed = true;',
    replace: '',
  },
];

/** What the simulation came to on a copy with one fault. */
interface Found {
  readonly seeds: number;
  readonly fault: string;
}

const program = `
import { attackNames, flood } from './tests/simulation/adversary.ts';
import { planOf, simulate, underAttack } from './tests/simulation/simulation.ts';
for (const name of attackNames) {
  for (const role of name === flood ? [] : ['reader', 'editor']) {
    const [fault] = await underAttack(name, role);
    if (fault === undefined) continue;
    console.log(JSON.stringify({ seeds: 0, fault: name + ': ' + fault }));
    process.exit(0);
  }
}
for (let seed = 1; seed <= Number(process.argv[2]); seed++) {
  const { faults: [fault] } = await simulate(planOf(seed));
  if (fault === undefined) continue;
  console.log(JSON.stringify({ seeds: seed, fault }));
  process.exit(0);
}
console.log('null');
process.exit(0);
`;

export const planted: Experiment = {
  about: 'Faults planted in copies of the core, one at a time: the simulation finds each of them.',
  options: { seeds: '200', only: '' },
  run: async ({ seeds = '', only = '' }, show) => {
    const rows: Record<string, string | number>[] = [];
    let found = 0;
    const chosen = plantedFaults.filter(({ breaks }) => breaks.includes(only));
    for (const planted of chosen) {
      show.progress(`${planted.file}: ${planted.breaks}`);
      const outcome = await underFault(planted, seeds);
      if (outcome) found++;
      else show.line(`NOT FOUND in ${seeds} seeds: ${planted.breaks}`);
      rows.push({
        'planted fault': planted.breaks,
        file: planted.file,
        seeds: outcome?.seeds ?? '-',
        'found by': (outcome?.fault ?? '').split('\n')[0]?.slice(0, 60) ?? '',
      });
    }
    show.table('planted faults', rows);
    const figures = { planted: chosen.length, found };
    return { ok: found === chosen.length, figures };
  },
};

/** @returns null if no seed failed. */
async function underFault(planted: PlantedFault, seeds: string): Promise<Found | null> {
  const root = join(import.meta.dirname, '../..');
  const copy = await mkdtemp(join(tmpdir(), 'holdfast-planted-'));
  try {
    for (const folder of ['lib', 'tests/simulation', 'tests/support', 'tests/bench', 'tools']) {
      await cp(join(root, folder), join(copy, folder), { recursive: true });
    }
    await cp(join(root, 'package.json'), join(copy, 'package.json'));
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, planted.file);
    const text = await readFile(path, 'utf8');
    if (text.split(planted.find).length !== 2) {
      throw new Error(`not there once any more, in ${planted.file}: ${planted.find}`);
    }
    await writeFile(
      path,
      text.replace(planted.find, () => planted.replace),
    );
    await writeFile(join(copy, 'run.ts'), program);
    const { stdout } = await promisify(execFile)(process.execPath, ['run.ts', seeds], {
      cwd: copy,
      maxBuffer: 64 * 1_024 * 1_024,
    }).catch((error: unknown) => ({
      // It may break so much that nothing runs: that is found as well.
      stdout: JSON.stringify({ seeds: 1, fault: `crashed: ${String(error).slice(0, 200)}` }),
    }));
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as Found | null;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
