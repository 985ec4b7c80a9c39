import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../../lib/errors.ts';
import { newAction } from '../../../lib/model/id.ts';
import { connectEngine, type EngineLink } from '../../../lib/rpc/client.ts';
import { type Contract, contract, type Service } from '../../../lib/rpc/contract.ts';
import { serve } from '../../../lib/rpc/port.ts';
import { startEngine, type TestEngine } from '../../support/engine.ts';
import { first } from '../../support/streams.ts';

const inbox = { view: { of: 'inbox' }, limit: 10 } as const;
const missing = Promise.withResolvers<never>();

let device: TestEngine;
const open: (() => void)[] = [];
beforeEach(async () => {
  device = await startEngine();
});
afterEach(() => {
  vi.useRealTimers();
  for (const close of open.splice(0)) close();
  device.close();
});

/** A connection to an engine that can be ended, and started again on the same database. */
function setup(own: Partial<Service> = {}) {
  const refusals: Failure[] = [];
  let opened = 0;
  let end = () => {};
  /** Holds back the next engine until it is let. */
  let ready: Promise<unknown> = Promise.resolve();
  const openLink = async (): Promise<EngineLink> => {
    opened++;
    await ready;
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    const { port1, port2 } = new MessageChannel();
    // Only the first engine has the odd methods.
    const stop = serve<Contract>(
      port1,
      contract,
      opened === 1 ? { ...device.service, ...own } : device.service,
    );
    open.push(stop, () => port2.close());
    const gone = new Promise<void>((resolve) => {
      end = () => {
        stop();
        resolve();
      };
    });
    return { port: port2, gone };
  };
  const connection = connectEngine(openLink, newAction);
  return {
    ...connection,
    refusals,
    opened: () => opened,
    end: () => end(),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      ready = promise;
      return () => resolve(undefined);
    },
  };
}

/** The next state of a connection that is this one. */
function becomes({ onState, state }: ReturnType<typeof setup>, is: string) {
  return new Promise<void>((resolve) => {
    if (state().is === is) resolve();
    const stop = onState((next) => {
      if (next.is !== is) return;
      stop();
      resolve();
    });
  });
}

test('a connection goes from connecting to open, and says so', async () => {
  const connection = setup();
  expect(connection.state()).toEqual({ is: 'connecting' });
  await connection.engine.addList({ title: 'a' });
  expect(connection.state()).toEqual({ is: 'open' });
});

test('a call in the middle of which the engine goes is made again', async () => {
  const connection = setup({ about: () => missing.promise });
  await becomes(connection, 'open');
  const about = connection.engine.about(undefined);
  const [states, stop] = [[] as string[], connection.onState(({ is }) => states.push(is))];
  connection.end();
  expect(await about).toMatchObject({ envelopes: 0 });
  expect(states).toEqual(['connecting', 'open']);
  stop();
});

test('a write whose answer was lost happens once', async () => {
  const kept = Promise.withResolvers<undefined>();
  const { engine, end } = setup({
    addTasks: async (tasks, action) => {
      await device.service.addTasks(tasks, action);
      kept.resolve(undefined);
      return missing.promise;
    },
  });
  const adding = engine.addTasks([{ title: 'a' }]);
  await kept.promise;
  end();
  const [id] = await adding;
  expect((await first(device.engine.watchTasks(inbox))).tasks).toMatchObject([{ id }]);
});

test('a stream goes on with the next engine', async () => {
  const { engine, end } = setup();
  const answers = engine.watchTasks(inbox)[Symbol.asyncIterator]();
  await answers.next();
  const next = answers.next();
  end();
  expect((await next).value).toMatchObject({ tasks: [] });
  await engine.addTasks([{ title: 'a' }]);
  expect((await answers.next()).value).toMatchObject({ tasks: [{ title: 'a' }] });
  await answers.return?.();
});

test('a stream that was left while there was no engine is not started on the next', async () => {
  const watched = vi.spyOn(device.service, 'watchTasks');
  const connection = setup();
  const letIn = connection.hold();
  await becomes(connection, 'open');
  connection.end();
  const answers = connection.engine.watchTasks(inbox)[Symbol.asyncIterator]();
  await becomes(connection, 'connecting');
  const next = answers.next();
  await answers.return?.();
  letIn();
  expect(await next).toEqual({ done: true, value: undefined });
  await connection.engine.about(undefined);
  expect(watched).not.toHaveBeenCalled();
});

test('a failure of the engine itself is not repeated', async () => {
  const { engine, opened } = setup();
  await expect(engine.changeTasks({ ids: [newAction()], change: { done: true } })).rejects.toThrow(
    new Failure('entity/missing'),
  );
  expect(opened()).toBe(1);
});

test('an engine that cannot serve is asked again after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const connection = setup();
  connection.refusals.push(new Failure('database/busy'), new Failure('database/newer'));
  const about = connection.engine.about(undefined);
  await becomes(connection, 'failed');
  expect(connection.state()).toEqual({ is: 'failed', code: 'database/busy' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(connection.state()).toEqual({ is: 'failed', code: 'database/newer' });
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  expect(await about).toMatchObject({ envelopes: 0 });
  expect(connection.opened()).toBe(3);
});
