/** A folder in memory that devices sync with as the test says, and devices that use it. */
import { type Folder, newFolderCarrier } from '../../lib/mesh/folder.ts';
import { equal } from '../../lib/ledger/envelope.ts';
import { deviceKey, fakeSign, memoryExchange } from './exchange.ts';

export interface MemoryFolder extends Folder {
  readonly files: Map<string, Uint8Array>;
  /** How often each path was read. */
  readonly reads: Map<string, number>;
  /** What goes wrong: called before each operation, may throw. */
  fault: (operation: 'read' | 'write', path: string) => void;
}

export function memoryFolder(): MemoryFolder {
  const files = new Map<string, Uint8Array>();
  const reads = new Map<string, number>();
  const folder: MemoryFolder = {
    files,
    reads,
    fault: () => {},
    list: async (prefix) => [...files.keys()].filter((path) => path.startsWith(prefix)),
    read: async (path, limit) => {
      folder.fault('read', path);
      reads.set(path, (reads.get(path) ?? 0) + 1);
      const bytes = files.get(path) ?? null;
      return bytes && bytes.length <= limit ? bytes : null;
    },
    write: async (path, bytes) => {
      folder.fault('write', path);
      if (files.has(path)) throw new Error('taken');
      files.set(path, bytes);
    },
    remove: async (path) => void files.delete(path),
  };
  return folder;
}

/** A device that knows nobody yet. */
export async function folderDevice(name: number, folder: Folder, now: () => number) {
  const pair = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  const sealKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const device = deviceKey(name);
  const exchange = memoryExchange(device);
  exchange.sealKeys.push(sealKey);
  const carrier = newFolderCarrier({
    exchange,
    folder,
    secret: pair.privateKey,
    sign: async (bytes) => fakeSign(device, bytes),
    verify: async (of, signature, bytes) => equal(signature, fakeSign(of, bytes)),
    now,
  });
  return { exchange, device, sealKey, ...carrier };
}
export type FolderDevice = Awaited<ReturnType<typeof folderDevice>>;

/** Makes them members, each of whom the others seal to. */
export function introduce(...devices: readonly FolderDevice[]): void {
  for (const { exchange } of devices) {
    exchange.sealKeys.splice(0, Infinity, ...devices.map(({ sealKey }) => sealKey));
  }
}
