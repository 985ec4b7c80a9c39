/** What pages are shown: the answers of the engine, as plain values. */
import * as v from 'valibot';
import { ContentHash, Day, Instant, Passage, Source, Version, When } from './entities.ts';
import { Id } from './id.ts';

/** A task as lists show it. */
export const Task = v.object({
  id: Id,
  title: v.string(),
  completedAt: v.nullable(Instant),
  deadline: v.nullable(When),
  planned: v.nullable(Day),
  priority: v.picklist([0, 1, 2, 3]),
  /** Null: the Inbox, also for a task whose list is gone. */
  list: v.nullable(Id),
  tags: v.array(v.string()),
  source: v.nullable(Source),
  /** Site of the clip that it came from, e.g. 'example.org', while that is kept. */
  site: v.nullable(v.string()),
  hasNotes: v.boolean(),
});
export type Task = v.InferOutput<typeof Task>;

/** A task opened. */
export const TaskDetail = v.object({
  ...Task.entries,
  notes: v.string(),
  /** The clip that it came from, if that is still kept. */
  clip: v.nullable(v.object({ id: Id, title: v.string(), address: v.string() })),
});
export type TaskDetail = v.InferOutput<typeof TaskDetail>;

/** Which tasks: of the Inbox, of a day and before (planned or due), of a list, done ones, or those
 *  that came from a clip. Open ones in their order; for 'today' by day; done ones newest first. */
export const TaskView = v.variant('of', [
  v.object({ of: v.literal('inbox') }),
  v.object({ of: v.literal('today'), day: Day }),
  v.object({ of: v.literal('list'), list: Id }),
  v.object({ of: v.literal('done') }),
  v.object({ of: v.literal('clip'), clip: Id }),
]);
export type TaskView = v.InferOutput<typeof TaskView>;

export const TaskPage = v.object({
  tasks: v.array(Task),
  /** Whether there are more than were asked for. */
  more: v.boolean(),
});
export type TaskPage = v.InferOutput<typeof TaskPage>;

export const List = v.object({ id: Id, title: v.string(), open: v.number() });
export type List = v.InferOutput<typeof List>;

/** What an action was, for 'Undo: …'. */
export const ActionKind = v.picklist([
  'add-task',
  'edit-task',
  'complete-task',
  'reopen-task',
  'move-task',
  'delete-task',
  'add-list',
  'rename-list',
  'delete-list',
  'save-clip',
  'update-clip',
  'delete-clip',
  'accept-proposals',
  'dismiss-proposals',
  'choose',
  'import',
]);
export type ActionKind = v.InferOutput<typeof ActionKind>;

export const ActionLabel = v.object({
  action: Id,
  kind: ActionKind,
  /** What it was done to, e.g. a title; '' if nothing in particular. */
  subject: v.string(),
  /** How many things it touched. */
  count: v.number(),
});
export type ActionLabel = v.InferOutput<typeof ActionLabel>;

/** One device's word on a field. */
export const ClaimView = v.object({
  /** The author's public key, 64 hex digits, and what it is called; '' if nobody named it. */
  device: v.string(),
  name: v.string(),
  isOwn: v.boolean(),
  /** Where it stands in its author's log. */
  seq: v.number(),
  /** By the author's clock, Unix ms. */
  at: v.number(),
  /** Whether a machine said it. */
  derived: v.boolean(),
  value: v.unknown(),
  /** How far its author had seen the logs of the others. */
  seen: v.array(v.object({ device: v.string(), upto: v.number() })),
});
export type ClaimView = v.InferOutput<typeof ClaimView>;

/** Why a field has its value. `rule` is what decided between the winner and the best of the losers:
 *  a person against a machine, the later clock, or the greater device. */
export const Explanation = v.object({
  rule: v.picklist(['alone', 'person', 'clock', 'device']),
  winner: ClaimView,
  /** What was said without having seen the winner, nor the winner it; best first. */
  losers: v.array(ClaimView),
  /** What the author of another one had seen; latest first. */
  superseded: v.array(ClaimView),
});
export type Explanation = v.InferOutput<typeof Explanation>;

