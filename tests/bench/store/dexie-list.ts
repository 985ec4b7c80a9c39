/** The same first list as the side panel's, by Dexie: opened, queried, shown. */
import { openDexie } from './dexie.ts';
import { plainTasks } from './tasks.ts';

const { fill, list } = openDexie();

(globalThis as { fill?: (count: number) => Promise<void> }).fill = (count) =>
  fill([...plainTasks(count)]);

const rows = (await list()).map(({ title }) => {
  const row = document.createElement('li');
  row.textContent = title;
  return row;
});
document.querySelector('ul')?.append(...rows);
