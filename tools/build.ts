/** Builds the extension, if its sources are newer than what was built. */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** The folder that WXT builds into. */
const built = join(root, '.output/chrome-mv3');
const sources = [
  'entrypoints',
  'components',
  'lib',
  'public',
  'wxt.config.ts',
  'package-lock.json',
];

/**
 * @returns the built extension's folder.
 * @throws Error with the build's output.
 */
export async function buildExtension(): Promise<string> {
  const builtAt = await stat(join(built, 'manifest.json')).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (builtAt > (await newest(sources.map((source) => join(root, source))))) return built;
  const { status, stdout, stderr } = spawnSync('wxt', ['build'], {
    cwd: root,
    encoding: 'utf8',
    env: withTools(),
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    // Without the bundler's own call stack, which says nothing about our code.
    const output = `${stdout}${stderr}`.replaceAll(/^\s+at .*\n/gm, '');
    throw new Error(`The extension could not be built.\n${output}`);
  }
  return built;
}

/**
 * A copy of the built extension that may read some sites without being asked.
 *
 * Where there is no screen there is nobody to press the toolbar button or the shortcut, which is how
 * a person grants 'activeTab'. So programs that keep pages headless load this copy. Its code is the
 * same, file by file; its manifest has `host_permissions` in addition, for `patterns` only. One test
 * uses the real manifest and a real key press: tests/e2e/shortcut.test.ts.
 *
 * @returns the copy's folder, for the caller to remove.
 */
export async function grantedCopy(extension: string, patterns: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-extension-'));
  await cp(extension, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...manifest, host_permissions: patterns }, null, 2));
  return folder;
}

/** The environment with the project's own programs first on PATH, its Node among them. */
export function withTools(): NodeJS.ProcessEnv {
  const path = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  return { ...process.env, PATH: path };
}

/** When the newest of these files, or of those below these folders, was changed; Unix ms. */
async function newest(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path);
      if (!found.isDirectory()) return found.mtimeMs;
      const inside = await readdir(path);
      // A folder's own time tells of files that were removed.
      return Math.max(found.mtimeMs, await newest(inside.map((name) => join(path, name))));
    }),
  );
  return Math.max(0, ...times);
}
