import { sha256 } from '@noble/hashes/sha2.js';
import { encode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessage, limits, type Message } from '../../../lib/mesh/messages.ts';
import { newReplicator } from '../../../lib/mesh/replicator.ts';
import { deviceKey, memoryExchange, testSpace } from '../../support/exchange.ts';
import { fair, headsOf, network } from '../../support/mesh.ts';

/** Mulberry32: a test's own dice. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 2 to 5 nodes that are all connected: a tree, and some more links. */
const topology = fc.integer({ min: 2, max: 5 }).chain((size) =>
  fc
    .tuple(
      fc.tuple(...Array.from({ length: size - 1 }, (_, at) => fc.nat(at))),
      fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 4 }),
    )
    .map(([parents, others]) => {
      const links = new Map<string, readonly [number, number]>();
      for (const [a, b] of [...parents.map((parent, at) => [at + 1, parent] as const), ...others]) {
        if (a !== b) links.set([a, b].sort().join(), [Math.min(a, b), Math.max(a, b)]);
      }
      return { size, links: [...links.values()] };
    }),
);

const weather = fc.record({
  loss: fc.constantFrom(0, 0.1, 0.5, 0.9),
  repeat: fc.constantFrom(0, 0.3),
  delay: fc.constantFrom(0, 500, 8_000),
});

const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ write: fc.nat(4), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ large: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ weather }) },
  { weight: 2, arbitrary: fc.record({ link: fc.nat(20), open: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ content: fc.nat(4), length: fc.integer({ min: 1, max: 200_000 }) }),
  },
);

/** How long it may take, once the network is good again: the longest wait for a repetition. */
const patience = 6 * 60_000;

test(
  'whatever the network did, when it is good again all agree',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        topology,
        fc.array(event, { maxLength: 25 }),
        fc.integer(),
        async ({ size, links }, events, seed) => {
          const nodes = Array.from({ length: size }, (_, at) => memoryExchange(deviceKey(at + 1)));
          const net = network(nodes, links, dice(seed));
          const hashes: Uint8Array[] = [];
          for (const it of events) {
            if ('write' in it) {
              for (let at = 0; at < it.count; at++) nodes[it.write % size]!.write();
            } else if ('large' in it) nodes[it.large % size]!.write(new Uint8Array(65_536));
            else if ('weather' in it) net.weather(it.weather);
            else if ('link' in it) {
              const { from, to } = net.ends[it.link % net.ends.length]!;
              net.open(from, to, it.open);
            } else if ('content' in it) {
              const content = Uint8Array.from({ length: it.length }, (_, at) => at * it.length);
              for (const [at, node] of nodes.entries())
                node.name(content, at === it.content % size);
              hashes.push(sha256(content));
            } else await net.pass(it.pass * 1_000);
          }
          net.weather(fair);
          for (const { from, to } of net.ends) net.open(from, to, true);
          for (let waited = 0; waited < patience && !net.agreed(); waited += 15_000) {
            await net.pass(15_000);
          }
          expect(net.agreed()).toBe(true);
          for (const node of nodes) expect(headsOf(node)).toEqual(headsOf(nodes[0]!));
          for (const { replicator } of net.ends) {
            expect(replicator.state()).toMatchObject({ violations: 0, theyLack: 0, weLack: 0 });
          }
          for (const node of nodes) expect(node.mostRead()).toBeLessThan(131_138);
          // Contents that a neighbour has: they come by and by, through all.
          await net.pass(size * 2.5 * 60_000, 5_000);
          for (const node of nodes) {
            for (const hash of hashes) expect(node.content(hash)).not.toBe(null);
          }
        },
      ),
      { numRuns: 60 },
    );
  },
);

test('a network without faults needs few frames', async () => {
  await fc.assert(
    fc.asyncProperty(topology, fc.integer({ min: 1, max: 200 }), async ({ size, links }, count) => {
      const nodes = Array.from({ length: size }, (_, at) => memoryExchange(deviceKey(at + 1)));
      for (let at = 0; at < count; at++) nodes[at % size]!.write();
      const net = network(nodes, links);
      await net.pass(1_000);
      expect(net.agreed()).toBe(true);
      expect(net.frames()).toBeLessThan(links.length * 2 * (3 + 4 * size));
    }),
    { numRuns: 50 },
  );
});

