/**
 * Keys of a simulation: all drawn from its seed, and all remembered, so that a device which comes up
 * again over its database finds its own.
 *
 * `standIn` is the declared fast stand-in for Ed25519: a signature is a hash over the signer's secret
 * and the bytes, checked by looking the secret up. Nobody in a simulation is given another's signer,
 * so it cannot be forged there; outside it proves nothing. `real` is WebCrypto with keys from the seed.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { temporarySuite } from '../../lib/engine/keys.ts';
import type { Identity, Suite } from '../../lib/engine/suite.ts';
import { equal, type Signer } from '../../lib/ledger/envelope.ts';
import { recoveryKeys } from '../../lib/ledger/recovery.ts';

export interface Keyring extends Suite {
  /** The keys of a device that was made here. */
  readonly identityOf: (device: Uint8Array) => Identity;
}

/** @param random bytes of the seed. */
export function standIn(random: (length: number) => Uint8Array): Keyring {
  const secrets = new Map<string, Uint8Array>();
  const signatureOf = (secret: Uint8Array, bytes: Uint8Array) => {
    const half = sha256(concatBytes(secret, bytes));
    return concatBytes(half, half);
  };
  const signerOf = (secret: Uint8Array): Signer => {
    const device = sha256(concatBytes(utf8ToBytes('key'), secret));
    secrets.set(bytesToHex(device), secret);
    return { device, sign: async (bytes) => signatureOf(secret, bytes) };
  };
  return remembering({
    verify: async (device, signature, bytes) => {
      const secret = secrets.get(bytesToHex(device));
      return secret !== undefined && equal(signature, signatureOf(secret, bytes));
    },
    newIdentity: async () => ({ signer: signerOf(random(32)), seal: random(32) }),
    recovery: async (entropy) => ({
      signer: signerOf(sha256(concatBytes(utf8ToBytes('recovery'), entropy))),
      vault: sha256(concatBytes(utf8ToBytes('vault'), entropy)),
    }),
  });
}

/** @param random bytes of the seed. */
export function real(random: (length: number) => Uint8Array): Keyring {
  return remembering({
    verify: temporarySuite.verify,
    newIdentity: async () => {
      const { signing, sealing } = await recoveryKeys(random(32));
      return {
        signer: { device: signing.publicKey, sign: signing.sign },
        seal: sealing.publicKey,
      };
    },
    recovery: temporarySuite.recovery,
  });
}

function remembering(suite: Suite): Keyring {
  const identities = new Map<string, Identity>();
  return {
    ...suite,
    newIdentity: async () => {
      const identity = await suite.newIdentity();
      identities.set(bytesToHex(identity.signer.device), identity);
      return identity;
    },
    identityOf: (device) => {
      const identity = identities.get(bytesToHex(device));
      if (!identity) throw new Error('no keys of that device were made here');
      return identity;
    },
  };
}
