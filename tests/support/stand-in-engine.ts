/**
 * An engine in memory, for component tests and for pictures of states that are hard to reach.
 *
 * It answers like the real one as far as a page can tell: whole answers after every change, actions
 * that can be undone. It persists, signs and checks nothing.
 */
import type { Failure } from '../../lib/errors.ts';
import type { ContentHash, Passage } from '../../lib/model/entities.ts';
import { newId, type Id } from '../../lib/model/id.ts';
import type { PageText } from '../../lib/model/page.ts';
import type {
  ActionKind,
  ActionLabel,
  Clip,
  ClipCard,
  ClipText,
  Proposal,
  Task,
  TaskDetail,
  TaskView,
} from '../../lib/model/views.ts';
import type { Client } from '../../lib/rpc/contract.ts';

export interface World {
  readonly tasks: readonly TaskDetail[];
  readonly lists: readonly { readonly id: Id; readonly title: string }[];
  readonly clips: readonly (Omit<Clip, 'tasks'> & { readonly excerpt: string })[];
}

export interface StandIn {
  readonly client: Client;
  /** Changes the world behind the page's back. */
  readonly change: (next: (world: World) => World) => void;
  readonly world: () => World;
  /** Every write that was asked for: name and input. */
  readonly writes: readonly { readonly name: string; readonly input: unknown }[];
  /** Makes every further request fail, until null. */
  readonly fail: (failure: Failure | null) => void;
}

interface Done {
  readonly label: ActionLabel;
  readonly before: World;
  readonly after: World;
}

