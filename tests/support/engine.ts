/** A whole engine in Node: real SQLite in memory, real signatures, a clock that the test sets. */
import { type Database, openDatabase, prepareDatabase } from '../../lib/database/database.ts';
import { type Connection, openMemory } from '../../lib/database/sqlite.ts';
import { newEngine } from '../../lib/engine/engine.ts';
import { temporarySuite } from '../../lib/engine/keys.ts';
import type { Ledger } from '../../lib/engine/ledger.ts';
import type { Identity, Suite } from '../../lib/engine/suite.ts';
import { newAction } from '../../lib/model/id.ts';
import type { PageCapture, PageText } from '../../lib/model/page.ts';
import { type Client, type Contract, contract, type Service } from '../../lib/rpc/contract.ts';
import type { ModelClient } from '../../lib/rpc/model-contract.ts';
import { connect, serve } from '../../lib/rpc/port.ts';

export interface TestEngine {
  /** Over a real port pair. */
  readonly engine: Client;
  readonly service: Service;
  readonly connection: Connection;
  readonly database: Database;
  readonly ledger: Ledger;
  /** The keys that it started with. */
  readonly identity: Identity;
  /** Unix ms; may be changed at any time. */
  now: number;
  readonly close: () => void;
}

/** Noon in Greenwich. */
export const noon = Date.UTC(2026, 2, 2, 12);

/** No two engines draw the same. */
let instances = 0;

interface Options {
  readonly connection?: Connection;
  readonly identity?: Identity;
  readonly suite?: Suite;
  readonly model?: ModelClient;
}

export async function startEngine(options: Options = {}): Promise<TestEngine> {
  const connection = options.connection ?? (await openMemory());
  const suite = options.suite ?? temporarySuite;
  const identity = options.identity ?? (await suite.newIdentity());
  prepareDatabase(connection);
  const instance = ++instances;
  let drawn = 0;
  const state = { now: noon };
  const database = openDatabase(connection, identity.signer.device);
  const { service, ledger } = newEngine({
    database,
    identity,
    suite,
    model: { client: () => options.model ?? silentModel, drop: () => {} },
    now: () => state.now,
    random: (length) => {
      const bytes = new Uint8Array(length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, ++drawn);
      view.setUint32(4, instance);
      return bytes;
    },
    timeZone: () => 'UTC',
    quota: async () => 0,
    setAside: null,
  });
  const { port1, port2 } = new MessageChannel();
  const stop = serve<Contract>(port1, contract, service);
  const { client } = connect(port2, contract, newAction);
  return {
    engine: client,
    service,
    connection,
    database,
    ledger,
    identity,
    get now() {
      return state.now;
    },
    set now(value) {
      state.now = value;
    },
    close: () => {
      stop();
      port2.close();
      connection.close();
    },
  };
}

/** Finds nothing in any page. */
export const silentModel: ModelClient = {
  model: async () => 'silent/1',
  summarise: async function* () {},
  findTasks: async function* () {},
};

/** Proposes every line that begins with 'Do ', due on the day that follows '@', if any. */
export const lineModel: ModelClient = {
  model: async () => 'lines/1',
  summarise: async function* ({ title }) {
    yield title;
  },
  findTasks: async function* ({ page: { text } }) {
    for (const { 0: line, index } of text.matchAll(/^Do .*$/gm)) {
      const quote = { text: line, start: index, end: index + line.length };
      const due = /@(\S+)/.exec(line)?.[1] ?? null;
      yield { title: line.replace(/ @\S+/, ''), quote, due, dueCertain: true };
    }
  },
};

/** A page of one paragraph per line. */
export function pageText(text: string): PageText {
  let start = 0;
  const blocks = text.split('\n').map((line) => {
    const block = { kind: 'paragraph', start, end: start + line.length } as const;
    start = block.end + 1;
    return block;
  });
  return { text, blocks, links: [], language: 'en' };
}

export function capture(text: string, rest: Partial<PageCapture> = {}): PageCapture {
  return {
    url: 'https://example.org/a',
    title: 'A page',
    site: null,
    byline: null,
    published: null,
    page: pageText(text),
    selection: null,
    hidden: [],
    isCut: false,
    ...rest,
  };
}
