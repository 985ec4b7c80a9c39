/**
 * A stage for attacks: a whole device that founded a space (the victim), an honest other one, and
 * adversaries of every standing. An adversary has its own keys and whatever a carrier sees; it never
 * has those of the honest.
 */
import { hash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { lines } from '../../../lib/database/digest.ts';
import { temporarySuite } from '../../../lib/engine/keys.ts';
import type { Identity, Suite } from '../../../lib/engine/suite.ts';
import { type Claim, encodePayload, encodeValue } from '../../../lib/ledger/claims.ts';
import {
  encodeHeader,
  type Envelope,
  envelopeToWire,
  equal,
  type Head,
  type Header,
  headerHash,
  type Signer,
} from '../../../lib/ledger/envelope.ts';
import type { Judgement } from '../../../lib/ledger/exchange.ts';
import { encodeStatement, type Role, type Statement } from '../../../lib/ledger/statements.ts';
import { schemaVersion } from '../../../lib/model/entities.ts';
import { type Id, newAction } from '../../../lib/model/id.ts';
import { capture, startEngine, type TestEngine } from '../engine.ts';

/** Stands in for Ed25519, and takes no time: only who has the key's secret can sign or verify. */
export function fastSuite(): Suite {
  const secrets = new Map<string, Uint8Array>();
  const sign = (secret: Uint8Array, bytes: Uint8Array) => {
    const half = hash('sha256', concatBytes(secret, bytes), 'buffer');
    return concatBytes(half, half);
  };
  const signerOf = (secret: Uint8Array): Signer => {
    const device = sha256(secret);
    secrets.set(bytesToHex(device), secret);
    return { device, sign: async (bytes) => sign(secret, bytes) };
  };
  return {
    verify: async (device, signature, bytes) => {
      const secret = secrets.get(bytesToHex(device));
      return secret !== undefined && equal(sign(secret, bytes), signature);
    },
    newIdentity: async () => {
      const secret = crypto.getRandomValues(new Uint8Array(32));
      return { signer: signerOf(secret), seal: sha256(concatBytes(secret, secret)) };
    },
    recovery: async (entropy) => ({
      signer: signerOf(concatBytes(new TextEncoder().encode('recovery'), entropy)),
      vault: sha256(entropy),
    }),
  };
}

/** What an adversary may set in a header; the bytes need not be a header at all. */
type Forged = Partial<Header>;

export interface Crafted extends Envelope {
  readonly fields: Header;
  readonly hash: Uint8Array;
  readonly wire: Uint8Array;
}

/** A device without an engine: it says what it likes, in its own name. */
export interface Actor {
  readonly identity: Identity;
  readonly device: Uint8Array;
  /** 64 hex digits. */
  readonly name: string;
  /** Its own log, as it means it. */
  head: Head & { readonly hlc: number };
  /** The next of its log, and the log goes on from there. */
  readonly say: (payload: Uint8Array, forged?: Forged) => Promise<Crafted>;
  /** The same, but the log stays where it is. */
  readonly draft: (payload: Uint8Array, forged?: Forged, signer?: Signer) => Promise<Crafted>;
  readonly state: (statement: Statement, forged?: Forged) => Promise<Crafted>;
}

export interface Stage {
  /** The founder, whose database is attacked. */
  readonly victim: TestEngine;
  /** An editor, honest; admitted before any adversary. */
  readonly honest: TestEngine;
  readonly suite: Suite;
  readonly space: Uint8Array;
  /** A task of the victim with a note, and a clip. */
  readonly task: Id;
  readonly clip: Id;
  /** All envelopes of the honest, as carriers have them. */
  readonly sources: () => Uint8Array[];
  readonly outsider: () => Promise<Actor>;
  readonly join: (role: Role) => Promise<Actor>;
  /** Brings envelopes to the victim, one by one. */
  readonly bring: (wires: readonly Uint8Array[], carrier?: string) => Promise<Judgement[]>;
  /** A name of the victim's state; leaves out the standing of some devices. */
  readonly guard: (...without: readonly string[]) => string;
  /** Whether the device still works: throws if a write, or an envelope of the honest, does not pass. */
  readonly stillWorks: () => Promise<void>;
  readonly close: () => void;
}

export async function openStage(suite: Suite = fastSuite()): Promise<Stage> {
  const victim = await startEngine({ suite });
  const honest = await startEngine({ suite });
  const [task] = await victim.engine.addTasks([
    { title: 'Call the bank', tags: ['money', 'x'], notes: 'Ask about fees', priority: 2 },
    { title: 'Buy bread', deadline: '2026-03-04' },
  ]);
  const list = await victim.engine.addList({ title: 'Work' });
  await victim.engine.changeTasks({ ids: [task!], change: { list, planned: '2026-03-03' } });
  const saved = await victim.engine.saveClip({
    capture: { ...capture('Do one\nDo two'), selection: { start: 0, end: 6, text: 'Do one' } },
    ifKept: 'ask',
  });
  const { exchange } = victim.ledger;
  const space = exchange.space()!;
  await honest.ledger.enter(space);
  const { signer, seal } = honest.identity;
  await victim.ledger.admitDevice(signer.device, seal, 'honest', 'editor');

  const carry = async (from: TestEngine, to: TestEngine) => {
    const { heads } = to.ledger.exchange.progress();
    const name = from.identity.signer.device;
    return to.ledger.exchange.admit(from.ledger.exchange.missing(heads, 1e9), name);
  };
  await carry(victim, honest);
  await honest.engine.changeTasks({
    ids: [task!],
    change: { notes: 'Ask about all fees', tags: ['x', 'y'], title: 'Call the bank at nine' },
  });
  await honest.engine.addTasks([{ title: 'A task of the honest', notes: 'n' }]);
  await carry(honest, victim);

  const outsider = async () => newActor(await suite.newIdentity(), space, () => victim.now);
  const guard = (...without: readonly string[]) => {
    const digest = sha256.create();
    for (const line of lines(victim.connection, victim.database.log)) {
      if (line[0] === 'member' && without.includes(String(line[1]))) continue;
      digest.update(encodeValue(line));
    }
    return bytesToHex(digest.digest());
  };
  let works = 0;

  return {
    victim,
    honest,
    suite,
    space,
    task: task!,
    clip: saved.clip,
    sources: () => victim.ledger.exchange.missing([], 1e9),
    outsider,
    join: async (role) => {
      const actor = await outsider();
      await victim.ledger.admitDevice(actor.device, actor.identity.seal, role, role);
      return actor;
    },
    bring: async (wires, carrier = 'adversary') => {
      const judgements: Judgement[] = [];
      for (const wire of wires) judgements.push(...(await exchange.admit([wire], carrier)));
      return judgements;
    },
    guard,
    stillWorks: async () => {
      works++;
      await victim.engine.changeTasks({ ids: [task!], change: { title: `Works ${works}` } });
      if (works % 8 === 0) {
        const [id] = await victim.engine.addTasks([{ title: `Extra ${works}` }]);
        await victim.engine.deleteTasks([id!]);
      }
      victim.now += 1_000;
      honest.now = victim.now;
      await carry(victim, honest);
      await honest.engine.changeTasks({ ids: [task!], change: { title: `Honest ${works}` } });
      const judgements = await carry(honest, victim);
      const bad = judgements.find(({ verdict }) => verdict !== 'accepted');
      if (bad) throw new Error(`an honest envelope was not taken: ${bad.verdict}, ${bad.reason}`);
      if (judgements.length === 0) throw new Error('the honest device has nothing to bring');
      const title = victim.database.task(task!)?.title;
      if (title !== `Honest ${works}`) throw new Error(`an honest write does not show: ${title}`);
    },
    close: () => {
      victim.close();
      honest.close();
    },
  };
}

/** With real signatures. */
export const openRealStage = () => openStage(temporarySuite);

/** @param now Unix ms, UTC. */
export function newActor(identity: Identity, space: Uint8Array, now: () => number): Actor {
  const { device } = identity.signer;
  const draft: Actor['draft'] = async (payload, forged = {}, signer = identity.signer) => {
    const fields: Header = {
      kind: 'change',
      schema: schemaVersion,
      space,
      device,
      seq: actor.head.seq + 1,
      prev: actor.head.hash,
      hlc: Math.max(now() * 1_024, actor.head.hlc + 1),
      deps: [],
      payloadLength: payload.length,
      payloadHash: sha256(payload),
      ...forged,
    };
    const header = encodeHeader(fields);
    return crafted({ header, payload, signature: await signer.sign(header) }, fields);
  };
  const say: Actor['say'] = async (payload, forged) => {
    const made = await draft(payload, forged);
    actor.head = { device, seq: made.fields.seq, hash: made.hash, hlc: made.fields.hlc };
    return made;
  };
  const actor: Actor = {
    identity,
    device,
    name: bytesToHex(device),
    head: { device, seq: 0, hash: new Uint8Array(32), hlc: 0 },
    draft,
    say,
    state: (statement, forged) => say(encodeStatement(statement), { kind: 'roster', ...forged }),
  };
  return actor;
}

function crafted(envelope: Envelope, fields: Header): Crafted {
  const { header } = envelope;
  return { ...envelope, fields, hash: headerHash(header), wire: envelopeToWire(envelope) };
}

/** Claims as they are said in one payload. */
export function payloadOf(...claims: readonly Claim[]): Uint8Array {
  return encodePayload({ action: newAction(), derived: false, claims });
}

export function titleOf(id: Id, value: string): Claim {
  return { kind: 'task', id, field: 'title', merge: 'register', value };
}

export function headOf({ fields, hash }: Crafted): Head {
  return { device: fields.device, seq: fields.seq, hash };
}
