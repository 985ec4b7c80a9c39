/**
 * A second reader of the ledger, written from docs/protocol.md: it shares no code with lib/, and no
 * package but Yjs, so that the document, and not the code, says what a set of envelopes means.
 *
 * It is no device: it is given a whole set at once, and says what that comes to.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import * as Y from 'yjs';

export interface ReadEnvelope {
  readonly kind: number;
  readonly schema: number;
  /** Hex, as all keys and hashes here. */
  readonly space: string;
  readonly device: string;
  readonly seq: number;
  readonly prev: string;
  readonly hlc: number;
  readonly deps: readonly {
    readonly device: string;
    readonly seq: number;
    readonly hash: string;
  }[];
  readonly payloadHash: string;
  readonly hash: string;
  readonly header: Buffer;
  readonly signature: Buffer;
  readonly payload: Buffer;
}

export interface ReadMember {
  readonly device: string;
  readonly name: string;
  readonly role: string;
  /** Null: no end. */
  readonly limit: number | null;
  readonly writes: number | null;
  readonly rules: number | null;
  readonly branch: readonly string[];
}

export interface ReadClaim {
  readonly device: string;
  readonly seq: number;
  readonly hlc: number;
  readonly derived: boolean;
  readonly value: unknown;
}

export interface ReadEntity {
  readonly kind: string;
  readonly id: string;
  /** Registers by field: the value, and the rule by which it won. */
  readonly registers: Readonly<Record<string, { readonly value: unknown; readonly rule: string }>>;
  /** Elements by field, in order. */
  readonly sets: Readonly<Record<string, readonly unknown[]>>;
  readonly texts: Readonly<Record<string, string>>;
}

export interface ReadSpace {
  /** Most senior first. */
  readonly members: readonly ReadMember[];
  readonly entities: readonly ReadEntity[];
  readonly forks: Readonly<Record<string, number>>;
}

export interface SignedHeaders {
  readonly first: { readonly header: Uint8Array };
  readonly second: { readonly header: Uint8Array };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const zeros = '00'.repeat(32);

// --- Envelope ---

/** @throws if the bytes are no envelope. */
export function readEnvelope(wire: Uint8Array): ReadEnvelope {
  const bytes = Buffer.from(wire);
  const length = bytes.readUInt16BE(0);
  const header = bytes.subarray(2, 2 + length);
  const payload = bytes.subarray(2 + length + 64);
  if (payload.length > 65_536 || bytes.length < 2 + length + 64) throw new Error('no envelope');
  return { ...readHeader(header), signature: bytes.subarray(2 + length, 2 + length + 64), payload };
}

function readHeader(header: Buffer): Omit<ReadEnvelope, 'signature' | 'payload'> {
  const safe = (at: number) => {
    const value = header.readBigUInt64BE(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('number out of range');
    return Number(value);
  };
  const part = (at: number, length: number) => hex(header.subarray(at, at + length));
  const count = header.readUInt16BE(6);
  if (part(0, 3) !== '484601' || header[3]! > 3 || count > 908) throw new Error('no header');
  if (header.length !== 140 + 72 * count) throw new Error('no header');
  if (header.readUInt32BE(104) > 65_536 || safe(56) < 1) throw new Error('no header');
  const deps = Array.from({ length: count }, (_, index) => {
    const at = 140 + 72 * index;
    return { device: part(at, 32), seq: safe(at + 32), hash: part(at + 40, 32) };
  });
  deps.forEach(({ device, seq }, at) => {
    if (seq < 1 || (at > 0 && deps[at - 1]!.device >= device)) throw new Error('no header');
  });
  return {
    kind: header[3]!,
    schema: header.readUInt16BE(4),
    space: part(8, 16),
    device: part(24, 32),
    seq: safe(56),
    prev: part(64, 32),
    hlc: safe(96),
    deps,
    payloadHash: part(108, 32),
    hash: hex(sha256(header)),
    header,
  };
}

export function isGenuine({
  header,
  signature,
  payload,
  payloadHash,
  device,
}: ReadEnvelope): boolean {
  if (header.readUInt32BE(104) !== payload.length || hex(sha256(payload)) !== payloadHash)
    return false;
  return isSigned(device, header, signature);
}

export function isSigned(key: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  // SubjectPublicKeyInfo of an Ed25519 key.
  const der = Buffer.from(`302a300506032b6570032100${key}`, 'hex');
  try {
    return verify(
      null,
      bytes,
      createPublicKey({ key: der, format: 'der', type: 'spki' }),
      signature,
    );
  } catch {
    return false; // not every 32 bytes are a key
  }
}

// --- CBOR ---

/** @throws if it is not said in the one way. Maps become objects without a prototype. */
export function readCbor(bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes);
  let at = 0;
  const take = (length: number) => {
    if (at + length > buffer.length) throw new Error('cut short');
    at += length;
    return buffer.subarray(at - length, at);
  };
  const argument = (low: number): number => {
    if (low < 24) return low;
    const size = [1, 2, 4, 8][low - 24];
    if (size === undefined) throw new Error('indefinite');
    const value = take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < [24, 0x100, 0x1_0000, 0x1_0000_0000][low - 24]!) throw new Error('too long a form');
    if (!Number.isSafeInteger(value)) throw new Error('number out of range');
    return value;
  };
  const item = (): unknown => {
    const [first] = take(1);
    const [major, low] = [first! >> 5, first! & 31];
    if (major === 7) {
      if (low === 20 || low === 21) return low === 21;
      if (low === 22) return null;
      if (low === 26) return take(4).readFloatBE();
      if (low === 27) return take(8).readDoubleBE();
      throw new Error('no such simple value');
    }
    const value = argument(low);
    if (major === 0) return value;
    if (major === 1) return -1 - value;
    if (major === 2) return take(value);
    if (major === 3) return new TextDecoder('utf-8', { fatal: true }).decode(take(value));
    if (major === 4) return Array.from({ length: value }, item);
    if (major !== 5) throw new Error('no such type');
    const map = Object.create(null) as Record<string, unknown>;
    for (let left = value; left > 0; left--) {
      const key = item();
      if (typeof key !== 'string' || key in map) throw new Error('no such key');
      map[key] = item();
    }
    return map;
  };
  const value = item();
  if (at < buffer.length) throw new Error('bytes left over');
  return value;
}

