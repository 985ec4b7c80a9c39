/** The engine worker: opens the database, starts the engine, greets pages. */
import { openDatabase, prepareDatabase } from '@/lib/database/database.ts';
import { openNewest } from '@/lib/database/files.ts';
import { newEngine } from '@/lib/engine/engine.ts';
import { loadIdentity, suite } from '@/lib/engine/keys.ts';
import type { Model } from '@/lib/engine/reader.ts';
import { newAction } from '@/lib/model/id.ts';
import { greetPages } from '@/lib/rpc/broker.ts';
import { type Contract, contract, type Service } from '@/lib/rpc/contract.ts';
import { type ModelClient, modelContract } from '@/lib/rpc/model-contract.ts';
import { connect } from '@/lib/rpc/port.ts';

addEventListener('message', ({ ports: [inbox] }) => {
  if (inbox) void greetPages<Contract>(inbox, contract, startedEngine);
});

let engine: Promise<Service> | null = null;

/** Started once; after a failure again when the next page asks, because the reason may be gone. */
function startedEngine(): Promise<Service> {
  engine ??= start().catch((error: unknown) => {
    engine = null;
    throw error;
  });
  return engine;
}

async function start(): Promise<Service> {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const { started, setAside } = await openNewest(async (connection) => {
    const identity = await loadIdentity(prepareDatabase(connection));
    return { identity, database: openDatabase(connection, identity.signer.device) };
  });
  const { service, ledger } = newEngine({
    ...started,
    suite,
    model: modelOnDemand(),
    now: Date.now,
    random,
    timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    quota: async () => (await navigator.storage.estimate()).quota ?? 0,
    setAside,
  });
  const tidy = () => void ledger.compact().catch(reportError);
  tidy();
  setInterval(tidy, 6 * 3_600_000);
  return service;
}

/** The offscreen page makes the model worker, and ends it: a message with a port asks for one, a
 *  message without asks for its end. */
function modelOnDemand(): Model {
  let client: ModelClient | null = null;
  return {
    client: () => {
      if (!client) {
        const { port1, port2 } = new MessageChannel();
        postMessage('model', { transfer: [port2] });
        client = connect(port1, modelContract, newAction).client;
      }
      return client;
    },
    drop: () => {
      client = null;
      postMessage('no model');
    },
  };
}
