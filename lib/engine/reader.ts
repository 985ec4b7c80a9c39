/**
 * The reader: sees to it that every kept text is read once by a model, the newest first.
 *
 * What is to be read is found by a query, so there is no queue to lose: after a crash or a rebuild
 * it goes on with what is missing. A text that a model failed on is left until it is asked for again.
 */
import type { Database } from '../database/database.ts';
import type { FailureOf, KeptProposal, Unread } from '../database/readings.ts';
import { Failure } from '../errors.ts';
import { isTrueQuote } from '../model/page.ts';
import type { ContentHash } from '../model/entities.ts';
import type { ModelClient } from '../rpc/model-contract.ts';

export interface Reader {
  /** Something may have to be read. */
  readonly wake: () => void;
  /** Why a text could not be read; null if nothing failed. */
  readonly failureOf: FailureOf;
  readonly forget: (content: ContentHash) => void;
}

/** The model worker, as the engine holds it. */
export interface Model {
  /** Starts the worker if none runs. */
  readonly client: () => ModelClient;
  /** Ends a worker that does not answer; the next `client` starts another. */
  readonly drop: () => void;
}

export interface ReaderParts {
  readonly database: Database;
  readonly model: Model;
  readonly now: () => number;
  readonly timeZone: () => string;
  /** Called whenever there is a new reading or failure. */
  readonly onRead: () => void;
}

/** How long a model may be silent before it counts as gone, ms. */
const patience = 60_000;

export function newReader({ database, model, now, timeZone, onRead }: ReaderParts): Reader {
  const failures = new Map<ContentHash, string>();
  let isReading = false;

  const read = async ({ clip, content }: Unread) => {
    const row = database.clipRow(clip);
    const kept = database.contentText(content);
    if (!row || !kept) return;
    const { page } = kept;
    const document = {
      title: row.title,
      page,
      published: row.published,
      capturedAt: row.saved_at,
      timeZone: timeZone(),
    };
    const client = model.client();
    const started = now();
    const name = await soon(client.model(undefined));
    let summary = '';
    for await (const piece of eachSoon(client.summarise(document))) summary += piece;
    const proposals: KeptProposal[] = [];
    for await (const { title, quote, due, dueCertain } of eachSoon(client.findTasks(document))) {
      // Evidence is checked here, whatever the model promised.
      if (isTrueQuote(page, quote)) {
        proposals.push({ title, due, dueCertain, quote: { content, ...quote } });
      }
    }
    database.storeReading({ content, model: name, took: now() - started, summary, proposals });
  };

  const readAll = async () => {
    if (isReading) return;
    isReading = true;
    try {
      while (true) {
        const next = database.unread().find(({ content }) => !failures.has(content));
        if (!next) return;
        try {
          await read(next);
        } catch (error) {
          if (error instanceof Failure && error.code === 'model/gone') model.drop();
          failures.set(next.content, error instanceof Error ? error.message : String(error));
        }
        onRead();
      }
    } finally {
      isReading = false;
    }
  };

  return {
    wake: () => void readAll(),
    failureOf: (content) => failures.get(content) ?? null,
    forget: (content) => failures.delete(content),
  };
}

/** @throws Failure 'model/gone' if the answer does not come: a worker that died tells nobody. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure('model/gone')), patience);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function* eachSoon<T>(answers: AsyncIterable<T>): AsyncGenerator<T> {
  const source = answers[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await soon(source.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await source.return?.();
  }
}
