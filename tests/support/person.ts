/**
 * A person at a device: what they do, and what they expect to see.
 *
 * The expectation is a plain model of what lib/rpc/contract.ts promises: values in places, and for
 * each action what it changed where. It knows no envelopes and no tables.
 */
import fc from 'fast-check';
import { clipId, type Id, newAction, proposalId } from '../../lib/model/id.ts';
import type { ActionKind } from '../../lib/model/views.ts';
import type { Client, Input } from '../../lib/rpc/contract.ts';
import { capture, type TestEngine } from './engine.ts';
import { first, until } from './streams.ts';

type Change = Input<'changeTasks'>['change'];

/** How often a person does what, all in all. */
const often = {
  'add tasks': 4,
  'change tasks': 9,
  'move tasks': 2,
  'delete tasks': 2,
  'add list': 1,
  'rename list': 1,
  'delete list': 1,
  'save clip': 3,
  'delete clip': 1,
  accept: 4,
  dismiss: 1,
  undo: 4,
  'undo an earlier one': 3,
  redo: 4,
  repeat: 1,
};

/** Numbers choose among what there is when the step is taken. */
export type Step = readonly [
  what: keyof typeof often,
  one: number,
  other: number,
  title: string,
  change: Change,
];

const addresses = ['https://example.org/a', 'https://example.org/b'];
const texts = ['Do one @2026-04-01\nDo two', 'Do two\nDo two', 'Nothing to do.'];
const today = '2026-03-02';

const title = fc.constantFrom('milk', 'bread 🍞', 'kelp');
const day = fc.constantFrom(null, '2026-03-01', today, '2026-03-03');

/** @param weights how often a person does what. */
export function stepOf(weights: Partial<typeof often>): fc.Arbitrary<Step> {
  return fc.tuple(
    fc.oneof(
      ...Object.entries(weights).map(([what, weight]) => ({
        weight,
        arbitrary: fc.constant(what as Step[0]),
      })),
    ),
    fc.nat(5),
    fc.nat(5),
    title,
    fc.record(
      {
        title,
        done: fc.boolean(),
        deadline: day,
        planned: day,
        priority: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
        tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
        notes: fc.constantFrom('', 'one', 'one two', 'two 🌊'),
      },
      { requiredKeys: [] },
    ),
  );
}

export const aStep = stepOf(often);

/** A place is '<kind> <id> <field>'; one without a value is null. */
type Places = Map<string, unknown>;

interface Done {
  readonly action: Id;
  readonly kind: ActionKind;
  /** Ascends with every undo and redo. */
  turn: number;
  state: 'done' | 'undone' | 'settled';
  changes: readonly { readonly place: string; readonly before: unknown; readonly after: unknown }[];
}

export type Person = ReturnType<typeof newPerson>;

