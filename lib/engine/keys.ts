/**
 * This device's keys, made here, non-extractable, kept in IndexedDB: Ed25519 to sign with, X25519
 * for what is sealed to it.
 *
 * Keys belong to one database. A database that is new, or whose keys are gone, gets new ones and is a
 * new device: going on with an old key could sign two histories under one name.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { equal, type Verify } from '../ledger/envelope.ts';
import { recoveryKeys } from '../ledger/recovery.ts';
import type { Identity, Suite } from './suite.ts';

interface KeyRecord {
  readonly device: Uint8Array;
  readonly privateKey: CryptoKey;
  readonly seal: Uint8Array;
  readonly sealKey: CryptoKey;
}

/** @param owner the device that the database belongs to; null if it is new. */
export async function loadIdentity(owner: Uint8Array | null): Promise<Identity> {
  const store = await openStore();
  const kept = owner && (await store.all()).find(({ device }) => equal(device, owner));
  store.close();
  return kept ? identityOf(kept) : newIdentity();
}

/** WebCrypto, with keys that are kept in IndexedDB. */
export const suite: Suite = { verify, newIdentity, recovery };

/** The same, with keys that are kept nowhere. */
export const temporarySuite: Suite = {
  verify,
  newIdentity: async () => identityOf(await makeKeys()),
  recovery,
};

async function newIdentity(): Promise<Identity> {
  const record = await makeKeys();
  const store = await openStore();
  await store.add(record);
  store.close();
  return identityOf(record);
}

async function recovery(entropy: Uint8Array) {
  const { signing, sealing } = await recoveryKeys(entropy);
  return {
    signer: { device: signing.publicKey, sign: signing.sign },
    vault: sealing.publicKey,
    secret: sealing.secret,
  };
}

/** Keys as they are verified with, oldest first: importing one costs as much as using it. */
const imported = new Map<string, Promise<CryptoKey | null>>();
const importedLimit = 64;

async function verify(...[device, signature, bytes]: Parameters<Verify>): Promise<boolean> {
  const name = bytesToHex(device);
  let key = imported.get(name);
  if (!key) {
    key = crypto.subtle
      .importKey('raw', Uint8Array.from(device), 'Ed25519', true, ['verify'])
      .catch(() => null); // not every 32 bytes are a key
    imported.set(name, key);
    const [oldest] = imported.keys();
    if (imported.size > importedLimit && oldest !== undefined) imported.delete(oldest);
  }
  const found = await key;
  if (!found) return false;
  return crypto.subtle.verify('Ed25519', found, Uint8Array.from(signature), Uint8Array.from(bytes));
}

async function makeKeys(): Promise<KeyRecord> {
  const signing = await crypto.subtle.generateKey('Ed25519', false, ['sign']);
  const sealing = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  return {
    device: new Uint8Array(await crypto.subtle.exportKey('raw', signing.publicKey)),
    privateKey: signing.privateKey,
    seal: new Uint8Array(await crypto.subtle.exportKey('raw', sealing.publicKey)),
    sealKey: sealing.privateKey,
  };
}

function identityOf({ device, privateKey, seal, sealKey }: KeyRecord): Identity {
  return {
    seal,
    secret: sealKey,
    signer: {
      device,
      sign: async (bytes) =>
        new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, Uint8Array.from(bytes))),
    },
  };
}

async function openStore() {
  const request = indexedDB.open('keys', 1);
  request.onupgradeneeded = () =>
    request.result.createObjectStore('signing', { autoIncrement: true });
  const database = await settled(request);
  const records = (mode: IDBTransactionMode) =>
    database.transaction('signing', mode, { durability: 'strict' }).objectStore('signing');
  return {
    all: () => settled(records('readonly').getAll() as IDBRequest<KeyRecord[]>),
    add: async (record: KeyRecord) => {
      const store = records('readwrite');
      const done = new Promise<void>((resolve, reject) => {
        store.transaction.oncomplete = () => resolve();
        store.transaction.onabort = () =>
          reject(store.transaction.error ?? new Error('the key was not kept'));
      });
      store.add(record);
      await done;
    },
    close: () => database.close(),
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
