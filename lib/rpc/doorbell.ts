/**
 * What the contexts tell each other by runtime message: short, validated, and nothing that belongs
 * to the engine. The service worker does what only it may do; the offscreen page expects clips.
 */
import * as v from 'valibot';
import { isFailureCode, Failure } from '../errors.ts';
import { Id } from '../model/id.ts';
import { PageCaptureShape, SaveOutcome } from '../model/views.ts';

const ifKept = v.picklist(['ask', 'update', 'add-version']);
export type IfKept = v.InferOutput<typeof ifKept>;

/** To the service worker. */
export const Bell = v.variant('ring', [
  /** Make sure that the engine's page exists. */
  v.object({ ring: v.literal('engine') }),
  /** Keep the page of a tab. Answered with a ClipAnswer. */
  v.object({ ring: v.literal('clip'), tab: v.number(), ifKept }),
  /** Show the side panel at a route, e.g. '#/clip/…'. From a click only. */
  v.object({ ring: v.literal('panel'), route: v.pipe(v.string(), v.maxLength(200)) }),
  /** Open a page at a quote and look whether it still says it. Answered with a QuoteAnswer. */
  v.object({ ring: v.literal('quote'), address: v.string(), quote: v.string() }),
]);
export type Bell = v.InferOutput<typeof Bell>;

/** To the offscreen page, from the service worker: a content script with this nonce may save one
 *  page of this tab. */
export const Expectation = v.object({
  expect: v.literal('clip'),
  nonce: v.string(),
  tab: v.number(),
});
export type Expectation = v.InferOutput<typeof Expectation>;

/** The name of the runtime port of a content script; its nonce follows. */
export const clipPort = 'clip ';

/** From a content script, over that port. The capture comes first; a second request may only say
 *  what to do with it. */
export const ClipRequest = v.variant('clip', [
  v.object({ clip: v.literal('save'), action: Id, ifKept, capture: PageCaptureShape }),
  v.object({ clip: v.literal('resolve'), action: Id, ifKept }),
]);
export type ClipRequest = v.InferOutput<typeof ClipRequest>;

/** Back over that port, and to whoever rang for a clip. */
export const ClipAnswer = v.variant('is', [
  v.object({ is: v.literal('done'), outcome: SaveOutcome }),
  v.object({ is: v.literal('failed'), code: v.string() }),
]);
export type ClipAnswer = v.InferOutput<typeof ClipAnswer>;

export const QuoteAnswer = v.picklist(['there', 'gone', 'unknown']);
export type QuoteAnswer = v.InferOutput<typeof QuoteAnswer>;

/** What the service worker hands to a content script just before it runs. */
export interface ClipOrder {
  readonly nonce: string;
  readonly ifKept: IfKept;
  /** False where another surface shows the outcome. */
  readonly toast: boolean;
  /** The words of its toast, in the browser's language. */
  readonly words: ClipWords;
}

export interface ClipWords {
  readonly saved: string;
  /** Only the beginning of a very long page was kept. */
  readonly cut: string;
  readonly unchanged: string;
  readonly changed: string;
  readonly open: string;
  readonly update: string;
  readonly addVersion: string;
  readonly close: string;
  readonly failures: Readonly<Record<string, string>>;
}

export function failedAnswer(error: unknown): ClipAnswer {
  return { is: 'failed', code: error instanceof Failure ? error.code : 'internal' };
}

/** @throws Failure with the answer's code. */
export function outcomeOf(answer: unknown): v.InferOutput<typeof SaveOutcome> {
  const parsed = v.safeParse(ClipAnswer, answer);
  if (!parsed.success) throw new Failure('clip/gone');
  if (parsed.output.is === 'done') return parsed.output.outcome;
  throw new Failure(isFailureCode(parsed.output.code) ? parsed.output.code : 'internal');
}
