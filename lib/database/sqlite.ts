/**
 * SQLite, opened: on the origin's private file system in the browser, in memory in tests.
 *
 * One connection, synchronous, statements prepared once and kept. Whoever holds a connection is the
 * only one: the pool's access handles are exclusive to one worker.
 */
import sqlite3InitModule, {
  type Database as Oo1Database,
  type PreparedStatement,
  type SAHPoolUtil,
  type Sqlite3Static,
} from '@sqlite.org/sqlite-wasm';
import { Failure } from '../errors.ts';
import { combineWrites } from './write-combining.ts';

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

export interface MemoryConnection extends Connection {
  /** The database file, as it would lie on a disk. */
  readonly image: () => Uint8Array;
}

/** Instantiating the module costs more than a test does. */
let memoryModule: Promise<Sqlite3Static> | null = null;

/** A database in memory, for tests. @param image of a database file to start from. */
export async function openMemory(image?: Uint8Array): Promise<MemoryConnection> {
  const sqlite = await (memoryModule ??= sqlite3InitModule());
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
  return {
    ...connect(sqlite, database),
    image: () => sqlite.capi.sqlite3_js_db_export(database),
  };
}

/** The files of the private file system that are databases of ours, and one of them opened. */
export interface Pool {
  readonly files: () => readonly string[];
  readonly open: (file: string) => Connection;
}

/**
 * @param directory of the origin's private file system.
 * @throws Failure 'database/busy' while another worker of this profile holds the pool.
 */
export async function openPool(directory = '.holdfast'): Promise<Pool> {
  combineWrites();
  const sqlite = await sqlite3InitModule();
  let pool: SAHPoolUtil;
  const options = {
    name: directory,
    directory,
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
          `pragma locking_mode = exclusive; pragma auto_vacuum = incremental;
           pragma journal_mode = wal; pragma synchronous = full;`,
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
  const statements = new Map<string, Statement>();
  database.exec(
    'pragma foreign_keys = off; pragma cache_size = -16000; pragma temp_store = memory;',
  );
  const { prepare, release } = statementMaker(sqlite, database);

  const using = <T>(
    sql: string,
    parameters: readonly Parameter[],
    work: (statement: Statement) => T,
  ): T => {
    try {
      let statement = statements.get(sql);
      if (!statement) statements.set(sql, (statement = prepare(sql)));
      try {
        statement.bind(parameters);
        return work(statement);
      } finally {
        statement.reset();
      }
    } catch (error) {
      throw explain(sqlite, error);
    }
  };
  const connection: Connection = {
    run: (sql, ...parameters) => using(sql, parameters, ({ step }) => void step()),
    get: <R>(sql: string, ...parameters: readonly Parameter[]) =>
      using(sql, parameters, ({ step, row }) => (step() ? (row() as R) : undefined)),
    all: <R>(sql: string, ...parameters: readonly Parameter[]) =>
      using(sql, parameters, ({ step, row }) => {
        const rows: R[] = [];
        while (step()) rows.push(row() as R);
        return rows;
      }),
    script: (sql) => {
      try {
        database.exec(sql);
      } catch (error) {
        throw explain(sqlite, error);
      }
    },
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
      release();
      database.close();
    },
    version: sqlite.version.libVersion,
  };
  return connection;
}

interface Statement {
  readonly bind: (parameters: readonly Parameter[]) => void;
  /** Whether there is a row. */
  readonly step: () => boolean;
  readonly row: () => Row;
  readonly reset: () => void;
  readonly finalize: () => void;
}

/** SQLite's C functions, as the module exports them: numbers in, numbers out. */
type Call = (...parameters: readonly number[]) => number;

/**
 * Statements that talk to SQLite's C functions directly.
 *
 * The package's own statement checks and converts every argument of every call, which costs more
 * than SQLite does: through it, adding 10,000 tasks takes twice as long.
 */
