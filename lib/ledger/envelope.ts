/**
 * The envelope: one signed change in the log of the device that made it.
 *
 * The header has a fixed binary layout (docs/protocol.md) and names the hash of the device's previous
 * header, so a log is a chain; the Ed25519 signature covers the whole header, and the header covers
 * the payload by its hash. Nothing in here keeps state or reads a clock.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

/**
 * - genesis: founds a space; the first of its founder's log.
 * - change: claims, see claims.ts.
 * - roster: a statement on who belongs to the space, see statements.ts.
 * - checkpoint: restates the author's log, see checkpoint.ts.
 */
export const envelopeKinds = ['genesis', 'change', 'roster', 'checkpoint'] as const;
export type EnvelopeKind = (typeof envelopeKinds)[number];

export interface Header {
  readonly kind: EnvelopeKind;
  /** The version of lib/model/entities.ts that the payload was written for. */
  readonly schema: number;
  /** 16 bytes. */
  readonly space: Uint8Array;
  /** The author's raw Ed25519 public key, 32 bytes. */
  readonly device: Uint8Array;
  /** From 1, without gaps. */
  readonly seq: number;
  /** Hash of the author's previous header, 32 bytes; zeros for the first. */
  readonly prev: Uint8Array;
  /** Hybrid logical clock, see clock.ts. */
  readonly hlc: number;
  /** For each other device that changed since the author's last envelope: its head as the author
   *  had seen it. Ascending by device. */
  readonly deps: readonly Head[];
  readonly payloadLength: number;
  /** SHA-256 of the payload, 32 bytes. */
  readonly payloadHash: Uint8Array;
}

/** The newest header of a device that somebody holds. */
export interface Head {
  readonly device: Uint8Array;
  readonly seq: number;
  readonly hash: Uint8Array;
}

export interface Envelope {
  /** As signed, see `encodeHeader`. */
  readonly header: Uint8Array;
  /** Ed25519 over `header`, 64 bytes. */
  readonly signature: Uint8Array;
  /** CBOR, at most `payloadLimit` bytes; see claims.ts. */
  readonly payload: Uint8Array;
}

/** Bytes of a payload, at most. */
export const payloadLimit = 65_536;

const version = 1;
const signatureLength = 64;
const fixedLength = 140;
const depLength = 72;
/** A header's length fits 16 bits, see `envelopeToWire`. */
export const depLimit = Math.floor((0xffff - fixedLength) / depLength);

/** What signs in the name of this device; the private key stays inside. */
export interface Signer {
  /** Raw Ed25519 public key, 32 bytes: the device's name everywhere. */
  readonly device: Uint8Array;
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** An envelope that only lacks its signature. */
export interface Draft extends Omit<Envelope, 'signature'> {
  readonly fields: Header;
  /** Hash of the header, which the device's next one names as `prev`. */
  readonly hash: Uint8Array;
}

/** Composes a device's next envelope around a payload. */
export function draft(
  fields: Omit<Header, 'payloadLength' | 'payloadHash'>,
  payload: Uint8Array,
): Draft {
  const whole = { ...fields, payloadLength: payload.length, payloadHash: sha256(payload) };
  const header = encodeHeader(whole);
  return { header, fields: whole, payload, hash: headerHash(header) };
}

export function encodeHeader(header: Header): Uint8Array {
  const bytes = new Uint8Array(fixedLength + header.deps.length * depLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x48); // 'H'
  view.setUint8(1, 0x46); // 'F'
  view.setUint8(2, version);
  view.setUint8(3, envelopeKinds.indexOf(header.kind));
  view.setUint16(4, header.schema);
  view.setUint16(6, header.deps.length);
  bytes.set(header.space, 8);
  bytes.set(header.device, 24);
  setSafe(view, 56, header.seq);
  bytes.set(header.prev, 64);
  setSafe(view, 96, header.hlc);
  view.setUint32(104, header.payloadLength);
  bytes.set(header.payloadHash, 108);
  header.deps.forEach(({ device, seq, hash }, index) => {
    const at = fixedLength + index * depLength;
    bytes.set(device, at);
    setSafe(view, at + 32, seq);
    bytes.set(hash, at + 40);
  });
  return bytes;
}

/** @returns null if the bytes are no header of this version. */
export function decodeHeader(bytes: Uint8Array): Header | null {
  if (bytes.length < fixedLength) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = envelopeKinds[view.getUint8(3)];
  const count = view.getUint16(6);
  const seq = getSafe(view, 56);
  const hlc = getSafe(view, 96);
  const payloadLength = view.getUint32(104);
  if (
    view.getUint16(0) !== 0x4846 ||
    view.getUint8(2) !== version ||
    kind === undefined ||
    count > depLimit ||
    bytes.length !== fixedLength + count * depLength ||
    seq === null ||
    seq < 1 ||
    hlc === null ||
    payloadLength > payloadLimit
  ) {
    return null;
  }
  const deps: Head[] = [];
  for (let at = fixedLength; at < bytes.length; at += depLength) {
    const device = bytes.slice(at, at + 32);
    const depSeq = getSafe(view, at + 32);
    const last = deps.at(-1);
    if (depSeq === null || depSeq < 1 || (last && compareBytes(last.device, device) >= 0))
      return null;
    deps.push({ device, seq: depSeq, hash: bytes.slice(at + 40, at + 72) });
  }
  return {
    kind,
    schema: view.getUint16(4),
    space: bytes.slice(8, 24),
    device: bytes.slice(24, 56),
    seq,
    prev: bytes.slice(64, 96),
    hlc,
    deps,
    payloadLength,
    payloadHash: bytes.slice(108, 140),
  };
}

/** The name by which the next header and other devices' deps mean this one. */
export function headerHash(header: Uint8Array): Uint8Array {
  return sha256(header);
}

/** Whether the payload is the one that the header was signed over. */
export function carriesItsPayload(header: Header, payload: Uint8Array): boolean {
  return header.payloadLength === payload.length && equal(header.payloadHash, sha256(payload));
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Negative: `a` comes first. A beginning of the other comes before it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Whether `header` was signed by the device that it names. */
export type Verify = (
  device: Uint8Array,
  signature: Uint8Array,
  bytes: Uint8Array,
) => Promise<boolean>;

/** @returns null if the bytes are no envelope of this version; the payload is not compared with its
 *  hash. */
export function envelopeFromWire(bytes: Uint8Array): (Envelope & { fields: Header }) | null {
  if (bytes.length < 2) return null;
  const length = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const payloadAt = 2 + length + signatureLength;
  if (bytes.length < payloadAt || bytes.length > payloadAt + payloadLimit) return null;
  const header = bytes.slice(2, 2 + length);
  const fields = decodeHeader(header);
  if (!fields) return null;
  const signature = bytes.slice(2 + length, payloadAt);
  return { header, signature, payload: bytes.slice(payloadAt), fields };
}

/** All bytes of an envelope, for a carrier: header length (u16), header, signature, payload. */
export function envelopeToWire({ header, signature, payload }: Envelope): Uint8Array {
  const length = new Uint8Array(2);
  new DataView(length.buffer).setUint16(0, header.length);
  return concatBytes(length, header, signature, payload);
}

// As two halves: a BigInt is made anew at every call.
function setSafe(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}

function getSafe(view: DataView, at: number): number | null {
  const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  return Number.isSafeInteger(value) ? value : null;
}
