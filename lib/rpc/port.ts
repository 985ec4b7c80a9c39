/**
 * Calls and streams over a message port, for any table of methods.
 *
 * Promises: what arrives is checked against the table before it is served; a failure keeps its code;
 * the next item of a stream is made only when the last one was taken, so a slow page skips states
 * instead of queueing them; cancelling, or closing the port, ends the work on the other side.
 */
import * as v from 'valibot';
import { Failure, isFailureCode } from '../errors.ts';
import { Id } from '../model/id.ts';

export interface Method<
  K extends 'call' | 'write' | 'stream' = 'call' | 'write' | 'stream',
  I extends v.GenericSchema = v.GenericSchema,
  O extends v.GenericSchema = v.GenericSchema,
> {
  readonly kind: K;
  readonly input: I;
  readonly output: O;
}

export const call = <I extends v.GenericSchema, O extends v.GenericSchema>(input: I, output: O) =>
  ({ kind: 'call', input, output }) as const;
/** A call that changes something; repeating its action id gives the first answer. */
export const write = <I extends v.GenericSchema, O extends v.GenericSchema>(input: I, output: O) =>
  ({ kind: 'write', input, output }) as const;
/** Whole answers, again and again, until it ends or is cancelled. */
export const stream = <I extends v.GenericSchema, O extends v.GenericSchema>(input: I, output: O) =>
  ({ kind: 'stream', input, output }) as const;

export type Table = Readonly<Record<string, Method>>;

export type ClientOf<T extends Table> = {
  readonly [M in keyof T]: T[M]['kind'] extends 'stream'
    ? (input: v.InferOutput<T[M]['input']>) => AsyncIterable<v.InferOutput<T[M]['output']>>
    : T[M]['kind'] extends 'write'
      ? (
          input: v.InferOutput<T[M]['input']>,
          /** By default a new one. */
          action?: Id,
        ) => Promise<v.InferOutput<T[M]['output']>>
      : (input: v.InferOutput<T[M]['input']>) => Promise<v.InferOutput<T[M]['output']>>;
};

export type ServiceOf<T extends Table> = {
  readonly [M in keyof T]: T[M]['kind'] extends 'stream'
    ? (
        input: v.InferOutput<T[M]['input']>,
        signal: AbortSignal,
      ) => AsyncIterable<v.InferOutput<T[M]['output']>>
    : T[M]['kind'] extends 'write'
      ? (input: v.InferOutput<T[M]['input']>, action: Id) => Promise<v.InferOutput<T[M]['output']>>
      : (
          input: v.InferOutput<T[M]['input']>,
          signal: AbortSignal,
        ) => Promise<v.InferOutput<T[M]['output']>>;
};

const Request = v.variant('op', [
  v.object({
    op: v.literal('ask'),
    id: v.number(),
    method: v.string(),
    input: v.unknown(),
    action: v.exactOptional(Id),
  }),
  v.object({ op: v.literal('take'), id: v.number() }),
  v.object({ op: v.literal('cancel'), id: v.number() }),
]);
type Request = v.InferOutput<typeof Request>;

type Reply =
  | { readonly id: number; readonly op: 'value'; readonly value: unknown }
  | { readonly id: number; readonly op: 'end' }
  | {
      readonly id: number;
      readonly op: 'failure';
      readonly code: string;
      readonly message: string;
    };

/** Serves `service` to whoever holds the other end. @returns ends all of its work. */
export function serve<T extends Table>(
  port: MessagePort,
  table: T,
  service: ServiceOf<T>,
): () => void {
  const work = new Map<number, { readonly abort: AbortController; take: () => void }>();
  const reply = (message: Reply) => port.postMessage(message);
  const fail = (id: number, error: unknown) => {
    const code = error instanceof Failure ? error.code : 'internal';
    const message = error instanceof Error ? error.message : String(error);
    reply({ id, op: 'failure', code, message });
  };

  const run = async (request: Extract<Request, { op: 'ask' }>) => {
    const { id, method: name } = request;
    const method = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!method || (method.kind === 'write') !== (request.action !== undefined)) {
      throw new Failure('message/malformed', { detail: name });
    }
    const input = v.safeParse(method.input, request.input);
    if (!input.success) throw new Failure('message/malformed', { detail: describe(input.issues) });
    const abort = new AbortController();
    const item = { abort, take: () => {} };
    work.set(id, item);
    const { signal } = abort;
    signal.addEventListener('abort', () => item.take());
    // The table's types tie each method to its schema; a look-up by name loses that tie.
    const serveMethod = service[name] as unknown as (input: unknown, extra: unknown) => unknown;
    const answer = serveMethod(input.output, request.action ?? signal);
    if (method.kind !== 'stream') {
      reply({ id, op: 'value', value: await answer });
      return;
    }
    for await (const value of answer as AsyncIterable<unknown>) {
      if (signal.aborted) return;
      const taken = new Promise<void>((resolve) => (item.take = resolve));
      reply({ id, op: 'value', value });
      await taken;
    }
    if (!signal.aborted) reply({ id, op: 'end' });
  };

  const listen = ({ data }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(Request, data);
    if (!parsed.success) return;
    const request = parsed.output;
    if (request.op === 'take') work.get(request.id)?.take();
    else if (request.op === 'cancel') work.get(request.id)?.abort.abort();
    else {
      run(request)
        .catch((error: unknown) => {
          if (!work.get(request.id)?.abort.signal.aborted) fail(request.id, error);
        })
        .finally(() => work.delete(request.id));
    }
  };
  const stop = () => {
    port.removeEventListener('message', listen);
    for (const { abort } of work.values()) abort.abort();
    port.close();
  };
  port.addEventListener('message', listen);
  // The page at the other end is gone: nobody will cancel its streams.
  port.addEventListener('close', stop);
  port.start();
  return stop;
}

