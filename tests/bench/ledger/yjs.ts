/** The same overwrites in one Yjs document: what it weighs afterwards, and how long it takes to load. */
import * as Y from 'yjs';
import type { Result } from './device.ts';

export function yjs(fields: number, overwrites: number): Result {
  const document = new Y.Doc();
  const tasks = document.getMap<Y.Map<unknown>>('tasks');
  document.transact(() => {
    for (let at = 0; at < fields; at++) tasks.set(String(at), new Y.Map());
  });
  let sent = 0;
  document.on('update', (update: Uint8Array) => (sent += update.length));
  const rounds = Math.max(1, Math.round(overwrites / fields));
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < fields; at++) {
      tasks.get(String(at))?.set('title', `task ${at} in round ${round}`);
    }
  }
  const wrote = performance.now();
  const state = Y.encodeStateAsUpdate(document);
  const loading = performance.now();
  Y.applyUpdate(new Y.Doc(), state);
  return {
    yjs_overwrite_per_s: (1_000 * fields * rounds) / (wrote - started),
    yjs_bytes: state.length,
    yjs_sent_bytes: sent,
    yjs_load_ms: performance.now() - loading,
  };
}
