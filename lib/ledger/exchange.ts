/**
 * What carriers ask of a ledger: the face that the replicator and the folder see, and the engine
 * gives. Envelopes travel as bytes (`envelopeToWire`); nothing of a carrier is believed.
 */
import type { Head } from './envelope.ts';

/**
 * What admission says of an envelope that was brought.
 * - accepted: it is part of the log, and counts.
 * - duplicate: it was held already.
 * - waiting: something that it follows has not come yet; it is kept for a while.
 * - bad-signature: not written by the device that it names.
 * - unknown-device: nobody whose word counts has admitted that device.
 * - revoked: it lies beyond the cut of its device.
 * - fork: its device has signed something else in this place.
 * - malformed: no envelope, or a payload that cannot be read.
 * - policy: readable, but its author may not say this.
 * - future-schema: for a newer version of Holdfast; kept, and judged again by it.
 */
export const verdicts = [
  'accepted',
  'duplicate',
  'waiting',
  'bad-signature',
  'unknown-device',
  'revoked',
  'fork',
  'malformed',
  'policy',
  'future-schema',
] as const;
export type Verdict = (typeof verdicts)[number];

export interface Judgement {
  readonly verdict: Verdict;
  /** Why, in a few words of English; '' for accepted and duplicate. */
  readonly reason: string;
}

/** Two headers that one device signed and that cannot both follow from one log, see `forkPoint`. */
export interface ForkProof {
  readonly first: SignedHeader;
  readonly second: SignedHeader;
}

export interface SignedHeader {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
}

/** Some envelopes of one device, both ends included. */
export interface Range {
  readonly device: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** How far somebody's copy of the ledger goes. */
export interface Progress {
  /** Of each device, the newest header that is held and counts; ascending by device. */
  readonly heads: readonly Head[];
  /** Of each device that is proven to have forked, the seq from which on. Ascending by device. */
  readonly forks: readonly { readonly device: Uint8Array; readonly seq: number }[];
}

/** The ledger of one space, as a carrier sees it. Everything but `admit` is synchronous. */
export interface Exchange {
  /** 16 bytes; null until the device has founded or joined a space. */
  readonly space: () => Uint8Array | null;
  /** This device's key, 32 bytes. */
  readonly device: () => Uint8Array;
  /** Moves at every change of what the other functions answer. */
  readonly revision: () => number;
  readonly progress: () => Progress;
  /**
   * Envelopes that whoever is at `theirs` lacks, in an order in which each can be admitted.
   * Where a log was compacted below what they hold, its base and what follows.
   *
   * @param bytes stops before more than this, but gives at least one if there is one.
   */
  readonly missing: (theirs: readonly Head[], bytes: number) => Uint8Array[];
  /** Envelopes that do not count themselves, but which some that do have seen, and that are not
   *  held yet. */
  readonly wanted: () => readonly Range[];
  /** Those of a range that are held, in order; at least one if there is one, see `missing`. */
  readonly range: (range: Range, bytes: number) => Uint8Array[];
  /** The header held at each seq of a device's log; null where none is. */
  readonly hashesAt: (device: Uint8Array, seqs: readonly number[]) => (Uint8Array | null)[];
  readonly signedHeaderAt: (device: Uint8Array, seq: number) => SignedHeader | null;
  readonly forkProofs: () => readonly ForkProof[];
  /** Whether it proves a fork; kept if it is news. */
  readonly admitForkProof: (proof: ForkProof) => Promise<boolean>;
  /**
   * Judges envelopes in this order, and commits what passes before it resolves.
   *
   * @param carrier who brought them, for the bounds of the quarantine: a device's key, or a name.
   */
  readonly admit: (
    envelopes: readonly Uint8Array[],
    carrier: Uint8Array | string,
  ) => Promise<Judgement[]>;
  /** A peer says, proven to be that device, how far it has committed. */
  readonly acknowledged: (peer: Uint8Array, heads: readonly Head[]) => void;
  /** These were handed to a carrier: the newest of this device's own log. */
  readonly sent: (seq: number) => void;
  /** Whether a device may still be spoken to: a member, and not revoked. */
  readonly isMember: (device: Uint8Array) => boolean;
  /** X25519 keys of those who may read what lies in a folder: the members, and the recovery key. */
  readonly recipients: () => readonly Uint8Array[];
  /** Hashes (SHA-256) of contents that are named in the ledger and not held here; newest first. */
  readonly missingContents: (limit: number) => readonly Uint8Array[];
  /** Hashes of contents that are named in the ledger and held here: ascending, those above `after`. */
  readonly heldContents: (after: Uint8Array | null, limit: number) => readonly Uint8Array[];
  readonly content: (hash: Uint8Array) => Uint8Array | null;
  /** Keeps a content if its bytes have this hash and the ledger names it; whether it was kept. */
  readonly keepContent: (hash: Uint8Array, bytes: Uint8Array) => boolean;
}