type Fields = Readonly<Record<string, unknown>>;

function keysOf(value: unknown, needed: string, optional = ''): Fields {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    Buffer.isBuffer(value)
  ) {
    throw new Error('no map');
  }
  const keys = Object.keys(value);
  const [must, may] = [needed.split(' '), optional.split(' ')];
  if (!must.every((key) => keys.includes(key))) throw new Error('a key is missing');
  if (!keys.every((key) => must.includes(key) || may.includes(key))) throw new Error('no such key');
  return value as Fields;
}

function bytesOf(value: unknown, length?: number): string {
  if (!Buffer.isBuffer(value) || (length !== undefined && value.length !== length)) {
    throw new Error('not these bytes');
  }
  return hex(value);
}

function numberOf(value: unknown, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) throw new Error('no such number');
  return value as number;
}

function textOf(value: unknown, limit: number): string {
  if (typeof value !== 'string' || value.length > limit) throw new Error('no such text');
  return value;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('no list');
  return value;
}

// --- Payloads ---

interface Said {
  readonly entity: string;
  readonly field: string;
  readonly merge: 'register' | 'set' | 'text';
  /** Of a set, what its elements are told apart by. */
  readonly element: string;
  readonly value: unknown;
}

interface Change {
  readonly derived: boolean;
  readonly claims: readonly Said[];
}

/** Merge kinds of fields; the rest are registers. */
const merges: Readonly<Record<string, 'set' | 'text'>> = {
  'task notes': 'text',
  'task tags': 'set',
  'clip versions': 'set',
  'clip highlights': 'set',
  'clip dismissed': 'set',
};

const fieldsOfKind: Readonly<Record<string, string>> = {
  task: 'title notes completedAt deadline planned priority list order tags source deleted',
  list: 'title order deleted',
  clip:
    'address title site byline published language content excerpt versions highlights dismissed ' +
    'savedAt deleted',
};

export function readChange(payload: Uint8Array): Change {
  const { action, changes, derived } = keysOf(readCbor(payload), 'action changes', 'derived');
  bytesOf(action, 16);
  if (derived !== undefined && derived !== true) throw new Error('derived is true or not there');
  const claims = listOf(changes).flatMap((change): Said[] => {
    const [kind, id, fields, ...more] = listOf(change);
    if (typeof kind !== 'string' || more.length > 0) throw new Error('no change');
    const entity = `${kind} ${bytesOf(id, 16)}`;
    const known = Object.hasOwn(fieldsOfKind, kind) ? fieldsOfKind[kind]! : null;
    if (known === null) throw new Error('no such kind');
    return Object.entries(fields as Fields).flatMap(([field, value]): Said[] => {
      if (!known.split(' ').includes(field)) throw new Error('no such field');
      const merge = merges[`${kind} ${field}`] ?? 'register';
      if (merge === 'text') bytesOf(value);
      if (merge !== 'set') {
        const read = merge === 'register' ? valueOf(field, value) : value;
        return [{ entity, field, merge, element: '', value: read }];
      }
      return listOf(value).map((entry) => {
        const [element, present, ...others] = listOf(entry);
        if (typeof present !== 'boolean' || others.length > 0) throw new Error('no element');
        const read = field === 'tags' ? textOf(element, 60).trim() : element;
        return { entity, field, merge, element: JSON.stringify(read), value: present };
      });
    });
  });
  return { derived: derived === true, claims };
}

