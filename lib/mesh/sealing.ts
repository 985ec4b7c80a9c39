/**
 * Files that only certain keys open: age (age-encryption.org/v1), to X25519 recipients.
 *
 * age says who can read a file, not who wrote it: what comes out of one is believed as little as what
 * comes over a wire.
 */
import { bech32 } from '@scure/base';
import { Decrypter, Encrypter } from 'age-encryption';

/** A header names each recipient in about 110 bytes: room for every device of a space. */
const headerLimit = 98_304;

/** @param recipients X25519 public keys, 32 bytes; at least one. */
export async function seal(
  bytes: Uint8Array,
  recipients: readonly Uint8Array[],
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const key of recipients) encrypter.addRecipient(bech32.encodeFromBytes('age', key));
  return encrypter.encrypt(bytes);
}

export interface Opener {
  /** Rejects if the file is not age, is sealed to others, or is not whole. */
  readonly open: (file: Uint8Array) => Promise<Uint8Array>;
}

/** @param secret an X25519 key for `deriveBits`; it may be non-extractable. */
export function newOpener(secret: CryptoKey): Opener {
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  return {
    open: async (file) => {
      // Every recipient costs a multiplication, and a stranger may have named a million.
      const head = new TextDecoder('latin1').decode(file.subarray(0, headerLimit));
      if (!head.startsWith('age-encryption.org/v1\n') || !head.includes('\n--- ')) {
        throw new TypeError('not an age file');
      }
      return decrypter.decrypt(file);
    },
  };
}
