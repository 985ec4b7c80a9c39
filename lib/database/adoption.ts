/**
 * Adoption: what a revoked device said beyond its cut, to be said again by a device that counts.
 */
import { type Claim, encodePayload, entityOf } from '../ledger/claims.ts';
import { clientOf, editNote, readNote } from '../ledger/notes.ts';
import type { Id } from '../model/id.ts';
import { history } from './history.ts';
import type { Log } from './log.ts';
import { entityKey, noteParts } from './projection.ts';
import type { Connection } from './sqlite.ts';

/**
 * Payloads that say again a device's last word in every place that it wrote beyond its cut.
 *
 * @param only names of entities (`entityOf`) to adopt; null: all.
 * @param action the person's action that this is.
 */
export function adoptable(
  connection: Connection,
  log: Log,
  key: Uint8Array,
  only: ReadonlySet<string> | null,
  action: Id,
): Uint8Array[] {
  const device = log.idOf(key);
  if (device === undefined) return [];
  const words = new Map<string, Claim>();
  const notes = new Map<string, Pick<Claim, 'kind' | 'id' | 'field'>>();
  for (const { claims } of history(log, device, log.reach(device).writes, Infinity)) {
    for (const claim of claims) {
      const entity = entityOf(claim);
      if (only && !only.has(entity)) continue;
      const place = `${entity} ${claim.field}`;
      if (claim.merge === 'text') notes.set(place, claim);
      else if (claim.merge === 'register') words.set(place, claim);
      else words.set(`${place} ${JSON.stringify(claim.element)}`, claim);
    }
  }
  const payloads = [...Map.groupBy(words.values(), entityOf).values()].map((claims) =>
    encodePayload({ action, derived: false, claims }),
  );
  for (const { kind, id, field } of notes.values()) {
    const entity = entityKey(connection, { kind, id });
    const parts = entity === undefined ? [] : noteParts(connection, log, entity, field);
    const whole = readNote(parts.map((part) => ({ ...part, isVoid: false })));
    for (const update of editNote(parts, clientOf(log.ownDevice()), whole)) {
      const claim = { kind, id, field, merge: 'text', update } as const;
      payloads.push(encodePayload({ action, derived: false, claims: [claim] }));
    }
  }
  return payloads;
}
