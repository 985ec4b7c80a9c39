import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { recoveryKeys } from '../../../lib/ledger/recovery.ts';
import { newOpener, seal } from '../../../lib/mesh/sealing.ts';

async function person() {
  const pair = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { key, ...newOpener(pair.privateKey) };
}
const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => at * 7);

test('each recipient opens a file with a key that never leaves it, others do not', async () => {
  const [ann, ben, eve] = [await person(), await person(), await person()];
  const file = await seal(bytes, [ann.key, ben.key]);
  expect(await ann.open(file)).toEqual(bytes);
  expect(await ben.open(file)).toEqual(bytes);
  await expect(eve.open(file)).rejects.toThrow('no identity matched');
});

test('the recovery key opens what was sealed to it', async () => {
  const { sealing } = await recoveryKeys(new Uint8Array(32).fill(1));
  const file = await seal(bytes, [sealing.publicKey]);
  expect(await newOpener(sealing.secret).open(file)).toEqual(bytes);
});

test('it is the format that other tools read and write', async () => {
  const ann = await person();
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const file = await seal(bytes, [ann.key]);
  expect(new TextDecoder().decode(file.subarray(0, 40))).toMatch(
    /^age-encryption\.org\/v1\n-> X25519 /,
  );
  const theirs = await encrypter.encrypt(bytes);
  expect(await decrypter.decrypt(theirs)).toEqual(bytes);
  await expect(ann.open(theirs)).rejects.toThrow('no identity matched');
});

test.for([
  ['cut short', (file: Uint8Array) => file.subarray(0, -1)],
  ['cut in its header', (file: Uint8Array) => file.subarray(0, 60)],
  ['with another byte', (file: Uint8Array) => file.map((byte, at) => (at === 300 ? ~byte : byte))],
  ['with more at its end', (file: Uint8Array) => new Uint8Array([...file, 0])],
  ['empty', () => new Uint8Array()],
  ['zeros', () => new Uint8Array(5_000)],
] as const)('a file %s is not opened', async ([, change]) => {
  const ann = await person();
  const file = await seal(bytes.subarray(0, 5_000), [ann.key]);
  await expect(ann.open(change(file))).rejects.toThrow();
});

test('a file that names recipients without end is not tried', async () => {
  const ann = await person();
  const stanza = `-> X25519 ${'A'.repeat(43)}\n${'A'.repeat(43)}\n`;
  const file = new TextEncoder().encode(`age-encryption.org/v1\n${stanza.repeat(5_000)}--- AA\n`);
  await expect(ann.open(file)).rejects.toThrow('not an age file');
});