/** Checks what this reader shows. */
function valueOf(field: string, value: unknown): unknown {
  if (field === 'title') {
    const text = textOf(value, Infinity).trim();
    if (text === '' || text.length > 500) throw new Error('no title');
    return text;
  }
  if (field === 'completedAt' && value !== null) return numberOf(value, 0);
  if (field === 'deleted' && typeof value !== 'boolean') throw new Error('no boolean');
  return value;
}

export type ReadStatement =
  | { readonly is: 'admit'; readonly device: string; readonly name: string; readonly role: string }
  | {
      readonly is: 'cut';
      readonly device: string;
      readonly seq: number;
      readonly hash: string;
      readonly branch: { readonly from: number; readonly hashes: readonly string[] } | null;
    }
  | { readonly is: 'demote'; readonly device: string; readonly seq: number; readonly role: string }
  | { readonly is: 'retire' }
  | {
      readonly is: 'recover';
      readonly number: number;
      readonly name: string;
      readonly proof: string;
    }
  | { readonly is: 'vouch' };

const roles = ['reader', 'editor', 'owner'];

export function readStatement(payload: Uint8Array): ReadStatement {
  const map = readCbor(payload) as Fields;
  const [is, ...more] = Object.keys(map);
  if (more.length > 0) throw new Error('two statements');
  const roleOf = (value: unknown) => {
    if (!roles.includes(value as string)) throw new Error('no role');
    return value as string;
  };
  if (is === 'admit') {
    const { device, seal, name, role } = keysOf(map[is], 'device seal name role');
    bytesOf(seal, 32);
    return { is, device: bytesOf(device, 32), name: textOf(name, 100), role: roleOf(role) };
  }
  if (is === 'cut') {
    const { device, seq, hash, branch } = keysOf(map[is], 'device seq hash', 'branch');
    const fields = branch === undefined ? null : keysOf(branch, 'from hashes');
    const hashes = fields && listOf(fields['hashes']).map((each) => bytesOf(each, 32));
    const from = fields && numberOf(fields['from'], 1);
    const cut = { device: bytesOf(device, 32), seq: numberOf(seq, 0), hash: bytesOf(hash, 32) };
    return { is, ...cut, branch: hashes && from !== null ? { from, hashes } : null };
  }
  if (is === 'demote') {
    const { device, seq, hash, role } = keysOf(map[is], 'device seq hash role');
    bytesOf(hash, 32);
    return { is, device: bytesOf(device, 32), seq: numberOf(seq, 0), role: roleOf(role) };
  }
  if (is === 'retire' && map[is] === null) return { is };
  if (is === 'recover') {
    const { number, seal, name, proof } = keysOf(map[is], 'number seal name proof');
    bytesOf(seal, 32);
    return {
      is,
      number: numberOf(number, 1),
      name: textOf(name, 100),
      proof: bytesOf(proof, 64),
    };
  }
  if (is === 'vouch') {
    keysOf(map[is], 'device seq hash');
    return { is };
  }
  throw new Error('no statement');
}

export function readGenesis(payload: Uint8Array) {
  const { name, seal, recovery, vault, salt } = keysOf(
    readCbor(payload),
    'name seal recovery vault salt',
  );
  bytesOf(seal, 32);
  bytesOf(vault, 32);
  bytesOf(salt, 16);
  return { name: textOf(name, 100), recovery: bytesOf(recovery, 32) };
}

export function readCheckpoint(payload: Uint8Array) {
  const { base, part, of, words, sights, kept } = keysOf(
    readCbor(payload),
    'base part of words sights kept',
  );
  return {
    ...{ base: numberOf(base, 0), part: numberOf(part, 0), of: numberOf(of, 1) },
    words: listOf(words).map((word) => {
      const [kind, id, field, element, seq, hlc, derived, value] = listOf(word);
      return { kind, id, field, element, seq, hlc, derived, value };
    }),
    sights: listOf(sights).map((sight) => {
      const [other, seq, upto] = listOf(sight);
      return { other, seq, upto };
    }),
    kept: listOf(kept).map((each) => {
      const [seq, hash] = listOf(each);
      return { seq, hash };
    }),
  };
}

/** The id of the space that a device founds with this payload. */
export function spaceId(founder: string, payload: Uint8Array): string {
  const founding = [Buffer.from('holdfast space 1'), Buffer.from(founder, 'hex'), payload];
  return hex(sha256(Buffer.concat(founding)).subarray(0, 16));
}

// --- A log ---

