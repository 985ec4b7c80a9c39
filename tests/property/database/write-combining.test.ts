import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combining } from '../../../lib/database/write-combining.ts';

/** A file in memory that counts its writes and can refuse to grow. */
function file(capacity = Infinity) {
  let bytes = new Uint8Array(0);
  const state = { writes: 0, flushes: 0, contents: () => [...bytes] };
  const grow = (size: number) => {
    if (size <= bytes.length) return;
    const larger = new Uint8Array(size);
    larger.set(bytes);
    bytes = larger;
  };
  const handle: FileSystemSyncAccessHandle = {
    write: (data, { at = 0 } = {}) => {
      const given = data as Uint8Array;
      state.writes++;
      const fits = given.subarray(0, Math.max(0, Math.min(given.length, capacity - at)));
      if (fits.length > 0) {
        grow(at + fits.length);
        bytes.set(fits, at);
      }
      return fits.length;
    },
    read: (into, { at = 0 } = {}) => {
      const found = bytes.subarray(at, at + into.byteLength);
      (into as Uint8Array).set(found);
      return found.length;
    },
    flush: () => {
      state.flushes++;
    },
    getSize: () => bytes.length,
    truncate: (size) => {
      grow(size);
      bytes = bytes.slice(0, size);
    },
    close: () => {},
  };
  return { handle, state };
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      at: fc.nat(12),
      bytes: fc.uint8Array({ maxLength: 6 }),
    }),
  },
  fc.record({ do: fc.constant('read' as const), at: fc.nat(12), length: fc.nat(8) }),
  fc.record({ do: fc.constantFrom('flush' as const, 'size' as const) }),
  fc.record({ do: fc.constant('truncate' as const), size: fc.nat(12) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the caller of a handle sees of a step. */
function perform(handle: FileSystemSyncAccessHandle, next: Step): number | readonly number[] {
  switch (next.do) {
    case 'write':
      return handle.write(next.bytes, { at: next.at });
    case 'read': {
      const into = new Uint8Array(next.length);
      return [handle.read(into, { at: next.at }), ...into];
    }
    case 'size':
      return handle.getSize();
    case 'flush':
      handle.flush();
      return 0;
    case 'truncate':
      handle.truncate(next.size);
      return 0;
  }
}

test('a handle that joins writes cannot be told from one that does not', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const plain = file();
      const joined = file();
      const run = (handle: FileSystemSyncAccessHandle) =>
        steps.map((next) => perform(handle, next));
      const combined = combining(joined.handle);
      expect(run(combined)).toEqual(run(plain.handle));
      combined.close();
      expect(joined.state.contents()).toEqual(plain.state.contents());
    }),
  );
});

test('writes that follow each other are one, made before the flush', () => {
  const { handle, state } = file();
  const combined = combining(handle);
  for (let at = 0; at < 8; at += 2) combined.write(new Uint8Array([at, at]), { at });
  expect(state.writes).toBe(0);
  combined.flush();
  expect(state).toMatchObject({ writes: 1, flushes: 1 });
  expect(state.contents()).toEqual([0, 0, 2, 2, 4, 4, 6, 6]);
});

test('a full disk is told at the latest when it is flushed', () => {
  const { handle, state } = file(3);
  const combined = combining(handle);
  combined.write(new Uint8Array(2), { at: 0 });
  combined.write(new Uint8Array(2), { at: 2 });
  expect(() => combined.flush()).toThrow('the file could not grow');
  expect(state.flushes).toBe(0);
});
