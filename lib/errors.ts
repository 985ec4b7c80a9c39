/**
 * Every failure that crosses a module, by its code, with the words a person reads.
 *
 * The comment says what happened and what was left behind. What is not here is a bug: it is thrown
 * as it is, and crosses a port as 'internal'.
 */
interface FailureSpec {
  /** Whether the same request may succeed later without anybody doing something. */
  readonly retryable: boolean;
  /** English; other languages look the code up in their messages. */
  readonly message: string;
}

export const failures = {
  /** The browser refused to grow the database file. Nothing was written. */
  'database/full': {
    retryable: false,
    message: 'This device has no storage left. Nothing was changed.',
  },
  /** The database was made by a newer version. It was left alone. */
  'database/newer': {
    retryable: false,
    message: 'Your data was saved by a newer version of Holdfast. Update Holdfast to open it.',
  },
  /** Another engine of this profile holds the database. */
  'database/busy': {
    retryable: true,
    message: 'Another Holdfast is still closing. Trying again…',
  },
  /** The engine closed the port: it was restarted by an update or a crash. */
  'engine/gone': { retryable: true, message: 'Reconnecting…' },
  /** The engine could not start. Nothing was changed. */
  'engine/unavailable': {
    retryable: true,
    message: 'Holdfast could not start its database.',
  },
  /** A message did not fit the contract. It was dropped. */
  'message/malformed': { retryable: false, message: 'That request was not understood.' },
  /** The task, list or clip was deleted, or never was. */
  'entity/missing': { retryable: false, message: 'This is no longer here.' },
  /** One change was larger than an envelope may be. Nothing was written. */
  'change/too-large': {
    retryable: false,
    message: 'This is too much text for one change. Nothing was saved.',
  },
  /** This device was revoked, or may only read. Nothing was written. */
  'device/read-only': {
    retryable: false,
    message: 'This device may not change anything here any more.',
  },
  /** This device has a space of its own already. */
  'space/already-in-one': { retryable: false, message: 'This device has joined others already.' },
  /** Only an owner may say who belongs to a space. */
  'roster/not-owner': { retryable: false, message: 'Only an owner can do this.' },
  /** The other device was there first, or admitted this one. */
  'roster/not-senior': {
    retryable: false,
    message: 'That device stands above this one. Use the recovery words instead.',
  },
  /** The moment lies before what is still kept of that device's history. */
  'roster/no-such-place': {
    retryable: false,
    message: 'The history of that device does not go back that far.',
  },
  /** The page had no text that a person could read. */
  'clip/no-text': { retryable: false, message: 'This page has no text to keep.' },
  /** The tab shows a PDF, which extensions cannot read in the page. */
  'clip/pdf': {
    retryable: false,
    message: 'This is a PDF. Holdfast cannot read PDFs yet; select its text in another viewer.',
  },
  /** The tab shows something else than a page, e.g. a picture. */
  'clip/not-a-page': { retryable: false, message: 'This tab shows no page that can be read.' },
  /** A browser page, the extension store or another place where extensions may not read. */
  'clip/forbidden': {
    retryable: false,
    message: 'The browser does not let extensions read this page.',
  },
  /** The person did not let Holdfast read the site behind a link. */
  'clip/not-allowed': {
    retryable: false,
    message: 'Holdfast may not read that site unless you allow it.',
  },
  /** The tab is incognito, and what is kept would outlive it. */
  'clip/incognito': {
    retryable: false,
    message: 'Holdfast does not keep pages from incognito windows.',
  },
  /** The content script's request did not carry the nonce that its tab was given. */
  'clip/unexpected': { retryable: false, message: 'This page was not asked to be kept.' },
  /** The page went away while it was read. */
  'clip/gone': { retryable: true, message: 'The page closed before it could be kept.' },
  /** The model worker stopped. What it was asked can be asked again. */
  'model/gone': { retryable: true, message: 'The reader stopped. You can try again.' },
  /** What was typed is not the 24 words of a recovery key. Nothing was changed. */
  'recovery/wrong-words': {
    retryable: false,
    message: 'These are not the 24 words of a recovery key. Check each word and its place.',
  },
  /** A bug: the engine threw something that is not listed here. */
  internal: { retryable: false, message: 'Something went wrong inside Holdfast.' },
} as const satisfies Record<string, FailureSpec>;

export type FailureCode = keyof typeof failures;

/** A failure that someone can act on. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, options?: ErrorOptions & { readonly detail?: string }) {
    super(
      options?.detail ? `${failures[code].message} (${options.detail})` : failures[code].message,
      options,
    );
    this.name = 'Failure';
    this.code = code;
  }
}

export function isFailureCode(code: unknown): code is FailureCode {
  return typeof code === 'string' && Object.hasOwn(failures, code);
}
