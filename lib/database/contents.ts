/**
 * Contents: the kept texts of clips, immutable, addressed by the SHA-256 of their bytes.
 *
 * The bytes are CBOR of `{ page, hidden, isCut }`, canonical, so that the same text has the same address
 * on every device.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { decodeValue, encodeValue } from '../ledger/claims.ts';
import type { ContentHash } from '../model/entities.ts';
import type { HiddenText, PageText } from '../model/page.ts';
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

/** Null if it is not held. @param hash 64 hex digits; '' is never held. */
export function contentText(connection: Connection, hash: string): ContentText | null {
  const row = connection.get<{ bytes: Uint8Array }>(
    'select bytes from content where hash = ?',
    hexToBytes(hash),
  );
  return row ? (decodeValue(row.bytes) as ContentText) : null;
}
