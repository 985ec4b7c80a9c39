/** The forms of a language that has 'one' and 'other', as English and German do. */
export function pluralOf(language: string) {
  const rules = new Intl.PluralRules(language);
  return (count: number, one: string, other: string): string =>
    rules.select(count) === 'one' ? one : other;
}
