/**
 * The roster: who belongs to a space, and how much of each log counts.
 *
 * A pure function of the genesis, the statements held and the forks proven, whatever their order. It
 * is evaluated from senior to junior: when a member's turn comes, everybody who could take its words
 * away has spoken. So two devices that remove each other are decided by seniority, and a thief cannot
 * remove those who admitted the stolen device.
 *
 * Seniority is the length of the path of admissions, then whose recovery is the newer, then the seqs
 * along the path. What the recovery key endorses stands above all.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { clientOf } from './notes.ts';
import { type Genesis, type Role, roles, type Said, type Statement } from './statements.ts';

/** A device's key, 64 hex digits. */
export type DeviceId = string;

/** A statement, and where it stands in its author's log. */
export interface Stated {
  readonly seq: number;
  readonly statement: Statement;
}

export interface Evidence {
  readonly founder: Uint8Array;
  readonly genesis: Genesis;
  /** Of each device, its statements by ascending seq. */
  readonly statements: ReadonlyMap<DeviceId, readonly Stated[]>;
  /** Of each device that is proven to have forked: the first seq that it signed twice. */
  readonly forks: ReadonlyMap<DeviceId, number>;
}

export interface Member {
  readonly device: Uint8Array;
  readonly name: string;
  /** X25519 key for what is sealed to this device. */
  readonly seal: Uint8Array;
  /** At the end of what counts. */
  readonly role: Role;
  /** 0 for the founder and for what the recovery key endorsed, else the admitting member's plus 1. */
  readonly depth: number;
  /** The last seq that counts at all; Infinity while nobody has cut the device. */
  readonly limit: number;
  /** The last seq whose claims count. */
  readonly writes: number;
  /** The last seq whose admissions, cuts and demotions count. */
  readonly rules: number;
  /** Whose cut, retirement or fork ended the log; null while it goes on. */
  readonly end: End | null;
  /** Of a device that forked: the hashes of the history that stands, from the fork on. */
  readonly branch: Said<'cut'>['branch'] | null;
}

export interface End {
  readonly why: 'cut' | 'retired' | 'fork';
  /** Who cut it, at which place in its own log. */
  readonly by: DeviceId | null;
  readonly seq: number;
}

/** The members, most senior first. Who is not in it does not count at all. */
export type Roster = ReadonlyMap<DeviceId, Member>;

/** How a candidate came in, and thereby when its turn comes. */
interface Candidate {
  readonly device: Uint8Array;
  readonly id: DeviceId;
  readonly name: string;
  readonly seal: Uint8Array;
  readonly role: Role;
  readonly rank: Rank;
}

interface Rank {
  /** Number of the recovery that the path begins with; 0 for the founder's. */
  readonly recovery: number;
  /** Only tells two recoveries of one number apart. */
  readonly root: DeviceId;
  /** Seqs of the admissions from there on. */
  readonly path: readonly number[];
}

