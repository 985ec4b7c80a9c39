/** The same tasks for every store: a title of four to seven words, a tenth with a deadline. */
export interface PlainTask {
  readonly title: string;
  readonly deadline: string | null;
  readonly order: number;
}

/** How many tasks a list shows. */
export const shown = 100;

export interface Store {
  readonly fill: (tasks: readonly PlainTask[]) => Promise<void>;
  /** Turns one open task done, or back. Resolves once it is durable. */
  readonly toggle: (at: number) => Promise<void>;
  /** The first tasks that are open, as objects. */
  readonly list: () => Promise<readonly { readonly title: string }[]>;
}

/** What the page asks of its worker. */
export type Job =
  | { readonly do: 'open'; readonly store: string }
  | { readonly do: 'fill' | 'toggle' | 'toggle-list' | 'list' | 'floor'; readonly count: number };

const words =
  'harbour letter window budget travel garden invoice school paper review kitchen train ' +
  'library concert doctor bicycle painting report meeting bakery'.replaceAll('\n', ' ');

export function* plainTasks(count: number): Generator<PlainTask> {
  const list = words.split(' ');
  let state = 12_345;
  const next = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % limit;
  };
  for (let order = 0; order < count; order++) {
    const length = 4 + next(4);
    const title = Array.from({ length }, () => list[next(list.length)]).join(' ');
    const day = String(1 + next(28)).padStart(2, '0');
    yield { title, order, deadline: next(10) === 0 ? `2026-${next(2) + 10}-${day}` : null };
  }
}
