/** A connection over which a device dies, or runs out of disk, at a statement that the seed chose. */
import type { Connection } from '../../lib/database/sqlite.ts';
import { Failure } from '../../lib/errors.ts';

export class Crash extends Error {
  constructor() {
    super('the device lost its power');
  }
}

export interface Fragile extends Connection {
  /** Dies, or is full, after so many more statements. A crash may also come between a commit and
   *  its answer; a full disk refuses writes only. */
  readonly arm: (fault: 'crash' | 'full', statements: number) => void;
  /** What was armed does not happen any more; whether it had happened. */
  readonly disarm: () => boolean;
  /** Dies now. */
  readonly kill: () => void;
  readonly isDead: () => boolean;
}

const writes = /^\s*(?:insert|update|delete|create|drop|replace)/i;

export function fragile(connection: Connection): Fragile {
  let fault: 'crash' | 'full' | null = null;
  let left = Infinity;
  let isDead = false;
  let happened = false;
  let isInside = false;
  const step = (isWrite: boolean) => {
    if (isDead) throw new Crash();
    // Dying while it only reads is as good as dying later.
    if (fault === null || !(isWrite || isInside)) return;
    if (left > 0) left--;
    else if (fault === 'crash') {
      isDead = happened = true;
      throw new Crash();
    } else if (isWrite) {
      fault = null;
      happened = true;
      throw new Failure('database/full');
    }
  };
  return {
    run: (sql, ...parameters) => {
      step(writes.test(sql));
      connection.run(sql, ...parameters);
    },
    // What reads in the background finds its device dead, and nothing.
    get: (sql, ...parameters) => {
      if (isDead) return undefined;
      step(writes.test(sql));
      return connection.get(sql, ...parameters);
    },
    all: (sql, ...parameters) => {
      if (isDead) return [];
      // Looking for texts to read goes on by itself, and nobody is told that it failed.
      if (sql.includes('waiting is null')) return connection.all(sql, ...parameters);
      step(false);
      return connection.all(sql, ...parameters);
    },
    script: (sql) => {
      step(true);
      connection.script(sql);
    },
    transaction: (work) => {
      if (isDead) throw new Crash();
      const result = connection.transaction(() => {
        isInside = true;
        try {
          const made = work();
          step(true); // before the commit
          return made;
        } finally {
          isInside = false;
        }
      });
      if (fault === 'crash') step(true); // after it
      return result;
    },
    close: () => {
      isDead = true;
      connection.close();
    },
    version: connection.version,
    arm: (kind, statements) => {
      [fault, left, happened] = [kind, statements, false];
    },
    disarm: () => {
      [fault, left] = [null, Infinity];
      return happened;
    },
    kill: () => void (isDead = true),
    isDead: () => isDead,
  };
}
