/**
 * What the engine says, as state that components can read.
 *
 * `open` is asked again whenever something that it reads changes; until the new stream answers, the
 * last answer stays. Has to be called while a component is made, and ends with it.
 */
export interface Watched<T> {
  /** The last answer; before the first, what was given as a snapshot. */
  readonly current: T | undefined;
  /** Whether the engine itself has answered: false while `current` is a snapshot. */
  readonly isFresh: boolean;
  /** Why the stream ended, if it failed. */
  readonly failure: unknown;
  /** Asks once more after a failure. */
  readonly again: () => void;
}

export function watched<T>(open: () => AsyncIterable<T>, snapshot?: T): Watched<T> {
  let current = $state.raw(snapshot);
  let isFresh = $state.raw(false);
  let failure = $state.raw<unknown>(undefined);
  let attempts = $state.raw(0);

  $effect(() => {
    if (attempts < 0) return; // Reads it: another attempt asks again.
    const answers = open()[Symbol.asyncIterator]();
    let isOver = false;
    const follow = async () => {
      try {
        for (let next = await answers.next(); !next.done; next = await answers.next()) {
          if (isOver) return;
          current = next.value;
          isFresh = true;
          failure = undefined;
        }
      } catch (error) {
        if (!isOver) failure = error;
      }
    };
    void follow();
    return () => {
      isOver = true;
      void answers.return?.();
    };
  });

  return {
    get current() {
      return current;
    },
    get isFresh() {
      return isFresh;
    },
    get failure() {
      return failure;
    },
    again: () => {
      failure = undefined;
      attempts++;
    },
  };
}
