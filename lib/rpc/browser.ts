/** The one file below the entrypoints that knows the extension's own message channel. */
import { browser } from 'wxt/browser';
import { newAction } from '../model/id.ts';
import { linkToEngine, openBroker } from './broker.ts';
import { connectEngine, type EngineConnection } from './client.ts';
import type { Bell } from './doorbell.ts';

/** Rings the service worker, which wakes up for it. */
export function ring(bell: Bell): Promise<unknown> {
  return browser.runtime.sendMessage(bell);
}

/** A page's connection to the engine, which is started if it does not run. */
export function connectPage(): EngineConnection {
  const broker = openBroker();
  // A refusal shows in the missing hello.
  const ringForEngine = () =>
    ring({ ring: 'engine' }).then(
      () => {},
      () => {},
    );
  return connectEngine(() => linkToEngine(broker, ringForEngine), newAction);
}
