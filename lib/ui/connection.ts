/** The state of the connection to the engine, as state that components can read. */
import { createSubscriber } from 'svelte/reactivity';
import type { ConnectionState, EngineConnection } from '../rpc/client.ts';

export function watchedState(connection: EngineConnection): { readonly current: ConnectionState } {
  const subscribe = createSubscriber((update) => connection.onState(update));
  return {
    get current() {
      subscribe();
      return connection.state();
    },
  };
}