export interface PortClient<T extends Table> {
  readonly client: ClientOf<T>;
  /** Rejects everything under way with `reason`. */
  readonly close: (reason: Failure) => void;
}

interface Pending {
  readonly value: (value: unknown) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

/** @param newAction an action id for every write. */
export function connect<T extends Table>(
  port: MessagePort,
  table: T,
  newAction: () => Id,
): PortClient<T> {
  let lastId = 0;
  let closed: Failure | null = null;
  const pending = new Map<number, Pending>();
  const send = (request: Request) => port.postMessage(request);

  port.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    const receiver = pending.get(data.id);
    if (!receiver) return;
    if (data.op === 'value') receiver.value(data.value);
    else if (data.op === 'end') receiver.end();
    else {
      const code = isFailureCode(data.code) ? data.code : 'internal';
      const failure = new Failure(code, { cause: data.message });
      failure.message = data.message;
      receiver.fail(failure);
    }
  });
  port.start();

  const ask = (method: string, input: unknown, action?: Id) =>
    new Promise<unknown>((resolve, reject) => {
      if (closed) {
        reject(closed);
        return;
      }
      const id = ++lastId;
      const settle = () => pending.delete(id);
      pending.set(id, {
        value: (value) => {
          settle();
          resolve(value);
        },
        end: settle,
        fail: (error) => {
          settle();
          reject(error);
        },
      });
      send({ op: 'ask', id, method, input, ...(action && { action }) });
    });

  const watch = (method: string, input: unknown): AsyncIterable<unknown> => ({
    [Symbol.asyncIterator]: () => {
      const id = ++lastId;
      const items: unknown[] = [];
      let over: { readonly error: Error | null } | null = null;
      let taken = true;
      let wake = () => {};
      const finish = (error: Error | null) => {
        over ??= { error };
        pending.delete(id);
        wake();
      };
      if (closed) finish(closed);
      else {
        pending.set(id, {
          value: (value) => {
            items.push(value);
            wake();
          },
          end: () => finish(null),
          fail: finish,
        });
        send({ op: 'ask', id, method, input });
      }
      return {
        next: async () => {
          if (!taken && !over) send({ op: 'take', id });
          taken = true;
          while (items.length === 0 && !over) {
            await new Promise<void>((resolve) => (wake = resolve));
          }
          if (items.length > 0) {
            taken = false;
            return { done: false, value: items.shift() };
          }
          if (over?.error) throw over.error;
          return { done: true, value: undefined };
        },
        // Not a generator's: that would wait for the next item before it let go.
        return: async () => {
          if (!over) send({ op: 'cancel', id });
          items.length = 0;
          finish(null);
          return { done: true, value: undefined };
        },
      };
    },
  });

  const methods = Object.entries(table).map(([name, { kind }]) => [
    name,
    kind === 'stream'
      ? (input: unknown) => watch(name, input)
      : (input: unknown, action?: Id) =>
          ask(name, input, kind === 'write' ? (action ?? newAction()) : undefined),
  ]);
  return {
    client: Object.fromEntries(methods) as ClientOf<T>,
    close: (reason) => {
      closed = reason;
      port.close();
      for (const receiver of [...pending.values()]) receiver.fail(reason);
      pending.clear();
    },
  };
}

function describe([issue]: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  return `${v.getDotPath(issue) ?? 'input'}: ${issue.message}`;
}
