/** Tasks in Dexie, with strict durability: a write resolves once it is on the disk. */
import Dexie, { type Table } from 'dexie';
import { type PlainTask, shown, type Store } from './tasks.ts';

export function openDexie(): Store {
  const database = new Dexie('tasks', { chromeTransactionDurability: 'strict' });
  database.version(1).stores({ task: 'order, [done+order]' });
  const table: Table<PlainTask & { done: 0 | 1 }> = database.table('task');
  return {
    fill: async (tasks) => {
      await table.bulkAdd(tasks.map((task) => ({ ...task, done: 0 })));
    },
    toggle: async (at) => {
      await database.transaction('rw', table, async () => {
        const task = await table.get(at);
        if (!task) throw new Error(`no task ${at}`);
        await table.put({ ...task, done: task.done === 0 ? 1 : 0 });
      });
    },
    list: () =>
      table
        .where('[done+order]')
        .between([0, Dexie.minKey], [0, Dexie.maxKey])
        .limit(shown)
        .toArray(),
  };
}