export function standInEngine(
  start: World,
  texts: ReadonlyMap<ContentHash, ClipText> = new Map(),
): StandIn {
  let world = start;
  let past: readonly Done[] = [];
  let future: readonly Done[] = [];
  let failure: Failure | null = null;
  const watchers = new Set<() => void>();
  const writes: { name: string; input: unknown }[] = [];

  const moved = () => {
    for (const wake of [...watchers]) wake();
  };

  const watch = <T>(answer: () => T): AsyncIterable<T> => ({
    [Symbol.asyncIterator]: () => {
      let isOver = false;
      let isDue = true;
      let wake = () => {};
      const look = () => {
        isDue = true;
        wake();
      };
      watchers.add(look);
      return {
        next: async () => {
          while (!isOver && !isDue) await new Promise<void>((resolve) => (wake = resolve));
          if (isOver) return { done: true, value: undefined };
          isDue = false;
          await Promise.resolve();
          if (failure) throw failure;
          return { done: false, value: answer() };
        },
        return: async () => {
          isOver = true;
          watchers.delete(look);
          wake();
          return { done: true, value: undefined };
        },
      };
    },
  });

  const write = async <T>(
    name: string,
    input: unknown,
    [kind, subject, count]: readonly [ActionKind, string, number],
    work: () => readonly [World, T],
    action: Id = makeId(),
  ): Promise<T> => {
    writes.push({ name, input });
    await Promise.resolve();
    if (failure) throw failure;
    const before = world;
    const [after, answer] = work();
    world = after;
    past = [...past, { label: { action, kind, subject, count }, before, after }];
    future = [];
    moved();
    return answer;
  };

  const titleOf = (ids: readonly Id[]) => world.tasks.find(({ id }) => id === ids[0])?.title ?? '';
  const setReading = (clip: Id, state: (proposal: Proposal) => Proposal): World => ({
    ...world,
    clips: world.clips.map((it) =>
      it.id === clip && it.reading.state === 'ready'
        ? { ...it, reading: { ...it.reading, proposals: it.reading.proposals.map(state) } }
        : it,
    ),
  });
  const cardOf = (clip: World['clips'][number]): ClipCard => ({
    id: clip.id,
    address: clip.address,
    title: clip.title,
    site: clip.site,
    excerpt: clip.excerpt,
    savedAt: clip.savedAt,
    openTasks: world.tasks.filter(
      ({ source, completedAt }) => source?.clip === clip.id && completedAt === null,
    ).length,
    proposals: clip.reading.state === 'reading' ? null : openProposals(clip),
  });

  const client: Client = {
    addTasks: (input, action) =>
      write(
        'addTasks',
        input,
        ['add-task', input[0]?.title ?? '', input.length],
        () => {
          const made = input.map((fields) => task({ ...fields, id: makeId() }));
          return [{ ...world, tasks: [...made, ...world.tasks] }, made.map(({ id }) => id)];
        },
        action,
      ),
    changeTasks: ({ ids, change }, action) => {
      const kind: ActionKind =
        change.done === true
          ? 'complete-task'
          : change.done === false
            ? 'reopen-task'
            : 'edit-task';
      const { done, ...fields } = change;
      const completed = done === undefined ? {} : { completedAt: done ? Date.now() : null };
      return write(
        'changeTasks',
        { ids, change },
        [kind, titleOf(ids), ids.length],
        () => [
          {
            ...world,
            tasks: world.tasks.map((it) =>
              ids.includes(it.id)
                ? {
                    ...it,
                    ...fields,
                    ...completed,
                    hasNotes: (fields.notes ?? it.notes) !== '',
                    source:
                      fields.deadline !== undefined && it.source
                        ? { ...it.source, dueCertain: true }
                        : it.source,
                  }
                : it,
            ),
          },
          undefined,
        ],
        action,
      );
    },
    deleteTasks: (ids, action) =>
      write(
        'deleteTasks',
        ids,
        ['delete-task', titleOf(ids), ids.length],
        () => [{ ...world, tasks: world.tasks.filter(({ id }) => !ids.includes(id)) }, undefined],
        action,
      ),
    addList: ({ title }, action) =>
      write(
        'addList',
        { title },
        ['add-list', title, 1],
        () => {
          const id = makeId();
          return [{ ...world, lists: [...world.lists, { id, title }] }, id];
        },
        action,
      ),
    renameList: ({ id, title }, action) =>
      write(
        'renameList',
        { id, title },
        ['rename-list', title, 1],
        () => [
          { ...world, lists: world.lists.map((it) => (it.id === id ? { id, title } : it)) },
          undefined,
        ],
        action,
      ),
    deleteList: (list, action) =>
      write(
        'deleteList',
        list,
        ['delete-list', world.lists.find(({ id }) => id === list)?.title ?? '', 1],
        () => [
          {
            ...world,
            lists: world.lists.filter(({ id }) => id !== list),
            tasks: world.tasks.filter((it) => it.list !== list),
          },
          undefined,
        ],
        action,
      ),
    saveClip: () => Promise.reject(new Error('The stand-in keeps no pages.')),
    deleteClips: (ids, action) =>
      write(
        'deleteClips',
        ids,
        ['delete-clip', world.clips.find(({ id }) => id === ids[0])?.title ?? '', ids.length],
        () => [{ ...world, clips: world.clips.filter(({ id }) => !ids.includes(id)) }, undefined],
        action,
      ),
    acceptProposals: ({ clip, tasks }, action) =>
      write(
        'acceptProposals',
        { clip, tasks },
        ['accept-proposals', tasks[0]?.title ?? '', tasks.length],
        () => {
          const keys = new Set(tasks.map(({ key }) => key));
          const next = setReading(clip, (it) =>
            keys.has(it.key) ? { ...it, state: 'accepted' } : it,
          );
          const from = world.clips.find(({ id }) => id === clip);
          const made = tasks.map(({ key, title, deadline, dueCertain, list, quote }) =>
            task({
              id: key,
              title,
              deadline,
              list,
              source: { clip, quote, dueCertain },
              clip: from ? { id: from.id, title: from.title, address: from.address } : null,
            }),
          );
          return [{ ...next, tasks: [...made, ...next.tasks] }, [...keys]];
        },
        action,
      ),
    dismissProposals: ({ clip, keys }, action) =>
      write(
        'dismissProposals',
        { clip, keys },
        ['dismiss-proposals', '', keys.length],
        () => [
          setReading(clip, (it) => (keys.includes(it.key) ? { ...it, state: 'dismissed' } : it)),
          undefined,
        ],
        action,
      ),
    readAgain: async () => undefined,

    undo: async ({ action }) => {
      const taken = past.findLast(({ label }) => action === null || label.action === action);
      if (!taken) return null;
      past = past.filter((it) => it !== taken);
      future = [taken, ...future];
      world = taken.before;
      moved();
      return taken.label;
    },
    redo: async () => {
      const [taken, ...rest] = future;
      if (!taken) return null;
      future = rest;
      past = [...past, taken];
      world = taken.after;
      moved();
      return taken.label;
    },

    watchOverview: ({ today }) =>
      watch(() => {
        const open = world.tasks.filter(({ completedAt }) => completedAt === null);
        const dueToday = open.filter((it) => isOfDay(it, today));
        return {
          inbox: open.filter(({ list }) => list === null).length,
          today: dueToday.length,
          overdue: dueToday.filter(
            ({ deadline }) => deadline !== null && deadline.slice(0, 10) < today,
          ).length,
          clips: world.clips.length,
          toReview: world.clips.filter((it) => openProposals(it) > 0).length,
          lists: world.lists.map(({ id, title }) => ({
            id,
            title,
            open: open.filter(({ list }) => list === id).length,
          })),
          undo: past.at(-1)?.label ?? null,
          redo: future[0]?.label ?? null,
        };
      }),
    watchTasks: ({ view, limit }) =>
      watch(() => {
        const found = tasksOf(world, view);
        return { tasks: found.slice(0, limit), more: found.length > limit };
      }),
    watchTask: (id) => watch(() => world.tasks.find((it) => it.id === id) ?? null),
    watchClips: ({ limit }) =>
      watch(() => {
        const found = [...world.clips].sort((a, b) => b.savedAt - a.savedAt);
        return { clips: found.slice(0, limit).map(cardOf), more: found.length > limit };
      }),
    watchClip: (id) =>
      watch(() => {
        const clip = world.clips.find((it) => it.id === id);
        if (!clip) return null;
        return { ...clip, tasks: world.tasks.filter(({ source }) => source?.clip === id) };
      }),
    watchPage: ({ url }) =>
      watch(() => {
        const clip = world.clips.find(({ address }) => address === url);
        return {
          clip: clip ? { id: clip.id, title: clip.title, savedAt: clip.savedAt } : null,
          reading: clip?.reading ?? null,
          tasks: clip ? world.tasks.filter(({ source }) => source?.clip === clip.id) : [],
        };
      }),
    clipText: async (hash) => {
      const text = texts.get(hash);
      if (!text) throw new Error(`No text ${hash}`);
      return text;
    },
    quoteAddress: async ({ clip, quote }) =>
      `${world.clips.find(({ id }) => id === clip)?.address ?? ''}#:~:text=${encodeURIComponent(quote.text)}`,
    search: async ({ text, limit }) => {
      if (failure) throw failure;
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      const holds = (haystack: string) =>
        words.every((word) => haystack.toLowerCase().includes(word));
      return [
        ...world.clips
          .filter((it) => holds(`${it.title} ${it.excerpt}`))
          .map((it) => ({ of: 'clip' as const, clip: cardOf(it) })),
        ...world.tasks
          .filter((it) => holds(`${it.title} ${it.notes}`))
          .map((it) => ({ of: 'task' as const, task: it })),
      ].slice(0, limit);
    },
    about: async () => ({
      device: '9f3c61d2a4b80e7755aa0c19d8e2f4b6137c5d90ab12ef34cd56789001234567',
      envelopes: 1_284,
      size: 6_340_608,
      quota: 214_748_364_800,
      sqlite: '3.54.1',
      setAside: null,
    }),
    rebuild: async () => 1_284,
    check: async () => ({ problems: [] }),
    explain: async () => null,
    watchConflicts: () => watch(() => []),
    choose: async () => undefined,
    watchSpace: () => watch(() => ({ devices: [], own: 0, refused: 0, overdue: null })),
    refusals: async () => [],
  };

  return {
    client,
    change: (next) => {
      world = next(world);
      moved();
    },
    world: () => world,
    writes,
    fail: (next) => {
      failure = next;
      moved();
    },
  };
}

