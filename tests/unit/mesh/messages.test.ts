import { bytesToHex } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import { expect, test } from 'vitest';
import {
  decodeMessage,
  encodeMessage,
  inParts,
  limits,
  type Message,
} from '../../../lib/mesh/messages.ts';

const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);
const key = (number: number) => {
  const made = bytes(32, 0xff);
  new DataView(made.buffer).setUint16(0, number);
  return made;
};
const signed = { header: bytes(140), signature: bytes(64) };
const most = Number.MAX_SAFE_INTEGER;

const messages: Message[] = [
  { op: 'hello', protocol: 1, space: bytes(16), device: bytes(32), heard: false },
  {
    op: 'progress',
    serial: 1,
    received: 0,
    acked: 0,
    heads: [{ device: key(1), seq: 7, hash: bytes(32) }],
    forks: [{ device: key(2), seq: 3 }],
    wanted: [{ device: key(3), from: 1, to: 2 }],
  },
  { op: 'envelopes', number: 1, envelopes: [bytes(206), bytes(300)] },
  { op: 'part', number: 1, part: 0, of: 2, bytes: bytes(10) },
  { op: 'proof', first: signed, second: signed },
  { op: 'probe', device: bytes(32), seqs: [1, 2] },
  { op: 'hashes', device: bytes(32), seqs: [1, 2], hashes: [bytes(32), null] },
  { op: 'ask-header', device: bytes(32), seq: 1 },
  { op: 'header', signed },
  { op: 'ask-content', hash: bytes(32), offset: 0, count: 8 },
  { op: 'content', hash: bytes(32), offset: 0, total: 3, bytes: bytes(3) },
  { op: 'no-content', hash: bytes(32) },
  { op: 'bye', reason: 'closed' },
];

test.for(messages)('$op arrives as it was said', (message) => {
  expect(decodeMessage(encodeMessage(message))).toEqual(message);
});

test('the bytes of a hello and of a progress are these', () => {
  expect(bytesToHex(encodeMessage(messages[0]!))).toBe(
    'a5626f706568656c6c6f65686561' +
      '7264f465737061636550' +
      '01'.repeat(16) +
      '66646576696365' +
      '5820' +
      '01'.repeat(32) +
      '6870726f746f636f6c01',
  );
  const device = (number: string) => `5820${number}${'ff'.repeat(30)}`;
  expect(bytesToHex(encodeMessage(messages[1]!))).toBe(
    'a7626f706870726f67726573736561636b656400' +
      `65666f726b738182${device('0002')}03` +
      `6568656164738183${device('0001')}075820${'01'.repeat(32)}` +
      '6673657269616c01' +
      `6677616e7465648183${device('0003')}0102` +
      '68726563656976656400',
  );
});

test('the fullest messages fit a frame', () => {
  const heads = Array.from({ length: limits.heads }, (_, at) => ({
    device: key(at),
    seq: most,
    hash: bytes(32),
  }));
  const forks = heads.slice(0, limits.forks).map(({ device, seq }) => ({ device, seq }));
  const wanted = forks.map(({ device }) => ({ device, from: most, to: most }));
  const full: Message[] = [
    { op: 'progress', serial: most, received: most, acked: most, heads, forks, wanted },
    { op: 'part', number: most, part: 2, of: 3, bytes: bytes(limits.part) },
    {
      op: 'content',
      hash: bytes(32),
      offset: 1_000_000,
      total: limits.content,
      bytes: bytes(limits.chunk),
    },
  ];
  for (const message of full) {
    expect(encodeMessage(message).length).toBeLessThanOrEqual(limits.frame);
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  }
});

test('the longest envelope and the longest proof come apart and together again', () => {
  const long = { header: bytes(65_535), signature: bytes(64) };
  for (const message of [
    { op: 'envelopes', number: most, envelopes: [bytes(131_137)] },
    { op: 'proof', first: long, second: long },
  ] as const) {
    const parts = inParts(encodeMessage(message as unknown as Message), 5);
    expect(parts.map(({ number, part, of }) => [number, part, of])).toEqual([
      [5, 0, 3],
      [6, 1, 3],
      [7, 2, 3],
    ]);
    const whole = Buffer.concat(parts.map((part) => part.bytes));
    expect(decodeMessage(whole, limits.part * limits.parts)).toEqual(message);
  }
});

test.for<[string, unknown]>([
  ['an unknown op', { op: 'reset' }],
  ['no map', 'hello'],
  ['a key too many', { op: 'bye', reason: 'closed', also: 1 }],
  ['heads that do not ascend', { ...wire(), heads: [head(2), head(1)] }],
  ['a device twice', { ...wire(), heads: [head(1), head(1)] }],
  ['a seq of 0', { ...wire(), heads: [[key(1), 0, bytes(32)]] }],
  ['a seq that is no integer', { ...wire(), heads: [[key(1), 1.5, bytes(32)]] }],
  ['a seq beyond 2^53', { ...wire(), heads: [[key(1), 2n ** 60n, bytes(32)]] }],
  ['a key too short', { ...wire(), heads: [[bytes(31), 1, bytes(32)]] }],
  ['a range backwards', { ...wire(), wanted: [[key(1), 2, 1]] }],
  ['too many heads', { ...wire(), heads: Array.from({ length: 701 }, (_, at) => head(at)) }],
  ['too many seqs', { op: 'probe', device: key(1), seqs: Array(65).fill(1) }],
  ['answers without questions', { op: 'hashes', device: key(1), seqs: [1], hashes: [] }],
  ['an envelope too short', { op: 'envelopes', number: 1, envelopes: [bytes(205)] }],
  ['a part too many', { op: 'part', number: 1, part: 3, of: 4, bytes: bytes(1) }],
  ['a piece beyond the end', { op: 'content', hash: key(1), offset: 2, total: 3, bytes: bytes(2) }],
])('%s is refused', (arg) => {
  expect(decodeMessage(encode(arg[1]))).toMatchObject({ op: 'refused' });
});

function wire() {
  return { op: 'progress', serial: 1, received: 0, acked: 0, heads: [], forks: [], wanted: [] };
}
function head(number: number) {
  return [key(number), 1, bytes(32)];
}

test('what is nested too deep, too long or not CBOR is refused', () => {
  expect(decodeMessage(bytes(65_536, 0x81))).toMatchObject({ op: 'refused' });
  expect(decodeMessage(bytes(65_537))).toEqual({ op: 'refused', reason: 'too long' });
  expect(decodeMessage(new Uint8Array())).toMatchObject({ op: 'refused' });
  expect(decodeMessage(bytes(9, 0xff))).toMatchObject({ op: 'refused' });
  // A list that says it has 2^32 items.
  expect(decodeMessage(new Uint8Array([0x9a, 255, 255, 255, 255]))).toMatchObject({
    op: 'refused',
  });
});
