/**
 * The database files of this profile: one that is used, and any that were set aside because they
 * could not be read. Nothing is ever overwritten: a new one gets the next number.
 */
import { Failure } from '../errors.ts';
import { type Connection, isCorrupt, openPool, type Pool } from './sqlite.ts';

export interface Opened<T> {
  readonly connection: Connection;
  /** What `prepare` returned. */
  readonly prepared: T;
  /** The newest file that could not be read; null if there is none. */
  readonly setAside: string | null;
}

/** How often a pool that another worker holds is asked for again, and after how long, ms. */
const attempts = 40;
const pause = 100;

/**
 * Opens the newest database file that can be read, or a new one.
 *
 * @param prepare brings its tables up to date; throws if the file is corrupt.
 */
export async function openNewest<T>(prepare: (connection: Connection) => T): Promise<Opened<T>> {
  const pool = await patiently(() => openPool());
  const numbers = pool
    .files()
    .map(numberOf)
    .sort((a, b) => a - b);
  const newest = numbers.at(-1) ?? 1;
  try {
    const previous = numbers.length > 1 ? nameOf(newest - 1) : null;
    return { ...openFile(pool, newest, prepare), setAside: previous };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return { ...openFile(pool, newest + 1, prepare), setAside: nameOf(newest) };
  }
}

function openFile<T>(pool: Pool, number: number, prepare: (connection: Connection) => T) {
  const connection = pool.open(nameOf(number));
  try {
    return { connection, prepared: prepare(connection) };
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
