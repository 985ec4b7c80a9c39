/**
 * The last screen, kept so that the next one paints before the engine is up.
 *
 * It is only ever shown until the engine answers, and marked as busy meanwhile. One per kind of
 * view, so that its size is bounded; a list's page names the list that it was of.
 */
import * as v from 'valibot';
import { Id } from '../model/id.ts';
import { ClipPage, Overview, TaskPage, type TaskView } from '../model/views.ts';
import { recall, remember } from './storage.ts';

/** A screenful: what a tall panel shows without scrolling. */
const rows = 30;

export function recallOverview(): Overview | undefined {
  return recall('snapshot:overview', Overview) ?? undefined;
}

export function recallTasks(view: TaskView): TaskPage | undefined {
  const kept = recall(`snapshot:${view.of}`, v.object({ of: v.nullable(Id), page: TaskPage }));
  return kept && kept.of === subjectOf(view) ? kept.page : undefined;
}

export function recallClips(): ClipPage | undefined {
  return recall('snapshot:clips', ClipPage) ?? undefined;
}

export function rememberOverview(overview: Overview): void {
  rememberSoon('snapshot:overview', () => overview);
}

export function rememberTasks(view: TaskView, { tasks, more }: TaskPage): void {
  rememberSoon(`snapshot:${view.of}`, () => ({
    of: subjectOf(view),
    page: { tasks: tasks.slice(0, rows), more: more || tasks.length > rows },
  }));
}

export function rememberClips({ clips, more }: ClipPage): void {
  rememberSoon('snapshot:clips', () => ({
    clips: clips.slice(0, rows),
    more: more || clips.length > rows,
  }));
}

function subjectOf(view: TaskView): Id | null {
  return view.of === 'list' ? view.list : view.of === 'clip' ? view.clip : null;
}

/** Writing takes a millisecond that no key press should wait for. */
const waiting = new Map<string, () => unknown>();

function rememberSoon(key: string, value: () => unknown): void {
  if (waiting.size === 0) {
    addEventListener('pagehide', writeNow, { once: true });
    setTimeout(writeNow, 400);
  }
  waiting.set(key, value);
}

function writeNow(): void {
  for (const [key, value] of waiting) remember(key, value());
  waiting.clear();
}
