/** A task grammar with its patterns put together, once for each language. */
import type { Cue, Doubt, Grammar, PageKind, TaskGrammar } from './grammar.ts';

interface CompiledCue extends Omit<Cue, 'source'> {
  readonly regex: RegExp;
}

interface CompiledDoubt extends Omit<Doubt, 'source'> {
  readonly regex: RegExp;
}

export interface CompiledGrammar {
  readonly cues: readonly CompiledCue[];
  /** Anchored at the place they are tried. */
  readonly idleAtDo: readonly CompiledDoubt[];
  readonly doubts: readonly CompiledDoubt[];
  readonly conditional: RegExp;
  readonly othersDo: RegExp;
  /** Ends where the date begins. */
  readonly before: RegExp;
  readonly beforeEvent: RegExp;
  readonly notBefore: RegExp;
  readonly todoHeading: RegExp;
  readonly datesHeading: RegExp;
  readonly idleHeading: RegExp;
  readonly handedIn: RegExp;
  readonly happening: RegExp;
  readonly dueTable: RegExp;
  readonly kinds: readonly (readonly [PageKind, RegExp])[];
  readonly title: {
    readonly vague: RegExp;
    readonly opening: RegExp;
    readonly polite: RegExp;
    readonly end: RegExp;
    readonly beforeDate: RegExp;
    readonly afterDate: RegExp;
    readonly dangling: RegExp;
    readonly passive: RegExp | null;
    readonly done: Readonly<Record<string, string>>;
  };
}

const letters = 'A-Za-zÀ-ÖØ-öø-ɏ';
/** The border of a word: `\b` takes 'é' for none. */
const border = `(?:(?<=[${letters}\\d_])(?![${letters}\\d_])|(?<![${letters}\\d_])(?=[${letters}\\d_]))`;

/** The same pattern for Latin letters only: with `\p{L}` a first page of 10 KB took 0.8 s instead of
 *  0.24 s (Node 24, two busy cores), all of it spent on compiling. */
function latin(source: string): string {
  return source
    .replaceAll(String.raw`\b`, border)
    .replace(/\[(?:\\.|[^\]\\])*\]|\\p\{L\}/gu, (piece) =>
      piece.startsWith('[')
        ? piece.replaceAll(String.raw`\p{L}`, letters).replaceAll(String.raw`\p{N}`, String.raw`\d`)
        : `[${letters}]`,
    );
}

/**
 * Most patterns disregard case, but names and the German 'Sie' are known by theirs: `(?-i:…)` in a
 * source. Engines before Chrome 125 and Node 23 have no such groups, so there the flag gives way to
 * both cases of every letter.
 */
function expression(source: string, flags: string): RegExp {
  const ready = latin(source);
  return ready.includes('(?-i:')
    ? new RegExp(bothCases(ready), flags.replace('i', ''))
    : new RegExp(ready, flags);
}

