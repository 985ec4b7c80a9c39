/** Lets other work of the thread go first; throws the signal's reason if it was aborted. */
export async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 0);
  });
  signal.throwIfAborted();
}
