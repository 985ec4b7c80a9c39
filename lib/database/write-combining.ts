/**
 * Joins writes that follow each other in a file into one.
 *
 * SQLite writes each frame of its write-ahead log as a head of 24 bytes and a page, and every call
 * to the file system costs as much as the copying: a small change is some eight frames. What waits
 * here is written before anything could tell the difference: a flush, a read, a question for the
 * size, a write elsewhere. A commit ends with a flush, so nothing that was acknowledged ever waits.
 */
const longest = 131_072;

/** Makes every handle that this worker opens from now on join its writes. */
export function combineWrites(): void {
  const { prototype } = FileSystemFileHandle;
  const open: (this: FileSystemFileHandle) => Promise<FileSystemSyncAccessHandle> = Reflect.get(
    prototype,
    'createSyncAccessHandle',
  );
  prototype.createSyncAccessHandle = async function () {
    return combining(await open.call(this));
  };
}

/** @throws DOMException 'QuotaExceededError' from any call, if what waited could not be written whole. */
export function combining(handle: FileSystemSyncAccessHandle): FileSystemSyncAccessHandle {
  let buffer: Uint8Array<ArrayBuffer> | null = null;
  let start = 0;
  let length = 0;

  const drain = () => {
    if (!buffer || length === 0) return;
    const waiting = buffer.subarray(0, length);
    length = 0;
    if (handle.write(waiting, { at: start }) !== waiting.length) {
      throw new DOMException('the file could not grow', 'QuotaExceededError');
    }
  };
  const drained = <A extends readonly unknown[], R>(call: (...rest: A) => R) => {
    return (...rest: A): R => {
      drain();
      return call(...rest);
    };
  };

  return {
    write: (data, options) => {
      const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
      const at = options?.at;
      if (at === undefined || bytes.length > longest) {
        drain();
        return handle.write(data, options);
      }
      if (length > 0 && (at !== start + length || length + bytes.length > longest)) drain();
      if (length === 0) start = at;
      buffer ??= new Uint8Array(longest);
      buffer.set(bytes, length);
      length += bytes.length;
      return bytes.length;
    },
    read: drained((into, options) => handle.read(into, options)),
    flush: drained(() => handle.flush()),
    getSize: drained(() => handle.getSize()),
    truncate: drained((size) => handle.truncate(size)),
    close: drained(() => handle.close()),
  };
}
