/** Which grammar a page is read with. */
import type { PageText } from '../../model/page.ts';
import type { Grammar } from './grammar.ts';
import { english } from './en.ts';
import { french } from './fr.ts';
import { german } from './de.ts';
import { spanish } from './es.ts';

const grammars: Readonly<Record<string, Grammar>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
};
const wordSets = Object.entries(grammars).map(
  ([language, { commonWords }]) => [language, new Set(commonWords)] as const,
);

interface PageLanguage {
  /** BCP 47, with the region that the page declares. */
  readonly tag: string | null;
  /** Null where no grammar of ours knows the language. */
  readonly grammar: Grammar | null;
}

/** Of running text about 0.4 are common words of its language, of a related one less than half as many. */
const credibleShare = 0.25;

/**
 * The declared language, unless it is one of ours and the words are another's: templates declare
 * 'en' around any text. It takes twice as many common words to overrule what was declared.
 */
export function languageOf(page: PageText): PageLanguage {
  const declared = (page.language ?? '').toLowerCase().split(/[-_]/u)[0] ?? '';
  const asDeclared = { tag: page.language, grammar: grammars[declared] ?? null };
  if (declared !== '' && !asDeclared.grammar) return asDeclared;
  const words =
    page.text
      .slice(0, 20_000)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  if (words.length < 20) return asDeclared;
  const shares = wordSets.map(
    ([language, common]) =>
      [language, words.filter((word) => common.has(word)).length / words.length] as const,
  );
  const declaredShare = shares.find(([language]) => language === declared)?.[1] ?? 0;
  const [likeliest = '', share = 0] = [...shares].sort((a, b) => b[1] - a[1])[0] ?? [];
  const isCredible = share > credibleShare && share > 2 * declaredShare;
  return isCredible ? { tag: likeliest, grammar: grammars[likeliest] ?? null } : asDeclared;
}
