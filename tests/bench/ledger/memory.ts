/** How much memory the browser's pages and their workers hold: no API tells it to a worker. */
import { readdir, readFile } from 'node:fs/promises';

/** Bytes of the largest renderer that this process has started; NaN where there is no /proc. */
export async function rendererMemory(): Promise<number> {
  const processes = new Map<number, { parent: number; bytes: number; isRenderer: boolean }>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = await readFile(`/proc/${name}/status`, 'utf8');
      const field = (key: string) =>
        Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
      const isRenderer = (await readFile(`/proc/${name}/cmdline`, 'utf8')).includes(
        '--type=renderer',
      );
      const bytes = 1_024 * field('VmRSS');
      processes.set(Number(name), { parent: field('PPid'), bytes, isRenderer });
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (id: number): boolean => {
    const parent = processes.get(id)?.parent;
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  const sizes = [...processes]
    .filter(([id, { isRenderer, bytes }]) => isRenderer && bytes > 0 && isOurs(id))
    .map(([, { bytes }]) => bytes);
  return sizes.length > 0 ? Math.max(...sizes) : NaN;
}

/** @param work during which the memory is looked at, once a second. */
export async function watchMemory<T>(
  work: () => Promise<T>,
): Promise<{ result: T; start: number; peak: number }> {
  const start = await rendererMemory();
  let peak = start;
  const look = async () => {
    const now = await rendererMemory();
    if (now > peak) peak = now;
  };
  const timer = setInterval(() => void look(), 1_000);
  try {
    return { result: await work(), start, peak };
  } finally {
    clearInterval(timer);
  }
}
