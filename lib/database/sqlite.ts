/**
 * SQLite, opened: on the origin's private file system in the browser, in memory in tests.
 *
 * One connection, synchronous, statements prepared once and kept. Whoever holds a connection is the
 * only one: the pool's access handles are exclusive to one worker.
 */
import sqlite3InitModule, {
  type BindableValue,
  type Database as Oo1Database,
  type PreparedStatement,
  type SAHPoolUtil,
  type Sqlite3Static,
} from '@sqlite.org/sqlite-wasm';
import { Failure } from '../errors.ts';

export type Parameter = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, Parameter>>;

export interface Connection {
  readonly run: (sql: string, ...parameters: readonly Parameter[]) => void;
  /** The first row. */
  readonly get: <R = Row>(sql: string, ...parameters: readonly Parameter[]) => R | undefined;
  readonly all: <R = Row>(sql: string, ...parameters: readonly Parameter[]) => R[];
  /** Several statements without parameters. */
  readonly script: (sql: string) => void;
  /** All of `work` or nothing of it. `work` is synchronous and not nested. */
  readonly transaction: <T>(work: () => T) => T;
  readonly close: () => void;
  readonly version: string;
}

/** A database in memory, for tests. @param image of a database file to start from. */
export async function openMemory(image?: Uint8Array): Promise<Connection> {
  const sqlite = await sqlite3InitModule();
  const database = new sqlite.oo1.DB(':memory:');
  if (image) {
    const bytes = sqlite.wasm.allocFromTypedArray(image);
    const flags =
      sqlite.capi.SQLITE_DESERIALIZE_FREEONCLOSE | sqlite.capi.SQLITE_DESERIALIZE_RESIZEABLE;
    const length = image.length;
    database.checkRc(
      sqlite.capi.sqlite3_deserialize(database, 'main', bytes, length, length, flags),
    );
  }
  return connect(sqlite, database);
}

/** The files of the private file system that are databases of ours, and one of them opened. */
export interface Pool {
  readonly files: () => readonly string[];
  readonly open: (file: string) => Connection;
}

/**
 * @throws Failure 'database/busy' while another worker of this profile holds the pool.
 */
export async function openPool(): Promise<Pool> {
  const sqlite = await sqlite3InitModule();
  let pool: SAHPoolUtil;
  const options = {
    name: 'holdfast',
    directory: '.holdfast',
    initialCapacity: 8,
    preserveOnInitFailure: true,
    // Without it a refused handle stays refused in this worker. (The types do not know it.)
    forceReinitIfPreviouslyFailed: true,
  };
  try {
    pool = await sqlite.installOpfsSAHPoolVfs(options);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') {
      throw new Failure('database/busy', { cause: error });
    }
    throw error;
  }
  return {
    files: () => pool.getFileNames().filter((name) => name.endsWith('.db')),
    open: (file) => {
      const database = new pool.OpfsSAHPoolDb(file);
      try {
        // The order matters: WAL on this VFS needs exclusive locking before the first access.
        database.exec(
          'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;',
        );
        return connect(sqlite, database);
      } catch (error) {
        database.close();
        throw explain(sqlite, error);
      }
    },
  };
}

function connect(sqlite: Sqlite3Static, database: Oo1Database): Connection {
  const statements = new Map<string, PreparedStatement>();
  database.exec(
    'pragma foreign_keys = off; pragma cache_size = -16000; pragma temp_store = memory;',
  );

  const prepared = (sql: string, parameters: readonly Parameter[]): PreparedStatement => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(sql)));
    if (parameters.length > 0) statement.bind(parameters as BindableValue[]);
    return statement;
  };
  const using = <T>(
    sql: string,
    parameters: readonly Parameter[],
    work: (statement: PreparedStatement) => T,
  ): T => {
    try {
      const statement = prepared(sql, parameters);
      try {
        return work(statement);
      } finally {
        statement.reset();
      }
    } catch (error) {
      throw explain(sqlite, error);
    }
  };
  const script = (sql: string) => {
    try {
      database.exec(sql);
    } catch (error) {
      throw explain(sqlite, error);
    }
  };

  const connection: Connection = {
    run: (sql, ...parameters) => using(sql, parameters, (statement) => void statement.step()),
    get: <R>(sql: string, ...parameters: readonly Parameter[]) =>
      using(sql, parameters, (statement) =>
        statement.step() ? (statement.get({}) as R) : undefined,
      ),
    all: <R>(sql: string, ...parameters: readonly Parameter[]) =>
      using(sql, parameters, (statement) => {
        const rows: R[] = [];
        while (statement.step()) rows.push(statement.get({}) as R);
        return rows;
      }),
    script,
    transaction: (work) => {
      connection.run('begin immediate');
      try {
        const result = work();
        connection.run('commit');
        return result;
      } catch (error) {
        // A full disk may have rolled back already.
        if (!sqlite.capi.sqlite3_get_autocommit(database)) connection.run('rollback');
        throw error;
      }
    },
    close: () => {
      for (const statement of statements.values()) statement.finalize();
      statements.clear();
      database.close();
    },
    version: sqlite.version.libVersion,
  };
  return connection;
}

/** Codes that a person can act on become failures; the rest stays what it is. */
function explain(sqlite: Sqlite3Static, error: unknown): unknown {
  if (!(error instanceof sqlite.SQLite3Error)) return error;
  const { SQLITE_FULL, SQLITE_IOERR_WRITE } = sqlite.capi;
  // The pool reports a refused write (quota, disk) as an input/output error.
  if (error.resultCode === SQLITE_FULL || error.resultCode === SQLITE_IOERR_WRITE) {
    return new Failure('database/full', { cause: error });
  }
  return error;
}

/** Whether SQLite says that the file is no database or a broken one. */
export function isCorrupt(error: unknown): boolean {
  return error instanceof Error && /SQLITE_(CORRUPT|NOTADB)/.test(error.message);
}
