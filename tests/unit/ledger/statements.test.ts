import { bytesToHex } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import {
  decodeGenesis,
  decodeStatement,
  encodeGenesis,
  encodeStatement,
  type Genesis,
  recoveryMessage,
  spaceIdOf,
  type Statement,
} from '../../../lib/ledger/statements.ts';

const key = new Uint8Array(32).fill(1);
const place = { device: key, seq: 7, hash: key };
const genesis: Genesis = {
  name: 'Laptop',
  seal: key,
  recovery: key,
  vault: key,
  salt: key.slice(16),
};

const statements: readonly Statement[] = [
  { admit: { device: key, seal: key, name: 'Phone 🌊', role: 'editor' } },
  { cut: place },
  { cut: { ...place, branch: { from: 6, hashes: [key, key] } } },
  { demote: { ...place, role: 'reader' } },
  { retire: null },
  { recover: { number: 1, seal: key, name: '', proof: new Uint8Array(64) } },
  { vouch: place },
];

test.each(statements.map((statement) => [Object.keys(statement)[0], statement] as const))(
  '%s comes back as it was',
  (_, statement) => {
    expect(decodeStatement(encodeStatement(statement))).toEqual(statement);
  },
);

test('a founding comes back as it was', () => {
  expect(decodeGenesis(encodeGenesis(genesis))).toEqual(genesis);
});

describe('refused', () => {
  const admit = { device: key, seal: key, name: 'x', role: 'owner' };
  test.each<readonly [string, unknown]>([
    ['nothing', {}],
    ['two at once', { retire: null, vouch: place }],
    ['another word', { expel: place }],
    ['more than there is', { admit: { ...admit, more: 1 } }],
    ['a short key', { admit: { ...admit, device: key.slice(1) } }],
    ['a key as a list', { admit: { ...admit, device: [...key] } }],
    ['a role that is none', { admit: { ...admit, role: 'king' } }],
    ['a name that is too long', { admit: { ...admit, name: 'x'.repeat(101) } }],
    ['a place before all', { cut: { ...place, seq: -1 } }],
    ['a place between two', { cut: { ...place, seq: 0.5 } }],
    ['a place beyond the safe numbers', { cut: { ...place, seq: 2n ** 60n } }],
    ['a branch without hashes', { cut: { ...place, branch: { from: 1, hashes: [] } } }],
    ['a branch from nothing', { cut: { ...place, branch: { from: 0, hashes: [key] } } }],
    [
      'a recovery number 0',
      { recover: { number: 0, seal: key, name: '', proof: new Uint8Array(64) } },
    ],
    ['a vouch for nothing', { vouch: { ...place, seq: 0 } }],
    ['a retirement with a reason', { retire: 'old' }],
    ['a list', [1]],
  ])('%s', (_, value) => {
    expect(() => decodeStatement(encode(value))).toThrow();
  });

  test.each<readonly [string, object]>([
    ['without a recovery key', { ...genesis, recovery: undefined }],
    ['with short salt', { ...genesis, salt: key }],
    ['with more', { ...genesis, more: 1 }],
  ])('a founding %s', (_, value) => {
    expect(() => decodeGenesis(encode(value))).toThrow();
  });
});

test('the name of a space is that of its founder and of all that the founding says', () => {
  const payload = encodeGenesis(genesis);
  const name = bytesToHex(spaceIdOf(key, payload));
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  expect(bytesToHex(spaceIdOf(new Uint8Array(32), payload))).not.toBe(name);
  const other = encodeGenesis({ ...genesis, vault: new Uint8Array(32) });
  expect(bytesToHex(spaceIdOf(key, other))).not.toBe(name);
});

test('an endorsement is for one device of one space, and one number', () => {
  const space = key.slice(16);
  const all = [
    recoveryMessage(space, key, 1),
    recoveryMessage(space, key, 2),
    recoveryMessage(space, key, 2 ** 40 + 1),
    recoveryMessage(space, new Uint8Array(32), 1),
    recoveryMessage(new Uint8Array(16), key, 1),
  ].map(bytesToHex);
  expect(new Set(all).size).toBe(all.length);
});
