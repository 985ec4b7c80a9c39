/**
 * Characters: what a text is made of once nothing in it is invisible.
 *
 * White space is folded to single spaces, the text is NFC and well formed, and characters that a
 * person cannot see are taken out: zero-width ones, bidi controls, tag characters and variation
 * selectors that select nothing. A joiner stays where it shapes what is seen (emoji, Persian, Hindi).
 */

/** Control characters, zero-width ones, bidi controls, object replacement and interlinear marks. */
const invisible =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc]/g;
const joiner =
  /(?<![\p{L}\p{M}\p{Emoji_Presentation}\p{Extended_Pictographic}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{M}\p{Extended_Pictographic}])|(?<=\p{Script=Latin})[\u200c\u200d]/gu;
/** Tag characters spell ASCII that no font shows; after the black flag they make a regional flag. */
const tags = /(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]*)[\u{e0000}-\u{e007f}]+/gu;
/** One selector after a character is typography; a run of them, or the supplement, is a cipher. */
const selectors = /[\ufe00-\ufe0f]{2,}|[\u{e0100}-\u{e01ef}]+/gu;
const suspicious = /[^\t\n\r -\u007e\u00a0-\u00ac\u00ae-\u0300]/;

/** The visible characters of a text: NFC, well formed; white space is left as it is. */
export function visibleCharacters(text: string): string {
  if (!suspicious.test(text)) return text;
  return text
    .toWellFormed()
    .replace(tags, '')
    .replace(selectors, '')
    .replace(invisible, '')
    .replace(joiner, '')
    .normalize('NFC');
}

/** What a text says in characters that no one can see; '' if nothing. */
export function smuggledText(text: string): string {
  if (!suspicious.test(text)) return '';
  const said: string[] = [];
  for (const [run] of text.matchAll(tags)) {
    said.push(String.fromCodePoint(...codePoints(run).map((point) => point - 0xe0000)));
  }
  for (const [run] of text.matchAll(/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}/gu)) {
    // The n-th variation selector stands for the byte n.
    const bytes = codePoints(run).map((point) =>
      point < 0xe0100 ? point - 0xfe00 : point - 0xe0100 + 16,
    );
    said.push(new TextDecoder().decode(Uint8Array.from(bytes)));
  }
  return said
    .map((part) => visibleCharacters(part).trim())
    .filter((part) => part !== '')
    .join(' ');
}

/** White space folded to single spaces, nothing at the ends. */
export function fold(text: string): string {
  return visibleCharacters(text).replace(/\s+/g, ' ').trim();
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}
