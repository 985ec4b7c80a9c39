/**
 * What a page is and what its parts are for: the same words ask something of the reader of a letter
 * and nothing of the reader of a recipe.
 */
import type { Block, PageText } from '../model/page.ts';
import type { CompiledGrammar } from './grammar/compiled.ts';
import type { PageKind } from './grammar/grammar.ts';

export interface PageContext {
  /** How far the page is of each kind, 0 to 1. */
  readonly kinds: Readonly<Record<PageKind, number>>;
  /** What the section of each block is for, by block index. */
  readonly sections: readonly Section[];
  /** What the list or table of each block is, by block index; undefined outside one. */
  readonly lists: readonly (List | undefined)[];
}

interface List {
  /** Most of its lines begin with what is to be done. */
  readonly isOfVerbs: boolean;
  /** Its first row says that its dates are to be met. */
  readonly isDue: boolean;
}

export interface Section {
  readonly purpose: 'todo' | 'dates' | 'idle' | 'other';
  /** The nearest heading's text; empty above the first. */
  readonly heading: string;
}

export function pageContext(page: PageText, title: string, grammar: CompiledGrammar): PageContext {
  return {
    kinds: kindsOf(page, title, grammar),
    sections: sectionsOf(page, grammar),
    lists: listsOf(page, grammar),
  };
}

/** Matches per hundred words at which a page is fully of its kind; measured on the open pages. */
const saturation: Readonly<Record<PageKind, number>> = {
  recipe: 4,
  legal: 3.5,
  reference: 4,
  story: 7,
  sales: 3,
  advice: 2.5,
  letter: 1,
  minutes: 3,
  procedure: 1.5,
};

/** So many different words of a kind make it credible. */
const variedEnough: Readonly<Record<PageKind, number>> = {
  recipe: 4,
  legal: 5,
  reference: 5,
  story: 5,
  sales: 3,
  advice: 3,
  letter: 1,
  minutes: 3,
  procedure: 1,
};

function kindsOf(
  page: PageText,
  title: string,
  { kinds }: CompiledGrammar,
): Record<PageKind, number> {
  const prose = page.text.slice(0, 40_000);
  const headings = [
    title,
    ...page.blocks
      .filter(({ kind }) => kind === 'heading')
      .slice(0, 60)
      .map((block) => text(page, block)),
  ];
  const titles = headings.join('\n').slice(0, 4_000);
  const words = prose.match(/\p{L}+/gu)?.length ?? 0;
  const hundreds = Math.max(words, 100) / 100;
  const found = {} as Record<PageKind, number>;
  for (const [kind, regex] of kinds) {
    const hits = prose.match(regex) ?? [];
    const shown = titles.match(regex)?.length ?? 0;
    // One word alone, be it ever so often, shows little; and here and there nothing.
    const variety = Math.min(
      1,
      new Set(hits.map((hit) => hit.toLowerCase())).size / variedEnough[kind],
    );
    const share = Math.min(1, (hits.length / hundreds / saturation[kind] + shown * 0.15) * variety);
    found[kind] = Math.max(0, share - 0.2) / 0.8;
  }
  return found;
}

function sectionsOf(page: PageText, grammar: CompiledGrammar): Section[] {
  const open: { readonly level: number; readonly section: Section }[] = [];
  let titled = false;
  let opening: Section['purpose'] = 'other';
  return page.blocks.map((block) => {
    if (block.kind === 'heading') {
      const level = block.level ?? 2;
      while ((open.at(-1)?.level ?? 0) >= level) open.pop();
      const heading = text(page, block);
      const own = purposeOf(heading, grammar);
      const above = open.at(-1)?.section.purpose ?? 'other';
      // The page's title says what the page is, not what a section is for.
      const isTitle = level === 1 || !titled;
      titled = true;
      open.push({
        level,
        section: {
          heading,
          purpose: isTitle
            ? own === 'dates'
              ? own
              : 'other'
            : own === 'other' && level > 2
              ? above
              : own,
        },
      });
    }
    const section = open.at(-1)?.section ?? { heading: '', purpose: 'other' };
    // 'Before you leave:' is the heading of the list that it opens.
    const isList = block.kind === 'item' || block.kind === 'row' || block.kind === 'check';
    if (!isList) {
      const line = text(page, block);
      opening = line.endsWith(':') && line.length <= 160 ? purposeOf(line, grammar) : 'other';
    }
    return isList && opening !== 'other' ? { ...section, purpose: opening } : section;
  });
}

function listsOf(page: PageText, grammar: CompiledGrammar): (List | undefined)[] {
  const lists: (List | undefined)[] = [];
  for (let from = 0; from < page.blocks.length;) {
    const kind = page.blocks[from]?.kind;
    let to = from + 1;
    while (page.blocks[to]?.kind === kind) to++;
    if (kind === 'row' || kind === 'item' || kind === 'check') {
      const lines = page.blocks.slice(from, to).map((block) => text(page, block));
      const list = {
        isOfVerbs:
          kind !== 'row' &&
          lines.length > 2 &&
          lines.filter((line) => beginsWithVerb(line, grammar)).length >= 0.5 * lines.length,
        isDue: kind === 'row' && grammar.dueTable.test(lines[0] ?? ''),
      };
      lists.push(...lines.map(() => list));
    } else lists.push(...page.blocks.slice(from, to).map(() => undefined));
    from = to;
  }
  return lists;
}

function beginsWithVerb(line: string, { cues }: CompiledGrammar): boolean {
  return cues.some(({ kind, weight, regex }) => {
    if ((kind !== 'imperative' && kind !== 'infinitive') || weight < 1.5) return false;
    regex.lastIndex = 0;
    return (regex.exec(line)?.indices?.groups?.['do']?.[0] ?? 9) < 3;
  });
}

function purposeOf(heading: string, grammar: CompiledGrammar): Section['purpose'] {
  if (heading.length > 120) return 'other';
  if (grammar.datesHeading.test(heading)) return 'dates';
  // 'Your tasks' in a job ad and 'tasks' in minutes: the pattern that knows more of it decides.
  const todo = grammar.todoHeading.exec(heading)?.[0].length ?? 0;
  const idle = grammar.idleHeading.exec(heading)?.[0].length ?? 0;
  return todo === 0 && idle === 0 ? 'other' : todo > idle ? 'todo' : 'idle';
}

function text(page: PageText, { start, end }: Block): string {
  return page.text.slice(start, Math.min(end, start + 300));
}
