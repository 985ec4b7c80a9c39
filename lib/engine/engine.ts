/**
 * The engine: the one place that writes. It joins ledger, database, clip and model into the service
 * that pages see (lib/rpc/contract.ts).
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { normaliseAddress } from '../clip/address.ts';
import { quoteAddress } from '../clip/fragment.ts';
import { makeContent } from '../database/contents.ts';
import type { Database } from '../database/database.ts';
import { taskPage } from '../database/queries.ts';
import { Failure } from '../errors.ts';
import type { Claim } from '../ledger/claims.ts';
import { clientOf, editNote } from '../ledger/notes.ts';
import { type ContentHash, type EntityKind, fieldSpec } from '../model/entities.ts';
import { clipId, type Id, isDerived, newId } from '../model/id.ts';
import type { PageCapture, PageText } from '../model/page.ts';
import type { ActionKind, TaskDetail } from '../model/views.ts';
import type { Input, Service, TaskChange } from '../rpc/contract.ts';
import { type Ledger, newLedger } from './ledger.ts';
import { type Model, newReader } from './reader.ts';
import { newRevision } from './revision.ts';
import { conflicts, explain } from './explain.ts';
import { spaceView } from './space.ts';
import type { Identity, Suite } from './suite.ts';
import { newWriter, type Plan } from './writer.ts';

export interface EngineParts {
  readonly database: Database;
  /** This device's keys: those that the database belongs to, if it belongs to any. */
  readonly identity: Identity;
  readonly suite: Suite;
  readonly model: Model;
  /** Unix ms, UTC. */
  readonly now: () => number;
  /** Random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** IANA name of the reader's time zone. */
  readonly timeZone: () => string;
  /** Bytes that the browser would allow; 0 if it does not say. */
  readonly quota: () => Promise<number>;
  /** Name of a database that could not be read and was set aside. */
  readonly setAside: string | null;
}

export interface Engine {
  /** What pages see. */
  readonly service: Service;
  /** What carriers see, and what joins devices. */
  readonly ledger: Ledger;
}

