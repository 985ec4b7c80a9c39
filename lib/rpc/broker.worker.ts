/**
 * The switchboard: a SharedWorker that every page of the extension and the engine's page connect to.
 * It hands a page's port to the engine and is out of the way; a message between them costs one hop.
 */
import type { BrokerMessage } from './broker.ts';

let engine: MessagePort | null = null;
let waiting: MessagePort[] = [];

const scope = globalThis as unknown as SharedWorkerGlobalScope;
scope.onconnect = ({ ports: [page] }) => {
  page?.addEventListener('message', ({ data, ports: [port] }: MessageEvent<BrokerMessage>) => {
    if (!port) return;
    if (data === 'engine') {
      engine = port;
      for (const waiter of waiting) engine.postMessage('page', [waiter]);
      waiting = [];
    } else if (engine) {
      engine.postMessage('page', [port]);
    } else {
      waiting.push(port);
    }
  });
  page?.start();
};
