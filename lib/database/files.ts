/**
 * The database files of this profile: one that is used, and any that were set aside because they
 * could not be read. Nothing is ever overwritten: a new one gets the next number.
 */
import { Failure } from '../errors.ts';
import { type Connection, isCorrupt, openPool, type Pool } from './sqlite.ts';

export interface Opened<T> {
  /** What `start` made of its connection. */
  readonly started: T;
  /** The newest file that could not be read; null if there is none. */
  readonly setAside: string | null;
}

/** How often a pool that another worker holds is asked for again, and after how long, ms. */
const attempts = 40;
const pause = 100;

/**
 * Opens the newest database file that can be read, or a new one.
 *
 * @param start reads what it needs to go on; if it finds the file corrupt, the next one is tried.
 */
export async function openNewest<T>(start: Start<T>): Promise<Opened<T>> {
  const pool = await patiently(() => openPool());
  const numbers = pool
    .files()
    .map(numberOf)
    .sort((a, b) => a - b);
  const newest = numbers.at(-1) ?? 1;
  try {
    const previous = numbers.length > 1 ? nameOf(newest - 1) : null;
    return { started: await openFile(pool, newest, start), setAside: previous };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return { started: await openFile(pool, newest + 1, start), setAside: nameOf(newest) };
  }
}

type Start<T> = (connection: Connection) => Promise<T>;

async function openFile<T>(pool: Pool, number: number, start: Start<T>): Promise<T> {
  const connection = pool.open(nameOf(number));
  try {
    return await start(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function nameOf(number: number): string {
  return `/holdfast-${number}.db`;
}

function numberOf(name: string): number {
  return Number(/(\d+)\.db$/.exec(name)?.[1] ?? 0);
}

/** The engine of a page that is closing may hold the pool a moment longer. */
async function patiently(open: () => Promise<Pool>): Promise<Pool> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      const isBusy = error instanceof Failure && error.code === 'database/busy';
      if (!isBusy || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