/** Two devices said different things at the same time. */
export const Conflict = v.object({
  field: v.string(),
  ...v.omit(Explanation, ['superseded']).entries,
});
export type Conflict = v.InferOutput<typeof Conflict>;

/** Something that was refused, and why. */
export const Refusal = v.object({
  number: v.number(),
  /** Who brought it: a device's key in hex, or the name of a folder. */
  carrier: v.string(),
  /** Whom it names as its author; null if it is no envelope. */
  device: v.nullable(v.string()),
  seq: v.nullable(v.number()),
  verdict: v.string(),
  reason: v.string(),
  /** As it came. */
  bytes: v.custom<Uint8Array>((value) => value instanceof Uint8Array),
  /** Unix ms. */
  at: v.number(),
});
export type Refusal = v.InferOutput<typeof Refusal>;

/** The devices of the space, and what needs somebody. */
export const SpaceView = v.object({
  /** Most senior first. */
  devices: v.array(
    v.object({
      device: v.string(),
      name: v.string(),
      role: v.picklist(['reader', 'editor', 'owner']),
      isOwn: v.boolean(),
      /** Why its log has ended; null while it goes on. */
      end: v.nullable(v.picklist(['cut', 'retired', 'fork'])),
      /** Envelopes of it that are held. */
      held: v.number(),
      /** How far it has said that it has this device's log. */
      acknowledged: v.number(),
      /** When it was last heard of, Unix ms; 0: never. */
      lastHeard: v.number(),
    }),
  ),
  /** Envelopes of this device's own log. */
  own: v.number(),
  /** Things in quarantine. */
  refused: v.number(),
  /** The oldest change of this device that no other has had for a week; null: all is well. */
  overdue: v.nullable(v.object({ seq: v.number(), committedAt: v.number(), isSent: v.boolean() })),
});
export type SpaceView = v.InferOutput<typeof SpaceView>;

/** The frame around all views. Counts stop at `countLimit`: 'countLimit' means that many or more. */
export const Overview = v.object({
  inbox: v.number(),
  today: v.number(),
  /** Of today's, those whose deadline is before today. */
  overdue: v.number(),
  clips: v.number(),
  /** Clips with proposals that nobody has looked at. */
  toReview: v.number(),
  lists: v.array(List),
  undo: v.nullable(ActionLabel),
  redo: v.nullable(ActionLabel),
});
export type Overview = v.InferOutput<typeof Overview>;
export const countLimit = 1_000;

/** A clip as lists show it. */
export const ClipCard = v.object({
  id: Id,
  address: v.string(),
  title: v.string(),
  site: v.nullable(v.string()),
  excerpt: v.string(),
  savedAt: Instant,
  /** Tasks from it that are still open. */
  openTasks: v.number(),
  /** Proposals that wait for a person; null while it is being read. */
  proposals: v.nullable(v.number()),
});
export type ClipCard = v.InferOutput<typeof ClipCard>;

export const ClipPage = v.object({ clips: v.array(ClipCard), more: v.boolean() });
export type ClipPage = v.InferOutput<typeof ClipPage>;

const offset = v.pipe(v.number(), v.integer(), v.minValue(0));
const list = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.readonly());

/** See lib/model/page.ts for what the offsets mean. */
export const PageTextShape = v.pipe(
  v.object({
    text: v.pipe(v.string(), v.maxLength(4_000_000)),
    blocks: list(
      v.object({
        kind: v.picklist(['heading', 'paragraph', 'item', 'check', 'row', 'quote', 'code']),
        start: offset,
        end: offset,
        level: v.exactOptional(v.number()),
        ordinal: v.exactOptional(v.number()),
        checked: v.exactOptional(v.boolean()),
      }),
    ),
    links: list(
      v.object({ start: offset, end: offset, href: v.pipe(v.string(), v.maxLength(8_000)) }),
    ),
    language: v.nullable(v.pipe(v.string(), v.maxLength(40))),
  }),
  v.check(({ text, blocks, links }) => {
    let last = 0;
    for (const { start, end } of blocks) {
      if (start < last || end < start) return false;
      last = end;
    }
    return (
      last <= text.length && links.every(({ start, end }) => start <= end && end <= text.length)
    );
  }, 'blocks ascend and stay inside the text'),
);