/** @param device may be replaced by one that was started again. */
export function newPerson(start: TestEngine) {
  let device = start;
  const places: Places = new Map();
  const done: Done[] = [];
  let turn = 0;
  let last = async () => {};

  const at = <T>(kind: string, id: string, field: string) =>
    (places.get(`${kind} ${id} ${field}`) ?? null) as T | null;
  const known = (kind: string) => [
    ...new Set(
      [...places.keys()]
        .filter((key) => key.startsWith(`${kind} `))
        .map((key) => key.split(' ')[1] as Id),
    ),
  ];
  const there = (kind: string) => known(kind).filter((id) => at(kind, id, 'there'));

  const isOpen = (id: Id) => at('task', id, 'completedAt') === null;
  const home = (id: Id) => {
    const list = at<Id>('task', id, 'list');
    return list !== null && at('list', list, 'there') ? list : null;
  };
  const byOrder = (kind: string) => (a: Id, b: Id) =>
    Number(at(kind, a, 'order')) - Number(at(kind, b, 'order')) || (a < b ? -1 : 1);
  const openIn = (list: Id | null) =>
    there('task')
      .filter((id) => isOpen(id) && home(id) === list)
      .sort(byOrder('task'));
  const ordersOnTop = (list: Id | null, count: number) => {
    const [top] = openIn(list);
    const from = top === undefined ? 0 : Number(at('task', top, 'order')) - count;
    return Array.from({ length: count }, (_, index) => from + index);
  };
  const elements = (kind: string, id: Id, field: string) =>
    [...places]
      .filter(([place, value]) => value === true && place.startsWith(`${kind} ${id} ${field}.`))
      .map(([place]) => place.slice(`${kind} ${id} ${field}.`.length))
      .sort();

  const proposalsOf = (clip: Id) => {
    const nths = new Map<string, number>();
    const lines = (at<string>('clip', clip, 'text') ?? '').split('\n');
    return lines.flatMap((line) => {
      if (!line.startsWith('Do ')) return [];
      const nth = nths.get(line) ?? 0;
      nths.set(line, nth + 1);
      return [{ key: proposalId(clip, line, nth), line }];
    });
  };

  /** One action: what it writes; of a thing that is new, only that it is there is taken back. */
  const wrote = (action: Id, kind: ActionKind, writes: readonly (readonly [string, unknown])[]) => {
    if (writes.length === 0) return;
    for (const each of done) if (each.state === 'undone') each.state = 'settled';
    const old = new Set(
      ['task', 'list', 'clip'].flatMap((each) => known(each).map((id) => `${each} ${id}`)),
    );
    const changes = writes.flatMap(([place, after]) => {
      const isOld = old.has(place.split(' ').slice(0, 2).join(' '));
      const before = places.get(place) ?? null;
      return isOld || place.endsWith(' there') ? [{ place, before, after }] : [];
    });
    for (const [place, value] of writes) places.set(place, value);
    done.push({ action, kind, turn: ++turn, state: 'done', changes });
  };

  const flip = (one: Done, state: 'done' | 'undone') => {
    const standing = one.changes.filter(
      ({ place, after }) => (places.get(place) ?? false) === (after ?? false),
    );
    for (const { place, before } of standing) places.set(place, before);
    one.changes = standing.map(({ place, before, after }) => ({
      place,
      before: after,
      after: before,
    }));
    one.state = state;
    one.turn = ++turn;
  };

  const deletion = (id: Id) => {
    const clip = at<Id>('task', id, 'clip');
    return [
      [`task ${id} there`, false],
      ...(clip && at('clip', clip, 'there') ? [[`clip ${clip} dismissed.${id}`, true]] : []),
    ] as [string, unknown][];
  };

  const lastOf = (state: Done['state']) =>
    done
      .filter((each) => each.state === state)
      .sort((a, b) => (state === 'done' ? done.indexOf(a) - done.indexOf(b) : a.turn - b.turn))
      .at(-1);

  /** Does a step, and expects what it comes to. False: there is nothing to do it to. */
  const take = async ([what, one, other, title, change]: Step): Promise<boolean> => {
    const action = newAction();
    const tasks = there('task').sort();
    // Mostly the same few, so that actions meet.
    const [some = 0, more = 0] = [one, other].map((at) => (at % 2) % tasks.length);
    const chosen = [...new Set([some, more])].flatMap((index) => tasks[index] ?? []);
    const lists = there('list').sort();
    const list = [null, ...lists][one % (lists.length + 1)] ?? null;
    const address = addresses[one % 2]!;
    const clip = clipId(address);
    const isKept = at('clip', clip, 'there') === true;
    const again = async (request: (engine: Client) => Promise<unknown>) => {
      const answer = await request(device.engine);
      last = async () => {
        const repeated = await request(device.engine);
        if (JSON.stringify(repeated) !== JSON.stringify(answer)) throw new Error('another answer');
      };
      return answer;
    };
    if (what !== 'repeat') device.now += 1_000;

    switch (what) {
      case 'add tasks': {
        const given = [
          { title, list },
          { title: 'eggs', list, ...(other % 2 && { deadline: today }) },
        ].slice(0, 1 + (other % 2));
        const orders = ordersOnTop(list, given.length);
        const ids = (await again((engine) => engine.addTasks(given, action))) as Id[];
        wrote(
          action,
          'add-task',
          ids.flatMap((id, index) => {
            const { title: text, deadline = null } = given[index]!;
            const fields = { there: true, title: text, list, deadline, order: orders[index] };
            return Object.entries(fields).map(
              ([field, value]) => [`task ${id} ${field}`, value] as const,
            );
          }),
        );
        return true;
      }
      case 'change tasks': {
        if (chosen.length === 0) return false;
        await again((engine) => engine.changeTasks({ ids: chosen, change }, action));
        const { done: isDone, tags, ...registers } = change;
        const writes = chosen.flatMap((id) => {
          const fields: Record<string, unknown> = { ...registers };
          if (isDone !== undefined && isDone === isOpen(id))
            fields['completedAt'] = isDone ? device.now : null;
          for (const tag of ['x', 'y', 'z']) if (tags) fields[`tags.${tag}`] = tags.includes(tag);
          return Object.entries(fields)
            .map(([field, value]) => [`task ${id} ${field}`, value] as const)
            .filter(([place, value]) => (places.get(place) || null) !== (value || null));
        });
        const kind =
          isDone === undefined || Object.keys(change).length > 1
            ? 'edit-task'
            : isDone
              ? 'complete-task'
              : 'reopen-task';
        wrote(action, kind, writes);
        return true;
      }
      case 'move tasks': {
        if (chosen.length === 0) return false;
        const orders = ordersOnTop(list, chosen.length);
        await again((engine) => engine.changeTasks({ ids: chosen, change: { list } }, action));
        const moved = chosen.filter((id) => home(id) !== list);
        wrote(
          action,
          'move-task',
          moved.flatMap((id, index) => [
            [`task ${id} list`, list],
            [`task ${id} order`, orders[index]],
          ]),
        );
        return true;
      }
      case 'delete tasks':
        if (chosen.length === 0) return false;
        await again((engine) => engine.deleteTasks(chosen, action));
        wrote(action, 'delete-task', chosen.flatMap(deletion));
        return true;
      case 'add list': {
        const bottom = lists.sort(byOrder('list')).at(-1);
        const order = bottom === undefined ? 0 : Number(at('list', bottom, 'order')) + 1;
        const id = (await again((engine) => engine.addList({ title }, action))) as Id;
        const fields = { there: true, title, order };
        wrote(
          action,
          'add-list',
          Object.entries(fields).map(([field, value]) => [`list ${id} ${field}`, value]),
        );
        return true;
      }
      case 'rename list':
        if (list === null) return false;
        await again((engine) => engine.renameList({ id: list, title }, action));
        wrote(action, 'rename-list', [[`list ${list} title`, title]]);
        return true;
      case 'delete list':
        if (list === null) return false;
        await again((engine) => engine.deleteList(list, action));
        wrote(action, 'delete-list', [
          [`list ${list} there`, false],
          ...tasks.filter((id) => at('task', id, 'list') === list).flatMap(deletion),
        ]);
        return true;
      case 'save clip': {
        const text = texts[other % 3]!;
        const ifKept = (['ask', 'update', 'add-version'] as const)[title.length % 3]!;
        const { status } = (await again((engine) =>
          engine.saveClip({ capture: capture(text, { url: address }), ifKept }, action),
        )) as { status: string };
        const kept = isKept ? at<string>('clip', clip, 'text') : null;
        const expected =
          kept === null
            ? 'saved'
            : kept === text
              ? 'unchanged'
              : ifKept === 'ask'
                ? 'exists'
                : 'saved';
        if (status !== expected) throw new Error(`${status}, not ${expected}`);
        if (status !== 'saved') return true;
        const replaced =
          kept !== null && ifKept === 'update'
            ? elements('clip', clip, 'version').filter((each) => each.endsWith(kept))
            : [];
        wrote(action, isKept ? 'update-clip' : 'save-clip', [
          [`clip ${clip} there`, true],
          [`clip ${clip} text`, text],
          [`clip ${clip} savedAt`, device.now],
          [`clip ${clip} version.${device.now} ${text}`, true],
          ...replaced.map((each) => [`clip ${clip} version.${each}`, false] as const),
        ]);
        await until(device.engine.watchClip(clip), (found) => found?.reading.state === 'ready');
        return true;
      }
      case 'delete clip':
        await again((engine) => engine.deleteClips([clip], action));
        wrote(action, 'delete-clip', isKept ? [[`clip ${clip} there`, false]] : []);
        return true;
      case 'accept': {
        const proposals = isKept ? proposalsOf(clip) : [];
        if (proposals.length === 0) return false;
        const { key, line } = proposals[other % proposals.length]!;
        const opened = await first(device.engine.watchClip(clip));
        const quote = { content: opened!.content, start: 0, end: line.length, text: line };
        const task = {
          key,
          title,
          deadline: /@(.*)/.exec(line)?.[1] ?? null,
          dueCertain: true,
          list: null,
          quote,
        };
        const [order] = ordersOnTop(null, 1);
        await again((engine) => engine.acceptProposals({ clip, tasks: [task] }, action));
        const fields = {
          there: true,
          title,
          deadline: task.deadline,
          list: null,
          order,
          clip,
          completedAt: null,
        };
        wrote(
          action,
          'accept-proposals',
          at('task', key, 'there')
            ? []
            : Object.entries(fields).map(([field, value]) => [`task ${key} ${field}`, value]),
        );
        return true;
      }
      case 'dismiss': {
        const proposals = isKept ? proposalsOf(clip) : [];
        if (proposals.length === 0) return false;
        const { key } = proposals[other % proposals.length]!;
        await again((engine) => engine.dismissProposals({ clip, keys: [key] }, action));
        wrote(action, 'dismiss-proposals', [[`clip ${clip} dismissed.${key}`, true]]);
        return true;
      }
      case 'undo':
      case 'redo':
      case 'undo an earlier one': {
        const doable = done.filter(({ state }) => state === 'done');
        const earlier =
          what === 'undo an earlier one' ? doable.at(-1 - (one % (doable.length || 1))) : undefined;
        if (what === 'undo an earlier one' && !earlier) return false;
        const expected = earlier ?? lastOf(what === 'redo' ? 'undone' : 'done');
        const label = (await again((engine) =>
          what === 'redo'
            ? engine.redo(undefined, action)
            : engine.undo({ action: earlier?.action ?? null }, action),
        )) as { action: Id; kind: ActionKind } | null;
        if (label?.action !== expected?.action || label?.kind !== expected?.kind) {
          throw new Error(`${what} took ${label?.kind}, not ${expected?.kind}`);
        }
        if (expected) flip(expected, what === 'redo' ? 'done' : 'undone');
        return true;
      }
      case 'repeat':
        await last();
        return true;
    }
  };

  /** What the person expects to see. */
  const expected = () => {
    const open = there('task').filter(isOpen);
    const dueOf = (id: Id) =>
      [at<string>('task', id, 'deadline'), at<string>('task', id, 'planned')]
        .filter((when) => when !== null)
        .sort()[0];
    const waiting = (clip: Id) =>
      proposalsOf(clip).filter(
        ({ key }) => !at('task', key, 'there') && !at('clip', clip, `dismissed.${key}`),
      ).length;
    const label = (one: Done | undefined) => (one ? { action: one.action, kind: one.kind } : null);
    return {
      inbox: openIn(null),
      today: open
        .filter((id) => (dueOf(id) ?? '9') <= today)
        .sort((a, b) =>
          dueOf(a)! < dueOf(b)! ? -1 : dueOf(a)! > dueOf(b)! ? 1 : byOrder('task')(a, b),
        ),
      overdue: open.filter((id) => (at<string>('task', id, 'deadline') ?? '9') < today).length,
      lists: there('list')
        .sort(byOrder('list'))
        .map((id) => ({ id, title: at('list', id, 'title'), tasks: openIn(id) })),
      tasks: there('task')
        .sort()
        .map((id) => ({
          id,
          title: at('task', id, 'title'),
          notes: at('task', id, 'notes') ?? '',
          completedAt: at('task', id, 'completedAt'),
          deadline: at('task', id, 'deadline'),
          planned: at('task', id, 'planned'),
          priority: at('task', id, 'priority') ?? 0,
          list: home(id),
          tags: elements('task', id, 'tags'),
          clip: at('task', id, 'clip'),
        })),
      clips: there('clip')
        .sort((a, b) => Number(at('clip', b, 'savedAt')) - Number(at('clip', a, 'savedAt')))
        .map((id) => ({
          id,
          savedAt: at('clip', id, 'savedAt'),
          text: at('clip', id, 'text'),
          versions: elements('clip', id, 'version').length,
          proposals: waiting(id),
          openTasks: open.filter((task) => at('task', task, 'clip') === id).length,
        })),
      toReview: there('clip').filter((id) => waiting(id) > 0).length,
      undo: label(lastOf('done')),
      redo: label(lastOf('undone')),
    };
  };

  return {
    take,
    expected,
    shown: () => shownBy(device, there('task')),
    /** Goes on with another engine on the same database. */
    moveTo: (next: TestEngine) => {
      next.now = device.now + 1;
      device = next;
    },
  };
}

