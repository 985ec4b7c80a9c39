/** What the engine asks of the model worker: see LanguageModel in lib/ai/language-model.ts. */
import * as v from 'valibot';
import { PageTextShape } from '../model/views.ts';
import { call, type ClientOf, stream, type Table } from './port.ts';

const ReadableDocument = v.object({
  title: v.string(),
  page: PageTextShape,
  published: v.nullable(v.string()),
  capturedAt: v.number(),
  timeZone: v.string(),
});

const TaskProposal = v.object({
  title: v.string(),
  quote: v.object({ text: v.string(), start: v.number(), end: v.number() }),
  due: v.nullable(v.string()),
  dueCertain: v.boolean(),
});

export const modelContract = {
  /** Which model answers. */
  model: call(v.undefined(), v.string()),
  /** The summary, piece by piece. */
  summarise: stream(ReadableDocument, v.string()),
  findTasks: stream(ReadableDocument, TaskProposal),
} as const satisfies Table;

export type ModelClient = ClientOf<typeof modelContract>;
