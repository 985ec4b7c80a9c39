/**
 * What there is: the kinds of entity, their fields, and how each field merges.
 *
 * This table is the schema of every claim in the ledger. Adding a field raises `schemaVersion`;
 * an older device keeps claims that it does not know and applies them once it does.
 */
import { generateKeyBetween } from 'fractional-indexing';
import * as v from 'valibot';
import { Id } from './id.ts';

export const schemaVersion = 1;

/** 'YYYY-MM-DD', or 'YYYY-MM-DDTHH:MM' in the local time of whoever reads it. */
const isInCalendar = (when: string) =>
  new Date(`${when.slice(0, 10)}T00:00Z`).getUTCDate() === Number(when.slice(8, 10));
const inCalendar = v.check(isInCalendar, 'the calendar has no such day');
export const Day = v.pipe(v.string(), v.isoDate(), inCalendar);
export const When = v.union([Day, v.pipe(v.string(), v.isoDateTime(), inCalendar)]);

/** Unix ms, UTC; the last is that of Date. */
export const Instant = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15));

/** SHA-256 of a content, 64 lower-case hex digits. */
export const ContentHash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.brand('ContentHash'));
export type ContentHash = v.InferOutput<typeof ContentHash>;

/** A key of fractional-indexing; '' where nothing was said. */
const order = v.pipe(
  v.string(),
  v.maxLength(200),
  v.check((key) => key === '' || isOrderKey(key), 'no place in an order'),
);

function isOrderKey(key: string): boolean {
  try {
    generateKeyBetween(key, null);
    return true;
  } catch {
    return false; // the library says so by throwing
  }
}

const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));
const title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500));
const offset = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A place in a kept text: the evidence of a task, or what a person had selected. */
export const Passage = v.object({
  content: ContentHash,
  /** UTF-16 code units of the content's text, end exclusive. */
  start: offset,
  end: offset,
  text: text(5_000),
});
export type Passage = v.InferOutput<typeof Passage>;

/** Where a task came from. */
export const Source = v.object({
  clip: Id,
  quote: v.nullable(Passage),
  /** False if the deadline was guessed in part and nobody has confirmed it yet. */
  dueCertain: v.boolean(),
});
export type Source = v.InferOutput<typeof Source>;

/** One capture of a clip's page. */
export const Version = v.object({ content: ContentHash, capturedAt: Instant });
export type Version = v.InferOutput<typeof Version>;

/**
 * How a field merges.
 * - register: one value; a later claim replaces what it had seen.
 * - set: elements come and go one by one; add wins.
 * - text: a Yjs document; claims carry its updates.
 */
export type MergeKind = 'register' | 'set' | 'text';

export interface FieldSpec {
  readonly merge: MergeKind;
  /** The value of a register, the element of a set; for a text, the whole string. */
  readonly schema: v.GenericSchema;
}

const register = <S extends v.GenericSchema>(schema: S) => ({ merge: 'register', schema }) as const;
const set = <S extends v.GenericSchema>(schema: S) => ({ merge: 'set', schema }) as const;
const noteText = { merge: 'text', schema: text(200_000) } as const;

export const entities = {
  task: {
    title: register(title),
    notes: noteText,
    completedAt: register(v.nullable(Instant)),
    /** When it must be done. */
    deadline: register(v.nullable(When)),
    /** When one means to do it. */
    planned: register(v.nullable(Day)),
    /** 0 none, 1 low, 2 medium, 3 high. */
    priority: register(v.picklist([0, 1, 2, 3])),
    /** Null: the Inbox. */
    list: register(v.nullable(Id)),
    /** A fractional index: lists show their tasks by ascending order, then by id. */
    order: register(order),
    tags: set(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60))),
    source: register(v.nullable(Source)),
    deleted: register(v.boolean()),
  },
  list: {
    title: register(title),
    order: register(order),
    deleted: register(v.boolean()),
  },
  clip: {
    /** Normalised; the clip's id is derived from it. */
    address: register(text(8_000)),
    title: register(text(500)),
    site: register(v.nullable(text(200))),
    byline: register(v.nullable(text(300))),
    published: register(v.nullable(text(40))),
    language: register(v.nullable(text(40))),
    /** The version that is shown and read. */
    content: register(ContentHash),
    /** The first characters of that version, for lists. */
    excerpt: register(text(400)),
    versions: set(Version),
    highlights: set(Passage),
    /** Keys of proposals that a person does not want. */
    dismissed: set(Id),
    savedAt: register(Instant),
    deleted: register(v.boolean()),
  },
} as const satisfies Record<string, Record<string, FieldSpec>>;

export type EntityKind = keyof typeof entities;

export function fieldSpec(kind: EntityKind, field: string): FieldSpec | undefined {
  const fields: Readonly<Record<string, FieldSpec>> = entities[kind];
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