interface Placed {
  readonly envelope: ReadEnvelope;
  readonly change: Change | null;
  readonly statement: ReadStatement | null;
  readonly name: string | null;
}

/** Whether the author signed the header, and the header names the payload. */
type IsGenuine = (envelope: ReadEnvelope) => boolean;

/** What a set of envelopes, and of proofs of forks, comes to. In any order. */
export function readSpace(
  space: string,
  wires: readonly Uint8Array[],
  proofs: readonly SignedHeaders[] = [],
  isGood: IsGenuine = isGenuine,
): ReadSpace {
  const genuine = new Map<string, ReadEnvelope>();
  for (const wire of wires) {
    const envelope = readEnvelope(wire);
    if (envelope.space === space && isGood(envelope)) genuine.set(envelope.hash, envelope);
  }
  const all = [...genuine.values()];
  const founding = all.find(
    ({ kind, seq, device, payload, deps, prev }) =>
      kind === 0 &&
      seq === 1 &&
      deps.length === 0 &&
      prev === zeros &&
      spaceId(device, payload) === space,
  );
  if (!founding) return { members: [], entities: [], forks: {} };
  const { recovery, name } = readGenesis(founding.payload);
  const forks = forksOf(all, proofs);

  let members = new Map<string, Member>();
  let logs = new Map<string, Placed[]>();
  // A branch that stands brings more statements, which may bring another branch.
  for (let round = 0, before = ''; round < 100; round++) {
    logs = placeAll(all, founding, forks, members, recovery);
    members = rosterOf(founding.device, name, logs, forks);
    const now = JSON.stringify([...members]);
    if (now === before) break;
    before = now;
  }
  const shown = [...members.values()].map(({ branch, limit, writes, rules, ...member }) => ({
    ...member,
    limit: finite(limit),
    writes: finite(writes),
    rules: finite(rules),
    branch: branch?.hashes ?? [],
  }));
  return {
    members: shown,
    entities: entitiesOf(logs, members, forks),
    forks: Object.fromEntries(forks),
  };
}

const finite = (seq: number) => (seq === Infinity ? null : seq);

/** Of each device that has forked, the lowest seq that any two headers prove. */
function forksOf(
  all: readonly ReadEnvelope[],
  proofs: readonly SignedHeaders[],
): Map<string, number> {
  type Signed = Pick<ReadEnvelope, 'device' | 'seq' | 'hash' | 'prev'>;
  const headers: Signed[] = [
    ...all,
    ...proofs.flatMap(({ first, second }) => [
      readHeader(Buffer.from(first.header)),
      readHeader(Buffer.from(second.header)),
    ]),
  ];
  const forks = new Map<string, number>();
  for (const [device, own] of Map.groupBy(headers, (header) => header.device)) {
    const bySeq = Map.groupBy(own, ({ seq }) => seq);
    for (const [seq, here] of bySeq) {
      const hashes = new Set(here.map(({ hash }) => hash));
      const next = bySeq.get(seq + 1) ?? [];
      const isFork = hashes.size > 1 || next.some(({ prev }) => !hashes.has(prev));
      if (isFork) forks.set(device, Math.min(seq, forks.get(device) ?? Infinity));
    }
  }
  return forks;
}

/** The seq from which on two headers prove a fork; null: one log may hold both. */
export function proofOf(first: Uint8Array, second: Uint8Array): number | null {
  const [a, b] = [readHeader(Buffer.from(first)), readHeader(Buffer.from(second))];
  if (a.device !== b.device || a.space !== b.space) return null;
  const isFork = a.seq === b.seq ? a.hash !== b.hash : b.seq === a.seq + 1 && b.prev !== a.hash;
  return isFork ? a.seq : null;
}

/** The logs, each as far as it is one chain and what it has seen is there. */
function placeAll(
  all: readonly ReadEnvelope[],
  founding: ReadEnvelope,
  forks: ReadonlyMap<string, number>,
  members: ReadonlyMap<string, Member>,
  recovery: string,
): Map<string, Placed[]> {
  const chains = new Map<string, ReadEnvelope[]>();
  for (const [device, own] of Map.groupBy(all, (envelope) => envelope.device)) {
    const chain: ReadEnvelope[] = [];
    const fork = forks.get(device) ?? Infinity;
    const branch = members.get(device)?.branch;
    for (let prev = zeros; ;) {
      const seq = chain.length + 1;
      const standing = branch?.hashes[seq - branch.from];
      const next = own.find(
        (envelope) =>
          envelope.seq === seq &&
          envelope.prev === prev &&
          (seq < fork || envelope.hash === standing),
      );
      if (!next) break;
      chain.push(next);
      prev = next.hash;
    }
    chains.set(device, chain);
  }
  const logs = new Map<string, Placed[]>([...chains.keys()].map((device) => [device, []]));
  for (let isNew = true; isNew;) {
    isNew = false;
    for (const [device, chain] of chains) {
      const log = logs.get(device)!;
      for (let next = chain[log.length]; next; next = chain[log.length]) {
        const isReady =
          isFaulty(next, log) ||
          next.deps.every((dep) => {
            const fork = forks.get(dep.device) ?? Infinity;
            const needed = Math.min(dep.seq, fork - 1);
            const held = logs.get(dep.device) ?? [];
            if (needed > held.length) return false;
            return needed < dep.seq || held[needed - 1]?.envelope.hash === dep.hash;
          });
        if (!isReady) break;
        log.push(read(next, log, founding, recovery));
        isNew = true;
      }
    }
  }
  return logs;
}

