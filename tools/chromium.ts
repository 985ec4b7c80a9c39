/**
 * A real Chromium with the extension in it, for tools and tests.
 *
 * Branded Chrome will not do: it ignores --load-extension. The profile is a folder of its own, and a
 * temporary one is removed when the browser is closed.
 */
import { type BrowserContext, chromium, type Worker } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the browser lies on common systems. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/local/bin/chromium',
  '/snap/bin/chromium',
  '/opt/homebrew/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The path of a Chromium; where there is none, one is installed.
 *
 * @throws Error that says what to type.
 */
export async function findChromium(): Promise<string> {
  const named = process.env['CHROMIUM_PATH'];
  if (named) {
    if (await isProgram(named)) return named;
    throw new Error(`CHROMIUM_PATH names no program: ${named}`);
  }
  const find = async () => {
    for (const place of [...places, chromium.executablePath()]) {
      if (await isProgram(place)) return place;
    }
    return null;
  };
  const found = (await find()) ?? (install(), await find());
  if (found) return found;
  throw new Error(
    'No Chromium was found, and none could be installed. Type one of:\n' +
      '  apt-get install chromium                    (Debian, Ubuntu; as root)\n' +
      '  npx playwright install --with-deps chromium (anywhere else)\n' +
      'or say where one is: CHROMIUM_PATH=/path/to/chromium npm …\n' +
      'Google Chrome will not do: it refuses to load an extension from a folder.',
  );
}

function install(): void {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const run = (program: string, ...args: string[]) => {
    say(`  ${program} ${args.join(' ')}`);
    // Standard output may be read by a program.
    return spawnSync(program, args, { stdio: ['ignore', 2, 2] }).status === 0;
  };
  say('There is no Chromium here yet. Installing one:');
  const isDebian = process.platform === 'linux' && spawnSync('apt-get', ['--version']).status === 0;
  if (isDebian && isRoot()) {
    process.env['DEBIAN_FRONTEND'] = 'noninteractive';
    run('apt-get', 'update', '-q');
    const packages = ['chromium', 'fonts-liberation']; // without a font no text has a size
    if (run('apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages)) return;
  }
  run('npx', 'playwright', 'install', 'chromium');
}

export interface LaunchOptions {
  /** The folder of a built extension. */
  readonly extension: string;
  /** The profile's folder; by default a temporary one, removed at the end. */
  readonly profile?: string;
  readonly headless?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Of the browser and its pages, e.g. 'de-DE'. */
  readonly locale?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

export interface Chromium {
  readonly context: BrowserContext;
  readonly extensionId: string;
  /** The extension's service worker, awake. */
  readonly worker: () => Promise<Worker>;
  /** Process id of the browser itself. */
  readonly pid: () => Promise<number>;
  /** Closes the browser and removes a temporary profile. May be called twice. */
  readonly close: () => Promise<void>;
}

export async function launchChromium(options: LaunchOptions): Promise<Chromium> {
  const { extension, headless = true, locale = 'en-US' } = options;
  const executablePath = await findChromium();
  const extensionId = await idOf(extension);
  const profile = options.profile ?? (await temporaryProfile());
  const forget = () => (options.profile ? Promise.resolve() : removeFolder(profile));
  const context = await chromium
    .launchPersistentContext(profile, {
      executablePath,
      // Playwright's own headless mode has no extensions; the browser's has.
      headless: false,
      args: [
        ...(headless ? ['--headless=new', '--disable-gpu'] : []),
        ...flags(extension),
        `--lang=${locale}`,
        ...(options.args ?? []),
      ],
      // Off as Playwright has it by default: containers and root have no user namespaces for it.
      chromiumSandbox: false,
      locale,
      colorScheme: null, // as the machine has it
      viewport: options.viewport ?? { width: 1_000, height: 760 },
      env: { ...process.env, LANGUAGE: locale, ...options.env },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    .catch(async (error: unknown) => {
      await forget();
      throw error;
    });
  const isOurs = (worker: Worker) => worker.url().includes(extensionId);
  return {
    context,
    extensionId,
    worker: async () =>
      context.serviceWorkers().find(isOurs) ??
      (await context.waitForEvent('serviceworker', { predicate: isOurs })),
    // The lock that keeps a second browser off the profile names the first: 'host-1234'.
    pid: async () => Number((await readlink(join(profile, 'SingletonLock'))).split('-').at(-1)),
    close: async () => {
      await context.close();
      await forget();
    },
  };
}

/** What the browser is told on its command line, with or without Playwright. */
export function flags(extension: string): string[] {
  return [
    `--disable-extensions-except=${extension}`,
    `--load-extension=${extension}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--password-store=basic',
    '--use-mock-keychain',
    // Two devices on one machine, with no network but loopback, find each other.
    '--allow-loopback-in-peer-connection',
  ];
}

export function temporaryProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'holdfast-profile-'));
}

/** The last processes of a browser that was closed or killed may still be writing for a moment. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Chrome's own way from the manifest's key to an id: 16 bytes of its SHA-256, as the letters a to p. */
async function idOf(extension: string): Promise<string> {
  const { key } = JSON.parse(await readFile(join(extension, 'manifest.json'), 'utf8')) as {
    key: string;
  };
  return createHash('sha256')
    .update(Buffer.from(key, 'base64'))
    .digest('hex')
    .slice(0, 32)
    .replace(/./g, (digit) => 'abcdefghijklmnop'.charAt(parseInt(digit, 16)));
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
