/**
 * What components may ask of the browser. Entrypoints implement it with browser.*; component tests
 * with a stand-in.
 */
import type { Passage } from '../model/entities.ts';
import type { SaveOutcome } from '../model/views.ts';

export interface Platform {
  /** The page in the active tab of this window. Null where the browser does not tell: the extension
   *  was not invoked on that tab, or it is a page of the browser itself. */
  readonly currentPage: () => Promise<{ readonly url: string; readonly title: string } | null>;
  /** Keeps the page of the active tab. Rejects with Failure 'clip/…'. */
  readonly clip: (ifKept: 'ask' | 'update' | 'add-version') => Promise<SaveOutcome>;
  readonly openTab: (url: string) => Promise<void>;
  /** Opens `address` (see `quoteAddress`) and looks whether the page still says the quote: 'unknown'
   *  where Holdfast may not read that site. */
  readonly openQuote: (address: string, quote: Passage) => Promise<'there' | 'gone' | 'unknown'>;
  /** Asks the person to let Holdfast read the site of `address`. Only from a click. */
  readonly allowSite: (address: string) => Promise<boolean>;
  /** Opens the side panel at a route, e.g. '#/clip/…'. Only from a click. */
  readonly openPanel: (route?: string) => Promise<void>;
  readonly openOptions: () => Promise<void>;
  /** The sites that Holdfast may read at any time, as match patterns, e.g. 'https://example.org/*'. */
  readonly allowedSites: () => Promise<readonly string[]>;
  readonly forgetSite: (pattern: string) => Promise<void>;
  /** The keyboard shortcuts as the person has set them: command name → 'Alt+Shift+S' or ''. */
  readonly shortcuts: () => Promise<ReadonlyMap<string, string>>;
  /** The page of the browser on which shortcuts are set. */
  readonly openShortcutSettings: () => Promise<void>;
  /** Of the extension, e.g. '0.1.0'. */
  readonly version: string;
}