const tokens = /\\p\{\w+\}|\\.|\(\?<\w+>|\(\?-i:|\(\?<?[:=!]|\[(?:\\.|[^\]\\])*\]|[()]|\p{L}|[^]/gu;

function bothCases(source: string): string {
  /** How many groups are open, and inside which of them case counts. */
  let depth = 0;
  let strictFrom = Infinity;
  return source.replace(tokens, (token) => {
    if (token.startsWith('(')) depth++;
    if (token === '(?-i:') strictFrom = Math.min(strictFrom, depth);
    if (token === ')' && depth-- === strictFrom) strictFrom = Infinity;
    if (token === '(?-i:') return '(?:';
    if (strictFrom < Infinity) return token;
    if (token.startsWith('[')) {
      const single = token.replace(/\\p\{\w+\}|\\.|.-./gu, '').replace(/[^\p{L}]/gu, '');
      return `${token.slice(0, -1)}${single.toUpperCase()}]`;
    }
    return /^\p{Ll}$/u.test(token) ? `[${token}${token.toUpperCase()}]` : token;
  });
}

const compiledByGrammar = new WeakMap<Grammar, CompiledGrammar>();

export function compiled(grammar: Grammar): CompiledGrammar {
  let found = compiledByGrammar.get(grammar);
  if (!found) compiledByGrammar.set(grammar, (found = compile(grammar.tasks)));
  return found;
}

function compile(tasks: TaskGrammar): CompiledGrammar {
  const { verbs, nouns, object, pieces } = tasks;
  const fill = (source: string): string => {
    const words: Readonly<Record<string, string>> = { ...pieces, verb: verbs, noun: nouns, object };
    return source.replace(/\{([a-z_]+)\}/gu, (whole, name: string) => {
      const piece = words[name];
      return piece === undefined ? whole : fill(piece);
    });
  };
  const doubts = (list: readonly Doubt[], flags: string): CompiledDoubt[] =>
    list.map(({ weight, source }) => ({ weight, regex: expression(fill(source), flags) }));
  const words = (source: string): RegExp =>
    new RegExp(latin(String.raw`(?<!\p{L})(?:${fill(source)})(?!\p{L})`), 'iu');
  const wordsFrom = (source: string): RegExp =>
    new RegExp(latin(String.raw`(?<!\p{L})(?:${fill(source)})`), 'iu');
  return {
    cues: tasks.cues.map(({ source, ...cue }) => ({
      ...cue,
      regex: expression(fill(source), 'dgiu'),
    })),
    idleAtDo: doubts(tasks.idleAtDo, 'iuy'),
    doubts: doubts(tasks.doubts, 'iu'),
    conditional: new RegExp(`^(?:${fill(tasks.conditional)})(?!\\p{L})`, 'iu'),
    othersDo: new RegExp(latin(fill(tasks.othersDo)), 'iu'),
    before: new RegExp(String.raw`(?<!\p{L})(?:${tasks.before})[\s:]*(?:\p{L}{2,4}\s)?$`, 'iu'),
    beforeEvent: new RegExp(
      String.raw`(?<!\p{L})(?:${tasks.beforeEvent})\s(?:[\p{L}\p{N}.-]+\s?){1,5}(?:(?:${tasks.on})\s)?$`,
      'iu',
    ),
    notBefore: new RegExp(String.raw`(?<!\p{L})(?:${tasks.notBefore})\s+(?:\p{L}{2,3}\s)?$`, 'iu'),
    todoHeading: wordsFrom(tasks.todoHeading),
    datesHeading: wordsFrom(tasks.datesHeading),
    idleHeading: wordsFrom(tasks.idleHeading),
    handedIn: wordsFrom(tasks.handedIn),
    happening: wordsFrom(tasks.happening),
    dueTable: words(tasks.dueTable),
    kinds: (Object.entries(tasks.kinds) as [PageKind, string][]).map(
      ([kind, source]) => [kind, new RegExp(words(source).source, 'giu')] as const,
    ),
    title: {
      vague: new RegExp(String.raw`(?<!\p{L})(?:${tasks.title.vague})$`, 'iu'),
      opening: new RegExp(`^(?:${fill(tasks.title.opening)})`, 'iu'),
      polite: new RegExp(String.raw`,?(?<!\p{L})(?:${tasks.title.polite})(?!\p{L}),?\s?`, 'giu'),
      end: new RegExp(latin(fill(tasks.title.end)), 'iu'),
      beforeDate: new RegExp(
        String.raw`(?<![\p{L}\p{N}])(?:${fill(tasks.title.beforeDate)})$`,
        'iu',
      ),
      afterDate: new RegExp(`^(?:${fill(tasks.title.afterDate)})`, 'iu'),
      dangling: new RegExp(String.raw`[\s,]+(?:${tasks.title.dangling})$`, 'iu'),
      passive:
        tasks.title.passive === undefined
          ? null
          : new RegExp(latin(fill(tasks.title.passive)), 'iu'),
      done: tasks.title.done,
    },
  };
}
