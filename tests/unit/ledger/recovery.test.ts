import { createPrivateKey, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { Failure } from '../../../lib/errors.ts';
import {
  newRecoveryEntropy,
  recoveryEntropy,
  recoveryKeys,
  recoveryWords,
} from '../../../lib/ledger/recovery.ts';

// From the vectors of BIP39.
const entropy = hexToBytes('68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c');
const words =
  'hamster diagram private dutch cause delay private meat slide toddler razor book ' +
  'happy fancy gospel tennis maple dilemma loan word shrug inflict delay length';

const refusal = (text: string): Failure => {
  try {
    recoveryEntropy(text);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('the words were taken');
};

test('the words and the bytes stand for each other', () => {
  expect(recoveryWords(entropy)).toBe(words);
  expect(recoveryEntropy(words)).toEqual(entropy);
  const fresh = newRecoveryEntropy();
  expect(recoveryEntropy(recoveryWords(fresh))).toEqual(fresh);
});

test.for([
  ['case and white space', `  ${words.toUpperCase().replaceAll(' ', ' \n\t ')}\n`],
  ['first four letters', words.replace(/\p{L}+/gu, (word) => word.slice(0, 4))],
  [
    'numbers and commas',
    words
      .split(' ')
      .map((word, at) => `${at + 1}. ${word},`)
      .join('\n'),
  ],
  ['a typo after the fourth letter', words.replace('hamster', 'hamsder')],
])('%s are forgiven', ([, text]) => {
  expect(recoveryEntropy(text!)).toEqual(entropy);
});

test('a word that is not in the list is named by its place, not by what it says', () => {
  const { code, message } = refusal(words.replace('dutch', 'duxch'));
  expect(code).toBe('recovery/wrong-words');
  expect(message).toContain('(4)');
  expect(message).not.toContain('duxch');
});

test.for([
  ['two words that changed places', words.replace('hamster diagram', 'diagram hamster')],
  ['another word of the list', words.replace(/length$/, 'abandon')],
  ['a word too few', words.replace(/ length$/, '')],
  ['a word too many', `${words} length`],
  ['twelve words that are a mnemonic', `${'abandon '.repeat(11)}about`],
  ['nothing', ''],
  ['three letters', words.replace('hamster', 'ham')],
])('%s is no recovery key', ([, text]) => {
  expect(refusal(text!).code).toBe('recovery/wrong-words');
});

test('the keys are those that another implementation derives', async () => {
  const { signing, sealing } = await recoveryKeys(entropy);
  const publicHalf = (label: string, identifier: string) => {
    const seed = Buffer.from(hkdfSync('sha256', entropy, '', label, 32)).toString('hex');
    const der = Buffer.from(`302e020100300506032b65${identifier}04220420${seed}`, 'hex');
    const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
  };
  expect(bytesToHex(signing.publicKey)).toBe(publicHalf('holdfast recovery signing 1', '70'));
  expect(bytesToHex(sealing.publicKey)).toBe(publicHalf('holdfast recovery sealing 1', '6e'));
});

test('what it signs can be checked, and the secrets do not come out', async () => {
  const { signing, sealing } = await recoveryKeys(entropy);
  const bytes = new Uint8Array([1, 2, 3]);
  const signature = await signing.sign(bytes);
  const spki = Buffer.from(`302a300506032b6570032100${bytesToHex(signing.publicKey)}`, 'hex');
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  expect(verify(null, bytes, key, signature)).toBe(true);
  expect(sealing.secret.extractable).toBe(false);
});
