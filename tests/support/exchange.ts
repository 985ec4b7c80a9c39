/**
 * A ledger in memory, as a carrier sees it: real envelopes in honest logs, with a signature that
 * takes no time. What admission of the real one does beyond order, signature and forks is left out.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import {
  decodeHeader,
  draft,
  type Envelope,
  envelopeFromWire,
  envelopeToWire,
  equal,
  type Head,
  type Header,
} from '../../lib/ledger/envelope.ts';
import type { Exchange, ForkProof, Judgement, Range, Verdict } from '../../lib/ledger/exchange.ts';
import { forkPoint } from '../../lib/ledger/fork.ts';

export const testSpace = new Uint8Array(16).fill(0x5a);

/** A device's key: the name over and over. */
export function deviceKey(name: number): Uint8Array {
  return new Uint8Array(32).fill(name);
}

/** Stands for an Ed25519 signature; anybody could make it. */
export function fakeSign(device: Uint8Array, bytes: Uint8Array): Uint8Array {
  const half = sha256(concatBytes(device, bytes));
  return concatBytes(half, half);
}

export interface Held {
  readonly wire: Uint8Array;
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly hash: Uint8Array;
  readonly fields: Header;
  /** When it was admitted, in envelopes. */
  readonly position: number;
}

export interface MemoryExchange extends Exchange {
  /** Writes an envelope in the log of this device. */
  readonly write: (payload?: Uint8Array) => Uint8Array;
  /** The ledger names a content, which is here or is to come. */
  readonly name: (content: Uint8Array, isHere: boolean) => Uint8Array;
  readonly members: Map<string, boolean>;
  readonly wantedRanges: Range[];
  readonly receipts: Map<string, readonly Head[]>;
  readonly verdicts: Map<Verdict, number>;
  readonly held: (device: Uint8Array) => readonly Held[];
  /** The newest of this device's envelopes that a carrier got. */
  readonly sentUntil: () => number;
  /** The most bytes that a carrier was given at once. */
  readonly mostRead: () => number;
  readonly sealKeys: Uint8Array[];
  /** Makes this device one that goes on from a copy: what a restored backup is. */
  readonly copy: () => MemoryExchange;
}

interface Seed {
  readonly logs: Map<string, Held[]>;
  readonly hlc: number;
}