export function newEngine(parts: EngineParts): Engine {
  const { database, now, random } = parts;
  const revision = newRevision();
  const reader = newReader({ ...parts, onRead: revision.move });
  const changed = () => {
    revision.move();
    reader.wake(); // there may be a new text, or one that an undo brought back
  };
  const ledger = newLedger({ ...parts, onCommit: changed });
  const writer = newWriter({ database, ledger, now });
  reader.wake();

  const freshId = () => newId(now(), random(10));

  /** An answer now and after every change that makes it another one. */
  const watch = <T>(read: () => T, signal: AbortSignal): AsyncGenerator<T> => {
    let answer: T;
    return watchText(
      () => JSON.stringify((answer = read())),
      () => answer,
      signal,
    );
  };

  /** The same of an answer that can be read as a text, and shown from it. */
  async function* watchText<T>(
    read: () => string,
    show: (text: string) => T,
    signal: AbortSignal,
  ): AsyncGenerator<T> {
    let last: string | null = null;
    while (!signal.aborted) {
      const seen = revision.current(); // before the query: a change during it is shown next
      const text = read();
      if (text !== last) {
        last = text;
        yield show(text);
      }
      await revision.after(seen, signal);
    }
  }

  /** Keys that put `count` tasks above a list's first. */
  const topOrders = (list: Id | null, count: number): string[] => {
    const top = database.topOrder(list) || null;
    try {
      return generateNKeysBetween(null, top, count);
    } catch {
      // Nothing goes above the first key there is: equal keys stand by id.
      return new Array<string>(count).fill(top ?? '');
    }
  };

  const existing = (id: Id): TaskDetail => {
    const task = database.task(id);
    if (!task) throw new Failure('entity/missing');
    return task;
  };

  const addTasks = (tasks: Input<'addTasks'>): Plan<Id[]> => {
    const byList = Map.groupBy(tasks, ({ list }) => list ?? null);
    const orders = new Map([...byList].map(([list, own]) => [list, topOrders(list, own.length)]));
    const claims: Claim[] = [];
    const ids = tasks.map(({ list = null, notes, tags = [], ...registers }) => {
      const id = freshId();
      const order = orders.get(list)?.shift() ?? generateKeyBetween(null, null);
      // What nobody has claimed is empty.
      const given = Object.entries({ ...registers, list, order }).filter(
        ([, value]) => value !== null,
      );
      claims.push(...registerClaims('task', id, Object.fromEntries(given)));
      claims.push(...tags.map((tag) => setClaim('task', id, 'tags', tag, true)));
      if (notes) claims.push(...noteClaims(id, notes));
      return id;
    });
    const subject = tasks[0]?.title ?? '';
    return { kind: 'add-task', subject, count: ids.length, claims, answer: ids };
  };

  const noteClaims = (id: Id, text: string): Claim[] =>
    editNote(
      database.noteParts('task', id, 'notes'),
      clientOf(ledger.identity().signer.device),
      text,
    ).map((update) => ({
      kind: 'task',
      id,
      field: 'notes',
      merge: 'text',
      update,
    }));

  const changeTasks = ({ ids, change }: Input<'changeTasks'>): Plan<undefined> => {
    const claims: Claim[] = [];
    const moved = change.list === undefined ? [] : topOrders(change.list, ids.length);
    const { done, tags, notes, ...registers } = change;
    const tasks = ids.map(existing);
    for (const task of tasks) {
      const { id } = task;
      const changed = Object.entries({
        ...registers,
        ...(done !== undefined &&
          done !== (task.completedAt !== null) && { completedAt: done ? now() : null }),
      }).filter(([field, value]) => task[field as keyof TaskDetail] !== value);
      if (changed.some(([field]) => field === 'list')) changed.push(['order', moved.shift() ?? '']);
      claims.push(...registerClaims('task', id, Object.fromEntries(changed)));
      if (change.deadline !== undefined && task.source && !task.source.dueCertain) {
        // A person has looked at the date now.
        claims.push(
          ...registerClaims('task', id, { source: { ...task.source, dueCertain: true } }),
        );
      }
      if (tags) {
        const [before, after] = [new Set(task.tags), new Set(tags)];
        for (const tag of after.difference(before)) {
          claims.push(setClaim('task', id, 'tags', tag, true));
        }
        for (const tag of before.difference(after)) {
          claims.push(setClaim('task', id, 'tags', tag, false));
        }
      }
      if (notes !== undefined) claims.push(...noteClaims(id, notes));
    }
    const subject = tasks[0]?.title ?? '';
    return { kind: changeKind(change), subject, count: ids.length, claims, answer: undefined };
  };

  /** Deleting a task that came from a proposal also says that nobody wants it proposed again. */
  const deletion = (id: Id): Claim[] => {
    const { clip } = existing(id);
    return [
      ...registerClaims('task', id, { deleted: true }),
      ...(clip && isDerived(id) ? [setClaim('clip', clip.id, 'dismissed', id, true)] : []),
    ];
  };

  const deleteTasks = (ids: readonly Id[]): Plan<undefined> => ({
    kind: 'delete-task',
    subject: ids[0] ? existing(ids[0]).title : '',
    count: ids.length,
    claims: ids.flatMap(deletion),
    answer: undefined,
  });

  const deleteList = (id: Id): Plan<undefined> => {
    const title = database.listTitle(id);
    if (title === null) throw new Failure('entity/missing');
    const inside = database.tasksOfList(id);
    const claims = [...registerClaims('list', id, { deleted: true }), ...inside.flatMap(deletion)];
    return { kind: 'delete-list', subject: title, count: 1, claims, answer: undefined };
  };

  const saveClip = ({ capture, ifKept }: Input<'saveClip'>): Plan<SaveAnswer> => {
    const address = normaliseAddress(capture.url);
    if (address === null) throw new Failure('clip/not-a-page');
    if (capture.page.text.trim() === '') throw new Failure('clip/no-text');
    const id = clipId(address);
    const content = makeContent(capture);
    const row = database.clipRow(id);
    const savedAt = now();
    const highlight = highlightClaims(id, content.hash, capture);
    const title = startOf(capture.title || address, 500);
    const answered = { kind: 'save-clip', subject: title, count: 1 } as const;

    if (row && row.content !== content.hash && ifKept === 'ask') {
      const openTasks = database.page(id, reader.failureOf).tasks.filter(isOpenTask).length;
      const answer = { status: 'exists', clip: id, savedAt: row.saved_at, openTasks } as const;
      return { ...answered, claims: [], answer };
    }
    if (row?.content === content.hash) {
      const openTasks = database.page(id, reader.failureOf).tasks.filter(isOpenTask).length;
      const answer = { status: 'unchanged', clip: id, savedAt: row.saved_at, openTasks } as const;
      return { ...answered, kind: 'update-clip', claims: highlight, answer };
    }
    const claims: Claim[] = [
      ...registerClaims('clip', id, {
        address,
        title,
        site: capture.site && startOf(capture.site, 200),
        byline: capture.byline && startOf(capture.byline, 300),
        published: capture.published,
        language: capture.page.language,
        content: content.hash,
        excerpt: excerptOf(capture.page),
        savedAt,
        deleted: false,
      }),
      setClaim('clip', id, 'versions', { content: content.hash, capturedAt: savedAt }, true),
      ...highlight,
    ];
    if (row && ifKept === 'update') {
      const replaced = (JSON.parse(row.versions) as { content: string; capturedAt: number }[])
        .filter((version) => version.content === row.content)
        .map((version) => setClaim('clip', id, 'versions', version, false));
      claims.push(...replaced);
    }
    const kind = row ? 'update-clip' : 'save-clip';
    const answer = { status: 'saved', clip: id, isCut: capture.isCut } as const;
    return { ...answered, kind, claims, contents: [content], answer };
  };

  const acceptProposals = ({ clip, tasks }: Input<'acceptProposals'>): Plan<Id[]> => {
    const row = database.clipRow(clip);
    if (!row) throw new Failure('entity/missing');
    // What another page has accepted already stays as it is now.
    const fresh = tasks.filter(({ key }) => !database.task(key));
    const byList = Map.groupBy(fresh, ({ list }) => list);
    const orders = new Map([...byList].map(([list, own]) => [list, topOrders(list, own.length)]));
    const claims = fresh.flatMap(({ key, title, deadline, dueCertain, list, quote }) =>
      registerClaims('task', key, {
        title,
        deadline,
        list,
        order: orders.get(list)?.shift() ?? '',
        source: { clip, quote, dueCertain },
        completedAt: null,
        deleted: false,
      }),
    );
    const answer = tasks.map(({ key }) => key);
    const [only, ...others] = fresh;
    const subject = only && others.length === 0 ? only.title : row.title;
    return { kind: 'accept-proposals', subject, count: fresh.length, claims, answer };
  };

  const deleteClips = (ids: readonly Id[]): Plan<undefined> => {
    const rows = ids.map((id) => database.clipRow(id));
    return {
      kind: 'delete-clip',
      subject: rows[0]?.title ?? '',
      count: ids.length,
      claims: ids.flatMap((id, index) =>
        rows[index] ? registerClaims('clip', id, { deleted: true }) : [],
      ),
      answer: undefined,
    };
  };

  const choose = ({ kind, id, field, device, seq }: Input<'choose'>): Plan<undefined> => {
    const { losers = [] } = explain(database, kind, id, field) ?? {};
    const chosen = losers.find((claim) => claim.device === device && claim.seq === seq);
    if (!chosen) throw new Failure('entity/missing');
    const claims = registerClaims(kind, id, { [field]: chosen.value });
    const subject = kind === 'task' ? (database.task(id)?.title ?? '') : '';
    return { kind: 'choose', subject, count: 1, claims, answer: undefined };
  };

  /** Null: no page that can be kept has this address. */
  const clipOfPage = (url: string): Id | null => {
    const address = normaliseAddress(url);
    return address === null ? null : clipId(address);
  };

  const contentOf = (hash: ContentHash) => {
    const content = database.contentText(hash);
    if (!content) throw new Failure('entity/missing');
    return content;
  };

  const service: Service = {
    addTasks: (tasks, action) => writer.write(action, () => addTasks(tasks)),
    changeTasks: (input, action) => writer.write(action, () => changeTasks(input)),
    deleteTasks: (ids, action) => writer.write(action, () => deleteTasks(ids)),

    addList: ({ title }, action) =>
      writer.write(action, () => {
        const id = freshId();
        const order = generateKeyBetween(database.lastListOrder(), null);
        const claims = registerClaims('list', id, { title, order });
        return { kind: 'add-list', subject: title, count: 1, claims, answer: id };
      }),
    renameList: ({ id, title }, action) =>
      writer.write(action, () => {
        if (database.listTitle(id) === null) throw new Failure('entity/missing');
        const claims = registerClaims('list', id, { title });
        return { kind: 'rename-list', subject: title, count: 1, claims, answer: undefined };
      }),
    deleteList: (id, action) => writer.write(action, () => deleteList(id)),

    saveClip: (input, action) => writer.write(action, () => saveClip(input)),
    deleteClips: (ids, action) => writer.write(action, () => deleteClips(ids)),
    acceptProposals: (input, action) => writer.write(action, () => acceptProposals(input)),
    dismissProposals: ({ clip, keys }, action) =>
      writer.write(action, () => {
        const claims = keys.map((key) => setClaim('clip', clip, 'dismissed', key, true));
        const subject = database.clipRow(clip)?.title;
        if (subject === undefined) throw new Failure('entity/missing');
        const count = keys.length;
        return { kind: 'dismiss-proposals', subject, count, claims, answer: undefined };
      }),
    readAgain: async ({ clip }) => {
      const row = database.clipRow(clip);
      if (!row) throw new Failure('entity/missing');
      database.dropReading(row.content);
      reader.forget(row.content);
      revision.move();
      reader.wake();
      return undefined;
    },

    undo: ({ action: which }, action) => writer.undo(action, which),
    redo: (_, action) => writer.redo(action),

    watchOverview: ({ today }, signal) => watch(() => database.overview(today), signal),
    watchTasks: ({ view, limit }, signal) =>
      watchText(
        () => database.taskCards(view, limit),
        (cards) => taskPage(cards, limit),
        signal,
      ),
    watchTask: (id, signal) => watch(() => database.task(id), signal),
    watchClips: ({ limit }, signal) => watch(() => database.clips(limit), signal),
    watchClip: (id, signal) => watch(() => database.clip(id, reader.failureOf), signal),
    watchPage: ({ url }, signal) => {
      const id = clipOfPage(url);
      const none = { clip: null, reading: null, tasks: [] };
      return watch(() => (id ? database.page(id, reader.failureOf) : none), signal);
    },
    clipText: async (hash) => contentOf(hash),
    quoteAddress: async ({ clip, quote }) => {
      const row = database.clipRow(clip);
      if (!row) throw new Failure('entity/missing');
      return quoteAddress(row.address, contentOf(quote.content).page, quote);
    },
    search: async ({ text, limit }) => database.search(text, limit),

    explain: async ({ kind, id, field }) => explain(database, kind, id, field),
    watchConflicts: ({ kind, id }, signal) =>
      watch(() => conflicts(database, kind, id, now()), signal),
    choose: (choice, action) => writer.write(action, () => choose(choice)),
    watchSpace: (_, signal) => watch(() => spaceView(database, now()), signal),
    refusals: async ({ limit }) =>
      database.quarantined(limit).map(({ device, ...entry }) => ({
        ...entry,
        device: device && bytesToHex(device),
      })),

    about: async () => ({
      device: bytesToHex(ledger.identity().signer.device),
      ...database.facts(),
      quota: await parts.quota(),
      setAside: parts.setAside,
    }),
    rebuild: async () => {
      const count = database.rebuild();
      revision.move();
      reader.wake();
      return count;
    },
    check: async () => ({ problems: database.check() }),
  };
  return { service, ledger };
}

