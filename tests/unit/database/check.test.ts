import { describe, expect, test } from 'vitest';
import { check } from '../../../lib/database/check.ts';
import { startEngine, type TestEngine } from '../../support/engine.ts';

async function filled(): Promise<TestEngine> {
  const device = await startEngine();
  for (const title of ['milk', 'bread', 'kelp']) await device.engine.addTasks([{ title }]);
  return device;
}

test('a database that nobody touched has no problems', async () => {
  const { engine } = await filled();
  expect(await engine.check(undefined)).toEqual({ problems: [] });
});

describe('what is wrong is said', () => {
  test.each([
    ['an envelope is missing', 'delete from envelope where seq = 2', 'those since 1 are missing'],
    ['the first is missing', 'delete from envelope where seq = 1', 'those since 0 are missing'],
    [
      'a payload was changed',
      `update envelope set payload = cast(payload || x'00' as blob) where seq = 3`,
      'its payload has another hash',
    ],
    [
      'a header was changed',
      `update envelope set header = cast(substr(header, 1, 103) || x'01' || substr(header, 105) as blob)
       where seq = 3`,
      'its header has another hash',
    ],
    ['a header is none', `update envelope set header = x'00' where seq = 3`, 'cannot be read'],
    [
      'two envelopes were exchanged',
      `update envelope set seq = 99 - seq where seq in (2, 3);
       update envelope set seq = seq - 94 where seq > 90`,
      'its header is of another one',
    ],
    [
      'two indexes were exchanged',
      `create table root as select name, rootpage from sqlite_schema where name in ('task_home', 'task_done');
       pragma writable_schema = on;
       update sqlite_schema set rootpage = (select rootpage from root where root.name <> sqlite_schema.name)
       where name in (select name from root);
       pragma writable_schema = reset`,
      'index task_home',
    ],
  ])('%s', async (_, damage, problem) => {
    const { connection } = await filled();
    connection.script(damage);
    expect(check(connection).join('\n')).toContain(problem);
  });
});
