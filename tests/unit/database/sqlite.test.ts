import { expect, test } from 'vitest';
import { openMemory, type Parameter } from '../../../lib/database/sqlite.ts';

async function roundTrip(...values: readonly Parameter[]) {
  const connection = await openMemory();
  const names = values.map((_, index) => `v${index}`);
  connection.script(`create table kept (${names.map((name) => `${name} any`).join(', ')}) strict`);
  connection.run(`insert into kept values (${values.map(() => '?').join(', ')})`, ...values);
  const row = connection.get('select * from kept');
  connection.close();
  return names.map((name) => row?.[name]);
}

test.each([
  ['an empty text, as the first thing that is bound', ''],
  ['an empty blob', new Uint8Array(0)],
  ['nothing', null],
  ['text with NUL in it', 'a\0b\0'],
  ['text that begins with a mark of byte order', '\ufeffa'],
  ['emoji and combining marks', '🌊e\u0301'],
  ['right to left', 'שלום \u202b'],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ['the smallest one', Number.MIN_SAFE_INTEGER],
  ['numbers around 32 bits', 2 ** 31],
  ['a fraction', 0.1],
  ['a number beyond the safe ones', 2 ** 60],
  ['a text larger than what was reserved before', 'ä'.repeat(300_000)],
  ['a blob of every byte', Uint8Array.from({ length: 256 }, (_, index) => index)],
])('%s comes back as it was', async (_, value) => {
  expect(await roundTrip(value, 'other')).toEqual([value, 'other']);
});

test('half a surrogate pair comes back as the character that says so', async () => {
  expect(await roundTrip('a\ud800')).toEqual(['a\ufffd']);
});

test('many values of one statement do not overwrite each other', async () => {
  const values = [
    new Uint8Array([1]),
    'one',
    '',
    new Uint8Array(0),
    'ä'.repeat(70_000),
    7,
    null,
    'last',
  ];
  expect(await roundTrip(...values)).toEqual(values);
});

test('a statement that needs more room does not disturb one that was used before', async () => {
  const connection = await openMemory();
  connection.script('create table kept (value text) strict');
  const add = (value: string) => connection.run('insert into kept values (?)', value);
  add('small');
  connection.get('select count(*) as n from kept where value = ?', 'x'.repeat(1_000_000));
  add('again');
  expect(connection.all('select value from kept')).toEqual([
    { value: 'small' },
    { value: 'again' },
  ]);
  connection.close();
});

test('a statement goes on after its tables were made anew', async () => {
  const connection = await openMemory();
  const make = 'create table kept (value text) strict';
  const add = () => connection.run('insert into kept values (?)', 'one');
  connection.script(make);
  add();
  connection.script(`drop table kept; ${make}`);
  add();
  expect(connection.all('select value from kept')).toHaveLength(1);
  connection.close();
});

test('too few parameters, or too many, are a bug and not a null', async () => {
  const connection = await openMemory();
  expect(() => connection.get('select ? as a')).toThrow(RangeError);
  expect(() => connection.get('select ? as a', 1, 2)).toThrow(RangeError);
  connection.close();
});

test('a transaction that fails leaves nothing, and the next one goes on', async () => {
  const connection = await openMemory();
  connection.script('create table kept (value integer primary key) strict');
  const add = (value: number) => connection.run('insert into kept values (?)', value);
  const twice = () =>
    connection.transaction(() => {
      add(1);
      add(1);
    });
  expect(twice).toThrow(/UNIQUE/);
  connection.transaction(() => add(2));
  expect(connection.all('select value from kept')).toEqual([{ value: 2 }]);
  connection.close();
});
