/**
 * A folder as a carrier: immutable sealed files, each written once by one device, so that any synced
 * folder serves devices that are never on together, and is a backup. docs/replication.md says which
 * file holds what.
 *
 * Nothing in the folder is believed: a name only says what may be worth reading, and what is inside
 * is judged by the ledger or carries a signature. A file that cannot be read now is tried again, less
 * and less often. What nobody needs again is never read again, and memory holds one file at a time.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { oneWayToSayIt } from '../ledger/claims.ts';
import { envelopeFromWire, equal, type Head, type Verify } from '../ledger/envelope.ts';
import type { Exchange, Range, Verdict } from '../ledger/exchange.ts';
import { forkPoint } from '../ledger/fork.ts';
import { Forks, Heads, limits, SignedHeader, Wanted } from './messages.ts';
import { newOpener, seal } from './sealing.ts';

/** Where the files lie. Paths have '/' between their parts. */
export interface Folder {
  /** All paths that begin with `prefix`. */
  readonly list: (prefix: string) => Promise<string[]>;
  /** @returns null if it is not there, or longer than `limit` bytes. */
  readonly read: (path: string, limit: number) => Promise<Uint8Array | null>;
  /** Never overwrites: rejects if the path is taken, or if it cannot write. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Where files can be removed. A folder that only grows needs none. */
  readonly remove?: (path: string) => Promise<void>;
}

export interface FolderOptions {
  readonly exchange: Exchange;
  readonly folder: Folder;
  /** This device's X25519 key for `deriveBits`. */
  readonly secret: CryptoKey;
  /** Signs as this device. */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly verify: Verify;
  /** Unix ms. */
  readonly now: () => number;
}

export interface FolderCarrier {
  /** Reads what is new, then writes what is missing; one after another. Rejects only if the folder
   *  cannot be listed, or the ledger fails. */
  readonly sync: () => Promise<FolderReport>;
}

export interface FolderReport {
  readonly read: number;
  readonly written: number;
  /** Writes that failed; they are tried again by the next sync. */
  readonly failed: number;
  /** Files that could not be used, by path, with the reason in a few words of English. */
  readonly skipped: ReadonlyMap<string, string>;
  /** There is more to write than one sync does. */
  readonly more: boolean;
}

/** Bytes of a file, sealed. */
const fileLimit = 9_000_000;
/** Bytes of envelopes in a file, and how many. */
const packBytes = 524_288;
const packLimit = 4_096;
/** Paths that are looked at, and files that are written, in one sync. */
const listLimit = 100_000;
const writeLimit = 64;
/** What another device should write is left to it for so long, ms. */
const grace = 10 * 60_000;
/** A file that could not be used is tried again after this long, then twice that, … ms. */
const firstRetry = 30_000;
const lastRetry = 6 * 60 * 60_000;
/** How often a file whose envelopes wait for others is read in one sync. */
const triesPerSync = 4;
/** How many progress files of a device are looked at, and kept. */
const progressKept = 3;
/** Own files of fewer envelopes than this are joined once there are so many of them. */
const smallFile = 64;
const smallFiles = 64;

/** What age-encryption says of a file that is sealed to others. */
const notForUs = "no identity matched any of the file's recipients";
const harmless: readonly Verdict[] = ['accepted', 'duplicate', 'waiting'];

const Contents = v.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === 32,
);
const Envelopes = v.strictObject({
  envelopes: v.pipe(v.array(v.instance(Uint8Array)), v.maxLength(packLimit)),
});
const Proof = v.strictObject({ first: SignedHeader, second: SignedHeader });
const Signed = v.strictTuple([v.instance(Uint8Array), v.instance(Uint8Array)]);
/** Where a device stood when it last looked into the folder. */
const Standing = v.strictObject({
  space: v.instance(Uint8Array),
  number: v.pipe(v.number(), v.safeInteger()),
  heads: Heads,
  forks: Forks,
  /** Envelopes that lie in the folder, but which it lacks and could not read. */
  wanted: Wanted,
  /** Hashes of contents that it lacks. */
  contents: v.pipe(v.array(Contents), v.maxLength(64), v.readonly()),
});
type Standing = v.InferOutput<typeof Standing>;

/** What a path says. Devices are in hex. */
type Name = { readonly path: string; readonly writer: string } & (
  | {
      readonly kind: 'log';
      readonly device: string;
      readonly from: number;
      readonly to: number;
      /** Whom it was written for, who could not read another; the first 16 digits. */
      readonly reader: string | null;
    }
  | {
      readonly kind: 'fork';
      readonly device: string;
      readonly seq: number;
      readonly reader: string | null;
    }
  | { readonly kind: 'content'; readonly hash: string; readonly reader: string | null }
  | { readonly kind: 'progress'; readonly number: number }
);
type LogName = Extract<Name, { kind: 'log' }>;