/** What a device shows. @param tasks that must be there; more would be seen in the counts. */
async function shownBy(
  { engine }: TestEngine,
  tasks: readonly Id[],
): Promise<ReturnType<Person['expected']>> {
  const overview = await first(engine.watchOverview({ today }));
  const ids = async (view: Input<'watchTasks'>['view']) =>
    (await first(engine.watchTasks({ view, limit: 1_000 }))).tasks.map(({ id }) => id);
  const inbox = await ids({ of: 'inbox' });
  const due = await ids({ of: 'today', day: today });
  const lists = await Promise.all(
    overview.lists.map(async ({ id, title, open }) => {
      const own = await ids({ of: 'list', list: id });
      if (own.length !== open) throw new Error('a list counts wrong');
      return { id, title, tasks: own };
    }),
  );
  const all = new Set([
    ...inbox,
    ...lists.flatMap((list) => list.tasks),
    ...(await ids({ of: 'done' })),
    ...tasks,
  ]);
  const { clips } = await first(engine.watchClips({ limit: 10 }));
  if (
    overview.inbox !== inbox.length ||
    overview.today !== due.length ||
    overview.clips !== clips.length
  ) {
    throw new Error('the overview counts wrong');
  }
  const label = (found: typeof overview.undo) =>
    found && { action: found.action, kind: found.kind };
  return {
    inbox,
    today: due,
    overdue: overview.overdue,
    lists,
    tasks: await Promise.all(
      [...all].sort().map(async (id) => {
        const task = await first(engine.watchTask(id));
        if (!task) throw new Error('a task is missing');
        const { title, notes, completedAt, deadline, planned, priority, list, tags, source } = task;
        return {
          id,
          title,
          notes,
          completedAt,
          deadline,
          planned,
          priority,
          list,
          tags: [...tags].sort(),
          clip: source?.clip ?? null,
        };
      }),
    ),
    clips: await Promise.all(
      clips.map(async ({ id, savedAt, proposals, openTasks }) => {
        const clip = await first(engine.watchClip(id));
        const { page } = await engine.clipText(clip!.content);
        return {
          id,
          savedAt,
          text: page.text,
          versions: clip!.versions.length,
          proposals: proposals!,
          openTasks,
        };
      }),
    ),
    toReview: overview.toReview,
    undo: label(overview.undo),
    redo: label(overview.redo),
  };
}