/** A fault of the author that its header shows. */
function isFaulty(
  { hlc, deps, device, kind, hash }: ReadEnvelope,
  log: readonly Placed[],
): boolean {
  const last = log.at(-1);
  if (kind === 0 && log.length > 0 && hash !== log[0]?.envelope.hash) return true;
  if (last && hlc <= last.envelope.hlc) return true;
  return deps.some((dep) => dep.device === device || dep.seq < seenBy(log, Infinity, dep.device));
}

/** How far an author had seen another log by one of its own envelopes. */
function seenBy(log: readonly Placed[], seq: number, other: string): number {
  let upto = 0;
  for (const { envelope } of log.slice(0, Math.min(seq, log.length))) {
    for (const dep of envelope.deps) if (dep.device === other) upto = Math.max(upto, dep.seq);
  }
  return upto;
}

function read(
  envelope: ReadEnvelope,
  log: readonly Placed[],
  founding: ReadEnvelope,
  recovery: string,
): Placed {
  const nothing = { envelope, change: null, statement: null, name: null };
  const { kind, schema, payload, device, seq } = envelope;
  if (isFaulty(envelope, log)) return nothing;
  try {
    if (kind === 0) return envelope.hash === founding.hash ? { ...nothing, name: '' } : nothing;
    if (kind === 3 || (kind === 1 && schema > 1)) return nothing;
    if (kind === 2) {
      const statement = readStatement(payload);
      if (statement.is === 'recover') {
        const number = Buffer.alloc(8);
        number.writeBigUInt64BE(BigInt(statement.number));
        const message = Buffer.concat([
          Buffer.from('holdfast recovery 1'),
          Buffer.from(envelope.space + device, 'hex'),
          number,
        ]);
        const isEndorsed = isSigned(recovery, message, Buffer.from(statement.proof, 'hex'));
        return seq === 1 && isEndorsed ? { ...nothing, statement } : nothing;
      }
      if (statement.is === 'cut') {
        const { branch, hash } = statement;
        const isAtEnd =
          !branch ||
          (branch.hashes.at(-1) === hash &&
            branch.from + branch.hashes.length - 1 === statement.seq);
        const isNothing = statement.seq === 0 && hash !== zeros;
        if (statement.device === device || isNothing || !isAtEnd) return nothing;
      }
      return { ...nothing, statement };
    }
    const change = readChange(payload);
    if (change.derived && change.claims.some(({ field }) => field === 'deleted')) return nothing;
    for (const { entity, field, merge, value } of change.claims) {
      if (merge !== 'text') continue;
      const update = readUpdate(value as Buffer);
      if (update.client === null) continue;
      if (update.client !== clientOf(device)) return nothing;
      const end = endOfNote(log, entity, field);
      if (update.start !== end) return nothing;
    }
    return { ...nothing, change };
  } catch {
    return nothing; // malformed
  }
}

function endOfNote(log: readonly Placed[], entity: string, field: string, upto = Infinity): number {
  let end = 0;
  for (const { change, envelope } of log) {
    for (const claim of change?.claims ?? []) {
      if (claim.merge !== 'text' || claim.entity !== entity || claim.field !== field) continue;
      if (envelope.seq <= upto) end = Math.max(end, readUpdate(claim.value as Buffer).end);
    }
  }
  return end;
}

// --- Roster ---

interface Branch {
  readonly from: number;
  readonly hashes: readonly string[];
}

interface Member {
  readonly device: string;
  readonly name: string;
  readonly role: string;
  readonly limit: number;
  readonly writes: number;
  readonly rules: number;
  readonly branch: Branch | null;
}

interface Candidate {
  readonly device: string;
  readonly name: string;
  readonly role: string;
  readonly recovery: number;
  readonly root: string;
  readonly path: readonly number[];
}

