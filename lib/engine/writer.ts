/**
 * The writer: the one place where a local change becomes part of the ledger.
 *
 * Writes queue. Each in its turn reads what it needs, says what it claims, is sealed, and is
 * committed whole; the next one starts from the new head. Resolves once the change would survive a
 * crash.
 */
import type { Content } from '../database/contents.ts';
import type { Database } from '../database/database.ts';
import { Failure } from '../errors.ts';
import { type Claim, encodePayload } from '../ledger/claims.ts';
import { payloadLimit } from '../ledger/envelope.ts';
import type { Id } from '../model/id.ts';
import type { ActionKind, ActionLabel } from '../model/views.ts';
import type { Ledger } from './ledger.ts';

/** What one action of the person comes to. */
export interface Plan<T> {
  readonly kind: ActionKind;
  /** What it is done to, in a few words; '' if nothing in particular. */
  readonly subject: string;
  /** How many things it touches. */
  readonly count: number;
  readonly claims: readonly Claim[];
  readonly contents?: readonly Content[];
  readonly answer: T;
}

export interface Writer {
  /** @param plan reads the database at its turn, synchronously; no claims: nothing is written. */
  readonly write: <T>(action: Id, plan: () => Plan<T>) => Promise<T>;
  readonly undo: (action: Id, which: Id | null) => Promise<ActionLabel | null>;
  readonly redo: (action: Id) => Promise<ActionLabel | null>;
}

export interface WriterParts {
  readonly database: Database;
  readonly ledger: Ledger;
  /** Unix ms, UTC. */
  readonly now: () => number;
}

export function newWriter({ database, ledger, now }: WriterParts): Writer {
  const { inTurn } = ledger;

  const seal = (pieces: readonly Uint8Array[]) => {
    if (!database.mayWrite()) throw new Failure('device/read-only');
    return ledger.seal(pieces.map((payload) => ({ kind: 'change', payload })));
  };

  const flip = (action: Id, find: () => ReturnType<Database['lastDone']>, to: 'done' | 'undone') =>
    inTurn(async () => {
      const before = database.answered(action);
      if (before) return before.answer as ActionLabel | null;
      const flippable = find();
      if (!flippable) return null;
      const { label } = flippable;
      const claims = database.flipClaims(flippable);
      const sealed = await seal(pieces(action, claims));
      const { kind, subject, count } = label;
      const back = database.flipOf(claims);
      database.commitFlip(
        flippable,
        to,
        { id: action, kind, subject, count, flip: back, answer: label, at: now() },
        sealed,
      );
      ledger.committed();
      return label;
    });

  return {
    write: (action, plan) =>
      inTurn(async () => {
        const before = database.answered(action);
        if (before) return before.answer as ReturnType<typeof plan>['answer'];
        const { kind, subject, count, claims, contents = [], answer } = plan();
        if (claims.length === 0) return answer;
        await ledger.found();
        const sealing = seal(pieces(action, claims));
        sealing.catch(() => {}); // it is awaited below, or something else failed before
        const back = database.flipOf(claims); // while it is signed
        const sealed = await sealing;
        database.commit(
          { id: action, kind, subject, count, flip: back, answer, at: now() },
          sealed,
          contents,
        );
        ledger.committed();
        return answer;
      }),
    undo: (action, which) => flip(action, () => database.lastDone(which), 'undone'),
    redo: (action) => flip(action, () => database.lastUndone(), 'done'),
  };
}

/**
 * Claims as payloads that fit an envelope each: in order, an entity's together where they fit.
 *
 * @throws Failure 'change/too-large' if one claim alone does not fit.
 */
function pieces(action: Id, claims: readonly Claim[]): Uint8Array[] {
  if (claims.length === 0) return [];
  const encoded = (some: readonly Claim[]) =>
    encodePayload({ action, derived: false, claims: some });
  const whole = encoded(claims);
  if (whole.length <= payloadLimit && !repeatsText(claims)) return [whole];
  const made: Uint8Array[] = [];
  let together: Claim[] = [];
  let size = 0;
  for (const group of groups(claims)) {
    const groupSize = encoded(group).length;
    if (together.length > 0 && (size + groupSize > payloadLimit || isText(group))) {
      made.push(encoded(together));
      [together, size] = [[], 0];
    }
    if (groupSize > payloadLimit) throw new Failure('change/too-large');
    together.push(...group);
    size += groupSize;
  }
  return [...made, encoded(together)];
}

/** What stays together: the claims on one entity, but each update of a text for itself. */
function* groups(claims: readonly Claim[]): Generator<readonly Claim[]> {
  let group: Claim[] = [];
  for (const claim of claims) {
    const [first] = group;
    if (first && (first.id !== claim.id || claim.merge === 'text' || isText(group))) {
      yield group;
      group = [];
    }
    group.push(claim);
  }
  yield group;
}

function isText([first]: readonly Claim[]): boolean {
  return first?.merge === 'text';
}

/** A payload holds one update of a text: two of the same need two envelopes. */
function repeatsText(claims: readonly Claim[]): boolean {
  const texts = claims.filter(({ merge }) => merge === 'text');
  return new Set(texts.map(({ id, field }) => `${id} ${field}`)).size < texts.length;
}