/** What a content script hands over: see PageCapture in lib/model/page.ts. */
export const PageCaptureShape = v.object({
  url: v.pipe(v.string(), v.maxLength(8_000)),
  title: v.pipe(v.string(), v.maxLength(2_000)),
  site: v.nullable(v.pipe(v.string(), v.maxLength(500))),
  byline: v.nullable(v.pipe(v.string(), v.maxLength(500))),
  published: v.nullable(v.pipe(v.string(), v.maxLength(40))),
  page: PageTextShape,
  selection: v.nullable(v.object({ text: v.string(), start: offset, end: offset })),
  hidden: list(
    v.object({
      text: v.string(),
      reason: v.picklist([
        'display',
        'visibility',
        'transparent',
        'tiny',
        'offscreen',
        'clipped',
        'colour',
      ]),
    }),
  ),
  isCut: v.boolean(),
});

/** A task that a model proposes, and what became of it. */
export const Proposal = v.object({
  /** Also the id of the task, once accepted. */
  key: Id,
  title: v.string(),
  quote: Passage,
  due: v.nullable(When),
  dueCertain: v.boolean(),
  state: v.picklist(['open', 'accepted', 'dismissed']),
});
export type Proposal = v.InferOutput<typeof Proposal>;

/** What a model made of a clip's text. */
export const Reading = v.variant('state', [
  v.object({ state: v.literal('reading') }),
  v.object({
    state: v.literal('ready'),
    /** Which model answered, e.g. 'built-in/1'. */
    model: v.string(),
    /** How long it took, ms. */
    took: v.number(),
    summary: v.string(),
    proposals: v.array(Proposal),
  }),
  v.object({ state: v.literal('failed'), message: v.string() }),
]);
export type Reading = v.InferOutput<typeof Reading>;

/** A clip opened. */
export const Clip = v.object({
  id: Id,
  address: v.string(),
  title: v.string(),
  site: v.nullable(v.string()),
  byline: v.nullable(v.string()),
  published: v.nullable(v.string()),
  savedAt: Instant,
  content: ContentHash,
  /** Newest first. */
  versions: v.array(Version),
  highlights: v.array(Passage),
  tasks: v.array(Task),
  reading: Reading,
});
export type Clip = v.InferOutput<typeof Clip>;

/** The kept text of one version of a clip. */
export const ClipText = v.object({
  page: PageTextShape,
  hidden: PageCaptureShape.entries.hidden,
  /** Only the beginning of a very long page was kept. */
  isCut: v.boolean(),
});
export type ClipText = v.InferOutput<typeof ClipText>;

/** What saving a page came to. */
export const SaveOutcome = v.variant('status', [
  /** New, or brought up to date as asked. `isCut`: only the beginning of a very long page. */
  v.object({ status: v.literal('saved'), clip: Id, isCut: v.boolean() }),
  /** Kept already, and the page still says the same. A new selection was added to it. */
  v.object({ status: v.literal('unchanged'), clip: Id, savedAt: Instant, openTasks: v.number() }),
  /** Kept already, and the page has changed since: nothing was written; ask which. */
  v.object({ status: v.literal('exists'), clip: Id, savedAt: Instant, openTasks: v.number() }),
]);
export type SaveOutcome = v.InferOutput<typeof SaveOutcome>;

/** What is known of an address: the popup's 'what you already have from this page'. */
export const PageRecord = v.object({
  clip: v.nullable(v.object({ id: Id, title: v.string(), savedAt: Instant })),
  reading: v.nullable(Reading),
  tasks: v.array(Task),
});
export type PageRecord = v.InferOutput<typeof PageRecord>;

export const SearchHit = v.variant('of', [
  v.object({ of: v.literal('task'), task: Task }),
  v.object({ of: v.literal('clip'), clip: ClipCard }),
]);
export type SearchHit = v.InferOutput<typeof SearchHit>;
