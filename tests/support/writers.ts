/**
 * Writers of every kind at once, and what must be shown however suddenly they are stopped.
 *
 * They write to things: a pair of tasks that every action changes alike, or a clip. An action takes a
 * thing from one state to the next. What must be shown afterwards is the state that was acknowledged
 * last, or a later one that was sent: of a thing, actions take effect in the order of sending.
 * Whatever was sent and not acknowledged is then sent again, as a page does that lost its engine, and
 * must have happened once.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Id, newAction } from '../../lib/model/id.ts';
import type { PageCapture } from '../../lib/model/page.ts';
import type { Client, Input } from '../../lib/rpc/contract.ts';
import { seeded } from './random.ts';
import { first } from './streams.ts';

export interface Fault {
  /** An acknowledged write is not there; a part of an action is; the file or its log is broken; a
   *  rebuild or a repetition changes what is shown. */
  readonly kind: 'lost' | 'half' | 'corrupt' | 'different';
  readonly text: string;
}

export interface Verdict {
  readonly faults: readonly Fault[];
  /** Writes that were sent and not acknowledged, and how many of them had been kept. */
  readonly cut: number;
  readonly kept: number;
}

export interface Writers {
  readonly acknowledged: () => number;
  /**
   * Writes until `signal` says that the engine is being killed: what fails after that is expected.
   *
   * @throws whatever a write failed with before.
   */
  readonly write: (engine: Client, signal: AbortSignal) => Promise<void>;
  /** @param whole looks at every thing, not only at those written to since the last time. */
  readonly verify: (engine: Client, whole?: boolean) => Promise<Verdict>;
}

/** What is shown of a thing: of both tasks of a pair alike. Null: it is not there. */
type Look =
  | {
      readonly title: string;
      readonly tags: readonly string[];
      readonly priority: number;
      readonly planned: string | null;
      readonly notes: string;
    }
  | { readonly title: string; readonly text: string; readonly versions: number }
  | null;

interface Step {
  readonly action: Id;
  /** What an undo of it leads back to; undefined: it is an undo itself. */
  readonly before: Look | undefined;
  readonly after: Look;
  readonly send: (engine: Client, action: Id) => Promise<unknown>;
}

interface Thing {
  readonly is: 'pair' | 'clip';
  readonly name: string;
  /** Once its creation was acknowledged. */
  ids: readonly Id[];
  acknowledged: Look;
  /** Not acknowledged, in order. */
  sent: Step[];
  last: Step | null;
  number: number;
  /** What was acknowledged before. */
  readonly past: Look[];
  isTouched: boolean;
}

/** How many of a writer's youngest things are still written to. */
const inHand = 8;