const patterns = {
  log: /^(?:([0-9a-f]{64})-)?([1-9]\d{0,15})-([1-9]\d{0,15})(?:-for-([0-9a-f]{16}))?$/,
  fork: /^fork-([0-9a-f]{64})-([1-9]\d{0,15})(?:-for-([0-9a-f]{16}))?$/,
  content: /^content-([0-9a-f]{64})(?:-for-([0-9a-f]{16}))?$/,
  progress: /^progress-([1-9]\d{0,14})$/,
};

/** @returns null if no device of this version writes such a path. */
export function nameOf(path: string): Name | null {
  const [, writer, rest] = /^[0-9a-f]{32}\/([0-9a-f]{64})\/([^/]*)\.age$/.exec(path) ?? [];
  if (writer === undefined || rest === undefined) return null;
  const log = patterns.log.exec(rest);
  if (log) {
    const [, device = writer, from, to, reader = null] = log;
    const name = { path, writer, kind: 'log', device, from: Number(from), to: Number(to) } as const;
    return name.from <= name.to && Number.isSafeInteger(name.to) ? { ...name, reader } : null;
  }
  const fork = patterns.fork.exec(rest);
  if (fork) {
    const [, device = '', seq, reader = null] = fork;
    return { path, writer, kind: 'fork', device, seq: Number(seq), reader };
  }
  const content = patterns.content.exec(rest);
  if (content) {
    const [, hash = '', reader = null] = content;
    return { path, writer, kind: 'content', hash, reader };
  }
  const progress = patterns.progress.exec(rest);
  return progress && { path, writer, kind: 'progress', number: Number(progress[1]) };
}

