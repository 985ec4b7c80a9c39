/**
 * This device's signing key: Ed25519, made here, non-extractable, kept in IndexedDB.
 *
 * A key belongs to one database. A database that is new, or whose key is gone, gets a new key and is
 * a new device: going on with an old key could sign two histories under one name.
 */
import { equal, type Signer } from '../ledger/envelope.ts';

interface KeyRecord {
  readonly device: Uint8Array;
  readonly privateKey: CryptoKey;
}

/** @param owner the device that the database belongs to; null if it is new. */
export async function loadSigner(owner: Uint8Array | null): Promise<Signer> {
  const store = await openStore();
  const kept = owner && (await store.all()).find(({ device }) => equal(device, owner));
  const record = kept ?? (await makeKey());
  if (!kept) await store.add(record);
  store.close();
  return signerOf(record);
}

/** A signer whose key is kept nowhere. */
export async function temporarySigner(): Promise<Signer> {
  return signerOf(await makeKey());
}

async function makeKey(): Promise<KeyRecord> {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign']);
  const device = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { device, privateKey: pair.privateKey };
}

function signerOf({ device, privateKey }: KeyRecord): Signer {
  return {
    device,
    sign: async (bytes) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, Uint8Array.from(bytes))),
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