/** @param seed decides what is written; how far it comes is up to the machine. */
export function newWriters(seed: number): Writers {
  const things: Thing[] = [];
  let acknowledged = 0;

  const submit = async (engine: Client, thing: Thing, step: Step): Promise<void> => {
    thing.sent.push(step);
    thing.last = step;
    thing.isTouched = true;
    const answer = await step.send(engine, step.action);
    acknowledge(thing, step, answer);
  };

  const acknowledge = (thing: Thing, step: Step, answer: unknown) => {
    for (const { after } of thing.sent.splice(0, thing.sent.indexOf(step) + 1)) {
      thing.past.push(thing.acknowledged);
      thing.acknowledged = after;
      acknowledged++;
    }
    if (thing.ids.length === 0) thing.ids = idsIn(answer);
  };

  /** One writer after another number of `seed`: what it would do next, and to what. */
  const newWriter = (writer: number) => {
    const random = seeded(seed * 31 + writer);
    const own: Thing[] = [];
    const next = (): [Thing, Step] => {
      const open = own.slice(-inHand).filter(({ ids, last, ...thing }) => {
        return ids.length > 0 && (latest(thing) !== null || last?.before !== undefined);
      });
      const thing = open[Math.floor(random() * open.length)];
      if (thing && random() < 0.65) return [thing, nextStep(thing, random)];
      const fresh = newThing(`${writer}-${own.length}`, random() < 0.3 ? 'clip' : 'pair');
      own.push(fresh);
      things.push(fresh);
      return [fresh, nextStep(fresh, random)];
    };
    return { random, next };
  };
  const [steady, other, bursting] = [newWriter(0), newWriter(1), newWriter(2)];

  return {
    acknowledged: () => acknowledged,

    write: async (engine, signal) => {
      const oneByOne = async ({ next }: typeof steady) => {
        while (!signal.aborted) await submit(engine, ...next());
      };
      const inBursts = async ({ next, random }: typeof steady) => {
        while (!signal.aborted) {
          // Each is sent before the next is thought of: that may be to the same thing.
          const burst: Promise<void>[] = [];
          for (let left = 2 + Math.floor(random() * 12); left > 0; left--) {
            burst.push(submit(engine, ...next()));
          }
          await Promise.all(burst);
        }
      };
      const lanes = [oneByOne(steady), oneByOne(other), inBursts(bursting)];
      await Promise.all(
        lanes.map((lane) =>
          lane.catch((error: unknown) => {
            if (!signal.aborted) throw error;
          }),
        ),
      );
    },

    verify: async (engine, whole = false) => {
      const faults: Fault[] = [];
      const fault = (kind: Fault['kind'], text: string) => void faults.push({ kind, text });
      const isClose = ({ isTouched }: Thing) => whole || isTouched;
      let [cut, kept] = [0, 0];
      for (const problem of (await engine.check(undefined)).problems) fault('corrupt', problem);

      const names = new Set(things.map(({ name }) => name));
      const shown = await lookAt(engine);
      for (const name of shown.names) {
        if (!names.has(name)) fault('half', `${name}: nobody wrote it`);
      }
      const [close, far] = [things.filter(isClose), things.filter((thing) => !isClose(thing))];
      for (const thing of far) {
        if (shown.isAt(thing, thing.acknowledged)) continue;
        fault('lost', `${thing.name}: ${thing.acknowledged?.title ?? 'deleted'}`);
      }
      for (const [thing, look] of await shown.closely(close)) {
        const allowed = [thing.acknowledged, ...thing.sent.map(({ after }) => after)];
        const at = allowed.findLastIndex((each) => isDeepStrictEqual(each, look));
        cut += thing.sent.length;
        kept += Math.max(at, 0);
        if (at >= 0) continue;
        const isOld = thing.past.some((each) => isDeepStrictEqual(each, look));
        const expected = allowed.map((each) => brief(each)).join(' or ');
        fault(isOld ? 'lost' : 'half', `${thing.name}: ${brief(look)}, not ${expected}`);
      }

      const { envelopes, setAside } = await engine.about(undefined);
      if (setAside !== null) fault('corrupt', `${setAside} was set aside`);
      // One envelope founded the log.
      const read = await engine.rebuild(undefined);
      if (read !== Math.max(0, envelopes - 1)) fault('lost', `${read} of ${envelopes} envelopes`);
      if (!isDeepStrictEqual((await lookAt(engine)).everything, shown.everything)) {
        fault('different', 'a rebuild shows something else');
      }

      const again = things.filter(({ sent }) => sent.length > 0);
      await Promise.all(
        again.flatMap((thing) =>
          thing.sent.map(async (step) =>
            acknowledge(thing, step, await step.send(engine, step.action)),
          ),
        ),
      );
      for (const [thing, look] of await (await lookAt(engine)).closely(again)) {
        if (isDeepStrictEqual(look, thing.acknowledged)) continue;
        const expected = brief(thing.acknowledged);
        fault('different', `${thing.name}: sent again, ${brief(look)}, not ${expected}`);
      }
      for (const thing of close) thing.isTouched = false;
      return { faults, cut, kept };
    },
  };
}

function newThing(name: string, is: Thing['is']): Thing {
  return {
    is,
    name,
    ids: [],
    acknowledged: null,
    sent: [],
    last: null,
    number: 0,
    past: [],
    isTouched: true,
  };
}

/** The state that a thing is in once everything that was sent has happened. */
function latest({ sent, acknowledged }: Pick<Thing, 'sent' | 'acknowledged'>): Look {
  const [last] = sent.slice(-1);
  return last ? last.after : acknowledged;
}