/** A task that says only what it is about. */
export function task(fields: Partial<TaskDetail> = {}): TaskDetail {
  return {
    id: makeId(),
    title: 'Water the plants',
    completedAt: null,
    deadline: null,
    planned: null,
    priority: 0,
    list: null,
    tags: [],
    source: null,
    site: null,
    notes: '',
    clip: null,
    ...fields,
    hasNotes: (fields.notes ?? '') !== '',
  };
}

export function proposal(fields: Partial<Proposal> = {}): Proposal {
  return {
    key: makeId(),
    title: 'Send the abstract',
    quote: passage('Please send the abstract.'),
    due: null,
    dueCertain: true,
    state: 'open',
    ...fields,
  };
}

export const someHash = 'a'.repeat(64) as ContentHash;

function passage(text: string, start = 0, content: ContentHash = someHash): Passage {
  return { content, start, end: start + text.length, text };
}

/** Where `words` stand in `page`. */
export function passageIn(page: PageText, words: string, content: ContentHash = someHash): Passage {
  const start = page.text.indexOf(words);
  if (start < 0) throw new Error(`The page does not say: ${words}`);
  return passage(words, start, content);
}

/** A page from lines of a tiny notation: '# heading', '- item', '  - nested', '1. numbered',
 *  '[ ] check', '> quote', '| row', '    code', and paragraphs. '[words](address)' is a link. */
