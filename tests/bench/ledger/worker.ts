/** One job in a worker of its own, with databases on the origin's private file system. */
import { openMemory, openPool } from '../../../lib/database/sqlite.ts';
import { type Job, run } from './jobs.ts';

addEventListener('message', ({ data }: MessageEvent<Job>) => {
  const place = {
    open: async (name: string) => (await openPool(`.${name}`)).open('/bench.db'),
    openInMemory: () => openMemory(),
    filesOf: async (name: string) => sizeOf(await folder(`.${name}`)),
  };
  run(data, place).then(
    (result) => postMessage({ result }),
    (error: unknown) =>
      postMessage({
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});

async function folder(name: string): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(name);
}

/** Bytes of all files in a folder and below. */
async function sizeOf(directory: FileSystemDirectoryHandle): Promise<number> {
  let size = 0;
  for await (const entry of directory.values()) {
    size +=
      entry instanceof FileSystemDirectoryHandle
        ? await sizeOf(entry)
        : (await entry.getFile()).size;
  }
  return size;
}
