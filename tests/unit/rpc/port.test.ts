import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../../lib/errors.ts';
import { newAction } from '../../../lib/model/id.ts';
import { call, connect, serve, type ServiceOf, stream, write } from '../../../lib/rpc/port.ts';

const table = {
  double: call(v.number(), v.number()),
  add: write(v.number(), v.string()),
  count: stream(v.number(), v.number()),
  silence: stream(v.undefined(), v.number()),
} as const;
type Service = ServiceOf<typeof table>;

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A client and a server over a real port pair; `made` is what the counter has made so far. */
function setup(own: Partial<Service> = {}) {
  const made: number[] = [];
  const ended = Promise.withResolvers<undefined>();
  const service: Service = {
    double: async (number) => number * 2,
    add: async (number, action) => `${number} ${action}`,
    count: async function* (to) {
      try {
        for (let number = 1; number <= to; number++) {
          made.push(number);
          yield number;
        }
      } finally {
        ended.resolve(undefined);
      }
    },
    silence: async function* (_, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended.resolve(undefined);
      yield* [];
    },
    ...own,
  };
  const { port1, port2 } = new MessageChannel();
  const stop = serve(port1, table, service);
  const { client, close } = connect(port2, table, newAction);
  open.push(stop, () => port2.close());
  return { client, close, stop, made, ended: ended.promise, port: port2 };
}

/** The replies to raw messages, until one has the id of the last message. */
async function replies({ port }: ReturnType<typeof setup>, ...messages: readonly object[]) {
  const found: { id: number }[] = [];
  const last = messages.at(-1) as { id: number };
  const answered = new Promise<void>((resolve) => {
    port.addEventListener('message', ({ data }: MessageEvent<{ id: number }>) => {
      found.push(data);
      if (data.id === last.id) resolve();
    });
  });
  for (const message of messages) port.postMessage(message);
  await answered;
  return found;
}

const probe = { op: 'ask', id: 999, method: 'double', input: 4 };
const answer = { op: 'value', id: 999, value: 8 };

test('a call is answered once', async () => {
  expect(await setup().client.double(4)).toBe(8);
});

test('a write carries an action id, its own or a new one', async () => {
  const { client } = setup();
  const action = newAction();
  expect(await client.add(1, action)).toBe(`1 ${action}`);
  expect(await client.add(1)).not.toBe(await client.add(1));
});

test('a failure keeps its code and its words across the port', async () => {
  const { client } = setup({
    double: () => Promise.reject(new Failure('database/full', { detail: 'here' })),
  });
  await expect(client.double(1)).rejects.toThrow(new Failure('database/full', { detail: 'here' }));
});

test('what is thrown and is no failure is a bug, and says so', async () => {
  const { client } = setup({
    double: () => {
      throw new TypeError('oops');
    },
  });
  await expect(client.double(1)).rejects.toMatchObject({ code: 'internal', message: 'oops' });
});

test('an answer that cannot be sent is a failure, not a silence', async () => {
  const { client } = setup({ double: async () => (() => {}) as unknown as number });
  await expect(client.double(1)).rejects.toMatchObject({ code: 'internal' });
});

test('input that does not fit is refused with the place where it does not', async () => {
  const { client } = setup();
  await expect(client.double('4' as unknown as number)).rejects.toMatchObject({
    code: 'message/malformed',
  });
  await expect(client.count(NaN)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'message/malformed',
  });
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'missing', ''])(
  'there is no method called %j',
  async (method) => {
    const [refused] = await replies(setup(), { op: 'ask', id: 1, method, input: undefined });
    expect(refused).toMatchObject({ op: 'failure', code: 'message/malformed' });
  },
);

test('a write without an action, and a call with one, are refused', async () => {
  const device = setup();
  const add = { op: 'ask', id: 1, method: 'add', input: 1 };
  const double = { op: 'ask', id: 2, method: 'double', input: 1, action: newAction() };
  for (const message of [add, double, { ...add, action: 'no id' }, probe])
    device.port.postMessage(message);
  const found = await replies(device, { ...probe, id: 1_000 });
  expect(found).toMatchObject([
    { id: 1, code: 'message/malformed' },
    { id: 2, code: 'message/malformed' },
    answer,
    { id: 1_000 },
  ]);
});

