/**
 * How a page and the engine find each other: the page makes a channel and hands one end to the
 * engine through the switchboard. The engine answers with a hello that names its generation, and
 * holds a Web Lock of that name for as long as it lives: no 'close' event would tell a page that
 * a worker died, but a lock that is granted does (6 to 30 ms).
 */
import { Failure, isFailureCode } from '../errors.ts';
import type { EngineLink } from './client.ts';
import { type ServiceOf, serve, type Table } from './port.ts';

/** Sent with one port: the engine's inbox, or a page's end of a channel. */
export type BrokerMessage = 'engine' | 'page';

type Hello = { readonly hello: string } | { readonly refused: string };

/** How long a page waits for the hello before it asks again, ms. */
const patience = 1_500;

export function openBroker(): MessagePort {
  const worker = new SharedWorker(new URL('./broker.worker.ts', import.meta.url), {
    type: 'module',
    name: 'holdfast',
  });
  worker.port.start();
  return worker.port;
}

/**
 * A page's link to the engine.
 *
 * @param ring makes sure that the engine's page exists; may be called often.
 * @throws Failure as the engine gives it, if it cannot serve.
 */
export async function linkToEngine(
  broker: MessagePort,
  ring: () => Promise<void>,
): Promise<EngineLink> {
  while (true) {
    const { port1, port2 } = new MessageChannel();
    broker.postMessage('page' satisfies BrokerMessage, [port2]);
    // Not awaited: an engine that is there already answers first.
    void ring();
    const hello = await firstMessage(port1, patience);
    if (hello && 'hello' in hello) return { port: port1, gone: released(hello.hello) };
    port1.close();
    if (hello) {
      throw new Failure(isFailureCode(hello.refused) ? hello.refused : 'engine/unavailable');
    }
    // Null: that engine was gone, or is still starting.
  }
}

/**
 * The engine's side: greets and serves every page that asks.
 *
 * @param inbox where pages' ports arrive.
 * @param engine the service, asked for whenever a page asks; rejects with what that page is told.
 */
export async function greetPages<T extends Table>(
  inbox: MessagePort,
  table: T,
  engine: () => Promise<ServiceOf<T>>,
): Promise<void> {
  const generation = `engine ${crypto.randomUUID()}`;
  await holdLock(generation);
  inbox.addEventListener('message', ({ ports: [port] }) => {
    if (!port) return;
    engine().then(
      (service) => {
        serve(port, table, service);
        port.postMessage({ hello: generation } satisfies Hello);
      },
      (error: unknown) => {
        const code = error instanceof Failure ? error.code : 'engine/unavailable';
        port.postMessage({ refused: code } satisfies Hello);
      },
    );
  });
  inbox.start();
}

/** Holds a lock for the life of this worker. */
function holdLock(name: string): Promise<void> {
  return new Promise((held) => {
    void navigator.locks.request(name, () => {
      held();
      return new Promise<never>(() => {});
    });
  });
}

/** Settles once nobody holds the lock. */
async function released(name: string): Promise<void> {
  await navigator.locks.request(name, { mode: 'shared' }, () => {});
}

function firstMessage(port: MessagePort, timeout: number): Promise<Hello | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), timeout);
    port.addEventListener(
      'message',
      ({ data }: MessageEvent<Hello>) => {
        clearTimeout(timer);
        resolve(data);
      },
      { once: true },
    );
    port.start();
  });
}
