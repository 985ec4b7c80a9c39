/** The language of a text: what the page declares, unless the text clearly contradicts it. */
import { detectAll } from 'tinyld/light';

/** UTF-16 code units of a sample; the detector is sure of itself from about there. */
const sampleLength = 500;
const mostSamples = 7;
/** UTF-16 code units. Less is too little to tell a language by. */
const leastText = 120;

export function languageOf(declared: string | null, text: string): string | null {
  const tag = canonical(declared);
  const detected = detect(text);
  if (detected === null) return tag;
  return tag !== null && new Intl.Locale(tag).language === detected ? tag : detected;
}

/** The language that four of five samples from all over a text are in; null: not clear. */
function detect(text: string): string | null {
  // Figures and signs say nothing about a language, and the detector takes '·' for Greek.
  const letters = text.slice(0, 200_000).replace(/[^\p{L}\p{M}'’]+/gu, ' ');
  if (letters.length < leastText) return null;
  const samples = Math.min(mostSamples, Math.max(1, Math.floor(letters.length / sampleLength)));
  const votes = new Map<string, number>();
  for (let index = 0; index < samples; index++) {
    const start = Math.floor((index * letters.length) / samples);
    const [first, second] = detectAll(letters.slice(start, start + sampleLength));
    if (first === undefined || first.accuracy < (second?.accuracy ?? 0) * 2) continue;
    votes.set(first.lang, (votes.get(first.lang) ?? 0) + 1);
  }
  for (const [language, count] of votes) if (count >= samples * 0.8) return language;
  return null;
}

/** 'de_at' → 'de-AT'; null if it is no tag. */
function canonical(declared: string | null): string | null {
  if (declared === null) return null;
  try {
    return Intl.getCanonicalLocales(declared.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null; // the page's own invention
  }
}