function rosterOf(
  founder: string,
  founderName: string,
  logs: ReadonlyMap<string, readonly Placed[]>,
  forks: ReadonlyMap<string, number>,
): Map<string, Member> {
  const members = new Map<string, Member>();
  const clients = new Set<string>();
  let candidates: Candidate[] = [];
  const cuts: Extract<ReadStatement, { is: 'cut' }>[] = [];
  const demotions: Extract<ReadStatement, { is: 'demote' }>[] = [];

  const propose = (candidate: Candidate) => {
    if (members.has(candidate.device)) return;
    const same = candidates.filter(({ device }) => device === candidate.device);
    const [best] = [...same, candidate].sort(bySeniority);
    const role = [...same, candidate].map((each) => roles.indexOf(each.role));
    candidates = candidates.filter((each) => !same.includes(each));
    candidates.push({ ...best!, role: roles[Math.max(...role)]! });
  };

  propose({
    device: founder,
    name: founderName,
    role: 'owner',
    recovery: 0,
    root: founder,
    path: [],
  });
  for (const [device, log] of logs) {
    for (const { statement } of log) {
      if (statement?.is !== 'recover') continue;
      const { name, number } = statement;
      propose({ device, name, role: 'owner', recovery: number, root: device, path: [] });
    }
  }
  for (;;) {
    const [next] = [...candidates].sort(bySeniority);
    if (!next) return members;
    const { device, name, role, recovery, root, path } = next;
    candidates = candidates.filter((each) => each !== next);
    if (clients.has(device.slice(0, 8))) continue;
    clients.add(device.slice(0, 8));

    const log = logs.get(device) ?? [];
    const mine = cuts.filter((cut) => cut.device === device);
    const fork = forks.get(device);
    let limit = Infinity;
    let branch: Branch | null = null;
    if (fork !== undefined) {
      branch = mine.find((cut) => cut.branch?.from === fork)?.branch ?? null;
      limit = fork - 1 + (branch?.hashes.length ?? 0);
    }
    for (const { seq, hash } of mine) {
      const isElsewhere = fork !== undefined && seq >= fork && branch?.hashes[seq - fork] !== hash;
      if (!isElsewhere) limit = Math.min(limit, seq);
    }
    const retired = log.find(({ statement }) => statement?.is === 'retire');
    if (retired) limit = Math.min(limit, retired.envelope.seq);

    let writes = role === 'reader' ? 0 : limit;
    let rules = role === 'owner' ? limit : 0;
    for (const demotion of demotions) {
      if (demotion.device !== device) continue;
      if (demotion.role !== 'owner') rules = Math.min(rules, demotion.seq);
      if (demotion.role === 'reader') writes = Math.min(writes, demotion.seq);
    }
    let shown = role;
    if (limit > 0 && role !== 'reader') {
      shown = writes >= limit ? 'editor' : 'reader';
      if (role === 'owner' && rules >= limit) shown = 'owner';
    }
    members.set(device, { device, name, role: shown, limit, writes, rules, branch });
    for (const { statement, envelope } of log) {
      if (!statement || envelope.seq > rules) continue;
      if (statement.is === 'admit') {
        propose({ ...statement, recovery, root, path: [...path, envelope.seq] });
      } else if (statement.is === 'cut') cuts.push(statement);
      else if (statement.is === 'demote') demotions.push(statement);
    }
  }
}

function bySeniority(a: Candidate, b: Candidate): number {
  if (a.path.length !== b.path.length) return a.path.length - b.path.length;
  if (a.recovery !== b.recovery) return b.recovery - a.recovery;
  if (a.root !== b.root) return a.root < b.root ? -1 : 1;
  const at = a.path.findIndex((seq, index) => seq !== b.path[index]);
  return at < 0 ? 0 : a.path[at]! - b.path[at]!;
}

// --- Meaning ---

