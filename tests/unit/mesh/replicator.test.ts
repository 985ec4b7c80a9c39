import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { envelopeToWire } from '../../../lib/ledger/envelope.ts';
import { decodeMessage, encodeMessage, limits, type Message } from '../../../lib/mesh/messages.ts';
import { idleAfter, newReplicator, progressEvery } from '../../../lib/mesh/replicator.ts';
import { deviceKey, fakeSign, memoryExchange, testSpace } from '../../support/exchange.ts';
import { headsOf, network } from '../../support/mesh.ts';

/** One replicator, and a peer that the test plays. */
function played() {
  const exchange = memoryExchange(deviceKey(1));
  const peer = deviceKey(2);
  let time = 0;
  const replicator = newReplicator({ exchange, peer, now: () => time });
  const taken = (bytes = 4 * limits.window) =>
    replicator.take(bytes).map((frame) => decodeMessage(frame));
  const say = async (...messages: Message[]) => {
    for (const message of messages) replicator.receive(encodeMessage(message));
    await replicator.settled();
    return taken();
  };
  const hello = {
    op: 'hello',
    protocol: 1,
    space: testSpace,
    device: peer,
    heard: false,
  } as const;
  let serial = 0;
  const progress = (fields: Partial<Message & { op: 'progress' }> = {}): Message => ({
    op: 'progress',
    serial: ++serial,
    received: 0,
    acked: 0,
    heads: [],
    forks: [],
    wanted: [],
    ...fields,
  });
  const pass = (ms: number) => {
    time += ms;
    replicator.tick();
    return taken();
  };
  return { exchange, replicator, peer, taken, say, hello, progress, pass };
}

const ops = (messages: readonly { readonly op: string }[]) => messages.map(({ op }) => op);

test('what one device wrote is on the other, and both know that it is', async () => {
  const [a, b] = [memoryExchange(deviceKey(1)), memoryExchange(deviceKey(2))];
  for (let at = 0; at < 500; at++) a.write(new Uint8Array(300).fill(at));
  b.write();
  const { pass, agreed, end } = network([a, b], [[0, 1]]);
  await pass(1_000);
  expect(headsOf(b)).toEqual(headsOf(a));
  expect(agreed()).toBe(true);
  expect(end(0, 1).replicator.state()).toMatchObject({ theyLack: 0, weLack: 0, violations: 0 });
  expect(b.receipts.get(bytesToHex(a.device()))).toEqual(b.progress().heads);
  expect(a.sentUntil()).toBe(500);
});

test('what a device got from one peer it offers to the next', async () => {
  const nodes = [1, 2, 3].map((name) => memoryExchange(deviceKey(name)));
  const { pass, agreed } = network(nodes, [
    [0, 1],
    [1, 2],
  ]);
  await pass(1_000);
  nodes[0]!.write();
  nodes[2]!.write();
  await pass(1_000);
  expect(agreed()).toBe(true);
  expect(headsOf(nodes[2]!)).toEqual(headsOf(nodes[0]!));
});

test('an envelope that is longer than a frame arrives', async () => {
  const [a, b] = [memoryExchange(deviceKey(1)), memoryExchange(deviceKey(2))];
  a.write(new Uint8Array(65_536).fill(7));
  a.write(new Uint8Array(65_536).fill(8));
  a.write();
  const { pass, agreed } = network([a, b], [[0, 1]]);
  await pass(1_000);
  expect(agreed()).toBe(true);
  expect(headsOf(b)).toEqual(headsOf(a));
});

test('a peer that acknowledges nothing gets one window, and the ledger is read no further', async () => {
  const { exchange, say, hello, progress, taken, pass } = played();
  for (let at = 0; at < 3_000; at++) exchange.write(new Uint8Array(1_000).fill(at));
  const sent = await say(hello, progress());
  sent.push(...taken(), ...pass(1_000));
  const bytes = sent
    .flatMap((message) => (message.op === 'envelopes' ? message.envelopes : []))
    .reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThanOrEqual(limits.window);
  expect(bytes).toBeGreaterThan(limits.window - 2 * limits.frame);
  expect(exchange.mostRead()).toBeLessThan(limits.frame);
});

