import { afterEach, expect, test, vi } from 'vitest';
import * as v from 'valibot';
import { Failure } from '../../../lib/errors.ts';
import { newAction } from '../../../lib/model/id.ts';
import { greetPages, linkToEngine } from '../../../lib/rpc/broker.ts';
import { call, connect } from '../../../lib/rpc/port.ts';

const table = { double: call(v.number(), v.number()) } as const;
const service = { double: async (number: number) => number * 2 };

const ports: MessagePort[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const port of ports.splice(0)) port.close();
});

/** The page's end and the engine's end of the switchboard, which only hands on what it gets. */
function switchboard() {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return { page: port1, inbox: port2 };
}

test('a page that asks is greeted and served', async () => {
  const { page, inbox } = switchboard();
  await greetPages(inbox, table, async () => service);
  const { port } = await linkToEngine(page, async () => {});
  ports.push(port);
  expect(await connect(port, table, newAction).client.double(2)).toBe(4);
});

test('a page is told why an engine cannot serve, and served once it can', async () => {
  const { page, inbox } = switchboard();
  let starts = 0;
  await greetPages(inbox, table, async () => {
    if (++starts === 1) throw new Failure('database/busy');
    return service;
  });
  await expect(linkToEngine(page, async () => {})).rejects.toThrow(new Failure('database/busy'));
  const { port } = await linkToEngine(page, async () => {});
  ports.push(port);
  expect(await connect(port, table, newAction).client.double(2)).toBe(4);
});

test('an engine that is not there yet is rung for until it greets', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { page, inbox } = switchboard();
  let rings = 0;
  const linking = linkToEngine(page, async () => {
    rings++;
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(rings).toBe(3);
  await greetPages(inbox, table, async () => service);
  const { port } = await linking;
  ports.push(port);
});
