/**
 * One store in a worker of its own, driven by messages: { ask, count? } in, a number or list out.
 * Every store does the same work: fill, toggle one task durably, toggle and list a hundred, list.
 */
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { openDatabase, prepareDatabase } from '../../../lib/database/database.ts';
import { type Connection, openPool } from '../../../lib/database/sqlite.ts';
import { newEngine } from '../../../lib/engine/engine.ts';
import { loadIdentity, suite } from '../../../lib/engine/keys.ts';
import { type Id, newAction } from '../../../lib/model/id.ts';
import { openDexie } from './dexie.ts';
import { type Job, plainTasks, shown, type Store } from './tasks.ts';

const stores: Readonly<Record<string, () => Promise<Store>>> = {
  holdfast: async () => {
    const pool = await openPool();
    const connection = pool.open('/bench.db');
    const identity = await loadIdentity(prepareDatabase(connection));
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const { service: engine } = newEngine({
      database: openDatabase(connection, identity.signer.device),
      identity,
      suite,
      model: {
        client: () => {
          throw new Error('no page is read here');
        },
        drop: () => {},
      },
      now: Date.now,
      random,
      timeZone: () => 'UTC',
      quota: async () => 0,
      setAside: null,
    });
    let ids: Id[] = [];
    const done = new Set<number>();
    const view = { view: { of: 'inbox' }, limit: shown } as const;
    return {
      fill: async (tasks) => {
        for (let at = 0; at < tasks.length; at += 10_000) {
          const batch = tasks
            .slice(at, at + 10_000)
            .map(({ title, deadline }) => ({ title, deadline }));
          // A batch goes on top of the list.
          ids = [...(await engine.addTasks(batch, newAction())), ...ids];
        }
      },
      toggle: async (at) => {
        const id = ids[at];
        if (!id) throw new Error(`no task ${at}`);
        const isDone = !done.delete(at);
        if (isDone) done.add(at);
        await engine.changeTasks({ ids: [id], change: { done: isDone } }, newAction());
      },
      list: async () => {
        const abort = new AbortController();
        for await (const { tasks } of engine.watchTasks(view, abort.signal)) return tasks;
        return [];
      },
    };
  },

  /** The storage layer alone: fields as rows in SQLite, without ledger, signature or index of words. */
  sqlite: async () => {
    const pool = await openPool('.rows');
    const connection: Connection = pool.open('/rows.db');
    connection.script(`
      create table if not exists task (key integer primary key, title text, deadline text, done integer not null default 0) strict;
      create index if not exists task_open on task (key, title, deadline) where done = 0;
    `);
    return {
      fill: async (tasks) =>
        connection.transaction(() => {
          for (const { order, title, deadline } of tasks) {
            connection.run(
              'insert into task (key, title, deadline) values (?, ?, ?)',
              order,
              title,
              deadline,
            );
          }
        }),
      toggle: async (at) => connection.run('update task set done = 1 - done where key = ?', at),
      list: async () => {
        const row = connection.get<{ rows: string }>(
          `select json_group_array(json_array(key, title, deadline)) as rows
           from (select key, title, deadline from task where done = 0 order by key limit ${shown})`,
        );
        return (JSON.parse(row?.rows ?? '[]') as [number, string, string | null][]).map(
          ([key, title, deadline]) => ({ key, title, deadline }),
        );
      },
    };
  },

  dexie: async () => openDexie(),

  'y-indexeddb': async () => {
    const document = new Y.Doc();
    const persistence = new IndexeddbPersistence('document', document);
    await persistence.whenSynced;
    const tasks = document.getMap<Y.Map<unknown>>('tasks');
    return {
      fill: async (plain) => {
        document.transact(() => {
          for (const task of plain) {
            tasks.set(String(task.order), new Y.Map(Object.entries({ ...task, done: false })));
          }
        });
        await persistence.set('filled', Date.now());
      },
      // Its writes are not awaited by anybody; an own write behind them in the same database is.
      toggle: async (at) => {
        const task = tasks.get(String(at));
        task?.set('done', task.get('done') !== true);
        await persistence.set('toggled', at);
      },
      list: async () =>
        [...tasks.values()]
          .filter((task) => task.get('done') !== true)
          .sort((a, b) => Number(a.get('order')) - Number(b.get('order')))
          .slice(0, shown)
          .map((task) => task.toJSON() as { title: string }),
    };
  },
};

/** The least that a durable write can cost here: append 256 bytes to a file and flush it. */
async function floor(count: number): Promise<number[]> {
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle('floor', { create: true });
  const handle = await file.createSyncAccessHandle();
  const bytes = new Uint8Array(256);
  let at = handle.getSize();
  const times = await timed(count, () => {
    handle.write(bytes, { at });
    handle.flush();
    at += bytes.length;
  });
  handle.close();
  return times;
}

/** Means of batches: the clock of a page without isolation only ticks every 0.1 ms. */
const batch = 10;

async function timed(count: number, work: (turn: number) => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count;) {
    const size = Math.min(batch, count - turn);
    const started = performance.now();
    for (const end = turn + size; turn < end; turn++) await work(turn);
    times.push((performance.now() - started) / size);
  }
  return times;
}

let store: Store | null = null;

async function work(job: Job): Promise<number[]> {
  if (job.do === 'floor') return floor(job.count);
  if (job.do === 'open') {
    const started = performance.now();
    store = (await stores[job.store]?.()) ?? null;
    const listed = await store?.list();
    if (!listed) throw new Error(`no store ${job.store}`);
    return [performance.now() - started];
  }
  if (!store) throw new Error('no store is open');
  const { toggle, list, fill } = store;
  // Tasks of the list that is shown, in an order that repeats none at once.
  const some = (turn: number) => (turn * 7) % 50;
  switch (job.do) {
    case 'fill': {
      const tasks = [...plainTasks(job.count)];
      return timed(1, () => fill(tasks));
    }
    case 'toggle':
      return timed(job.count, (turn) => toggle(some(turn)));
    case 'toggle-list':
      return timed(job.count, async (turn) => {
        await toggle(some(turn));
        if ((await list()).length !== shown) throw new Error('the list is short');
      });
    case 'list':
      return timed(job.count, list);
  }
}

addEventListener('message', ({ data, ports: [port] }: MessageEvent<Job>) => {
  work(data).then(
    (times) => port?.postMessage({ times }),
    (error: unknown) => port?.postMessage({ error: String(error) }),
  );
});
