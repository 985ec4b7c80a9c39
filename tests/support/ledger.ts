/** What holds of every database: looked up in its tables, whatever the engine says. */
import { derivedNames } from '../../lib/database/schema.ts';
import type { Connection } from '../../lib/database/sqlite.ts';
import { carriesItsPayload, decodeHeader, equal, headerHash } from '../../lib/ledger/envelope.ts';
import type { TestEngine } from './engine.ts';

/** Every row of every derived table, and which rows hold which words where. */
export function tables(connection: Connection) {
  const kept = derivedNames.filter((name) => name !== 'words');
  const rows = kept.map((name) => connection.all(`select * from ${name} order by 1, 2, 3`));
  connection.script('create virtual table temp.word using fts5vocab(main, words, instance)');
  const words = connection.all('select term, doc, col, offset from temp.word order by 1, 2, 3, 4');
  connection.script('drop table temp.word');
  return [...rows, words];
}

/** Null: the log of this device is one chain, signed by it, that carries its payloads. */
export async function faultOf({ connection, identity }: TestEngine): Promise<string | null> {
  const raw = Uint8Array.from(identity.signer.device);
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', true, ['verify']);
  const log = connection.all<Record<'hash' | 'header' | 'signature' | 'payload', Uint8Array>>(
    'select hash, header, signature, payload from envelope order by seq',
  );
  let prev: Uint8Array = new Uint8Array(32);
  let hlc = 0;
  for (const [index, { hash, header, signature, payload }] of log.entries()) {
    const fields = decodeHeader(header);
    if (fields?.seq !== index + 1) return `no envelope ${index + 1}`;
    if (!equal(fields.prev, prev) || !equal(headerHash(header), hash))
      return `the chain breaks at ${index + 1}`;
    if (fields.hlc <= hlc) return `the clock goes back at ${index + 1}`;
    if (!carriesItsPayload(fields, payload)) return `another payload at ${index + 1}`;
    const signed = [Uint8Array.from(signature), Uint8Array.from(header)] as const;
    if (!(await crypto.subtle.verify('Ed25519', key, ...signed))) return `forged: ${index + 1}`;
    [prev, hlc] = [hash, fields.hlc];
  }
  return null;
}
