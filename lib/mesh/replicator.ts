/**
 * The replicator: one side of a conversation between two devices, until both hold the same ledger.
 *
 * A state machine: frames come in by `receive`, frames go out by `take`, time by `tick`, and nothing
 * else happens. Any frame may be lost, repeated or late: what each side says of where it stands
 * (`progress`) is the acknowledgement, and what a progress shows to be missing is sent again. What
 * the other side says is believed of itself only; what it brings is judged by the ledger.
 *
 * Memory is flat whatever the backlog: data is read from the ledger when it is taken, at most
 * `limits.window` of it goes unacknowledged, and an inbox beyond that is not filled.
 */
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  compareBytes,
  decodeHeader,
  envelopeFromWire,
  equal,
  type Head,
  headerHash,
} from '../ledger/envelope.ts';
import type { Exchange, ForkProof, Judgement, Progress, Range } from '../ledger/exchange.ts';
import { forkPoint } from '../ledger/fork.ts';
import { type ForkSearch, narrow, nextSeqs, startSearch } from './fork-search.ts';
import {
  type ByeReason,
  decodeMessage,
  encodeMessage,
  inParts,
  limits,
  type Message,
  type MessageOf,
  protocol,
} from './messages.ts';

export interface Replicator {
  /** Something has come over the transport, whose other end is proven to be the peer. */
  readonly receive: (frame: Uint8Array) => void;
  /** Frames to send now, of at most so many bytes together: what the transport will buffer, not less
   *  than a frame. Ask again once it has sent them, and after each `wake`. */
  readonly take: (bytes: number) => Uint8Array[];
  /** Time has passed; about once a second. */
  readonly tick: () => void;
  /** The ledger has changed: by this device, or by what another replicator brought. */
  readonly changed: () => void;
  /** Says goodbye: one more `take`, then nothing. */
  readonly close: () => void;
  readonly state: () => ReplicatorState;
  /** Resolves when nothing of what was received is waiting for the ledger. */
  readonly settled: () => Promise<void>;
}

export interface ReplicatorState {
  /** Why it is over, and who said so; null while it is not. A ledger that failed left its error. */
  readonly closed: {
    readonly reason: ByeReason;
    readonly by: 'us' | 'peer';
    readonly error?: unknown;
  } | null;
  /** Whether both stand at the same place, as far as the peer was heard. Logs that are known to have
   *  forked do not count. */
  readonly agreed: boolean;
  /** Envelopes that the peer lacks, and that we lack. */
  readonly theyLack: number;
  readonly weLack: number;
  /** Neither side has got any further for `idleAfter`: the connection may go. */
  readonly idle: boolean;
  /** Unix ms; null if never. */
  readonly lastHeard: number | null;
  /** What no honest device sends: how often the peer did. */
  readonly violations: number;
}

export interface ReplicatorOptions {
  readonly exchange: Exchange;
  /** The key that the device at the other end has proven. */
  readonly peer: Uint8Array;
  /** Unix ms. */
  readonly now: () => number;
  /** There may be something to take. */
  readonly wake?: () => void;
}

/** How often a replicator that is not idle says where it stands, ms. */
export const progressEvery = 15_000;
/** ms. */
export const idleAfter = 5 * 60_000;

/** What was sent in vain is sent again at once, then after this long, and twice that, … ms. */
const firstRetry = 1_000;
const lastRetry = 5 * 60_000;
/** Data is lost once the other side has got none at all for so long, ms; slow links take their time. */
const lostAfter = 20_000;
/** A question is asked again after this long, ms, and then after longer. */
const askAgain = 2_000;
/** Bytes of envelopes in a frame, and in one admission. */
const packBytes = 57_344;
const batchBytes = 524_288;
const violationLimit = 100;
/** Questions of one peer that are answered, and forks that are searched for with it. */
const answerLimit = 256;
const searchLimit = 32;
const questionLimit = 64;
/** Data that is under way, in frames. */
const flightLimit = 256;
/** A content that a peer does not have is not asked for again for so long, ms. */
const refusedFor = 2 * 60_000;
/** More refusals than this, and nothing is asked for until the first is over. */
const refusedLimit = 256;

type Key = string;
type Data = MessageOf<'envelopes' | 'part' | 'proof' | 'header'>;

