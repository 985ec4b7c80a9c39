/**
 * The engine as a page holds it: one object that outlives the engine.
 *
 * When the engine goes (crash, update, reload) its lock is released; the client then asks for a new
 * port, repeats what was under way (writes with their action id, so they happen once) and starts
 * every stream again. A page never has to know.
 */
import { Failure, type FailureCode } from '../errors.ts';
import type { Id } from '../model/id.ts';
import { type Client, type Contract, contract } from './contract.ts';
import { connect, type PortClient } from './port.ts';

/** A port of the engine, and when it dies. */
export interface EngineLink {
  readonly port: MessagePort;
  /** Settles once the engine behind the port is gone. */
  readonly gone: Promise<void>;
}

export type ConnectionState =
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  /** The engine is there but cannot serve; it is asked again every few seconds if that may help. */
  | { readonly is: 'failed'; readonly code: FailureCode };

export interface EngineConnection {
  readonly engine: Client;
  readonly state: () => ConnectionState;
  /** Called at every change. @returns stops it. */
  readonly onState: (listener: (state: ConnectionState) => void) => () => void;
}

/**
 * @param open asks for a port; rejects with a Failure if the engine cannot serve.
 * @param newAction a fresh action id.
 */
export function connectEngine(
  open: () => Promise<EngineLink>,
  newAction: () => Id,
): EngineConnection {
  let state: ConnectionState = { is: 'connecting' };
  const listeners = new Set<(state: ConnectionState) => void>();
  const become = (next: ConnectionState) => {
    state = next;
    for (const listener of listeners) listener(next);
  };

  let session = establish();

  async function establish(): Promise<PortClient<Contract>> {
    while (true) {
      try {
        const { port, gone } = await open();
        const client = connect(port, contract, newAction);
        void gone.then(() => {
          become({ is: 'connecting' });
          session = establish();
          client.close(new Failure('engine/gone'));
        });
        become({ is: 'open' });
        return client;
      } catch (error) {
        become({
          is: 'failed',
          code: error instanceof Failure ? error.code : 'engine/unavailable',
        });
        await pause(2_000);
      }
    }
  }

  /** Methods by name: the table's types tie each name to its schema, a look-up loses that tie. */
  const methodOf = async (name: string) =>
    (await session).client[name as keyof Contract] as unknown as (
      input: unknown,
      action?: Id,
    ) => unknown;

  const repeat = async (name: string, input: unknown, action?: Id) => {
    while (true) {
      try {
        return await (
          await methodOf(name)
        )(input, action);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  };

  const follow = (name: string, input: unknown): AsyncIterable<unknown> => ({
    [Symbol.asyncIterator]: () => {
      let source: AsyncIterator<unknown> | null = null;
      let isOver = false;
      const done = { done: true, value: undefined } as const;
      return {
        next: async () => {
          while (true) {
            try {
              const watch = await methodOf(name);
              // It may have been let go while there was no engine.
              if (isOver) return done;
              source ??= (watch(input) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
              return await source.next();
            } catch (error) {
              if (!isGone(error)) throw error;
              source = null;
            }
          }
        },
        return: async () => {
          isOver = true;
          await source?.return?.();
          return done;
        },
      };
    },
  });

  const methods = Object.entries(contract).map(([name, { kind }]) => [
    name,
    kind === 'stream'
      ? (input: unknown) => follow(name, input)
      : (input: unknown, action?: Id) =>
          repeat(name, input, kind === 'write' ? (action ?? newAction()) : undefined),
  ]);
  return {
    engine: Object.fromEntries(methods) as Client,
    state: () => state,
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Failure && error.code === 'engine/gone';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
