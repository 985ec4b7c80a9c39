/**
 * The text of a page: what a clip keeps, what a reader reads, what a quote points into.
 *
 * It is plain text with structure beside it, never markup, so nothing that a page says can become
 * an element of ours or an instruction to a model. All offsets count UTF-16 code units of `text`,
 * from 0, end exclusive: `text.slice(start, end)` is the piece.
 */
export interface PageText {
  /** Blocks are separated by one '\n'; inside a block white space is folded to single spaces
   *  (except in 'code', which keeps its lines). NFC. */
  readonly text: string;
  /** In document order; they do not overlap and together cover all of `text` but the separators. */
  readonly blocks: readonly Block[];
  /** Links with an http(s) or mailto address, in document order. */
  readonly links: readonly Link[];
  /** BCP 47 tag that the page declares or that was detected, e.g. 'en', 'de-CH'; null if unsure. */
  readonly language: string | null;
}

export interface Block {
  readonly kind: 'heading' | 'paragraph' | 'item' | 'check' | 'row' | 'quote' | 'code';
  readonly start: number;
  readonly end: number;
  /** Headings: 1 to 6. Items and checks: depth of nesting, from 1. Otherwise absent. */
  readonly level?: number;
  /** Items of a numbered list: the number shown. */
  readonly ordinal?: number;
  /** Checks: whether the box was ticked on the page. */
  readonly checked?: boolean;
}

export interface Link {
  readonly start: number;
  readonly end: number;
  readonly href: string;
}

/** A piece of a page's text, with the words repeated so that it can be proved and found again. */
export interface Quote {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Whether a quote says what the page says: the proof that every extracted task must pass. */
export function isTrueQuote(page: PageText, quote: Quote): boolean {
  return quote.start < quote.end && page.text.slice(quote.start, quote.end) === quote.text;
}

/** What was taken from a page, before it is a clip. */
export interface PageCapture {
  /** The address as the browser showed it, not yet normalised. */
  readonly url: string;
  readonly title: string;
  readonly site: string | null;
  readonly byline: string | null;
  /** When the document says it was published or last changed: 'YYYY-MM-DD' or an ISO instant. */
  readonly published: string | null;
  readonly page: PageText;
  /** What the user had selected; null if nothing. */
  readonly selection: Quote | null;
  /** Text that a person could not see, left out of `page` and kept for inspection, with the reason. */
  readonly hidden: readonly HiddenText[];
  /** The page was longer than a clip may be: the text is its beginning, up to the end of a block. */
  readonly isCut: boolean;
}

export interface HiddenText {
  readonly text: string;
  readonly reason:
    'display' | 'visibility' | 'transparent' | 'tiny' | 'offscreen' | 'clipped' | 'colour';
}
