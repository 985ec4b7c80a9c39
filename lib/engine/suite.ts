/** The cryptography that the engine stands on. A simulation may put a fast stand-in in its place. */
import type { Signer, Verify } from '../ledger/envelope.ts';

/** A device's keys; what is secret stays inside. */
export interface Identity {
  readonly signer: Signer;
  /** X25519 public key, 32 bytes: what is sealed to this device. */
  readonly seal: Uint8Array;
  /** Opens it: for `deriveBits`, non-extractable. Absent in a simulation that seals nothing. */
  readonly secret?: CryptoKey;
}

/** The keys that 24 words stand for. */
export interface Recovery {
  readonly signer: Signer;
  /** X25519 public key, and what opens what was sealed to it. */
  readonly vault: Uint8Array;
  readonly secret?: CryptoKey;
}

export interface Suite {
  readonly verify: Verify;
  /** Makes an identity, and keeps it before it resolves. */
  readonly newIdentity: () => Promise<Identity>;
  /** @param entropy 32 bytes. */
  readonly recovery: (entropy: Uint8Array) => Promise<Recovery>;
}