export function memoryExchange(device: Uint8Array, seed?: Seed): MemoryExchange {
  const logs = new Map([...(seed?.logs ?? [])].map(([key, log]) => [key, [...log]]));
  let position = [...logs.values()].reduce((sum, log) => sum + log.length, 0);
  let hlc = seed?.hlc ?? 0;
  let revision = 0;
  let sentUntil = 0;
  let mostRead = 0;
  let waiting: Uint8Array[] = [];
  const told = new Map<string, number>();
  const proofs: ForkProof[] = [];
  const forked = new Map<string, number>();
  const members = new Map<string, boolean>();
  const contents = new Map<string, Uint8Array | null>();
  const wantedRanges: Range[] = [];
  const receipts = new Map<string, readonly Head[]>();
  const verdicts = new Map<Verdict, number>();
  const sealKeys: Uint8Array[] = [];

  const held = (of: Uint8Array) => logs.get(bytesToHex(of)) ?? [];
  const headOf = (log: readonly Held[]): Head | undefined => {
    const last = log.at(-1);
    return last && { device: last.fields.device, seq: last.fields.seq, hash: last.hash };
  };
  const heads = () => [...logs.keys()].sort().flatMap((key) => headOf(logs.get(key) ?? []) ?? []);

  const keep = (envelope: Envelope, fields: Header) => {
    const key = bytesToHex(fields.device);
    const log = logs.get(key) ?? [];
    logs.set(key, log);
    log.push({
      wire: envelopeToWire(envelope),
      header: envelope.header,
      signature: envelope.signature,
      hash: sha256(envelope.header),
      fields,
      position: position++,
    });
    hlc = Math.max(hlc, fields.hlc);
    revision++;
  };

  const judge = (bytes: Uint8Array): Verdict => {
    const envelope = envelopeFromWire(bytes);
    if (!envelope) return 'malformed';
    const { fields, header, signature } = envelope;
    if (!equal(fields.space, testSpace)) return 'malformed';
    if (members.get(bytesToHex(fields.device)) === false) return 'revoked';
    if (!equal(signature, fakeSign(fields.device, header))) return 'bad-signature';
    if (!equal(sha256(envelope.payload), fields.payloadHash)) return 'malformed';
    const log = held(fields.device);
    const there = log[fields.seq - 1];
    if (there) return equal(there.hash, sha256(header)) ? 'duplicate' : 'fork';
    if (forked.has(bytesToHex(fields.device))) return 'fork';
    if (fields.seq > log.length + 1) return 'waiting';
    if (!equal(fields.prev, log.at(-1)?.hash ?? new Uint8Array(32))) return 'fork';
    if (fields.deps.some((dep) => !held(dep.device)[dep.seq - 1])) return 'waiting';
    keep(envelope, fields);
    return 'accepted';
  };

  const admitOne = (bytes: Uint8Array): Verdict => {
    const verdict = judge(bytes);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (verdict === 'waiting' && waiting.length < 1_000) waiting.push(bytes);
    for (let moved = verdict === 'accepted'; moved && waiting.length > 0;) {
      const again = waiting;
      waiting = [];
      moved = false;
      for (const each of again) {
        const judged = judge(each);
        if (judged === 'waiting') waiting.push(each);
        else if (judged === 'accepted') moved = true;
      }
    }
    return verdict;
  };

  /** Until there are more than so many bytes, at least one. */
  const upTo = (bytes: number, next: () => Held | undefined) => {
    const found: Uint8Array[] = [];
    let size = 0;
    for (let item = next(); item; item = next()) {
      if (found.length > 0 && size + item.wire.length > bytes) break;
      found.push(item.wire);
      size += item.wire.length;
    }
    mostRead = Math.max(mostRead, size);
    return found;
  };

  const exchange: MemoryExchange = {
    space: () => testSpace,
    device: () => device,
    revision: () => revision,
    progress: () => ({
      heads: heads(),
      forks: [...forked].sort().map(([key, seq]) => ({ device: bytesFromHex(key), seq })),
    }),
    missing: (theirs, bytes) => {
      const at = new Map(theirs.map((head) => [bytesToHex(head.device), head.seq]));
      return upTo(bytes, () => {
        let first: Held | undefined;
        for (const [key, log] of logs) {
          const next = log[at.get(key) ?? 0];
          if (next && (!first || next.position < first.position)) first = next;
        }
        if (first) at.set(bytesToHex(first.fields.device), first.fields.seq);
        return first;
      });
    },
    wanted: () => wantedRanges,
    range: ({ device: of, from, to }, bytes) => {
      let seq = from;
      return upTo(bytes, () => (seq <= to ? held(of)[seq++ - 1] : undefined));
    },
    hashesAt: (of, seqs) => seqs.map((seq) => held(of)[seq - 1]?.hash ?? null),
    signedHeaderAt: (of, seq) => {
      const item = held(of)[seq - 1];
      return item ? { header: item.header, signature: item.signature } : null;
    },
    forkProofs: () => proofs,
    admitForkProof: async (proof) => {
      const fork = forkPoint(proof);
      if (!fork) return false;
      for (const { header, signature } of [proof.first, proof.second]) {
        if (!equal(signature, fakeSign(fork.device, header))) return false;
      }
      const key = bytesToHex(fork.device);
      if ((forked.get(key) ?? Infinity) > fork.seq) {
        forked.set(key, fork.seq);
        proofs.push({ first: proof.first, second: proof.second });
        revision++;
      }
      return true;
    },
    admit: async (envelopes) => {
      await Promise.resolve();
      return envelopes.map((bytes): Judgement => ({ verdict: admitOne(bytes), reason: '' }));
    },
    acknowledged: (peer, of) => void receipts.set(bytesToHex(peer), of),
    sent: (seq) => (sentUntil = Math.max(sentUntil, seq)),
    isMember: (who) => members.get(bytesToHex(who)) ?? true,
    recipients: () => sealKeys,
    missingContents: (limit) =>
      [...contents]
        .filter(([, bytes]) => bytes === null)
        .slice(0, limit)
        .map(([key]) => bytesFromHex(key)),
    heldContents: (after, limit) =>
      [...contents.keys()]
        .filter((key) => contents.get(key) !== null && (!after || key > bytesToHex(after)))
        .sort()
        .slice(0, limit)
        .map(bytesFromHex),
    content: (hash) => contents.get(bytesToHex(hash)) ?? null,
    keepContent: (hash, bytes) => {
      const key = bytesToHex(hash);
      if (contents.get(key) !== null || !equal(sha256(bytes), hash)) return false;
      contents.set(key, bytes);
      return true;
    },

    write: (payload = new Uint8Array([held(device).length & 0xff])) => {
      const log = held(device);
      const own = bytesToHex(device);
      const deps = heads().filter(
        (head) => bytesToHex(head.device) !== own && told.get(bytesToHex(head.device)) !== head.seq,
      );
      for (const dep of deps) told.set(bytesToHex(dep.device), dep.seq);
      const made = draft(
        {
          kind: 'change',
          schema: 1,
          space: testSpace,
          device,
          seq: log.length + 1,
          prev: log.at(-1)?.hash ?? new Uint8Array(32),
          hlc: hlc + 1,
          deps,
        },
        payload,
      );
      const signature = fakeSign(device, made.header);
      const fields = decodeHeader(made.header);
      if (!fields) throw new TypeError('no header');
      keep({ header: made.header, signature, payload }, fields);
      return envelopeToWire({ header: made.header, signature, payload });
    },
    name: (content, isHere) => {
      const hash = sha256(content);
      contents.set(bytesToHex(hash), isHere ? content : null);
      revision++;
      return hash;
    },
    members,
    wantedRanges,
    receipts,
    verdicts,
    held,
    sentUntil: () => sentUntil,
    mostRead: () => mostRead,
    sealKeys,
    copy: () => memoryExchange(device, { logs, hlc }),
  };
  return exchange;
}

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}