test('a fork is proven on all devices, whoever holds which branch', async () => {
  await fc.assert(
    fc.asyncProperty(
      topology,
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(0, 0.3),
      fc.integer(),
      async ({ size, links }, at, one, other, loss, seed) => {
        const forker = memoryExchange(deviceKey(99));
        for (let seq = 1; seq < at; seq++) forker.write();
        const copy = forker.copy();
        for (let count = 0; count < one; count++) forker.write(new Uint8Array([1]));
        for (let count = 0; count < other; count++) copy.write(new Uint8Array([2]));
        const nodes = Array.from({ length: size }, (_, name) =>
          memoryExchange(deviceKey(name + 1)),
        );
        for (const [index, node] of nodes.entries()) {
          const log = (index % 2 === 0 ? forker : copy).held(forker.device());
          await node.admit(
            log.map(({ wire }) => wire),
            'test',
          );
        }
        const net = network(nodes, links, dice(seed));
        net.weather({ loss, repeat: 0, delay: 0 });
        await net.pass(60_000);
        net.weather(fair);
        await net.pass(120_000);
        for (const node of nodes) {
          expect(node.progress().forks).toEqual([{ device: forker.device(), seq: at }]);
        }
        expect(net.agreed()).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

const key = fc.constantFrom(1, 2, 3).map(deviceKey);
const seq = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Number.MAX_SAFE_INTEGER));
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const head = fc.record({ device: key, seq, hash });
const byKey = <T extends { readonly device: Uint8Array }>(items: T[]) =>
  items.sort((a, b) => a.device[0]! - b.device[0]!);

/** What a device could say that has lost its mind. */
const lie: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    op: fc.constant('progress' as const),
    serial: fc.integer({ min: 1, max: 100 }),
    received: fc.nat(20),
    acked: fc.nat(20),
    heads: fc.uniqueArray(head, { selector: ({ device }) => device[0] }).map(byKey),
    forks: fc
      .uniqueArray(fc.record({ device: key, seq }), { selector: ({ device }) => device[0] })
      .map(byKey),
    wanted: fc.array(
      fc
        .record({ device: key, from: fc.integer({ min: 1, max: 9 }), to: seq.map((to) => to + 9) })
        .map((range) => ({ ...range, to: Math.min(range.to, Number.MAX_SAFE_INTEGER) })),
      { maxLength: 5 },
    ),
  }),
  fc.record({
    op: fc.constant('envelopes' as const),
    number: seq,
    envelopes: fc.array(fc.uint8Array({ minLength: 206, maxLength: 400 }), { maxLength: 3 }),
  }),
  fc.record({
    op: fc.constant('part' as const),
    number: seq,
    part: fc.nat(2),
    of: fc.integer({ min: 2, max: 3 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 50 }),
  }),
  fc.record({
    op: fc.constant('probe' as const),
    device: key,
    seqs: fc.array(seq, { minLength: 1 }),
  }),
  fc.array(fc.tuple(seq, fc.option(hash)), { maxLength: 64 }).chain((pairs) =>
    fc.record({
      op: fc.constant('hashes' as const),
      device: key,
      seqs: fc.constant(pairs.map(([at]) => at)),
      hashes: fc.constant(pairs.map(([, value]) => value)),
    }),
  ),
  fc.record({ op: fc.constant('ask-header' as const), device: key, seq }),
  fc.record({
    op: fc.constant('ask-content' as const),
    hash,
    offset: fc.nat(limits.content),
    count: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({ op: fc.constant('no-content' as const), hash }),
  fc.constant<Message>({
    op: 'hello',
    protocol: 1,
    space: testSpace,
    device: deviceKey(2),
    heard: false,
  }),
);

const hostile = fc.oneof(
  { weight: 6, arbitrary: lie.map(encodeMessage) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }).map(encodable) },
  // One byte of a message is another.
  {
    weight: 3,
    arbitrary: fc.tuple(lie, fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
      const bytes = encodeMessage(message);
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  },
);

function encodable(value: unknown): Uint8Array {
  try {
    return encode(value);
  } catch {
    return new Uint8Array();
  }
}

test('no frame makes it throw, go on for ever or swell, nor spoils another conversation', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 300 }), async (frames) => {
      const exchange = memoryExchange(deviceKey(1));
      for (let at = 0; at < 10; at++) exchange.write();
      let time = 0;
      const replicator = newReplicator({ exchange, peer: deviceKey(2), now: () => time });
      let sent = 0;
      for (const frame of frames) {
        replicator.receive(frame);
        await replicator.settled();
        time += 500;
        replicator.tick();
        for (const { length } of replicator.take(limits.window)) {
          expect(length).toBeLessThanOrEqual(limits.frame);
          sent += length;
        }
      }
      // The log has 10 envelopes of 205 bytes: nobody draws more than some of it a frame.
      expect(sent).toBeLessThan(20_000 + frames.length * 8_000);
      const friend = memoryExchange(deviceKey(3));
      const net = network([exchange, friend], [[0, 1]]);
      await net.pass(1_000);
      expect(net.agreed()).toBe(true);
    }),
    { numRuns: 150 },
  );
});
