/**
 * The reader: sees to it that every kept text is read once by a model, the newest first.
 *
 * What is to be read is found by a query, so there is no queue to lose: after a crash or a rebuild
 * it goes on with what is missing. A text that a model failed on is left until it is asked for again.
 */
import type { Database } from '../database/database.ts';
import type { KeptProposal } from '../database/readings.ts';
import type { Unread } from '../database/readings.ts';
import { isTrueQuote } from '../model/page.ts';
import type { Id } from '../model/id.ts';
import type { ModelClient } from '../rpc/model-contract.ts';

export interface Reader {
  /** Something may have to be read. */
  readonly wake: () => void;
  /** Why a clip could not be read; null if nothing failed. */
  readonly failureOf: (clip: Id) => string | null;
  readonly forget: (clip: Id) => void;
}

export interface ReaderParts {
  readonly database: Database;
  readonly model: () => ModelClient;
  readonly now: () => number;
  readonly timeZone: () => string;
  /** Called whenever there is a new reading or failure. */
  readonly onRead: () => void;
}

export function newReader({ database, model, now, timeZone, onRead }: ReaderParts): Reader {
  const failures = new Map<Id, string>();
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
    const client = model();
    const started = now();
    const name = await client.model(undefined);
    let summary = '';
    for await (const piece of client.summarise(document)) summary += piece;
    const proposals: KeptProposal[] = [];
    for await (const { title, quote, due, dueCertain } of client.findTasks(document)) {
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
        const next = database.unread().find(({ clip }) => !failures.has(clip));
        if (!next) return;
        try {
          await read(next);
        } catch (error) {
          failures.set(next.clip, error instanceof Error ? error.message : String(error));
        }
        onRead();
      }
    } finally {
      isReading = false;
    }
  };

  return {
    wake: () => void readAll(),
    failureOf: (clip) => failures.get(clip) ?? null,
    forget: (clip) => failures.delete(clip),
  };
}
