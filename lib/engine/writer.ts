/**
 * The writer: the one place where a local change becomes part of the ledger.
 *
 * Writes queue. Each in its turn reads what it needs, says what it claims, is sealed, and is
 * committed whole; the next one starts from the new head. Resolves once the change would survive a
 * crash.
 */
import type { Content } from '../database/contents.ts';
import type { Database, Sealed } from '../database/database.ts';
import { Failure } from '../errors.ts';
import { type Claim, decodePayload, encodePayload } from '../ledger/claims.ts';
import { tick } from '../ledger/clock.ts';
import { draft, type EnvelopeKind, payloadLimit, type Signer } from '../ledger/envelope.ts';
import { schemaVersion } from '../model/entities.ts';
import type { Id } from '../model/id.ts';
import type { ActionKind, ActionLabel } from '../model/views.ts';

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
  readonly signer: Signer;
  /** Unix ms, UTC. */
  readonly now: () => number;
  /** Called after every commit. */
  readonly onCommit: () => void;
}

export function newWriter({ database, signer, now, onCommit }: WriterParts): Writer {
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };

  /** Envelopes that follow the head: hashed and chained at once, signed side by side. */
  const seal = async (kind: EnvelopeKind, pieces: readonly Piece[]): Promise<Sealed[]> => {
    const head = database.head();
    let seq = head?.seq ?? 0;
    // A new device in an old database speaks after everything that it holds.
    let hlc = head?.hlc ?? database.latestClock();
    let prev = head?.hash ?? new Uint8Array(32);
    const drafts = pieces.map(({ payload, claims }) => {
      seq += 1;
      hlc = tick(now(), hlc);
      const fields = { kind, schema: schemaVersion, space: database.spaceId };
      const made = draft({ ...fields, device: signer.device, seq, prev, hlc, deps: [] }, payload);
      prev = made.hash;
      return { ...made, seq, hlc, claims };
    });
    return Promise.all(
      drafts.map(async ({ header, payload, hash, ...rest }) => ({
        ...rest,
        hash,
        envelope: { header, payload, signature: await signer.sign(header) },
      })),
    );
  };

  /** A log begins with the founding of its space. */
  const found = async () => {
    if (database.head()) return;
    const [genesis] = await seal('genesis', [{ payload: new Uint8Array(0), claims: [] }]);
    if (genesis) database.commitGenesis(genesis, now());
  };

  const flip = (action: Id, find: () => ReturnType<Database['lastDone']>, to: 'done' | 'undone') =>
    inTurn(async () => {
      const before = database.answered(action);
      if (before) return before.answer as ActionLabel | null;
      const flippable = find();
      if (!flippable) return null;
      const { label } = flippable;
      const claims = database.flipClaims(flippable);
      const sealed = await seal('change', pieces(action, claims));
      const { kind, subject, count } = label;
      const back = database.flipOf(claims);
      database.commitFlip(
        flippable,
        to,
        { id: action, kind, subject, count, flip: back, answer: label, at: now() },
        sealed,
      );
      onCommit();
      return label;
    });

  return {
    write: (action, plan) =>
      inTurn(async () => {
        const before = database.answered(action);
        if (before) return before.answer as ReturnType<typeof plan>['answer'];
        const { kind, subject, count, claims, contents = [], answer } = plan();
        if (claims.length === 0) return answer;
        await found();
        const sealing = seal('change', pieces(action, claims));
        const back = database.flipOf(claims); // while it is signed
        const sealed = await sealing;
        database.commit(
          { id: action, kind, subject, count, flip: back, answer, at: now() },
          sealed,
          contents,
        );
        onCommit();
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
function pieces(action: Id, claims: readonly Claim[]): Piece[] {
  if (claims.length === 0) return [];
  const encoded = (some: readonly Claim[]) => encodePayload({ action, claims: some });
  const whole = encoded(claims);
  if (whole.length <= payloadLimit && !repeatsText(claims)) return [pieceOf(whole)];
  const made: Piece[] = [];
  let together: Claim[] = [];
  let size = 0;
  for (const group of groups(claims)) {
    const groupSize = encoded(group).length;
    if (together.length > 0 && (size + groupSize > payloadLimit || isText(group))) {
      made.push(pieceOf(encoded(together)));
      [together, size] = [[], 0];
    }
    if (groupSize > payloadLimit) throw new Failure('change/too-large');
    together.push(...group);
    size += groupSize;
  }
  return [...made, pieceOf(encoded(together))];
}

interface Piece {
  readonly payload: Uint8Array;
  readonly claims: readonly Claim[];
}

/** Its claims are read from its payload: what is applied now is what a rebuild will apply, and a
 *  claim that could not be read back is never written. */
function pieceOf(payload: Uint8Array): Piece {
  return { payload, claims: decodePayload(payload).claims };
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