type SaveAnswer = Awaited<ReturnType<Service['saveClip']>>;

function registerClaims(kind: EntityKind, id: Id, values: Record<string, unknown>): Claim[] {
  return Object.entries(values).map(([field, value]) => {
    if (fieldSpec(kind, field)?.merge !== 'register') throw new TypeError(`${kind}.${field}`);
    return { kind, id, field, merge: 'register', value };
  });
}

function setClaim(
  kind: EntityKind,
  id: Id,
  field: string,
  element: unknown,
  present: boolean,
): Claim {
  return { kind, id, field, merge: 'set', element, present };
}

function highlightClaims(id: Id, content: ContentHash, { selection }: PageCapture): Claim[] {
  if (!selection) return [];
  const { start } = selection;
  const text = startOf(selection.text, 5_000);
  const passage = { content, start, end: start + text.length, text };
  return [setClaim('clip', id, 'highlights', passage, true)];
}

/** What an action that changes tasks is called. */
function changeKind(change: TaskChange): ActionKind {
  const fields = Object.keys(change);
  if (fields.length === 1 && change.done !== undefined) {
    return change.done ? 'complete-task' : 'reopen-task';
  }
  return fields.length === 1 && change.list !== undefined ? 'move-task' : 'edit-task';
}

/** The first words of a page that are no heading. */
function excerptOf({ text, blocks }: PageText): string {
  const body = blocks.find(({ kind, start, end }) => kind !== 'heading' && end - start > 40);
  const start = body?.start ?? 0;
  return startOf(text.slice(start), 300).replaceAll('\n', ' ');
}

/** At most `limit` code units, never half a character at the end. */
function startOf(text: string, limit: number): string {
  return text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
}

function isOpenTask({ completedAt }: { readonly completedAt: number | null }): boolean {
  return completedAt === null;
}
