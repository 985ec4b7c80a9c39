/**
 * The table of everything that a page may ask of the engine. Start reading here.
 *
 * A call answers once. A write is a call that changes something: it carries an action id, repeating
 * it (after a lost connection) gives the first answer, and it resolves once the change would survive
 * a crash. A stream answers again after every change, whole answers, until it is cancelled.
 * What a page sends is checked against these schemas before the engine sees it.
 */
import * as v from 'valibot';
import { ContentHash, Day, entities, Passage, When } from '../model/entities.ts';
import { Id } from '../model/id.ts';
import {
  ActionLabel,
  Clip,
  ClipPage,
  ClipText,
  Conflict,
  Explanation,
  Overview,
  PageCaptureShape,
  PageRecord,
  Refusal,
  SaveOutcome,
  SearchHit,
  SpaceView,
  TaskDetail,
  TaskPage,
  TaskView,
} from '../model/views.ts';
import { call, type ClientOf, type ServiceOf, stream, type Table, write } from './port.ts';

const nothing = v.undefined();
const limit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000));
const ids = v.pipe(
  v.array(Id),
  v.minLength(1),
  v.maxLength(10_000),
  v.transform((all) => [...new Set(all)]),
);
const title = entities.task.title.schema;

const FieldOf = v.object({
  kind: v.picklist(['task', 'list', 'clip']),
  id: Id,
  field: v.pipe(v.string(), v.maxLength(40)),
});

/** Fields of a new task; what is left out is empty. */
const NewTask = v.object({
  title,
  list: v.exactOptional(v.nullable(Id)),
  deadline: v.exactOptional(v.nullable(When)),
  planned: v.exactOptional(v.nullable(Day)),
  priority: v.exactOptional(entities.task.priority.schema),
  tags: v.exactOptional(v.array(entities.task.tags.schema)),
  notes: v.exactOptional(entities.task.notes.schema),
});

/** What may change in tasks; what is left out stays. */
const TaskChange = v.object({
  title: v.exactOptional(title),
  done: v.exactOptional(v.boolean()),
  list: v.exactOptional(v.nullable(Id)),
  deadline: v.exactOptional(v.nullable(When)),
  planned: v.exactOptional(v.nullable(Day)),
  priority: v.exactOptional(entities.task.priority.schema),
  /** The whole set: the engine finds what was added and removed. */
  tags: v.exactOptional(v.array(entities.task.tags.schema)),
  /** The whole text: the engine finds what was typed. */
  notes: v.exactOptional(entities.task.notes.schema),
});
export type TaskChange = v.InferOutput<typeof TaskChange>;

