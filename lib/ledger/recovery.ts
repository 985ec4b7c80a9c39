/**
 * The recovery key: 24 words on paper (BIP39, English), which stand for 32 random bytes, which give
 * two key pairs by HKDF-SHA-256. One signs above all devices of a space, the other opens what was
 * sealed to it. Who has the words has everything.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { Failure } from '../errors.ts';

export interface RecoveryKeys {
  readonly signing: {
    /** Ed25519, raw, 32 bytes. */
    readonly publicKey: Uint8Array;
    readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
  };
  readonly sealing: {
    /** X25519, raw, 32 bytes. */
    readonly publicKey: Uint8Array;
    /** Non-extractable, for `deriveBits`: an identity for lib/mesh/sealing.ts. */
    readonly secret: CryptoKey;
  };
}

/** 32 random bytes for a new recovery key. */
export function newRecoveryEntropy(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** @returns 24 words, with a space between them. */
export function recoveryWords(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * What the words stand for. Case, numbering and what is between the words do not matter, and of each
 * word only the first four letters do, which no two words of the list share.
 *
 * @throws 'recovery/wrong-words'; the detail is the number of a word that is not in the list.
 */
export function recoveryEntropy(words: string): Uint8Array {
  const given = words.toLowerCase().match(/\p{L}+/gu) ?? [];
  const known = given.map((word, at) => {
    const found = wordlist.includes(word)
      ? word
      : wordlist.find((entry) => word.length >= 4 && entry.startsWith(word.slice(0, 4)));
    if (!found) throw new Failure('recovery/wrong-words', { detail: `${at + 1}` });
    return found;
  });
  if (known.length !== 24) throw new Failure('recovery/wrong-words');
  try {
    return mnemonicToEntropy(known.join(' '), wordlist);
  } catch (error) {
    // The last word holds a checksum of all.
    throw new Failure('recovery/wrong-words', { cause: error });
  }
}

/** The same keys from the same entropy, on every device. */
export async function recoveryKeys(entropy: Uint8Array): Promise<RecoveryKeys> {
  const [signing, sealing] = await Promise.all([
    keyPair('Ed25519', await derive(entropy, 'holdfast recovery signing 1'), ['sign']),
    keyPair('X25519', await derive(entropy, 'holdfast recovery sealing 1'), ['deriveBits']),
  ]);
  return {
    signing: {
      publicKey: signing.publicKey,
      sign: async (bytes) =>
        new Uint8Array(await crypto.subtle.sign('Ed25519', signing.secret, Uint8Array.from(bytes))),
    },
    sealing,
  };
}

/** HKDF-SHA-256 without salt, 32 bytes. */
async function derive(entropy: Uint8Array, label: string): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(entropy), 'HKDF', false, [
    'deriveBits',
  ]);
  const info = new TextEncoder().encode(label);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

/** The last byte of the algorithm's object identifier, 1.3.101.x. */
const algorithmIds = { Ed25519: 0x70, X25519: 0x6e } as const;

async function keyPair(name: keyof typeof algorithmIds, seed: Uint8Array, usages: KeyUsage[]) {
  // WebCrypto takes private keys as PKCS #8 only, and tells the public half only of a JWK.
  const pkcs8 = Uint8Array.from([
    ...[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, algorithmIds[name]],
    ...[0x04, 0x22, 0x04, 0x20],
    ...seed,
  ]);
  const open = await crypto.subtle.importKey('pkcs8', pkcs8, { name }, true, usages);
  const { x } = await crypto.subtle.exportKey('jwk', open);
  const base64 = (x ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const publicKey = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const secret = await crypto.subtle.importKey('pkcs8', pkcs8, { name }, false, usages);
  return { publicKey, secret };
}