test('no more is taken than the transport will buffer', async () => {
  const { exchange, replicator, say, hello, progress, taken } = played();
  await say(hello);
  taken();
  for (let at = 0; at < 3_000; at++) exchange.write(new Uint8Array(1_000).fill(at));
  replicator.receive(encodeMessage(progress()));
  const frames = replicator.take(100_000);
  expect(frames.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(100_000);
  expect(frames.length).toBeGreaterThan(0);
});

test('a peer that sends on without waiting is dropped', async () => {
  const { exchange, replicator, say, hello, progress, taken } = played();
  await say(hello, progress());
  const author = memoryExchange(deviceKey(2));
  const envelope = author.write(new Uint8Array(50_000));
  let admissions = 0;
  Object.assign(exchange, { admit: () => (admissions++, new Promise(() => {})) });
  for (let number = 1; number < 100; number++) {
    replicator.receive(encodeMessage({ op: 'envelopes', number, envelopes: [envelope] }));
  }
  expect(taken()).toContainEqual({ op: 'bye', reason: 'window' });
  expect(replicator.state().closed).toEqual({ reason: 'window', by: 'us' });
  expect(admissions).toBeLessThanOrEqual(1);
});

test.for<[string, Partial<Message & { op: 'hello' }>]>([
  ['protocol', { protocol: 2 }],
  ['wrong-space', { space: new Uint8Array(16) }],
  ['wrong-device', { device: deviceKey(3) }],
])('a hello that does not fit ends it: %s', async ([reason, fields]) => {
  const { say, hello, replicator } = played();
  expect(await say({ ...hello, ...fields })).toEqual([{ op: 'bye', reason }]);
  expect(await say(hello)).toEqual([]);
  expect(replicator.state().closed).toMatchObject({ reason, by: 'us' });
});

test('a device that is no longer a member is not spoken to', async () => {
  const { say, hello, progress, exchange, peer, replicator, taken } = played();
  await say(hello, progress());
  exchange.members.set(bytesToHex(peer), false);
  exchange.write();
  replicator.changed();
  expect(taken()).toEqual([{ op: 'bye', reason: 'no-member' }]);
});

test('nothing of the ledger is said before the hello', async () => {
  const { say, exchange, progress } = played();
  exchange.write();
  expect(ops(await say(progress()))).toEqual(['hello']);
  expect(exchange.receipts.size).toBe(0);
});

test('a hello is repeated until it is answered', () => {
  const { pass } = played();
  expect(ops(pass(0))).toEqual(['hello']);
  expect(ops(pass(1_000))).toEqual(['hello']);
  expect(ops(pass(1_000))).toEqual(['hello']);
});

test('what is sent in vain is sent again, less and less often', async () => {
  const { exchange, say, hello, progress, pass } = played();
  exchange.write();
  await say(hello);
  let sent = 0;
  const sentAt: number[] = [];
  for (let second = 0; second < 600; second++) {
    const frames = [...pass(1_000), ...(await say(progress({ received: sent, acked: sent })))];
    for (const { op } of frames) {
      if (op !== 'envelopes') continue;
      sent++;
      sentAt.push(second);
    }
  }
  expect(sentAt.length).toBeGreaterThan(5);
  expect(sentAt.length).toBeLessThan(14);
});

test('it says where it stands every 15 s, until both agree and nothing has moved for a while', async () => {
  const { say, hello, progress, pass, replicator, exchange, taken } = played();
  await say(hello, progress());
  let said = 0;
  for (let at = 0; at < idleAfter; at += 1_000) {
    said += pass(1_000).filter(({ op }) => op === 'progress').length;
  }
  expect(said).toBe(idleAfter / progressEvery - 1);
  expect(replicator.state()).toMatchObject({ idle: true, agreed: true });
  expect(pass(progressEvery)).toEqual([]);
  exchange.write();
  replicator.changed();
  expect(ops(taken())).toEqual(['progress', 'envelopes']);
});

test('who hands on the faults of others is not to blame, who makes them is', async () => {
  const { say, hello, progress, replicator, exchange } = played();
  await say(hello, progress());
  const [relayed, own] = [memoryExchange(deviceKey(3)), memoryExchange(deviceKey(2))];
  Object.assign(exchange, {
    admit: async (envelopes: Uint8Array[]) => envelopes.map(() => ({ verdict: 'policy' })),
  });
  await say({ op: 'envelopes', number: 1, envelopes: [relayed.write()] });
  expect(replicator.state().violations).toBe(0);
  await say({ op: 'envelopes', number: 2, envelopes: [own.write()] });
  expect(replicator.state().violations).toBe(1);
});

test('an envelope under a wrong signature is a violation; a hundred of them end it', async () => {
  const { say, hello, progress, replicator } = played();
  await say(hello, progress());
  const author = memoryExchange(deviceKey(3));
  author.write();
  const { header } = author.held(author.device())[0]!;
  const wrong = envelopeToWire({
    header,
    signature: fakeSign(deviceKey(4), header),
    payload: new Uint8Array([0]),
  });
  await say({ op: 'envelopes', number: 1, envelopes: [wrong] });
  expect(replicator.state().violations).toBe(1);
  const answer = await say({
    op: 'envelopes',
    number: 2,
    envelopes: Array.from({ length: 99 }, () => wrong),
  });
  expect(answer).toEqual([{ op: 'bye', reason: 'misbehaving' }]);
});

test('a ledger that fails ends the conversation and keeps the error', async () => {
  const { say, hello, progress, replicator, exchange } = played();
  await say(hello, progress());
  const error = new Error('disk full');
  Object.assign(exchange, { admit: () => Promise.reject(error) });
  const envelopes = [memoryExchange(deviceKey(3)).write()];
  expect(await say({ op: 'envelopes', number: 1, envelopes })).toEqual([
    { op: 'bye', reason: 'failed' },
  ]);
  expect(replicator.state().closed).toEqual({ reason: 'failed', by: 'us', error });
});

test('what a peer wants besides is sent once, and again only after a while', async () => {
  const { say, hello, progress, exchange, pass } = played();
  for (let at = 0; at < 9; at++) exchange.write();
  const heads = exchange.progress().heads;
  const wanted = [{ device: exchange.device(), from: 3, to: 6 }];
  const [first] = (await say(hello, progress({ heads, wanted }))).filter(
    ({ op }) => op === 'envelopes',
  );
  expect(first).toMatchObject({
    envelopes: exchange
      .held(exchange.device())
      .slice(2, 6)
      .map(({ wire }) => wire),
  });
  expect(ops(await say(progress({ heads, wanted })))).not.toContain('envelopes');
  pass(1_500);
  expect(ops(await say(progress({ heads, wanted, received: 1, acked: 1 })))).toContain('envelopes');
});

test.for<[number, number, number]>([
  [5, 1, 5],
  [5_000, 2_501, 4_999],
  [5_000, 1, 5_000],
  [5_000, 4_999, 5_000],
])(
  'a fork among %i envelopes, at %i, is found by log64 questions and proven on both sides',
  async ([length, at, other]) => {
    const x = memoryExchange(deviceKey(9));
    for (let seq = 1; seq < at; seq++) x.write();
    const copy = x.copy();
    for (let seq = at; seq <= length; seq++) x.write(new Uint8Array([1]));
    for (let seq = at; seq <= other; seq++) copy.write(new Uint8Array([2]));
    const [a, b] = [memoryExchange(deviceKey(1)), memoryExchange(deviceKey(2))];
    for (const [node, from] of [
      [a, x],
      [b, copy],
    ] as const) {
      await node.admit(
        from.held(from.device()).map(({ wire }) => wire),
        'test',
      );
    }
    let probes = 0;
    for (const node of [a, b]) {
      const { hashesAt } = node;
      Object.assign(node, {
        hashesAt: (device: Uint8Array, seqs: number[]) => {
          if (seqs.length > 1) probes++;
          return hashesAt(device, seqs);
        },
      });
    }
    const { pass, agreed } = network([a, b], [[0, 1]]);
    await pass(20_000);
    const forks = [{ device: x.device(), seq: at }];
    expect(a.progress().forks).toEqual(forks);
    expect(b.progress().forks).toEqual(forks);
    expect(agreed()).toBe(true);
    // Both sides may search; each answer is looked up on each side.
    expect(probes).toBeLessThanOrEqual(2 * 2 * Math.ceil(Math.log(length) / Math.log(65)) + 4);
  },
);

test('a fork that one side knows is proven to the other', async () => {
  const x = memoryExchange(deviceKey(9));
  const copy = x.copy();
  x.write(new Uint8Array([1]));
  copy.write(new Uint8Array([2]));
  const [a, b] = [memoryExchange(deviceKey(1)), memoryExchange(deviceKey(2))];
  const signed = [x, copy].map((each) => each.signedHeaderAt(x.device(), 1)!);
  await a.admitForkProof({ first: signed[0]!, second: signed[1]! });
  const { pass, agreed } = network([a, b], [[0, 1]]);
  await pass(1_000);
  expect(b.progress().forks).toEqual([{ device: x.device(), seq: 1 }]);
  expect(agreed()).toBe(true);
});

test('a peer that makes up hashes is asked no further than it contradicts itself', async () => {
  const { say, hello, progress, exchange, replicator, pass } = played();
  for (let at = 0; at < 5_000; at++) exchange.write();
  const device = exchange.device();
  const made = new Uint8Array(32).fill(1);
  let asked = 0;
  const heads = [{ device, seq: 5_000, hash: made }];
  let replies = await say(hello, progress({ heads }));
  for (let round = 0; round < 500; round++) {
    const questions = replies.filter(({ op }) => op === 'probe' || op === 'ask-header');
    asked += questions.length;
    const answers = questions.flatMap((question): Message[] =>
      question.op === 'probe'
        ? [{ ...question, op: 'hashes', hashes: question.seqs.map(() => made) }]
        : [
            {
              op: 'header',
              signed: { header: new Uint8Array(140), signature: new Uint8Array(64) },
            },
          ],
    );
    replies = [...(await say(...answers, progress({ heads }))), ...pass(40_000)];
  }
  expect(asked).toBeLessThanOrEqual(64);
  expect(exchange.progress().forks).toEqual([]);
  expect(replicator.state().closed).toBe(null);
});

test('a peer that contradicts itself about a log is not asked on, and that is a violation', async () => {
  const { say, hello, progress, exchange, replicator } = played();
  for (let at = 0; at < 9; at++) exchange.write();
  const device = exchange.device();
  const made = new Uint8Array(32).fill(1);
  await say(hello, progress({ heads: [{ device, seq: 9, hash: made }] }));
  const right = exchange.hashesAt(device, [5])[0]!;
  const replies = await say({ op: 'hashes', device, seqs: [3, 5], hashes: [made, right] });
  expect(ops(replies)).toEqual([]);
  expect(replicator.state().violations).toBe(1);
});

test('a progress that comes late does not take back what a newer one said', async () => {
  const { say, hello, progress, exchange, peer } = played();
  exchange.write();
  const { heads } = exchange.progress();
  const old = progress();
  await say(hello, progress({ heads }), old);
  expect(exchange.receipts.get(bytesToHex(peer))).toEqual(heads);
});

test('an acknowledgement of what was never sent is a violation', async () => {
  const { say, hello, progress, replicator } = played();
  await say(hello, progress({ received: 1 }), progress({ acked: 1, received: 0 }));
  expect(replicator.state().violations).toBe(2);
});

test('an envelope in parts is under way until the last of them is', async () => {
  const { exchange, say, hello, progress } = played();
  for (let at = 0; at < 16; at++) exchange.write(new Uint8Array(60_000));
  const { hash } = exchange.held(exchange.device()).at(-1)!;
  exchange.write(new Uint8Array(65_536));
  // The window has room for one part only.
  const sent = (await say(hello, progress())).filter(({ op }) => op === 'part');
  expect(sent).toMatchObject([{ number: 17, part: 0 }]);
  const heads = [{ device: exchange.device(), seq: 16, hash }];
  const rest = await say(progress({ received: 17, acked: 17, heads }));
  expect(rest).toMatchObject([{ op: 'part', number: 18, part: 1 }]);
});

test('what was lost on the way is sent again before the rest of a backlog', async () => {
  const { exchange, say, hello, progress } = played();
  for (let at = 0; at < 100; at++) exchange.write(new Uint8Array(50_000).fill(at));
  await say(hello, progress());
  const [first, second] = exchange.held(exchange.device());
  const heads = [{ device: exchange.device(), seq: 1, hash: first!.hash }];
  const replies = await say(progress({ received: 3, acked: 3, heads }));
  expect(replies.find(({ op }) => op === 'envelopes')).toMatchObject({ envelopes: [second!.wire] });
});

test('what comes while the ledger works is judged next, together, and acknowledged only then', async () => {
  const { exchange, replicator, say, hello, progress, taken } = played();
  await say(hello, progress());
  const author = memoryExchange(deviceKey(2));
  const sizes: number[] = [];
  let finish = () => {};
  const { admit } = exchange;
  Object.assign(exchange, {
    admit: async (envelopes: Uint8Array[], carrier: string) => {
      sizes.push(envelopes.length);
      await new Promise<void>((resolve) => (finish = resolve));
      return admit(envelopes, carrier);
    },
  });
  const send = (number: number) =>
    replicator.receive(encodeMessage({ op: 'envelopes', number, envelopes: [author.write()] }));
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  send(1);
  await turn();
  for (const number of [2, 3, 4]) send(number);
  expect(taken()).toEqual([]);
  finish();
  await turn();
  expect(taken()).toMatchObject([{ op: 'progress', received: 4, acked: 1, heads: [{ seq: 1 }] }]);
  finish();
  await replicator.settled();
  expect(taken()).toMatchObject([{ op: 'progress', received: 4, acked: 4, heads: [{ seq: 4 }] }]);
  expect(sizes).toEqual([1, 3]);
});

test('a slow link is no reason to send twice', async () => {
  const { exchange, say, hello, progress, pass } = played();
  for (let at = 0; at < 40; at++) exchange.write(new Uint8Array(50_000).fill(at));
  const log = exchange.held(exchange.device());
  const sent: Uint8Array[] = [];
  const note = (replies: ReturnType<typeof pass>) =>
    sent.push(...replies.flatMap((each) => (each.op === 'envelopes' ? each.envelopes : [])));
  note(await say(hello, progress()));
  for (let got = 1; got <= log.length; got++) {
    // A frame in 15 s.
    for (let second = 0; second < 15; second++) note(pass(1_000));
    const heads = [{ device: exchange.device(), seq: got, hash: log[got - 1]!.hash }];
    note(await say(progress({ received: got, acked: got, heads })));
  }
  expect(sent).toEqual(log.map(({ wire }) => wire));
});

test('endless probes are not answered endlessly', async () => {
  const { say, hello, progress, replicator } = played();
  await say(hello, progress());
  let answers = 0;
  for (let round = 0; round < 1_000 && !replicator.state().closed; round++) {
    const replies = await say({ op: 'probe', device: deviceKey(1), seqs: [1] });
    answers += replies.filter(({ op }) => op === 'hashes').length;
  }
  expect(answers).toBeLessThanOrEqual(256);
  expect(replicator.state().closed).toMatchObject({ reason: 'misbehaving' });
});

test('contents arrive in pieces, after the envelopes that name them', async () => {
  const [a, b] = [memoryExchange(deviceKey(1)), memoryExchange(deviceKey(2))];
  const contents = [1, 49_152, 49_153, 1_000_000].map((length, at) =>
    Uint8Array.from({ length }, (_, byte) => byte * (at + 3)),
  );
  for (const content of contents) {
    a.name(content, true);
    b.name(content, false);
  }
  const { pass } = network([a, b], [[0, 1]]);
  await pass(10_000);
  expect(b.missingContents(9)).toEqual([]);
});

test('a content under a wrong hash is not kept, and not asked for again for a while', async () => {
  const { say, hello, progress, exchange, replicator, pass } = played();
  const hash = exchange.name(new Uint8Array([1, 2, 3]), false);
  const [ask] = (await say(hello, progress())).filter(({ op }) => op === 'ask-content');
  expect(ask).toMatchObject({ hash, offset: 0 });
  await say({ op: 'content', hash, offset: 0, total: 3, bytes: new Uint8Array([3, 2, 1]) });
  expect(exchange.content(hash)).toBe(null);
  expect(replicator.state().violations).toBe(1);
  expect(ops(pass(progressEvery))).not.toContain('ask-content');
  expect(ops(pass(3 * 60_000))).toContain('ask-content');
});

test('a content that a peer refuses is not asked for again, others are', async () => {
  const { say, hello, progress, exchange } = played();
  const [first, second] = [[1], [2]].map((bytes) => exchange.name(new Uint8Array(bytes), false));
  await say(hello, progress());
  const asks = await say({ op: 'no-content', hash: first! });
  expect(asks).toMatchObject([{ op: 'ask-content', hash: second }]);
});

test('a peer that has none of many contents is not asked without end', async () => {
  const { say, hello, progress, exchange } = played();
  for (let at = 0; at < 1_000; at++) exchange.name(new Uint8Array([at, at >> 8]), false);
  let replies = await say(hello, progress());
  let asked = 0;
  for (let ask = replies.find(({ op }) => op === 'ask-content'); ask?.op === 'ask-content';) {
    asked++;
    replies = await say({ op: 'no-content', hash: ask.hash });
    ask = replies.find(({ op }) => op === 'ask-content');
  }
  expect(asked).toBe(256);
});

test('a content goes on where it stopped', async () => {
  const { say, hello, progress, exchange, pass } = played();
  const content = new Uint8Array(100_000).fill(5);
  const hash = exchange.name(content, false);
  await say(hello, progress());
  const bytes = content.subarray(0, limits.chunk);
  await say({ op: 'content', hash, offset: 0, total: content.length, bytes });
  const [ask] = pass(3_000).filter(({ op }) => op === 'ask-content');
  expect(ask).toMatchObject({ hash, offset: limits.chunk });
  await say({
    op: 'content',
    hash,
    offset: limits.chunk,
    total: content.length,
    bytes: content.subarray(0, limits.chunk),
  });
  const rest = content.subarray(2 * limits.chunk);
  await say({ op: 'content', hash, offset: 2 * limits.chunk, total: content.length, bytes: rest });
  expect(exchange.content(hash)).toEqual(content);
});

test('parts of two messages do not mix, and late ones start nothing', async () => {
  const { say, hello, progress, exchange, replicator } = played();
  await say(hello, progress());
  const part = (number: number, part: number): Message => ({
    op: 'part',
    number,
    part,
    of: 3,
    bytes: new Uint8Array(10),
  });
  await say(part(1, 0), part(5, 1), part(2, 1), part(3, 2), part(1, 0));
  expect(replicator.state().violations).toBe(0);
  await say(part(4, 0), part(6, 2));
  expect(replicator.state().violations).toBe(1);
  expect(exchange.progress().heads).toEqual([]);
});

test('a bye is the end, whoever says it', async () => {
  const { say, hello, progress, replicator, taken, exchange } = played();
  await say(hello, progress());
  await say({ op: 'bye', reason: 'closed' });
  expect(replicator.state().closed).toEqual({ reason: 'closed', by: 'peer' });
  exchange.write();
  replicator.changed();
  expect(taken()).toEqual([]);
});
