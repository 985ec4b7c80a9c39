import { expect, test } from 'vitest';
import {
  carriesItsPayload,
  decodeHeader,
  draft,
  encodeHeader,
  envelopeToWire,
  type Header,
  headerHash,
  payloadLimit,
} from '../../../lib/ledger/envelope.ts';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

function header(rest: Partial<Header> = {}): Header {
  return {
    kind: 'change',
    schema: 1,
    space: filled(16, 0x01),
    device: filled(32, 0x02),
    seq: 3,
    prev: filled(32, 0x04),
    hlc: 1_740_000_000_000 * 1_024 + 5,
    deps: [{ device: filled(32, 0x06), seq: 7, hash: filled(32, 0x08) }],
    payloadLength: 9,
    payloadHash: filled(32, 0x0a),
    ...rest,
  };
}

/** A header with some bytes replaced. */
function tampered(at: number, ...bytes: readonly number[]) {
  const encoded = encodeHeader(header());
  encoded.set(bytes, at);
  return decodeHeader(encoded);
}

test('the layout of a header changes only on purpose', () => {
  const encoded = [
    '484601010001' + '0001',
    '01'.repeat(16),
    '02'.repeat(32),
    '0000000000000003',
    '04'.repeat(32),
    '0006548053e00005',
    '00000009',
    '0a'.repeat(32),
    '06'.repeat(32) + '0000000000000007' + '08'.repeat(32),
  ].join('');
  expect(bytesToHex(encodeHeader(header()))).toBe(encoded);
  expect(decodeHeader(hexToBytes(encoded))).toEqual(header());
  expect(bytesToHex(headerHash(hexToBytes(encoded)))).toBe(
    '117d5c767d960ee57451f6cdab680d3928aa4cb0e23efafabfc9ac0745524b02',
  );
});

test('a header without deps is 140 bytes, and each dep adds 72', () => {
  expect(encodeHeader(header({ deps: [] }))).toHaveLength(140);
  expect(encodeHeader(header())).toHaveLength(212);
});

test('what is cut off, too long, of another version or of an unknown kind is no header', () => {
  const whole = encodeHeader(header());
  for (let length = 0; length < whole.length; length++) {
    expect(decodeHeader(whole.subarray(0, length))).toBeNull();
  }
  expect(decodeHeader(new Uint8Array([...whole, 0]))).toBeNull();
  expect(tampered(0, 0x49)).toBeNull();
  expect(tampered(2, 2)).toBeNull();
  expect(tampered(3, 9)).toBeNull();
});

test('a header is found where it lies in other bytes', () => {
  const around = new Uint8Array([0xff, ...encodeHeader(header()), 0xff]);
  expect(decodeHeader(around.subarray(1, -1))).toEqual(header());
});

test('a seq of zero, an unsafe number or a payload over the limit is refused', () => {
  expect(tampered(56, 0, 0, 0, 0, 0, 0, 0, 0)).toBeNull();
  expect(tampered(56, 0x00, 0x20, 0, 0, 0, 0, 0, 0)).toBeNull();
  expect(tampered(96, 0xff)).toBeNull();
  expect(tampered(104, 0, 1, 0, 0)).toMatchObject({ payloadLength: payloadLimit });
  expect(tampered(104, 0, 1, 0, 1)).toBeNull();
});

test('deps name each device once, in ascending order', () => {
  const dep = (byte: number) => ({ device: filled(32, byte), seq: 1, hash: filled(32, 0) });
  const decoded = (...bytes: readonly number[]) =>
    decodeHeader(encodeHeader(header({ deps: bytes.map(dep) })));
  expect(decoded(1, 2, 255)).not.toBeNull();
  expect(decoded(2, 1)).toBeNull();
  expect(decoded(1, 1)).toBeNull();
});

test('a header vouches for its own payload and no other', () => {
  const payload = new TextEncoder().encode('payload');
  const made = draft(header(), payload);
  const fields = decodeHeader(made.header)!;
  expect(made.hash).toEqual(headerHash(made.header));
  expect(carriesItsPayload(fields, payload)).toBe(true);
  expect(carriesItsPayload(fields, payload.subarray(1))).toBe(false);
  expect(carriesItsPayload(fields, new TextEncoder().encode('Payload'))).toBe(false);
});

test('an envelope on the wire begins with the length of its header, also with the most deps', () => {
  const deps = Array.from({ length: 908 }, (_, index) => {
    const device = filled(32, 0);
    new DataView(device.buffer).setUint16(0, index);
    return { device, seq: 1, hash: filled(32, 0) };
  });
  const { header: bytes, payload } = draft(header({ deps }), filled(5, 1));
  expect(decodeHeader(bytes)?.deps).toHaveLength(908);
  const wire = envelopeToWire({ header: bytes, signature: filled(64, 2), payload });
  const length = new DataView(wire.buffer).getUint16(0);
  expect(wire.slice(2, 2 + length)).toEqual(bytes);
  expect(wire).toHaveLength(2 + bytes.length + 64 + 5);
  expect(decodeHeader(encodeHeader(header({ deps: [...deps, header().deps[0]!] })))).toBeNull();
});