/** Data that was sent and is not acknowledged. */
interface Flight {
  readonly number: number;
  readonly bytes: number;
  readonly sentAt: number;
  /** Of each device in it, its newest seq. */
  readonly reached: ReadonlyMap<Key, number>;
}

interface Frame {
  readonly bytes: Uint8Array;
  /** Newest seq of this device's log in it. */
  readonly own?: number;
}

/** A content on its way to us. */
interface Fetch {
  readonly hash: Uint8Array;
  pieces: Uint8Array[];
  offset: number;
  total: number | null;
  /** Where what was asked for ends. */
  until: number;
  askedAt: number;
  attempts: number;
}

/** A content on its way to the peer. */
interface Serving {
  readonly hash: Uint8Array;
  /** Read when it is first sent. */
  content: Uint8Array | null;
  offset: number;
  count: number;
}

export function newReplicator({
  exchange,
  peer,
  now,
  wake = () => {},
}: ReplicatorOptions): Replicator {
  const space = exchange.space();
  const started = now();
  let closed: ReplicatorState['closed'] = null;
  let lastHeard: number | null = null;
  let violations = 0;
  let lastMove = started;

  // What we say of ourselves.
  let helloAt = -Infinity;
  let helloDue = true;
  let progressAt = -Infinity;
  let progressDue = false;
  let byeDue = false;
  let serial = 0;
  let revision = exchange.revision();
  /** A frame that did not fit into what was to be taken. */
  let held: Frame | null = null;

  // What the peer says of itself.
  let met = false;
  let theirSerial = 0;
  let theirs: Progress | null = null;
  let theirHeads = new Map<Key, Head>();

  // Data to the peer.
  let lastNumber = 0;
  /** The highest number that has reached the peer, and when that last moved. */
  let theirReceived = 0;
  let receivedAt = started;
  let flights: Flight[] = [];
  let flightBytes = 0;
  let outParts: MessageOf<'part'>[] = [];
  let partsReach: ReadonlyMap<Key, number> = new Map();
  /** Where the peer will be once it has what was sent. */
  const cursor = new Map<Key, Head>();
  let more = false;
  let ranges: Range[] = [];
  let proofs: ForkProof[] = [];
  const retries = new Map<Key, { best: number; wait: number; until: number }>();

  // Data from the peer.
  let inbox: { readonly message: Data; readonly bytes: number }[] = [];
  let inboxBytes = 0;
  /** Of what came although the inbox was full. */
  let overrun = 0;
  let received = 0;
  let acked = 0;
  let assembly: { first: number; parts: Uint8Array[] } | null = null;
  let working: Promise<void> | null = null;

  // Questions and answers.
  let answers: Message[] = [];
  let answered = 0;
  let search: ForkSearch | null = null;
  let searchAt = -Infinity;
  let searchTries = 0;
  const searched = new Set<Key>();
  let fetching: Fetch | null = null;
  let serving: Serving | null = null;
  const refused = new Map<Key, number>();
  /** When there was no content to ask for. */
  let contentless = { revision: -1, at: -Infinity };

  const end = (reason: ByeReason, by: 'us' | 'peer', error?: unknown) => {
    if (closed) return;
    closed = error === undefined ? { reason, by } : { reason, by, error };
    byeDue = by === 'us';
    inbox = [];
    flights = [];
    outParts = [];
    answers = [];
    proofs = [];
    ranges = [];
    held = assembly = fetching = serving = search = null;
    wake();
  };
  const violate = (count = 1) => {
    violations += count;
    if (violations >= violationLimit) end('misbehaving', 'us');
  };
  /** Whether the conversation may go on. */
  const mayTalk = () => {
    if (isOver()) return false;
    const current = exchange.space();
    if (!space || !current || !equal(space, current)) end('wrong-space', 'us');
    else if (!exchange.isMember(peer)) end('no-member', 'us');
    return !isOver();
  };
  // Across calls and awaits the compiler would still believe what it knew before.
  const isOver = () => closed !== null;

  // --- What has come

  const receive = (bytes: Uint8Array) => {
    if (!mayTalk()) return;
    lastHeard = now();
    const message = decodeMessage(bytes);
    if (message.op === 'refused') violate();
    else if (message.op === 'bye') part(message);
    else if (message.op === 'hello') meet(message);
    // Its hello was lost, and comes again.
    else if (met) hear(message, bytes.length);
    if (!closed) wake();
  };

  /** The peer goes, perhaps because it knows of a fork of ours that we do not know of. */
  const part = ({ reason, proof }: MessageOf<'bye'>) => {
    end(reason, 'peer');
    if (!proof) return;
    working = (working ?? Promise.resolve()).then(async () => {
      await exchange.admitForkProof(proof).catch(() => {}); // the conversation is over anyway
      working = null;
    });
  };

  /** A device whose log has forked has to hear of it, though nobody speaks to it any more. */
  const parting = (reason: ByeReason): { proof?: ForkProof } => {
    if (reason !== 'no-member') return {};
    const proof = exchange.forkProofs().find(({ first }) => {
      const author = decodeHeader(first.header)?.device;
      return author !== undefined && equal(author, peer);
    });
    const size = proof ? proof.first.header.length + proof.second.header.length : 0;
    return proof && size < limits.frame - 1_024 ? { proof } : {};
  };

  const meet = (hello: MessageOf<'hello'>) => {
    if (hello.protocol !== protocol) end('protocol', 'us');
    else if (!space || !equal(hello.space, space)) end('wrong-space', 'us');
    else if (!equal(hello.device, peer)) end('wrong-device', 'us');
    if (closed) return;
    if (!hello.heard) helloDue = true;
    if (!met) progressDue = true;
    met = true;
  };

  const hear = (message: Exclude<Message, { op: 'hello' | 'bye' }>, bytes: number) => {
    switch (message.op) {
      case 'progress':
        progressed(message);
        break;
      case 'envelopes':
      case 'part':
      case 'proof':
      case 'header':
        store(message, bytes);
        break;
      case 'probe':
        answer(() => ({
          ...message,
          op: 'hashes',
          hashes: exchange.hashesAt(message.device, message.seqs),
        }));
        break;
      case 'ask-header':
        answer(() => {
          const signed = exchange.signedHeaderAt(message.device, message.seq);
          return signed && { op: 'header', signed };
        });
        break;
      case 'hashes':
        compare(message);
        break;
      case 'ask-content':
        serve(message);
        break;
      case 'content':
        keepPiece(message);
        break;
      case 'no-content':
        if (fetching && equal(fetching.hash, message.hash)) refuse(fetching.hash);
    }
  };

  const answer = (make: () => Message | null) => {
    answered++;
    if (answered > answerLimit) {
      violate();
      return;
    }
    const message = answers.length < 8 ? make() : null;
    if (message) answers.push(message);
  };

  const store = (message: Data, bytes: number) => {
    if (inboxBytes + bytes > limits.window + limits.frame) {
      // It is safe to lose; only one who goes on and on does not listen.
      overrun += bytes;
      if (overrun > limits.window) end('window', 'us');
      return;
    }
    if ('number' in message) received = Math.max(received, message.number);
    inbox.push({ message, bytes });
    inboxBytes += bytes;
    working ??= work();
  };

  /** One after the other, envelopes that came together in one admission. */
  const work = async () => {
    // What has come in this turn is judged together.
    await Promise.resolve();
    try {
      for (let item = inbox[0]; item; item = inbox[0]) {
        const messages = [item.message];
        let bytes = item.bytes;
        while (item.message.op === 'envelopes' && bytes < batchBytes) {
          const next = inbox[messages.length];
          if (next?.message.op !== 'envelopes') break;
          messages.push(next.message);
          bytes += next.bytes;
        }
        await judge(messages);
        if (isOver()) return;
        inbox.splice(0, messages.length);
        inboxBytes -= bytes;
        overrun = 0;
        for (const message of messages) {
          if ('number' in message) acked = Math.max(acked, message.number);
        }
        progressDue = true;
        wake();
      }
    } catch (error) {
      end('failed', 'us', error);
    } finally {
      working = null;
    }
  };

  const judge = async (messages: readonly Data[]): Promise<void> => {
    const [message] = messages;
    if (message?.op === 'proof') {
      if (!(await exchange.admitForkProof(message))) violate();
    } else if (message?.op === 'header') await convict(message);
    else if (message?.op === 'part') {
      const whole = assemble(message);
      if (!whole) return;
      if (whole.op === 'envelopes' || whole.op === 'proof' || whole.op === 'header') {
        await judge([whole]);
      } else violate();
    } else {
      const envelopes = messages.flatMap((each) => (each.op === 'envelopes' ? each.envelopes : []));
      if (envelopes.length === 0) return;
      const judgements = await exchange.admit(envelopes, peer);
      violate(judgements.filter((judgement, at) => isTheirFault(judgement, envelopes[at])).length);
    }
  };

  /** An honest device hands on what others wrote, their faults included, but has checked who did. */
  const isTheirFault = ({ verdict }: Judgement, envelope: Uint8Array | undefined): boolean => {
    if (verdict === 'bad-signature') return true;
    if (verdict !== 'malformed' && verdict !== 'policy') return false;
    const author = envelope && envelopeFromWire(envelope)?.fields.device;
    return !author || equal(author, peer);
  };

  /** One message at a time: parts of another one replace what there was. */
  const assemble = (part: MessageOf<'part'>) => {
    const first = part.number - part.part;
    if (part.part >= part.of || (assembly && first < assembly.first)) return null;
    if (assembly?.first !== first) assembly = { first, parts: [] };
    const { parts } = assembly;
    parts[part.part] = part.bytes;
    const whole = Array.from({ length: part.of }, (_, at) => parts[at]);
    if (!whole.every((each) => each !== undefined)) return null;
    assembly = null;
    const message = decodeMessage(concatBytes(...whole), limits.part * limits.parts);
    if (message.op !== 'refused') return message;
    violate();
    return null;
  };

  // --- Where both stand

  const ours = (): Progress => {
    const { heads, forks } = exchange.progress();
    return { heads, forks: forks.slice(0, limits.forks) };
  };

  const progressed = (message: MessageOf<'progress'>) => {
    if (message.serial <= theirSerial) return;
    if (message.acked > message.received || message.received > lastNumber) {
      violate();
      return;
    }
    theirSerial = message.serial;
    const before = theirHeads;
    theirs = message;
    theirHeads = new Map(message.heads.map((head) => [bytesToHex(head.device), head]));
    for (const [key, { seq }] of theirHeads) {
      if (before.get(key)?.seq !== seq) lastMove = now();
      if (seq > (cursor.get(key)?.seq ?? 0)) advance(key, theirHeads.get(key));
    }
    exchange.acknowledged(peer, message.heads);

    if (message.received > theirReceived) {
      theirReceived = message.received;
      receivedAt = now();
    }
    const stale = now() - lostAfter;
    const arrived = ({ number }: Flight) => number <= message.acked;
    const lost = ({ number, sentAt }: Flight) =>
      number > theirReceived && Math.max(sentAt, receivedAt) <= stale;
    for (const flight of flights) {
      if (!arrived(flight) && !lost(flight)) continue;
      for (const [key, seq] of flight.reached) {
        if ((theirHeads.get(key)?.seq ?? 0) < seq) lag(key);
      }
    }
    flights = flights.filter((flight) => !arrived(flight) && !lost(flight));
    flightBytes = flights.reduce((sum, { bytes }) => sum + bytes, 0);
    const wanted = message.wanted.filter(({ device, to }) =>
      mayRepeat(`range ${bytesToHex(device)} ${to}`, 0),
    );
    ranges = [...ranges, ...wanted].slice(0, limits.wanted);
    more = true;
    review();
    findForks();
    // Otherwise the clock sees to it.
    if (mayBeSilent() && now() - progressAt >= progressEvery) progressDue = true;
  };

  /** Looks for what was sent in vain. */
  const review = () => {
    if (!theirs) return;
    const underWay = new Set(flights.flatMap(({ reached }) => [...reached.keys()]));
    if (outParts.length > 0) for (const key of partsReach.keys()) underWay.add(key);
    for (const [key, { seq }] of cursor) {
      if (!underWay.has(key) && seq > (theirHeads.get(key)?.seq ?? 0)) lag(key);
    }
    const mine = ours();
    const theirForks = new Map(theirs.forks.map(({ device, seq }) => [bytesToHex(device), seq]));
    const unknown = new Set<Key>();
    for (const { device, seq } of mine.forks) {
      const key = bytesToHex(device);
      if ((theirForks.get(key) ?? Infinity) > seq) unknown.add(key);
    }
    if (unknown.size === 0 || proofs.length > 0) return;
    proofs = exchange.forkProofs().filter((proof) => {
      const fork = forkPoint(proof);
      const key = fork && bytesToHex(fork.device);
      return fork && key && unknown.has(key) && mayRepeat(`proof ${key}`, 0);
    });
  };

  /** The peer has not committed what was sent of this log: sends it again, if that may help. */
  const lag = (key: Key) => {
    if (!mayRepeat(key, theirHeads.get(key)?.seq ?? 0)) return;
    advance(key, theirHeads.get(key));
    more = true;
  };

  /** At once if the peer got further than ever, else after a while that gets longer. */
  const mayRepeat = (what: string, reached: number): boolean => {
    const past = retries.get(what);
    if (past && reached <= past.best && now() < past.until) return false;
    const wait =
      past && reached <= past.best ? Math.min(Math.max(past.wait * 2, firstRetry), lastRetry) : 0;
    retries.delete(what);
    retries.set(what, {
      best: Math.max(reached, past?.best ?? 0),
      wait,
      until: now() + (wait || firstRetry),
    });
    // The peer chooses what it wants: no more is remembered than it could want at once, twice.
    const [oldest] = retries.keys();
    if (retries.size > 2 * (limits.heads + limits.wanted) && oldest) retries.delete(oldest);
    return true;
  };

  const advance = (key: Key, head: Head | undefined) => {
    if (head) cursor.set(key, head);
    else cursor.delete(key);
  };

  const isIdle = () => now() - lastMove >= idleAfter;
  const mayBeSilent = () => isIdle() && compareAll().agreed;

  const compareAll = () => {
    const mine = ours();
    let theyLack = 0;
    let weLack = 0;
    let agreed = theirs !== null;
    const bothKnow = new Set<Key>();
    const said = new Map((theirs?.forks ?? []).map(({ device, seq }) => [bytesToHex(device), seq]));
    for (const { device, seq } of mine.forks) {
      const key = bytesToHex(device);
      if (said.get(key) === seq) bothKnow.add(key);
    }
    if (bothKnow.size !== said.size || bothKnow.size !== mine.forks.length) agreed = false;
    const left = new Map(theirHeads);
    for (const head of mine.heads) {
      const key = bytesToHex(head.device);
      const their = left.get(key);
      left.delete(key);
      if (bothKnow.has(key)) continue;
      theyLack += Math.max(0, head.seq - (their?.seq ?? 0));
      weLack += Math.max(0, (their?.seq ?? 0) - head.seq);
      if (!their || their.seq !== head.seq || !equal(their.hash, head.hash)) agreed = false;
    }
    for (const [key, { seq }] of left) {
      if (bothKnow.has(key)) continue;
      weLack += seq;
      agreed = false;
    }
    return { agreed, theyLack, weLack };
  };

  // --- Forks

  const findForks = () => {
    if (search || !theirs || searched.size >= searchLimit) return;
    const mine = ours();
    const seqs = new Map(mine.heads.map(({ device, seq }) => [bytesToHex(device), seq]));
    const known = new Set([...mine.forks, ...theirs.forks].map(({ device }) => bytesToHex(device)));
    for (const { device, seq, hash } of theirs.heads) {
      const key = bytesToHex(device);
      if (known.has(key) || searched.has(key) || seq > (seqs.get(key) ?? 0)) continue;
      const [held] = exchange.hashesAt(device, [seq]);
      if (!held || equal(held, hash)) continue;
      searched.add(key);
      search = startSearch(device, seq);
      searchAt = -Infinity;
      return;
    }
  };

  const compare = ({ device, seqs, hashes }: MessageOf<'hashes'>) => {
    if (!search || !equal(search.device, device)) return;
    search = narrow(search, seqs, hashes, exchange.hashesAt(device, seqs));
    searchAt = -Infinity;
    searchTries = 0;
    // It contradicts itself: logs that are chains cannot meet again.
    if (!search) violate();
  };

  const convict = async ({ signed }: MessageOf<'header'>) => {
    const header = decodeHeader(signed.header);
    if (!search || !header) return;
    if (header.seq !== search.differ || !equal(header.device, search.device)) return;
    const first = exchange.signedHeaderAt(search.device, search.differ);
    search = null;
    if (first && !(await exchange.admitForkProof({ first, second: signed }))) violate();
  };

  const searchFrame = (): Frame | null => {
    if (!search || now() < searchAt) return null;
    const seqs = nextSeqs(search);
    if (search.rounds >= questionLimit) {
      search = null;
      return null;
    }
    search = { ...search, rounds: search.rounds + 1 };
    searchAt = now() + askAgain * 2 ** Math.min(searchTries++, 4);
    const { device, differ } = search;
    return seqs.length > 0
      ? frame({ op: 'probe', device, seqs })
      : frame({ op: 'ask-header', device, seq: differ });
  };

  // --- Contents

  const refuse = (hash: Uint8Array) => {
    fetching = null;
    refused.set(bytesToHex(hash), now() + refusedFor);
  };

  const serve = ({ hash, offset, count }: MessageOf<'ask-content'>) => {
    const content = serving && equal(serving.hash, hash) ? serving.content : null;
    serving = { hash, content, offset, count };
  };

  const keepPiece = ({ hash, offset, total, bytes }: MessageOf<'content'>) => {
    if (!fetching || !equal(fetching.hash, hash) || fetching.offset !== offset) return;
    if ((fetching.total ?? total) !== total) {
      violate();
      refuse(hash);
      return;
    }
    fetching.total = total;
    fetching.pieces.push(bytes);
    fetching.offset += bytes.length;
    fetching.attempts = 0;
    lastMove = now();
    if (fetching.offset < total) return;
    const content = concatBytes(...fetching.pieces);
    fetching = null;
    if (!equal(sha256(content), hash)) {
      violate();
      refuse(hash);
    } else if (!exchange.keepContent(hash, content)) refuse(hash);
  };

  const fetchFrame = (): Frame | null => {
    // Envelopes first: they say which contents still matter.
    if (inbox.length > 0) return null;
    if (fetching && fetching.offset < fetching.until && now() < fetching.askedAt + askAgain) {
      return null;
    }
    if (fetching && fetching.attempts >= 8) refuse(fetching.hash);
    if (!fetching) {
      const isNews =
        contentless.revision !== exchange.revision() || now() - contentless.at >= progressEvery;
      if (!isNews) return null;
      for (const [key, until] of refused) if (now() >= until) refused.delete(key);
      if (refused.size >= refusedLimit) return null;
      const hash = exchange
        .missingContents(limits.run + refused.size)
        .find((each) => !refused.has(bytesToHex(each)));
      if (!hash) {
        contentless = { revision: exchange.revision(), at: now() };
        return null;
      }
      fetching = { hash, pieces: [], offset: 0, total: null, until: 0, askedAt: 0, attempts: 0 };
    }
    const { hash, offset } = fetching;
    fetching.askedAt = now();
    fetching.attempts++;
    fetching.until = Math.min(offset + limits.run * limits.chunk, fetching.total ?? Infinity);
    return frame({ op: 'ask-content', hash, offset, count: limits.run });
  };

  const contentFrame = (): Frame | null => {
    if (!serving || serving.count === 0) return null;
    const { hash, offset } = serving;
    const content = (serving.content ??= exchange.content(hash));
    if (!content || content.length > limits.content || offset >= content.length) {
      serving = null;
      return frame({ op: 'no-content', hash });
    }
    const bytes = content.subarray(offset, offset + limits.chunk);
    serving.offset += bytes.length;
    serving.count--;
    if (serving.offset >= content.length) serving = null;
    return frame({ op: 'content', hash, offset, total: content.length, bytes });
  };

  // --- What goes out

  const frame = (message: Message): Frame => ({ bytes: encodeMessage(message) });

  /** Cuts what is too long for a frame into parts, which go out first of all data. */
  const data = (message: Message, reached: ReadonlyMap<Key, number>): Frame | null => {
    const bytes = encodeMessage(message);
    if (bytes.length > limits.frame) {
      outParts = inParts(bytes, lastNumber + 1);
      partsReach = reached;
      return partFrame();
    }
    if (message.op === 'envelopes') fly(message.number, bytes.length, reached);
    const own = reached.get(bytesToHex(exchange.device()));
    return own === undefined ? { bytes } : { bytes, own };
  };

  const partFrame = (): Frame | null => {
    const part = outParts.shift();
    if (!part) return null;
    const { bytes } = frame(part);
    const isLast = outParts.length === 0;
    fly(part.number, bytes.length, isLast ? partsReach : new Map());
    const own = isLast ? partsReach.get(bytesToHex(exchange.device())) : undefined;
    return own === undefined ? { bytes } : { bytes, own };
  };

  const fly = (number: number, bytes: number, reached: ReadonlyMap<Key, number>) => {
    lastNumber = number;
    flights.push({ number, bytes, sentAt: now(), reached });
    flightBytes += bytes;
  };

  const envelopesFrame = (): Frame | null => {
    for (;;) {
      const range = ranges[0];
      if (!range && !more) return null;
      const envelopes = range
        ? exchange.range(range, packBytes)
        : exchange.missing([...cursor.values()].sort(byDevice), packBytes);
      const reached = new Map<Key, number>();
      let advanced = false;
      let last = 0;
      for (const envelope of envelopes) {
        const opened = envelopeFromWire(envelope);
        if (!opened) continue;
        const { device, seq } = opened.fields;
        last = seq;
        if (range) continue;
        const key = bytesToHex(device);
        if (seq <= (cursor.get(key)?.seq ?? 0)) continue;
        cursor.set(key, { device, seq, hash: headerHash(opened.header) });
        reached.set(key, seq);
        advanced = true;
      }
      if (range) {
        ranges.shift();
        if (last >= range.from && last < range.to) ranges.unshift({ ...range, from: last + 1 });
      } else more = advanced;
      if (envelopes.length > 0 && (range || advanced)) {
        return data({ op: 'envelopes', number: lastNumber + 1, envelopes }, reached);
      }
    }
  };

  const progressFrame = (): Frame | null => {
    const { heads, forks } = ours();
    if (heads.length > limits.heads) {
      end('too-large', 'us');
      return null;
    }
    progressDue = false;
    progressAt = now();
    revision = exchange.revision();
    serial++;
    const wanted = exchange.wanted().slice(0, limits.wanted);
    return frame({ op: 'progress', serial, received, acked, heads, forks, wanted });
  };

  /** The most urgent thing to say. */
  const next = (): Frame | null => {
    if (byeDue && closed) {
      byeDue = false;
      return frame({ op: 'bye', reason: closed.reason, ...parting(closed.reason) });
    }
    if (closed || !space) return null;
    if (helloDue) {
      helloDue = false;
      helloAt = now();
      return frame({ op: 'hello', protocol, space, device: exchange.device(), heard: met });
    }
    if (!met) return null;
    if (progressDue) return progressFrame() ?? next();
    const answer = outParts.length === 0 && answers.shift();
    if (answer) return data(answer, new Map());
    const question = searchFrame();
    if (question) return question;
    const room = limits.window - flightBytes;
    if (room >= limits.frame && flights.length < flightLimit) {
      const part = partFrame();
      if (part) return part;
      const proof = proofs.shift();
      if (proof) return data({ op: 'proof', ...proof }, new Map());
      // Until the peer says where it stands, everything would be sent.
      const envelopes = theirs && envelopesFrame();
      if (envelopes) return envelopes;
    }
    return theirs && (contentFrame() ?? fetchFrame());
  };

  return {
    receive,
    take: (bytes) => {
      mayTalk();
      const frames: Uint8Array[] = [];
      let left = bytes;
      for (;;) {
        const frame = held ?? next();
        held = frame && frame.bytes.length > left ? frame : null;
        if (!frame || held) return frames;
        left -= frame.bytes.length;
        frames.push(frame.bytes);
        if (frame.own !== undefined) exchange.sent(frame.own);
      }
    },
    tick: () => {
      if (!mayTalk()) return;
      if (!met && now() - helloAt >= firstRetry) helloDue = true;
      if (now() - progressAt >= progressEvery && !mayBeSilent()) progressDue = true;
      // It may be a whole content that nobody asks for any more.
      if (isIdle()) serving = null;
      review();
      wake();
    },
    changed: () => {
      if (!mayTalk() || exchange.revision() === revision) return;
      lastMove = now();
      progressDue = true;
      more = true;
      wake();
    },
    close: () => end('closed', 'us'),
    state: () => ({
      closed,
      ...compareAll(),
      idle: isIdle(),
      lastHeard,
      violations,
    }),
    settled: async () => {
      while (working) await working;
    },
  };
}

function byDevice(a: Head, b: Head): number {
  return compareBytes(a.device, b.device);
}