export function page(...lines: readonly string[]): PageText {
  let text = '';
  const blocks: PageText['blocks'][number][] = [];
  const links: PageText['links'][number][] = [];
  for (const line of lines) {
    const [, indent = '', sign = '', rest = ''] =
      /^( *)(#{1,6} |- |\d+\. |\[[ x]\] |> |\| )?(.*)$/.exec(line) ?? [];
    if (text) text += '\n';
    const start = text.length;
    let end = 0;
    for (const [, before = '', words = '', href = ''] of rest.matchAll(
      /(.*?)(?:\[([^\]]+)\]\(([^)]+)\)|$)/g,
    )) {
      text += before;
      if (words) {
        links.push({ start: text.length, end: text.length + words.length, href });
        text += words;
      }
      end = text.length;
    }
    const level = 1 + Math.floor(indent.length / 2);
    const name = sign.trim();
    if (name.startsWith('#')) blocks.push({ kind: 'heading', start, end, level: name.length });
    else if (name === '-') blocks.push({ kind: 'item', start, end, level });
    else if (/^\d/.test(name)) {
      blocks.push({ kind: 'item', start, end, level, ordinal: parseInt(name, 10) });
    } else if (name.startsWith('[')) {
      blocks.push({ kind: 'check', start, end, level, checked: name === '[x]' });
    } else if (name === '>') blocks.push({ kind: 'quote', start, end });
    else if (name === '|') blocks.push({ kind: 'row', start, end });
    else blocks.push({ kind: indent.length >= 4 ? 'code' : 'paragraph', start, end });
  }
  return { text, blocks, links, language: 'en' };
}

export function makeId(): Id {
  return newId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}

function openProposals({ reading }: Pick<Clip, 'reading'>): number {
  return reading.state === 'ready'
    ? reading.proposals.filter(({ state }) => state === 'open').length
    : 0;
}

function isOfDay({ deadline, planned }: Task, day: string): boolean {
  return (
    (deadline !== null && deadline.slice(0, 10) <= day) || (planned !== null && planned <= day)
  );
}

function tasksOf({ tasks }: World, view: TaskView): readonly Task[] {
  const open = tasks.filter(({ completedAt }) => completedAt === null);
  switch (view.of) {
    case 'inbox':
      return open.filter(({ list }) => list === null);
    case 'today':
      return open
        .filter((it) => isOfDay(it, view.day))
        .sort((a, b) => dayKey(a).localeCompare(dayKey(b)));
    case 'list':
      return open.filter(({ list }) => list === view.list);
    case 'done':
      return tasks
        .filter(({ completedAt }) => completedAt !== null)
        .sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0));
    case 'clip':
      return tasks.filter(({ source }) => source?.clip === view.clip);
  }
}

function dayKey({ deadline, planned }: Task): string {
  return [deadline, planned].filter((it) => it !== null).sort()[0] ?? '';
}