export const contract = {
  /** Adds tasks at the top of their list, the first one topmost. Their ids, in order. */
  addTasks: write(v.pipe(v.array(NewTask), v.minLength(1), v.maxLength(10_000)), v.array(Id)),
  /** Changes every one of `ids` alike: edit, complete, move, plan. */
  changeTasks: write(v.object({ ids, change: TaskChange }), nothing),
  deleteTasks: write(ids, nothing),

  addList: write(v.object({ title: entities.list.title.schema }), Id),
  renameList: write(v.object({ id: Id, title: entities.list.title.schema }), nothing),
  /** Deletes a list and the tasks in it. */
  deleteList: write(Id, nothing),

  /** Saves a page as a clip. Resolves once it would survive a crash. `ifKept` says what to do
   *  where this address is kept already and its text has changed: nothing but say so, replace the
   *  newest version, or add one. */
  saveClip: write(
    v.object({ capture: PageCaptureShape, ifKept: v.picklist(['ask', 'update', 'add-version']) }),
    SaveOutcome,
  ),
  deleteClips: write(ids, nothing),
  /** Adds the chosen proposals of a clip as tasks, as edited. The tasks' ids. */
  acceptProposals: write(
    v.object({
      clip: Id,
      tasks: v.pipe(
        v.array(
          v.object({
            key: Id,
            title,
            deadline: v.nullable(When),
            /** Whether a person has confirmed or set the date, or it was certain. */
            dueCertain: v.boolean(),
            list: v.nullable(Id),
            quote: Passage,
          }),
        ),
        v.minLength(1),
        v.maxLength(1_000),
      ),
    }),
    v.array(Id),
  ),
  dismissProposals: write(v.object({ clip: Id, keys: ids }), nothing),
  /** Reads a clip once more, after a failure. */
  readAgain: call(v.object({ clip: Id }), nothing),

  /** Takes back an action, by default the last one that was not taken back. What another action
   *  changed since stays. Null: nothing to undo. */
  undo: write(v.object({ action: v.nullable(Id) }), v.nullable(ActionLabel)),
  /** Does the last undone action again. Null: nothing to redo. */
  redo: write(nothing, v.nullable(ActionLabel)),

  /** `today` is the reader's own day. */
  watchOverview: stream(v.object({ today: Day }), Overview),
  watchTasks: stream(v.object({ view: TaskView, limit }), TaskPage),
  /** Null: deleted. */
  watchTask: stream(Id, v.nullable(TaskDetail)),
  /** Newest first. */
  watchClips: stream(v.object({ limit }), ClipPage),
  /** Null: deleted. */
  watchClip: stream(Id, v.nullable(Clip)),
  /** What is kept of an address, as the browser shows it (it is normalised here). */
  watchPage: stream(v.object({ url: v.string() }), PageRecord),
  /** The kept text of a version. */
  clipText: call(ContentHash, ClipText),
  /** The address that opens a clip's page scrolled to a passage (a text fragment). */
  quoteAddress: call(v.object({ clip: Id, quote: Passage }), v.string()),
  /** Words and beginnings of words, best first. */
  search: call(v.object({ text: v.pipe(v.string(), v.maxLength(500)), limit }), v.array(SearchHit)),

  /** Why a register has its value. Null: nobody has said anything about it. */
  explain: call(FieldOf, v.nullable(Explanation)),
  /** What devices said apart about a thing, where it came out otherwise than one of them said. */
  watchConflicts: stream(v.omit(FieldOf, ['field']), v.array(Conflict)),
  /** Takes what a device said, by its place in that device's log, instead of what won. */
  choose: write(v.object({ ...FieldOf.entries, device: v.string(), seq: v.number() }), nothing),
  /** The devices of the space, and what needs somebody. */
  watchSpace: stream(nothing, SpaceView),
  /** What was refused, newest first. */
  refusals: call(v.object({ limit }), v.array(Refusal)),

  /** Facts for the options page and for bug reports. */
  about: call(
    nothing,
    v.object({
      /** This device's public key, 64 hex digits. */
      device: v.string(),
      /** Signed changes in this device's log. */
      envelopes: v.number(),
      /** Bytes of the database file, and what the browser would allow; 0 if it does not say. */
      size: v.number(),
      quota: v.number(),
      sqlite: v.string(),
      /** The database that was set aside because it could not be read, if there was one. */
      setAside: v.nullable(v.string()),
    }),
  ),
  /** Drops every derived table and makes it again from the ledger. How many envelopes were read. */
  rebuild: call(nothing, v.number()),
  /** Reads the whole database and says what is wrong with it: SQLite's integrity check, and that the
   *  log is whole. */
  check: call(nothing, v.object({ problems: v.array(v.string()) })),
} as const satisfies Table;

export type Contract = typeof contract;
export type MethodName = keyof Contract;
export type Input<M extends MethodName> = v.InferOutput<Contract[M]['input']>;
export type Output<M extends MethodName> = v.InferOutput<Contract[M]['output']>;

/** The engine as a page sees it. */
export type Client = ClientOf<Contract>;

/** The engine as it serves: every write gets its action id, the rest a signal that ends it. */
export type Service = ServiceOf<Contract>;
