/**
 * Contents: the kept texts of clips, immutable, addressed by the SHA-256 of their bytes.
 *
 * The bytes are CBOR of `{ page, hidden, isCut }`, canonical, so that the same text has the same address
 * on every device.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { decode } from 'cborg';
import * as v from 'valibot';
import { decodeValue, encodeValue, oneWayToSayIt } from '../ledger/claims.ts';
import type { ContentHash } from '../model/entities.ts';
import type { HiddenText, PageText } from '../model/page.ts';
import { ClipText } from '../model/views.ts';
import type { Connection } from './sqlite.ts';

export interface ContentText {
  readonly page: PageText;
  readonly hidden: readonly HiddenText[];
  readonly isCut: boolean;
}

export interface Content {
  readonly hash: ContentHash;
  readonly bytes: Uint8Array;
}

export function makeContent({ page, hidden, isCut }: ContentText): Content {
  const bytes = encodeValue({ page, hidden, isCut });
  return { hash: bytesToHex(sha256(bytes)) as ContentHash, bytes };
}

export function storeContent(connection: Connection, { hash, bytes }: Content): void {
  connection.run(
    'insert or ignore into content (hash, bytes) values (?, ?)',
    hexToBytes(hash),
    bytes,
  );
}

export function contentBytes(connection: Connection, hash: Uint8Array): Uint8Array | null {
  return (
    connection.get<{ bytes: Uint8Array }>('select bytes from content where hash = ?', hash)
      ?.bytes ?? null
  );
}

/** Hashes of the shown versions of clips whose text is not held, newest first. */
export function missingContents(connection: Connection, limit: number): Uint8Array[] {
  return connection
    .all<{ content: string }>(
      `select content from clip where deleted = 0 and content <> ''
         and not exists (select 1 from content where hash = unhex(clip.content))
       order by saved_at desc limit ?`,
      limit,
    )
    .map(({ content }) => hexToBytes(content));
}

/** Hashes of the shown versions of clips whose text is held: ascending, those above `after`. */
export function heldContents(
  connection: Connection,
  after: Uint8Array | null,
  limit: number,
): Uint8Array[] {
  return connection
    .all<{ hash: Uint8Array }>(
      `select hash from content where hash > ?
         and exists (select 1 from clip where content = lower(hex(hash)) and deleted = 0)
       order by hash limit ?`,
      after ?? new Uint8Array(0),
      limit,
    )
    .map(({ hash }) => hash);
}

/** Keeps a content that came from elsewhere, if it is what its hash says, and a clip names it. */
export function keepContent(connection: Connection, hash: Uint8Array, bytes: Uint8Array): boolean {
  if (bytesToHex(sha256(bytes)) !== bytesToHex(hash)) return false;
  const isNamed = connection.get('select 1 from clip where content = ?', bytesToHex(hash));
  if (!isNamed || !isContent(bytes)) return false;
  storeContent(connection, { hash: bytesToHex(hash) as ContentHash, bytes });
  return true;
}

function isContent(bytes: Uint8Array): boolean {
  try {
    return v.is(ClipText, decode(bytes, oneWayToSayIt));
  } catch {
    return false; // not even CBOR
  }
}

/** Null if it is not held. @param hash 64 hex digits; '' is never held. */
export function contentText(connection: Connection, hash: string): ContentText | null {
  const row = connection.get<{ bytes: Uint8Array }>(
    'select bytes from content where hash = ?',
    hexToBytes(hash),
  );
  return row ? (decodeValue(row.bytes) as ContentText) : null;
}
