/**
 * The reader that needs no model: it answers at once, on any device, and is what the others fall
 * back to. What it says is on the page: summaries are sentences of the page, and every task is
 * proved by one. It reads English, German, French and Spanish; of other languages it summarises.
 */
import type { LanguageModel } from './language-model.ts';
import { summarise } from './summary.ts';
import { findTasks } from './tasks.ts';

export function builtInReader(): LanguageModel {
  return { id: 'built-in/1', contextSize: null, summarise, findTasks };
}
