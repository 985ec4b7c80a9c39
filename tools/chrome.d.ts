/** The extension's own API, in what a tool or test evaluates in a page or worker of it. */
import type { browser } from 'wxt/browser';

declare global {
  const chrome: typeof browser;
}
