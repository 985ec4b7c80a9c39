/**
 * Why a field has the value that it has: the claims on it, who made them, what each had seen, and
 * which rule chose. And what else was said at the same time, which a person may prefer.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Database } from '../database/database.ts';
import type { StandingClaim } from '../database/projection.ts';
import { decodeValue } from '../ledger/claims.ts';
import { clockTime } from '../ledger/clock.ts';
import { equal } from '../ledger/envelope.ts';
import type { EntityKind } from '../model/entities.ts';
import type { Id } from '../model/id.ts';
import type { ClaimView, Conflict, Explanation } from '../model/views.ts';

/** How long a person may still prefer what lost, ms. */
const patience = 30 * 86_400_000;

/** Fields that say where a thing stands, of which nobody would want to hear. */
const unspoken = new Set(['order']);

/** Null: nobody has said anything about the field. */
export function explain(
  database: Database,
  kind: EntityKind,
  id: Id,
  field: string,
): Explanation | null {
  const explained = database.explain(kind, id, field);
  if (!explained?.joined.winner) return null;
  const { joined, superseded } = explained;
  const view = (claim: StandingClaim) => claimView(database, claim);
  return {
    rule: joined.rule,
    winner: view(joined.winner as StandingClaim),
    losers: joined.losers.map((claim) => view(claim as StandingClaim)),
    superseded: superseded.map(view),
  };
}

/** What was said about an entity at the same time and came out otherwise, for 30 days. */
export function conflicts(database: Database, kind: EntityKind, id: Id, now: number): Conflict[] {
  return database.contestedFields(kind, id).flatMap((field): Conflict[] => {
    const explained = database.explain(kind, id, field);
    const winner = explained?.joined.winner as StandingClaim | null | undefined;
    if (!explained || !winner || unspoken.has(field)) return [];
    const losers = (explained.joined.losers as StandingClaim[]).filter(
      ({ value }) => !equal(value, winner.value),
    );
    const since = Math.max(
      ...[winner, ...losers].map(({ author, seq }) => database.receivedAt(author, seq)),
    );
    if (losers.length === 0 || now - since > patience) return [];
    return [
      {
        field,
        rule: explained.joined.rule,
        winner: claimView(database, winner),
        losers: losers.map((claim) => claimView(database, claim)),
      },
    ];
  });
}

function claimView(database: Database, claim: StandingClaim): ClaimView {
  const { log } = database;
  const name = bytesToHex(claim.device);
  return {
    device: name,
    name: log.member(name)?.name ?? '',
    isOwn: claim.author === log.own(),
    seq: claim.seq,
    at: clockTime(claim.hlc),
    derived: claim.derived,
    value: decodeValue(claim.value),
    seen: log
      .devices()
      .filter((other) => other !== claim.author)
      .map((other) => ({
        device: log.nameOf(other),
        upto: log.seenBy(claim.author, claim.seq, other),
      }))
      .filter(({ upto }) => upto > 0),
  };
}