function statementMaker({ wasm, capi }: Sqlite3Static, database: Oo1Database) {
  const c = wasm.exports as unknown as Record<`sqlite3_${string}`, Call>;
  const call = (name: `sqlite3_${string}`): Call => {
    const found = c[name];
    if (!found) throw new Error(`SQLite exports no ${name}`);
    return found;
  };
  const bindNull = call('sqlite3_bind_null');
  const bindInt = call('sqlite3_bind_int');
  const bindDouble = call('sqlite3_bind_double');
  const bindInt64 = call('sqlite3_bind_int64') as unknown as (
    statement: number,
    at: number,
    value: bigint,
  ) => number;
  const bindText = call('sqlite3_bind_text');
  const bindBlob = call('sqlite3_bind_blob');
  const stepOnce = call('sqlite3_step');
  const resetStatement = call('sqlite3_reset');
  const columnType = call('sqlite3_column_type');
  const columnDouble = call('sqlite3_column_double');
  const columnText = call('sqlite3_column_text');
  const columnBlob = call('sqlite3_column_blob');
  const columnBytes = call('sqlite3_column_bytes');
  const { SQLITE_ROW, SQLITE_DONE, SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB } = capi;

  const encoder = new TextEncoder();
  // By default a decoder swallows a U+FEFF at the start of a text.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const check = (code: number) => {
    if (code !== 0) database.checkRc(code);
  };

  // Bound texts and blobs lie here until the statement is reset; statements never overlap.
  let scratchSize = 65_536;
  let scratch = wasm.alloc(scratchSize);
  const reserve = (size: number) => {
    if (size <= scratchSize) return;
    wasm.dealloc(scratch);
    scratchSize = Math.max(size, scratchSize * 2);
    scratch = wasm.alloc(scratchSize);
  };

  const prepare = (sql: string): Statement => {
    const prepared: PreparedStatement = database.prepare(sql);
    const statement = prepared.pointer as number;
    const columns = prepared.columnCount > 0 ? prepared.getColumnNames() : [];
    const { parameterCount } = prepared;

    return {
      bind: (parameters) => {
        if (parameters.length !== parameterCount) {
          throw new RangeError(`${parameterCount} parameters, not ${parameters.length}: ${sql}`);
        }
        let needed = 0;
        for (const value of parameters) {
          if (typeof value === 'string') needed += value.length * 3;
          else if (value instanceof Uint8Array) needed += value.length;
        }
        reserve(needed);
        const heap = wasm.heap8u();
        let at = scratch;
        parameters.forEach((value, index) => {
          const place = index + 1;
          if (value === null) check(bindNull(statement, place));
          else if (typeof value === 'string') {
            const { written } = encoder.encodeInto(value, heap.subarray(at, at + value.length * 3));
            check(bindText(statement, place, at, written, 0));
            at += written;
          } else if (typeof value !== 'number') {
            heap.set(value, at);
            check(bindBlob(statement, place, at, value.length, 0));
            at += value.length;
          } else if ((value | 0) === value) check(bindInt(statement, place, value));
          else if (Number.isSafeInteger(value)) {
            check(bindInt64(statement, place, BigInt(value)));
          } else check(bindDouble(statement, place, value));
        });
      },
      step: () => {
        const code = stepOnce(statement);
        if (code === SQLITE_ROW) return true;
        if (code !== SQLITE_DONE) check(code);
        return false;
      },
      row: () => {
        const row: Record<string, Parameter> = {};
        columns.forEach((name, at) => {
          const type = columnType(statement, at);
          if (type === SQLITE_INTEGER || type === SQLITE_FLOAT) {
            row[name] = columnDouble(statement, at);
          } else if (type === SQLITE_TEXT || type === SQLITE_BLOB) {
            const isText = type === SQLITE_TEXT;
            const start = (isText ? columnText : columnBlob)(statement, at);
            const end = start + columnBytes(statement, at);
            const heap = wasm.heap8u();
            row[name] = isText ? decoder.decode(heap.subarray(start, end)) : heap.slice(start, end);
          } else row[name] = null;
        });
        return row;
      },
      reset: () => void resetStatement(statement),
      finalize: () => void prepared.finalize(),
    };
  };
  return { prepare, release: () => wasm.dealloc(scratch) };
}

/** Codes that a person can act on become failures; the rest stays what it is. */
function explain(sqlite: Sqlite3Static, error: unknown): unknown {
  if (!(error instanceof sqlite.SQLite3Error)) return error;
  const { SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC } = sqlite.capi;
  // The pool reports a refused write (quota, disk) as an input/output error, at the latest when it
  // is flushed.
  const refusals: readonly number[] = [SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC];
  if (refusals.includes(error.resultCode)) {
    return new Failure('database/full', { cause: error });
  }
  return error;
}

/** Whether SQLite says that the file is no database or a broken one. */
export function isCorrupt(error: unknown): boolean {
  return error instanceof Error && /SQLITE_(CORRUPT|NOTADB)/.test(error.message);
}
