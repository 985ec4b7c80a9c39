/**
 * Doing things: every change of a page goes through here, so that each can be taken back and none
 * fails in silence.
 */
import { newAction, type Id } from '../model/id.ts';
import type { ActionKind, ActionLabel, Task } from '../model/views.ts';
import type { Client } from '../rpc/contract.ts';
import type { Toasts } from './toasts.svelte.ts';
import { m, wordsFor } from './words.ts';

export interface Actions {
  /** Writes under an action id of its own. `said` is shown with a button that undoes just this;
   *  without it only a failure is shown. Undefined: it failed, and the person was told. */
  readonly act: <T>(write: (action: Id) => Promise<T>, said?: string) => Promise<T | undefined>;
  /** Completes a task, or opens it again. Whether it was written. */
  readonly setDone: (task: TaskName, done: boolean) => Promise<boolean>;
  readonly deleteTask: (task: TaskName) => Promise<void>;
  readonly undo: (action?: Id) => Promise<void>;
  readonly redo: () => Promise<void>;
  /** Shows what went wrong. */
  readonly fail: (error: unknown) => void;
}

type TaskName = Pick<Task, 'id' | 'title'>;

export function actionsOf(engine: Client, toasts: Toasts): Actions {
  const fail = (error: unknown) => toasts.show({ text: wordsFor(error), tone: 'alarm' });
  const undo = async (action?: Id) => {
    try {
      const undone = await engine.undo({ action: action ?? null });
      toasts.show({ text: undone ? m.undone(labelOf(undone)) : m.nothingToUndo });
    } catch (error) {
      fail(error);
    }
  };
  const act: Actions['act'] = async (write, said) => {
    const action = newAction();
    try {
      const answer = await write(action);
      if (said !== undefined) {
        toasts.show({ text: said, button: { label: m.undo, press: () => void undo(action) } });
      }
      return answer;
    } catch (error) {
      fail(error);
      return undefined;
    }
  };
  return {
    act,
    setDone: async ({ id, title }, done) => {
      const written = await act(
        async (action) => {
          await engine.changeTasks({ ids: [id], change: { done } }, action);
          return true;
        },
        done ? m.completed(title) : m.reopened(title),
      );
      return written ?? false;
    },
    deleteTask: async ({ id, title }) => {
      await act((action) => engine.deleteTasks([id], action), m.taskDeleted(title));
    },
    undo,
    redo: async () => {
      try {
        const redone = await engine.redo(undefined);
        toasts.show({ text: redone ? m.redone(labelOf(redone)) : m.nothingToRedo });
      } catch (error) {
        fail(error);
      }
    },
    fail,
  };
}

/** 'Complete “Buy milk”', 'Delete 3 tasks'. */
export function labelOf({ kind, subject, count }: ActionLabel): string {
  return m.actions[kind satisfies ActionKind](subject, count);
}