test('what is no request is dropped, and the port goes on', async () => {
  const device = setup();
  const junk = [
    null,
    7,
    'ask',
    [],
    {},
    { op: 'ask' },
    { op: 'take', id: 5 },
    { op: 'cancel', id: 5 },
  ];
  const worse = [
    { op: 'ask', id: 'one', method: 'double', input: 1 },
    { op: '__proto__', id: 1 },
  ];
  for (const message of [...junk, ...worse]) device.port.postMessage(message);
  expect(await replies(device, probe)).toEqual([answer]);
});

test('what is no reply to anything is dropped by a client', async () => {
  const { port1, port2 } = new MessageChannel();
  const { client } = connect(port1, table, newAction);
  open.push(() => port2.close());
  port2.addEventListener('message', ({ data }: MessageEvent<{ id: number }>) => {
    port2.postMessage({ id: 77, op: 'value', value: 1 });
    port2.postMessage({ id: data.id, op: 'failure', code: '__proto__', message: 'odd' });
  });
  port2.start();
  await expect(client.double(1)).rejects.toMatchObject({ code: 'internal', message: 'odd' });
});

test('a stream gives every item to who takes them, then ends', async () => {
  const { client } = setup();
  expect(await Array.fromAsync(client.count(5))).toEqual([1, 2, 3, 4, 5]);
});

test('the next item is made only when the last one was taken', async () => {
  const device = setup();
  const items = device.client.count(9)[Symbol.asyncIterator]();
  expect(await items.next()).toMatchObject({ value: 1 });
  await device.client.double(1); // a round trip later, still
  expect(device.made).toEqual([1]);
  expect(await items.next()).toMatchObject({ value: 2 });
  await items.return?.();
});

test('a slow consumer skips the states in between', async () => {
  let state = 0;
  const { client } = setup({
    count: async function* () {
      while (true) yield state;
    },
  });
  const items = client.count(0)[Symbol.asyncIterator]();
  expect(await items.next()).toMatchObject({ value: 0 });
  for (state = 1; state < 5; state++) await client.double(state);
  expect(await items.next()).toMatchObject({ value: 5 });
  await items.return?.();
});

test('leaving a stream ends the work on the other side', async () => {
  const { client, ended } = setup();
  for await (const number of client.count(1_000)) if (number === 3) break;
  await ended;
});

test('leaving a stream that is silent lets go at once, and ends the work', async () => {
  const { client, ended } = setup();
  const items = client.silence(undefined)[Symbol.asyncIterator]();
  const waiting = items.next();
  await items.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await ended;
});

test('an item that comes after a stream was left is not handed out', async () => {
  const { client } = setup();
  const items = client.count(5)[Symbol.asyncIterator]();
  await client.double(1); // the first item has arrived by now, and nobody asked
  await items.return?.();
  expect(await items.next()).toEqual({ done: true, value: undefined });
});

test('a failure in the middle of a stream comes after what was made before', async () => {
  const { client } = setup({
    count: async function* () {
      yield 1;
      throw new Failure('entity/missing');
    },
  });
  const items = client.count(2)[Symbol.asyncIterator]();
  expect(await items.next()).toMatchObject({ value: 1 });
  await expect(items.next()).rejects.toThrow(new Failure('entity/missing'));
});

test('closing rejects everything under way and everything later', async () => {
  const { client, close } = setup({ double: () => new Promise(() => {}) });
  const gone = new Failure('engine/gone');
  const waiting = client.double(1);
  const items = client.silence(undefined)[Symbol.asyncIterator]();
  const next = items.next();
  close(gone);
  await expect(waiting).rejects.toBe(gone);
  await expect(next).rejects.toBe(gone);
  await expect(client.double(1)).rejects.toBe(gone);
  await expect(client.count(1)[Symbol.asyncIterator]().next()).rejects.toBe(gone);
});

test('a page that goes away without a word takes its streams along', async () => {
  const { client, ended, port } = setup();
  void client.silence(undefined)[Symbol.asyncIterator]().next();
  await client.double(1);
  port.close();
  await ended;
});

test('a server that stops ends all of its work', async () => {
  const { client, stop, ended } = setup();
  void client.silence(undefined)[Symbol.asyncIterator]().next();
  await client.double(1);
  stop();
  await ended;
});
