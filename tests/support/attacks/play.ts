/** Plays an attack on a stage, and says whatever came of it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { envelopeFromWire, headerHash } from '../../../lib/ledger/envelope.ts';
import type { Judgement } from '../../../lib/ledger/exchange.ts';
import type { Attack } from './named.ts';
import type { Stage } from './stage.ts';

interface Outcome {
  /** Envelopes and proofs. */
  readonly tried: number;
  readonly applied: number;
  readonly crashed: number;
  readonly withoutReason: number;
  /** In words, for whoever looks for the cause. */
  readonly faults: readonly string[];
}

export async function play(stage: Stage, { name, attempt }: Attack): Promise<Outcome> {
  const faults: string[] = [];
  let [tried, applied, crashed, withoutReason] = [0, 0, 0, 0];
  try {
    const {
      rightly = [],
      bring = [],
      verdicts,
      proofs = [],
      suffers = [],
      also,
    } = await attempt(stage);
    await stage.bring(rightly.map(({ wire }) => wire));
    const without = suffers.map(({ name }) => name);
    const before = stage.guard(...without);
    const wires = bring.map((what) => ('wire' in what ? what.wire : what));
    const judgements = await stage.bring(wires);
    tried += wires.length + proofs.length + (also && wires.length === 0 ? 1 : 0);
    judgements.forEach((judgement, index) => {
      const { verdict, reason } = judgement;
      const wanted = verdicts?.length === judgements.length ? [verdicts[index]] : verdicts;
      if (wanted && !wanted.includes(verdict)) {
        applied += verdict === 'accepted' ? 1 : 0;
        faults.push(`${name}: called ${verdict} (${reason}), not ${wanted.join(' or ')}`);
      }
      const wire = wires[index] ?? new Uint8Array();
      const lack = lackOf(stage, wire, judgement);
      if (lack === null) return;
      withoutReason++;
      faults.push(`${name}: ${lack}`);
    });
    for (const proof of proofs) {
      if (!(await stage.victim.ledger.exchange.admitForkProof(proof))) continue;
      applied++;
      faults.push(`${name}: the proof was believed`);
    }
    if (stage.guard(...without) !== before) {
      applied++;
      faults.push(`${name}: the state is another one`);
    }
    if (also) {
      try {
        await also();
      } catch (error) {
        applied++;
        faults.push(`${name}: ${String(error)}`);
      }
    }
    await stage.stillWorks();
  } catch (error) {
    crashed++;
    faults.push(
      `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  return { tried, applied, crashed, withoutReason, faults };
}

/** What a refusal lacks: a reason, or its place in the log or in the quarantine; null: nothing. */
export function lackOf(
  { victim: { connection, database } }: Stage,
  wire: Uint8Array,
  { verdict, reason }: Judgement,
): string | null {
  if (verdict === 'accepted' || verdict === 'duplicate') return null;
  if (reason === '') return `no reason for ${verdict}`;
  if (reason.length > 300) return `a reason of ${reason.length} characters`;
  if (verdict === 'waiting') return null;
  const envelope = envelopeFromWire(wire);
  const { log } = database;
  const id = envelope ? log.idOf(envelope.fields.device) : undefined;
  if (envelope && id !== undefined) {
    const held = log.hashAt(id, envelope.fields.seq);
    const hash = headerHash(envelope.header);
    if (held && held.every((byte, at) => byte === hash[at])) return null;
  }
  const row = connection.get<{ verdict: string; reason: string }>(
    'select verdict, reason from quarantine where hash = ?',
    sha256(wire),
  );
  if (!row) return `${verdict} is not in the quarantine`;
  return row.reason === '' ? 'no reason in the quarantine' : null;
}
