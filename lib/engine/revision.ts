/** A number that moves at every change; who watches waits for it to move. */
export interface Revision {
  readonly current: () => number;
  readonly move: () => void;
  /** Resolves once the revision is past `seen`; rejects with the signal's reason. */
  readonly after: (seen: number, signal: AbortSignal) => Promise<unknown>;
}

export function newRevision(): Revision {
  let current = 0;
  let moved = Promise.withResolvers<undefined>();
  return {
    current: () => current,
    move: () => {
      current++;
      moved.resolve(undefined);
      moved = Promise.withResolvers<undefined>();
    },
    after: (seen, signal) => {
      if (current > seen) return Promise.resolve();
      signal.throwIfAborted();
      return Promise.race([moved.promise, aborted(signal, moved.promise)]);
    },
  };
}

/** Rejects when the signal aborts; lets go of it once `settled` settles. */
function aborted(signal: AbortSignal, settled: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    void settled.then(() => signal.removeEventListener('abort', stop));
  });
}
