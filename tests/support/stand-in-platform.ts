/** A browser that does nothing and knows nothing, for component tests. */
import { Failure } from '../../lib/errors.ts';
import type { Client } from '../../lib/rpc/contract.ts';
import type { EngineConnection } from '../../lib/rpc/client.ts';
import type { Platform } from '../../lib/ui/platform.ts';

export function standInPlatform(known: Partial<Platform> = {}): Platform {
  return {
    currentPage: async () => null,
    clip: () => Promise.reject(new Failure('clip/forbidden')),
    openTab: async () => {},
    openQuote: async () => 'there',
    allowSite: async () => false,
    openPanel: async () => {},
    openOptions: async () => {},
    allowedSites: async () => [],
    forgetSite: async () => {},
    shortcuts: async () => new Map([['clip', 'Alt+Shift+S']]),
    openShortcutSettings: async () => {},
    version: '0.1.0',
    ...known,
  };
}

export function standInConnection(
  engine: Client,
  is: 'open' | 'connecting' = 'open',
): EngineConnection {
  return { engine, state: () => ({ is }), onState: () => () => {} };
}