export function evaluateRoster({ founder, genesis, statements, forks }: Evidence): Roster {
  const roster = new Map<DeviceId, Member>();
  const candidates = new Map<DeviceId, Candidate>();
  const cuts = new Map<
    DeviceId,
    { readonly by: DeviceId; readonly at: number; cut: Said<'cut'> }[]
  >();
  const demotions = new Map<DeviceId, Said<'demote'>[]>();
  const clients = new Set<number>();

  const propose = (candidate: Candidate) => {
    if (roster.has(candidate.id)) return;
    const known = candidates.get(candidate.id);
    const [first, second] =
      known && compareRanks(known.rank, candidate.rank) < 0
        ? [known, candidate]
        : [candidate, known];
    candidates.set(candidate.id, { ...first, role: higher(first.role, second?.role) });
  };

  const founderId = bytesToHex(founder);
  propose({
    device: founder,
    id: founderId,
    name: genesis.name,
    seal: genesis.seal,
    role: 'owner',
    rank: { recovery: 0, root: founderId, path: [] },
  });
  for (const [id, said] of statements) {
    for (const { seq, statement } of said) {
      // Nobody stands above it who could say which history of a fork is the one.
      if (!('recover' in statement) || seq >= (forks.get(id) ?? Infinity)) continue;
      const { number, name, seal } = statement.recover;
      const rank = { recovery: number, root: id, path: [] };
      propose({ device: hexToBytes(id), id, name, seal, role: 'owner', rank });
    }
  }

  for (let next = mostSenior(candidates); next; next = mostSenior(candidates)) {
    const { id, device, name, seal, role, rank } = next;
    candidates.delete(id);
    // Whose notes could not be told from those of a more senior member is none.
    const client = clientOf(device);
    if (clients.has(client)) continue;
    clients.add(client);

    const said = statements.get(id) ?? [];
    const { limit, end, branch } = endOf(said, cuts.get(id) ?? [], forks.get(id));
    let [writes, rules] = [role === 'reader' ? 0 : limit, role === 'owner' ? limit : 0];
    for (const demotion of demotions.get(id) ?? []) {
      if (demotion.role !== 'owner') rules = Math.min(rules, demotion.seq);
      if (demotion.role === 'reader') writes = Math.min(writes, demotion.seq);
    }
    const atEnd =
      rules >= limit && role === 'owner' ? 'owner' : writes >= limit ? 'editor' : 'reader';
    roster.set(id, {
      device,
      name,
      seal,
      role: limit === 0 ? role : role === 'reader' ? 'reader' : atEnd,
      depth: rank.path.length,
      limit,
      writes,
      rules,
      end,
      branch,
    });

    for (const { seq, statement } of said) {
      if (seq > rules) break;
      if ('admit' in statement) {
        const { admit } = statement;
        const path = [...rank.path, seq];
        propose({ ...admit, id: bytesToHex(admit.device), rank: { ...rank, path } });
      } else if ('cut' in statement) {
        const { cut } = statement;
        push(cuts, bytesToHex(cut.device), { by: id, at: seq, cut });
      } else if ('demote' in statement) {
        push(demotions, bytesToHex(statement.demote.device), statement.demote);
      }
    }
  }
  return roster;
}

/** Where a log ends, by its own word, by those of its seniors (most senior first) and by a fork. */
function endOf(
  said: readonly Stated[],
  cuts: readonly { readonly by: DeviceId; readonly at: number; readonly cut: Said<'cut'> }[],
  fork: number | undefined,
): Pick<Member, 'limit' | 'end' | 'branch'> {
  let limit = Infinity;
  let end: End | null = null;
  let branch: Member['branch'] = null;
  const lower = (to: number, reason: End) => {
    if (to < limit) [limit, end] = [to, reason];
  };
  if (fork !== undefined) {
    // Nothing from the fork on counts, unless a senior has said which history stands.
    const chosen = cuts.find(({ cut }) => cut.branch?.from === fork)?.cut.branch;
    branch = chosen ?? null;
    const last = fork - 1 + (chosen?.hashes.length ?? 0);
    lower(last, { why: 'fork', by: null, seq: fork });
  }
  for (const { by, at, cut } of cuts) {
    // What another history than the one that stands is cut to says nothing about this one.
    const isElsewhere =
      fork !== undefined &&
      cut.seq >= fork &&
      (!branch || !sameHash(branch.hashes[cut.seq - fork], cut.hash));
    if (!isElsewhere) lower(cut.seq, { why: 'cut', by, seq: at });
  }
  const retired = said.find(({ statement }) => 'retire' in statement);
  if (retired) lower(retired.seq, { why: 'retired', by: null, seq: retired.seq });
  return { limit, end, branch };
}

function mostSenior(candidates: ReadonlyMap<DeviceId, Candidate>): Candidate | null {
  let first: Candidate | null = null;
  for (const candidate of candidates.values()) {
    if (!first || compareRanks(candidate.rank, first.rank) < 0) first = candidate;
  }
  return first;
}

/** Negative: `a` is the more senior. */
function compareRanks(a: Rank, b: Rank): number {
  if (a.path.length !== b.path.length) return a.path.length - b.path.length;
  if (a.recovery !== b.recovery) return b.recovery - a.recovery;
  if (a.root !== b.root) return a.root < b.root ? -1 : 1;
  const at = a.path.findIndex((seq, index) => seq !== b.path[index]);
  return at < 0 ? 0 : (a.path[at] ?? 0) - (b.path[at] ?? 0);
}

function higher(a: Role, b: Role | undefined): Role {
  return b !== undefined && roles.indexOf(b) > roles.indexOf(a) ? b : a;
}

function sameHash(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && bytesToHex(a) === bytesToHex(b);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
