/**
 * Runs inside a page of the extension, put there by a tool (engine-page.ts): the extension's own
 * client, and streams that are taken one answer at a time.
 */
import { Failure } from '../lib/errors.ts';
import { newAction } from '../lib/model/id.ts';
import { linkToEngine } from '../lib/rpc/broker.ts';
import { connectEngine } from '../lib/rpc/client.ts';
import type { Answered, Asked } from './engine-page.ts';

/** @param switchboard address of the extension's broker worker: all pages must name the same. */
export function openClient(switchboard: string): (asked: Asked) => Promise<Answered> {
  const broker = new SharedWorker(switchboard, { type: 'module', name: 'holdfast' });
  broker.port.start();
  const ring = () =>
    chrome.runtime.sendMessage({ ring: 'engine' }).then(
      () => {},
      () => {}, // a refusal shows in the missing hello
    );
  const { engine } = connectEngine(() => linkToEngine(broker.port, ring), newAction);
  const methods = engine as unknown as Record<string, (input: unknown, action?: string) => unknown>;
  const streams = new Map<number, AsyncIterator<unknown>>();

  const answer = async (asked: Asked): Promise<unknown> => {
    if ('next' in asked) return streams.get(asked.next)?.next();
    if ('end' in asked) {
      await streams.get(asked.end)?.return?.();
      return streams.delete(asked.end);
    }
    const started = methods[asked.method]?.(asked.input, asked.action);
    if (asked.stream === undefined) return started;
    streams.set(asked.stream, (started as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    return null;
  };
  return (asked) =>
    answer(asked).then(
      (value) => ({ value }),
      (error: unknown) => ({
        code: error instanceof Failure ? error.code : 'internal',
        message: String(error),
      }),
    );
}