function entitiesOf(
  logs: ReadonlyMap<string, readonly Placed[]>,
  members: ReadonlyMap<string, Member>,
  forks: ReadonlyMap<string, number>,
): ReadEntity[] {
  type Word = Said & ReadClaim;
  const said: Word[] = [];
  const updates: Word[] = [];
  for (const [device, log] of logs) {
    for (const { envelope, change } of log) {
      const { seq, hlc } = envelope;
      for (const claim of change?.claims ?? []) {
        const whole = { ...claim, device, seq, hlc, derived: change?.derived ?? false };
        if (claim.merge === 'text') updates.push(whole);
        else if (seq <= (members.get(device)?.writes ?? 0)) said.push(whole);
      }
    }
  }
  const sees = (later: ReadClaim, earlier: ReadClaim) => {
    if (later.device === earlier.device) return later.seq > earlier.seq;
    if (earlier.seq >= (forks.get(earlier.device) ?? Infinity)) return false;
    return seenBy(logs.get(later.device) ?? [], later.seq, earlier.device) >= earlier.seq;
  };
  const standingOf = (claims: readonly Word[]) => {
    // Of what one device said in one envelope twice, the last counts.
    const last = claims.filter(
      (claim, at) =>
        !claims.slice(at + 1).some((c) => c.device === claim.device && c.seq === claim.seq),
    );
    return last
      .filter((claim) => !last.some((other) => sees(other, claim) && !sees(claim, other)))
      .sort(
        (a, b) =>
          Number(a.derived) - Number(b.derived) ||
          b.hlc - a.hlc ||
          (a.device === b.device ? b.seq - a.seq : a.device < b.device ? 1 : -1),
      );
  };
  const names = new Set([...said, ...updates].map(({ entity }) => entity));
  return [...names].sort().map((entity) => {
    const own = said.filter((claim) => claim.entity === entity);
    const registers: Record<string, { value: unknown; rule: string }> = {};
    const sets: Record<string, unknown[]> = {};
    for (const [field, claims] of Map.groupBy(own, (claim) => claim.field)) {
      if (claims[0]?.merge === 'register') {
        const [winner, second] = standingOf(claims);
        if (winner) registers[field] = { value: winner.value, rule: ruleOf(winner, second) };
        continue;
      }
      sets[field] = [...Map.groupBy(claims, ({ element }) => element)]
        .filter(([, ofElement]) => standingOf(ofElement).some(({ value }) => value === true))
        .map(([element]) => JSON.parse(element) as unknown)
        .sort(byEncoding);
    }
    const texts: Record<string, string> = {};
    const written = updates.filter((update) => update.entity === entity);
    for (const field of new Set(written.map((update) => update.field))) {
      const text = noteOf(entity, field, logs, members, forks);
      if (text !== '') texts[field] = text;
    }
    const [kind = '', id = ''] = entity.split(' ');
    return { kind, id, registers, sets, texts };
  });
}

function ruleOf(winner: ReadClaim, second: ReadClaim | undefined): string {
  if (!second) return 'alone';
  if (winner.derived !== second.derived) return 'person';
  return winner.hlc === second.hlc ? 'device' : 'clock';
}

/** Of texts: CBOR puts the length first. */
function byEncoding(a: unknown, b: unknown): number {
  const [x, y] = [Buffer.from(String(a)), Buffer.from(String(b))];
  return x.length - y.length || Buffer.compare(x, y);
}

// --- Notes ---

function clientOf(device: string): number {
  return parseInt(device.slice(0, 8), 16);
}

type Place = { readonly client: number; readonly clock: number } | null;

export interface Update {
  readonly client: number | null;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly after: Place;
  readonly before: Place;
  readonly structs: Buffer;
  readonly deletions: readonly { readonly client: number; clock: number; len: number }[];
}

export function readUpdate(bytes: Buffer): Update {
  const { structs, ds } = Y.decodeUpdate(bytes);
  const deletions = [...ds.clients].flatMap(([client, ranges]) =>
    ranges.map(({ clock, len }) => ({ client, clock, len })),
  );
  const [struct, ...more] = structs;
  if (more.length > 0) throw new Error('more than one struct');
  if (struct && !(struct instanceof Y.Item)) throw new Error('no text');
  const tail = deletionBytes(deletions).length - 1;
  return {
    client: struct?.id.client ?? null,
    start: struct?.id.clock ?? 0,
    end: struct ? struct.id.clock + struct.length : 0,
    text: struct?.content instanceof Y.ContentString ? struct.content.str : '',
    after: placeOf(struct?.origin),
    before: placeOf(struct?.rightOrigin),
    structs: Buffer.concat([bytes.subarray(0, bytes.length - tail), Buffer.of(0)]),
    deletions,
  };
}

function placeOf(id: Y.ID | null | undefined): Place {
  return id ? { client: id.client, clock: id.clock } : null;
}

/** An update that only deletes. */
function deletionBytes(deletions: Update['deletions']): Buffer {
  const bytes = [0];
  const put = (value: number) => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  const byClient = Map.groupBy(deletions, ({ client }) => client);
  put(byClient.size);
  for (const [client, ranges] of byClient) {
    put(client);
    put(ranges.length);
    for (const { clock, len } of ranges) {
      put(clock);
      put(len);
    }
  }
  return Buffer.from(bytes);
}

