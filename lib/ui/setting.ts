/** What every panel is given: the engine, what may be done with it, and the browser around it. */
import type { Overview } from '../model/views.ts';
import type { Client } from '../rpc/contract.ts';
import type { Actions } from './actions.ts';
import type { Platform } from './platform.ts';
import type { Toasts } from './toasts.svelte.ts';

export interface Setting {
  readonly engine: Client;
  readonly platform: Platform;
  readonly actions: Actions;
  readonly toasts: Toasts;
  /** Undefined until the engine or a snapshot tells. */
  readonly overview: Overview | undefined;
  /** 'YYYY-MM-DD', the reader's own day. */
  readonly today: string;
}
