/**
 * The hybrid logical clock: a number that ascends on each device, follows what it has seen, and
 * stays near the time of day.
 *
 * One safe integer: Unix ms × 1,024 + a counter. It decides only between claims of which neither had
 * seen the other; causality comes from deps, never from here.
 */
const perMs = 1_024;

/** How far ahead of its own time a device follows another's clock, ms. */
export const maximumLead = 5 * 60 * 1_000;

/** Later than any right clock (the year 2242), and far enough below the last safe integer that a
 *  log which has once seen it can go on. */
const latest = 2 ** 33 * 1_000;

/**
 * The clock of a device's next envelope.
 *
 * @param now Unix ms, UTC, as this machine says, right or wrong.
 * @param previous the device's own last clock; 0 for none. The result is always above it.
 * @param seen the highest clock seen from others; followed as long as it leads by at most `maximumLead`.
 */
export function tick(now: number, previous: number, seen = 0): number {
  const own = Math.min(now, latest) * perMs;
  const followed = seen - own <= maximumLead * perMs ? seen + 1 : 0;
  return Math.max(own, previous + 1, followed);
}

/** Unix ms, UTC. */
export function clockTime(hlc: number): number {
  return Math.floor(hlc / perMs);
}