export function newFolderCarrier(options: FolderOptions): FolderCarrier {
  const { exchange, folder, secret, sign, verify, now } = options;
  const opener = newOpener(secret);
  /** Files that could not be used. */
  const skipped = new Map<string, { reason: string; until: number; wait: number }>();
  /** Since when something that another should see to is missing. */
  const missingSince = new Map<string, number>();
  /** The newest word of each device. */
  const standings = new Map<string, Standing>();
  let lastSaid = '';
  let running: Promise<unknown> = Promise.resolve();

  const skip = (path: string, reason: string) => {
    const wait = Math.min((skipped.get(path)?.wait ?? firstRetry / 2) * 2, lastRetry);
    skipped.set(path, { reason, wait, until: now() + wait });
  };
  const isBlocked = (path: string) => now() < (skipped.get(path)?.until ?? 0);
  /** Whether something has been missing for so long that another may step in. */
  const isOverdue = (what: string): boolean => {
    if (missingSince.size > 10_000) missingSince.clear();
    const since = missingSince.get(what) ?? now();
    missingSince.set(what, since);
    return now() - since >= grace;
  };

  const sync = async (): Promise<FolderReport> => {
    const space = exchange.space();
    if (!space) return { read: 0, written: 0, failed: 0, skipped: new Map(), more: false };
    const root = `${bytesToHex(space)}/`;
    const me = bytesToHex(exchange.device());
    const names: Name[] = [];
    const paths = (await folder.list(root)).slice(0, listLimit);
    const there = new Set(paths);
    // What is gone was no trouble.
    for (const path of skipped.keys()) if (!there.has(path)) skipped.delete(path);
    for (const path of paths) {
      const name = path.startsWith(root) ? nameOf(path) : null;
      if (!name) {
        if (!skipped.has(path)) skipped.set(path, { reason: 'name', until: Infinity, wait: 0 });
      } else if (name.writer === me || exchange.isMember(hexToBytes(name.writer))) names.push(name);
    }
    const read = await readAll(names, space);
    const writing = await writeAll(names, root, me, space);
    return {
      ...writing,
      read,
      skipped: new Map([...skipped].map(([path, { reason }]) => [path, reason])),
    };
  };

  // --- Reading

  /** What is in a file; null if it cannot be used, which is remembered. */
  const open = async <T>(name: Name, schema: v.GenericSchema<unknown, T>): Promise<T | null> => {
    if (isBlocked(name.path)) return null;
    try {
      const file = await folder.read(name.path, fileLimit);
      if (!file || file.length > fileLimit)
        skip(name.path, file ? 'too large' : 'gone or too large');
      else {
        const content = v.safeParse(schema, decode(await opener.open(file), oneWayToSayIt));
        if (content.success) return content.output;
        skip(name.path, `contents: ${content.issues[0].message}`);
      }
    } catch (error) {
      // Anybody can put anything there, and a file may be on its way.
      skip(name.path, error instanceof Error ? error.message : 'unreadable');
    }
    return null;
  };

  const readAll = async (names: readonly Name[], space: Uint8Array): Promise<number> => {
    let read = 0;
    const logs = names.filter((name) => name.kind === 'log').sort((a, b) => a.from - b.from);
    // A log may wait for what another one says: as long as one gets further, the others are asked
    // again, a few times.
    const tries = new Map<string, number>();
    for (let moved = true; moved;) {
      moved = false;
      for (const name of logs) {
        const tried = tries.get(name.path) ?? 0;
        if (name.to <= seqOf(name.device) || tried >= triesPerSync) continue;
        const accepted = await readLog(name);
        if (accepted === null) continue;
        read++;
        tries.set(name.path, tried + 1);
        if (accepted) moved = true;
      }
    }
    for (const { path, device, to } of logs) {
      if (tries.has(path) && !isBlocked(path) && to > seqOf(device)) skip(path, 'waiting');
    }
    for (const name of names) {
      if (name.kind === 'fork') {
        const known = exchange
          .progress()
          .forks.find((fork) => bytesToHex(fork.device) === name.device);
        if (known && known.seq <= name.seq) continue;
        const proof = await open(name, Proof);
        if (!proof) continue;
        read++;
        if (!(await exchange.admitForkProof(proof))) skip(name.path, 'proves nothing');
        else if (forkPoint(proof)?.seq !== name.seq) skip(name.path, 'proves something else');
      }
    }
    const missing = new Set(exchange.missingContents(256).map(bytesToHex));
    for (const name of names) {
      if (name.kind !== 'content' || !missing.has(name.hash)) continue;
      const content = await open(name, v.instance(Uint8Array));
      if (!content) continue;
      read++;
      if (exchange.keepContent(hexToBytes(name.hash), content)) missing.delete(name.hash);
      else skip(name.path, 'another content');
    }
    return read + (await readStandings(names, space));
  };

  const seqOf = (device: string) =>
    exchange.progress().heads.find((head) => bytesToHex(head.device) === device)?.seq ?? 0;

  /** @returns whether anything in it was news; null if it could not be opened. */
  const readLog = async (name: LogName): Promise<boolean | null> => {
    const file = await open(name, Envelopes);
    if (!file) return null;
    const device = hexToBytes(name.device);
    const isOthers = file.envelopes.some((envelope) => {
      const fields = envelopeFromWire(envelope)?.fields;
      return !fields || !equal(fields.device, device);
    });
    if (isOthers) {
      skip(name.path, 'wrong device');
      return false;
    }
    const judged = await exchange.admit(file.envelopes, hexToBytes(name.writer));
    const fault = judged.find(({ verdict }) => !harmless.includes(verdict));
    if (fault) skip(name.path, `${fault.verdict} ${fault.reason}`.trim());
    else if (seqOf(name.device) >= name.to) skipped.delete(name.path);
    else if (judged.every(({ verdict }) => verdict !== 'waiting')) skip(name.path, 'too short');
    return judged.some(({ verdict }) => verdict === 'accepted');
  };

  const readStandings = async (names: readonly Name[], space: Uint8Array): Promise<number> => {
    let read = 0;
    for (const [writer, files] of groupBy(names, 'progress')) {
      if (writer === bytesToHex(exchange.device())) continue;
      const device = hexToBytes(writer);
      const newest = files.sort((a, b) => b.number - a.number).slice(0, progressKept);
      for (const name of newest) {
        if (name.number <= (standings.get(writer)?.number ?? 0)) break;
        const signed = await open(name, Signed);
        if (!signed) continue;
        read++;
        const standing = await checkStanding(signed, device, space);
        if (standing?.number !== name.number) {
          skip(name.path, 'not signed by its device');
          continue;
        }
        standings.set(writer, standing);
        exchange.acknowledged(device, standing.heads);
        break;
      }
    }
    return read;
  };

  const checkStanding = async (
    [bytes, signature]: v.InferOutput<typeof Signed>,
    device: Uint8Array,
    space: Uint8Array,
  ): Promise<Standing | null> => {
    try {
      if (!(await verify(device, signature, standingMessage(bytes)))) return null;
      const standing = v.parse(Standing, decode(bytes, oneWayToSayIt));
      return equal(standing.space, space) ? standing : null;
    } catch {
      // A device may sign what it likes.
      return null;
    }
  };

  // --- Writing

  const writeAll = async (names: readonly Name[], root: string, me: string, space: Uint8Array) => {
    const done = { written: 0, failed: 0, more: false };
    const recipients = exchange.recipients();
    const taken = new Set(names.map(({ path }) => path));
    /** @returns whether it is there now, by this or an earlier write. */
    const put = async (file: string, content: unknown): Promise<boolean> => {
      const path = `${root}${me}/${file}.age`;
      if (taken.has(path)) return true;
      if (done.written + done.failed >= writeLimit) {
        done.more = true;
        return false;
      }
      try {
        await folder.write(path, await seal(encode(content), recipients));
        taken.add(path);
        done.written++;
        return true;
      } catch {
        // Offline, full, or the path was taken meanwhile: the next sync sees.
        done.failed++;
        return false;
      }
    };
    const putRange = async (range: Range, reader?: string) => {
      const device = bytesToHex(range.device);
      for (let from = range.from; from <= range.to;) {
        const pack = exchange.range({ ...range, from }, packBytes).slice(0, packLimit);
        const seqs = pack.map((envelope) => envelopeFromWire(envelope)?.fields.seq ?? 0);
        const [first, last] = [seqs[0] ?? 0, seqs.at(-1) ?? 0];
        if (first < from || last < first) return;
        const name = `${device === me ? '' : `${device}-`}${first}-${last}`;
        const isThere = await put(reader ? `${name}-for-${reader}` : name, { envelopes: pack });
        if (!isThere) return;
        if (device === me) exchange.sent(last);
        from = last + 1;
      }
    };
    if (recipients.length === 0) return done;
    // First, so that a long backlog of writes delays no receipt.
    await say(names, me, space, put);

    const logs = names.filter((name) => name.kind === 'log');
    for (const { device: bytes, seq } of exchange.progress().heads) {
      const device = bytesToHex(bytes);
      // Of what others should write, only files that were not found unreadable count.
      const files = logs.filter(
        ({ path, writer, ...name }) =>
          name.device === device && (writer === me || (device !== me && !skipped.has(path))),
      );
      for (const gap of gaps(files, 1, seq)) {
        if (device === me || isOverdue(`log ${device} ${gap.from}`)) {
          await putRange({ device: bytes, ...gap });
        }
      }
    }

    for (const [peer, { wanted }] of standings) {
      const reader = peer.slice(0, 16);
      for (const range of wanted) {
        const device = bytesToHex(range.device);
        const files = logs.filter(
          (name) => name.writer === me && name.device === device && name.reader === reader,
        );
        for (const gap of gaps(files, range.from, Math.min(range.to, seqOf(device)))) {
          if (device === me || isOverdue(`log ${device} ${gap.from} ${reader}`)) {
            await putRange({ device: range.device, ...gap }, reader);
          }
        }
      }
    }

    const proofs = new Map<string, { name: string; proof: unknown }>();
    for (const { first, second } of exchange.forkProofs()) {
      const fork = forkPoint({ first, second });
      if (!fork) continue;
      const device = bytesToHex(fork.device);
      const proof = {
        first: [first.header, first.signature],
        second: [second.header, second.signature],
      };
      proofs.set(`${device} ${fork.seq}`, { name: `fork-${device}-${fork.seq}`, proof });
    }
    for (const [key, { name, proof }] of proofs) {
      const isThere = names.some(
        (each) =>
          each.kind === 'fork' && `${each.device} ${each.seq}` === key && !skipped.has(each.path),
      );
      if (!isThere) await put(name, proof);
      for (const [peer, { forks }] of standings) {
        const knows = forks.some(({ device, seq }) => key === `${bytesToHex(device)} ${seq}`);
        if (!knows && isOverdue(`fork ${key} ${peer}`)) {
          await put(`${name}-for-${peer.slice(0, 16)}`, proof);
        }
      }
    }

    const contents = new Set(names.flatMap((name) => (name.kind === 'content' ? [name.hash] : [])));
    let after: Uint8Array | null = null;
    for (let page = exchange.heldContents(after, 256); page.length > 0 && !done.more;) {
      for (const hash of page) {
        const content = contents.has(bytesToHex(hash)) ? null : exchange.content(hash);
        if (content && content.length <= limits.content) {
          await put(`content-${bytesToHex(hash)}`, content);
        }
      }
      after = page.at(-1) ?? null;
      page = exchange.heldContents(after, 256);
    }
    for (const [peer, standing] of standings) {
      for (const hash of standing.contents) {
        const hex = bytesToHex(hash);
        if (!contents.has(hex) || !isOverdue(`content ${hex} ${peer}`)) continue;
        const content = exchange.content(hash);
        if (content) await put(`content-${hex}-for-${peer.slice(0, 16)}`, content);
      }
    }

    await clean(names, me, taken, root, putRange);
    return done;
  };

  /** Says where this device stands, if that is news. */
  const say = async (
    names: readonly Name[],
    me: string,
    space: Uint8Array,
    put: (file: string, content: unknown) => Promise<boolean>,
  ) => {
    const own = names.flatMap((name) =>
      name.kind === 'progress' && name.writer === me ? [name.number] : [],
    );
    const { heads, forks } = exchange.progress();
    const body = {
      space,
      heads: heads.map((head: Head) => [head.device, head.seq, head.hash]),
      forks: forks.slice(0, 64).map((fork) => [fork.device, fork.seq]),
      wanted: unreadable(names).map(({ device, from, to }) => [device, from, to]),
      contents: exchange.missingContents(64),
    };
    const news = bytesToHex(sha256(encode(body)));
    if (news === lastSaid) return;
    const number = Math.max(0, ...own) + 1;
    const bytes = encode({ ...body, number });
    const signature = await sign(standingMessage(bytes));
    if (await put(`progress-${number}`, [bytes, signature])) lastSaid = news;
  };

  /** What lies in the folder, is not held, and could not be read. */
  const unreadable = (names: readonly Name[]): Range[] => {
    const wanted = new Map<string, Range>();
    for (const name of names) {
      const trouble = name.kind === 'log' && skipped.get(name.path);
      // It may be on its way still.
      if (!trouble || (trouble.wait <= firstRetry && trouble.reason !== notForUs)) continue;
      const from = seqOf(name.device) + 1;
      const to = Math.max(name.to, wanted.get(name.device)?.to ?? 0);
      if (name.to >= from) wanted.set(name.device, { device: hexToBytes(name.device), from, to });
    }
    return [...wanted.values()].slice(0, 64);
  };

  /** Joins own files that are small and many, and removes what others replace. */
  const clean = async (
    names: readonly Name[],
    me: string,
    taken: ReadonlySet<string>,
    root: string,
    putRange: (range: Range) => Promise<void>,
  ) => {
    const { remove } = folder;
    if (!remove) return;
    const own = names.filter((name) => name.writer === me);
    const logs = own.filter((name) => name.kind === 'log' && name.device === me && !name.reader);
    const isIn = (a: Name, b: Name) =>
      a.kind === 'log' && b.kind === 'log' && a !== b && b.from <= a.from && a.to <= b.to;
    const old = own
      .filter((name) => name.kind === 'progress')
      .sort((a, b) => b.number - a.number)
      .slice(progressKept);
    // Only what was listed replaces: it has been there since the last sync at least.
    const replaced = logs.filter((name) => logs.some((other) => isIn(name, other)));
    for (const { path } of [...old, ...replaced]) {
      // What cannot be removed stays, and harms nobody.
      if (taken.has(path) && path.startsWith(root)) await remove(path).catch(() => {});
    }
    const small = logs.flatMap((name) =>
      name.kind === 'log' && name.to - name.from < smallFile && !replaced.includes(name)
        ? [name]
        : [],
    );
    if (small.length < smallFiles) return;
    const from = Math.min(...small.map((name) => name.from));
    await putRange({ device: exchange.device(), from, to: Math.max(...small.map(({ to }) => to)) });
  };

  return {
    sync: () => {
      const next = running.then(sync);
      running = next.catch(() => {});
      return next;
    },
  };
}

const label = new TextEncoder().encode('holdfast folder progress 1\0');

/** What a device signs to say where it stands. */
function standingMessage(bytes: Uint8Array): Uint8Array {
  return concatBytes(label, bytes);
}

/** The parts of `from` to `to` that no file says it holds. */
function gaps(
  files: readonly { readonly from: number; readonly to: number }[],
  from: number,
  to: number,
): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let next = from;
  for (const file of [...files].sort((a, b) => a.from - b.from)) {
    if (file.from > to) break;
    if (file.from > next) found.push({ from: next, to: file.from - 1 });
    next = Math.max(next, file.to + 1);
  }
  if (next <= to) found.push({ from: next, to });
  return found;
}

function groupBy<K extends Name['kind']>(names: readonly Name[], kind: K) {
  type Of = Extract<Name, { kind: K }>;
  const groups = new Map<string, Of[]>();
  for (const name of names) {
    if (name.kind !== kind) continue;
    const group = groups.get(name.writer) ?? [];
    groups.set(name.writer, group);
    group.push(name as Of);
  }
  return groups;
}
