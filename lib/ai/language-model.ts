/**
 * What a model on this device can be asked, whichever engine answers.
 *
 * The built-in reader answers at once and is what the others fall back to; engines with weights come
 * behind the same interface. A model only ever proposes: nothing that it returns changes anything.
 */
import type { PageText, Quote } from '../model/page.ts';

export interface LanguageModel {
  /** Stable id, stored beside what the model made, e.g. 'built-in/1'. */
  readonly id: string;
  /** How much it can read at once, in UTF-16 code units; null: any length. */
  readonly contextSize: number | null;
  /** A summary that reads as a text, piece by piece: the concatenation is the summary. */
  readonly summarise: (document: ReadableDocument, signal: AbortSignal) => AsyncIterable<string>;
  /** The tasks that a page asks of its reader, in document order. Every quote is true
   *  (isTrueQuote); a page that asks nothing yields nothing. */
  readonly findTasks: (
    document: ReadableDocument,
    signal: AbortSignal,
  ) => AsyncIterable<TaskProposal>;
}

export interface ReadableDocument {
  readonly title: string;
  readonly page: PageText;
  /** The document's own date, 'YYYY-MM-DD' or an ISO instant; null if it has none. */
  readonly published: string | null;
  /** When it was captured: Unix ms, UTC. Relative dates count from `published`, else from here. */
  readonly capturedAt: number;
  /** IANA time zone of the reader, e.g. 'Europe/Berlin'. */
  readonly timeZone: string;
}

export interface TaskProposal {
  /** Begins with a verb where the language allows; at most 120 characters; no trailing full stop. */
  readonly title: string;
  /** The sentence that asks for it, exactly as on the page. */
  readonly quote: Quote;
  /** 'YYYY-MM-DD', or 'YYYY-MM-DDTHH:MM' local time where an hour is named; null: none. */
  readonly due: string | null;
  /** False where the date was guessed in part (no year and no document date, a relative word
   *  without a reference, a day without a month): shown as unsure. True if due is null. */
  readonly dueCertain: boolean;
}