function nextStep(thing: Thing, random: () => number): Step {
  const { ids, last } = thing;
  const before = latest(thing);
  const action = newAction();
  const kind = random();
  if (last?.before !== undefined && (before === null || kind < 0.2)) {
    const send = (engine: Client, own: Id) => engine.undo({ action: last.action }, own);
    return { action, before: undefined, after: last.before, send };
  }
  if (before !== null && kind > 0.9) {
    const send = (engine: Client, own: Id) =>
      thing.is === 'pair' ? engine.deleteTasks([...ids], own) : engine.deleteClips([...ids], own);
    return { action, before, after: null, send };
  }
  const number = ++thing.number;
  const title = `${thing.name} v${number}`;
  if (thing.is === 'clip') {
    const text = `${title}. ${'Please return the signed form by 3 May 2031. '.repeat(1 + 400 * random() ** 3)}`;
    const ifKept = random() < 0.5 ? 'update' : 'add-version';
    const had = before && 'versions' in before ? before.versions : 0;
    const versions = had + (had === 0 || ifKept === 'add-version' ? 1 : 0);
    const capture = captureOf(thing.name, title, text);
    const send = (engine: Client, own: Id) => engine.saveClip({ capture, ifKept }, own);
    return { action, before, after: { title, text, versions }, send };
  }
  const notes = `Of ${title}. ${'Then this. '.repeat(20 * random() ** 2)}`;
  const hasNotes = before === null || random() < 0.5;
  const change = {
    title,
    tags: [thing.name, `v${number}`],
    priority: (number % 4) as 0 | 1 | 2 | 3,
    planned: `2031-01-${String(1 + (number % 28)).padStart(2, '0')}`,
    ...(hasNotes && { notes }),
  };
  const old = before && 'notes' in before ? before.notes : '';
  return {
    action,
    before,
    after: { ...change, notes: hasNotes ? notes : old },
    send: (engine, own) =>
      before === null
        ? engine.addTasks([change, change], own)
        : engine.changeTasks({ ids: [...ids], change }, own),
  };
}

function captureOf(name: string, title: string, text: string): PageCapture {
  return {
    url: `https://example.org/${name}`,
    title,
    site: null,
    byline: null,
    published: null,
    page: {
      text,
      blocks: [{ kind: 'paragraph', start: 0, end: text.length }],
      links: [],
      language: 'en',
    },
    selection: null,
    hidden: [],
    isCut: false,
  };
}

/** Ids in the answer to what created a thing: of its tasks, or of the clip. */
function idsIn(answer: unknown): readonly Id[] {
  if (Array.isArray(answer)) return answer as Id[];
  return [(answer as { clip: Id }).clip];
}

/** Everything as it is shown now. */
async function lookAt(engine: Client) {
  const inbox: Input<'watchTasks'> = { view: { of: 'inbox' }, limit: 100_000 };
  const { tasks } = await first(engine.watchTasks(inbox));
  const { clips } = await first(engine.watchClips({ limit: 100_000 }));
  // A reader is at work, whose proposals come when they come.
  const cards = [...tasks, ...clips.map((clip) => ({ ...clip, proposals: null }))];
  const byName = Map.groupBy(cards, ({ title }) => title.split(' ')[0] ?? '');

  const lookOf = async ({ is }: Thing, id: Id): Promise<Look> => {
    if (is === 'pair') {
      const task = await first(engine.watchTask(id));
      if (!task) return null;
      const { title, tags, priority, planned, notes } = task;
      return { title, tags: [...tags].sort(), priority, planned, notes };
    }
    const clip = await first(engine.watchClip(id));
    if (!clip) return null;
    const { page } = await engine.clipText(clip.content);
    return { title: clip.title, text: page.text, versions: clip.versions.length };
  };

  /** A pair whose tasks differ looks like neither. */
  const wholeLook = async (thing: Thing): Promise<Look | 'torn'> => {
    const ids = (byName.get(thing.name) ?? []).map(({ id }) => id);
    if (ids.length === 0) return null;
    const [look = null, ...others] = await Promise.all(ids.map((id) => lookOf(thing, id)));
    const isWhole = look !== null && ids.length === (thing.is === 'pair' ? 2 : 1);
    return isWhole && others.every((one) => isDeepStrictEqual(one, look)) ? look : 'torn';
  };

  return {
    everything: cards,
    names: byName.keys(),
    /** Whether a thing is there, whole, under the title that it has in `look`. */
    isAt: ({ is, name }: Thing, look: Look): boolean => {
      const titles = (byName.get(name) ?? []).map(({ title }) => title);
      const expected = look ? Array(is === 'pair' ? 2 : 1).fill(look.title) : [];
      return isDeepStrictEqual(titles, expected);
    },
    closely: (some: readonly Thing[]) =>
      Promise.all(some.map(async (thing) => [thing, await wholeLook(thing)] as const)),
  };
}

function brief(look: Look | 'torn'): string {
  if (look === null) return 'nothing';
  if (look === 'torn') return look;
  return JSON.stringify(look, (_, value: unknown) =>
    typeof value === 'string' && value.length > 60
      ? `${value.slice(0, 57)}… (${value.length})`
      : value,
  );
}