/** What a note says. */
function noteOf(
  entity: string,
  field: string,
  logs: ReadonlyMap<string, readonly Placed[]>,
  members: ReadonlyMap<string, Member>,
  forks: ReadonlyMap<string, number>,
): string {
  const deletions: { client: number; clock: number; len: number }[] = [];
  const deviceOf = new Map([...logs.keys()].map((device) => [clientOf(device), device]));
  const chains = new Map<number, Update[]>();
  for (const [device, log] of logs) {
    const member = members.get(device);
    for (const { envelope, change } of log) {
      for (const claim of change?.claims ?? []) {
        if (claim.entity !== entity || claim.field !== field || claim.merge !== 'text') continue;
        const isVoid = envelope.seq > (member?.writes ?? 0);
        if (isVoid && envelope.seq > wantedOf(device, logs, members, forks)) continue;
        const update = readUpdate(claim.value as Buffer);
        if (update.client !== null) {
          chains.set(update.client, [...(chains.get(update.client) ?? []), update]);
        }
        if (isVoid) {
          if (update.client === null) continue;
          const { client, start, end } = update;
          deletions.push({ client, clock: start, len: end - start });
          continue;
        }
        for (const { client, clock, len } of update.deletions) {
          const other = deviceOf.get(client);
          if (other === undefined) continue;
          const fork = forks.get(other) ?? Infinity;
          const upto = Math.min(seenBy(log, envelope.seq, other), fork - 1);
          const knew =
            other === device ? Infinity : endOfNote(logs.get(other) ?? [], entity, field, upto);
          if (knew > clock) deletions.push({ client, clock, len: Math.min(len, knew - clock) });
        }
      }
    }
  }
  const document = writtenBy(chains);
  Y.applyUpdate(document, deletionBytes(merged(deletions, document)));
  return document.getText('note').toJSON();
}

/** The document of chains, each in the order of clocks, with nothing deleted yet. */
function writtenBy(chains: ReadonlyMap<number, readonly Update[]>): Y.Doc {
  const document = new Y.Doc({ gc: false });
  const queues = [...chains]
    .sort(([x], [y]) => y - x)
    .map(([client, updates]) => ({ client, updates, done: 0, reached: 0 }));
  const endOf = (client: number) => chains.get(client)?.at(-1)?.end ?? 0;
  const isThere = (place: Place) =>
    !place || place.clock < (queues.find(({ client }) => client === place.client)?.reached ?? 0);
  const isLost = (place: Place) => place !== null && place.clock >= endOf(place.client);
  const put = (queue: (typeof queues)[number], bytes: Uint8Array) => {
    Y.applyUpdate(document, bytes);
    queue.reached = queue.updates[queue.done++]?.end ?? 0;
  };
  for (;;) {
    let isStuck = true;
    for (const queue of queues) {
      for (let next = queue.updates[queue.done]; next; next = queue.updates[queue.done]) {
        if (!isThere(next.after) || !isThere(next.before)) break;
        put(queue, next.structs);
        isStuck = false;
      }
    }
    if (!isStuck) continue;
    const waiting = queues
      .flatMap((queue) => {
        const next = queue.updates[queue.done];
        return next ? [{ queue, next }] : [];
      })
      .reverse();
    const lost = waiting.find(({ next }) => isLost(next.after) || isLost(next.before));
    const stray = lost ?? waiting[0];
    if (!stray) return document;
    put(stray.queue, atTheEnd(document, stray.next));
  }
}

/** The same text with the same clocks, after all that is in the document. */
function atTheEnd(document: Y.Doc, { client, start, text }: Update): Uint8Array {
  const other = new Y.Doc({ gc: false });
  Y.applyUpdate(other, Y.encodeStateAsUpdate(document));
  // Yjs takes the next clock of a client by itself.
  other.clientID = client ?? 0;
  const before = Y.encodeStateVector(other);
  if ((Y.decodeStateVector(before).get(other.clientID) ?? 0) !== start) throw new Error('a gap');
  other.getText('note').insert(other.getText('note').length, text);
  return Y.encodeStateAsUpdate(other, before);
}

/** Ranges in order, none beyond what there is, none twice. */
function merged(deletions: Update['deletions'], document: Y.Doc) {
  const state = Y.decodeStateVector(Y.encodeStateVector(document));
  const ranges: { client: number; clock: number; len: number }[] = [];
  for (const { client, clock, len } of [...deletions].sort((a, b) => a.clock - b.clock)) {
    const last = ranges.findLast((range) => range.client === client);
    const from = Math.max(clock, last ? last.clock + last.len : 0);
    const end = Math.min(clock + len, state.get(client) ?? 0);
    if (end > from) ranges.push({ client, clock: from, len: end - from });
  }
  return ranges;
}

/** How far a log that does not count whole has been seen by what counts. */
function wantedOf(
  device: string,
  logs: ReadonlyMap<string, readonly Placed[]>,
  members: ReadonlyMap<string, Member>,
  forks: ReadonlyMap<string, number>,
): number {
  if (members.get(device)?.writes === Infinity) return 0;
  const seen = [...logs].flatMap(([other, log]) =>
    other === device ? [] : [seenBy(log, members.get(other)?.limit ?? 0, device)],
  );
  return Math.min(Math.max(0, ...seen), (forks.get(device) ?? Infinity) - 1);
}
