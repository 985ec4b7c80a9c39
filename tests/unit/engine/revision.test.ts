import { expect, test } from 'vitest';
import { newRevision } from '../../../lib/engine/revision.ts';

const { signal } = new AbortController();

test('who waits for a change is told of the next one', async () => {
  const revision = newRevision();
  const moved = revision.after(revision.current(), signal);
  revision.move();
  await moved;
});

test('a change that came before one began to wait is not missed', async () => {
  const revision = newRevision();
  const seen = revision.current();
  revision.move();
  await revision.after(seen, signal);
});

test('who is no longer interested waits no longer', async () => {
  const revision = newRevision();
  const abort = new AbortController();
  const waiting = revision.after(revision.current(), abort.signal);
  abort.abort();
  await expect(waiting).rejects.toBe(abort.signal.reason);
  expect(() => revision.after(revision.current(), abort.signal)).toThrow(
    abort.signal.reason as Error,
  );
});
