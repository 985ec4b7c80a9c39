/**
 * Small things that outlive a closed panel: drafts, and what was on screen last.
 *
 * They are a convenience: whatever is absent, damaged or of an older shape reads as null, and a
 * full or forbidden storage is no reason to fail.
 */
import * as v from 'valibot';

export function recall<S extends v.GenericSchema>(key: string, schema: S): v.InferOutput<S> | null {
  try {
    const kept = localStorage.getItem(prefix + key);
    if (kept === null) return null;
    const parsed = v.safeParse(schema, JSON.parse(kept));
    return parsed.success ? parsed.output : null;
  } catch {
    return null; // Not JSON, or storage is forbidden.
  }
}

/** Keeps `value`; null forgets it. */
export function remember(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the person loses a convenience, not their data.
  }
}

const prefix = 'holdfast:';
