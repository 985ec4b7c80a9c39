/**
 * Adversaries of every standing against a whole device: envelopes by the million that nobody honest
 * wrote, and the attacks that have names. Nothing that they want may be in the state, nothing may
 * crash, every refusal has a reason, and the device goes on working.
 *
 * Most runs have a stand-in for signatures that takes no time; every twentieth has real ones.
 */
import { hash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { lines } from '../../../lib/database/digest.ts';
import { temporarySuite } from '../../../lib/engine/keys.ts';
import { encodeValue } from '../../../lib/ledger/claims.ts';
import { decodeStatement } from '../../../lib/ledger/statements.ts';
import { attacks } from '../../support/attacks/named.ts';
import {
  below,
  forgedHeader,
  mutatedPayload,
  mutateWire,
  type Random,
} from '../../support/attacks/mutate.ts';
import { lackOf, play } from '../../support/attacks/play.ts';
import {
  type Actor,
  type Crafted,
  fastSuite,
  openStage,
  payloadOf,
  type Stage,
} from '../../support/attacks/stage.ts';
import { seeded } from '../../support/random.ts';
import type { Experiment } from '../runner.ts';

/** Envelopes against one device, before the next one is set up. */
const perStage = 8_000;
/** Envelopes in one hand-over; between two the state is compared. */
const perBatch = 250;
/** Hand-overs between two honest writes. */
const perWrite = 8;
const [realEach, namedEach] = [20, 10];
const carriers = ['one', 'two', 'three'];
/** What one carrier may fill of the quarantine, with what is kept until it is looked through. */
const room = { entries: 1_064, bytes: 4_194_304 + 64 * 132_000 };

export const attack: Experiment = {
  about: 'Mutated envelopes and named attacks against a whole device: nothing may come of any.',
  options: { count: '100000', seed: '1' },
  run: async ({ count, seed }, show) => {
    const totals = { tried: 0, applied: 0, crashed: 0, without_reason: 0 };
    const verdicts = new Map<string, number>();
    const most = { heap: 0, database: 0, device: 0 };
    let [named, rightful, stages, real] = [0, 0, 0, 0];
    const stop = new AbortController();
    const interrupt = () => stop.abort();
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const began = performance.now();
    while (totals.tried < Number(count) && !stop.signal.aborted) {
      const own = Number(seed) + stages;
      const isReal = stages % realEach === realEach - 1;
      const stage = await openStage(isReal ? temporarySuite : fastSuite());
      const faults: string[] = [];
      try {
        if (stages % namedEach === namedEach - 1) {
          for (const attack of attacks) {
            const outcome = await play(stage, attack);
            named += outcome.tried;
            totals.tried += outcome.tried;
            totals.applied += outcome.applied;
            totals.crashed += outcome.crashed;
            totals.without_reason += outcome.withoutReason;
            faults.push(...outcome.faults);
          }
        }
        const goal = Math.min(perStage, Number(count) - totals.tried);
        const siege = await besiege(stage, seeded(own), goal);
        totals.tried += siege.tried;
        totals.applied += siege.applied;
        totals.without_reason += siege.withoutReason;
        rightful += siege.rightful;
        if (isReal) real += siege.tried;
        for (const [verdict, n] of siege.verdicts) {
          verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + n);
        }
        faults.push(...siege.faults);
      } catch (error) {
        totals.crashed++;
        faults.push(String(error instanceof Error ? error.stack : error));
        if (totals.crashed > 20) break;
      } finally {
        most.database = Math.max(most.database, stage.victim.database.facts().size / 2 ** 20);
        stage.close();
      }
      stages++;
      most.heap = Math.max(most.heap, process.memoryUsage().heapUsed / 2 ** 20);
      most.device = Math.max(most.device, process.memoryUsage().rss / 2 ** 20);
      for (const fault of faults.slice(0, 10)) show.line(`seed ${own}: ${fault}`);
      if (faults.length > 0) show.line(`  npm run -s soak -- attack --count 1 --seed ${own}`);
      const rate = totals.tried / ((performance.now() - began) / 1_000);
      show.progress(
        `${totals.tried} tried, ${totals.applied} applied, ${rate.toFixed(0)} a second`,
      );
    }
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    if (stop.signal.aborted) show.line('Stopped before its end.');
    const table = [...verdicts].sort((a, b) => b[1] - a[1]);
    show.table(
      'What they were called',
      table.map(([verdict, envelopes]) => ({ verdict, envelopes })),
    );
    const { applied, crashed, without_reason } = totals;
    return {
      ok: applied + crashed + without_reason === 0 && totals.tried >= Number(count),
      figures: {
        ...totals,
        'in named attacks': named,
        'with real signatures': real,
        "an author's right": rightful,
        'devices attacked': stages,
        'per second': totals.tried / ((performance.now() - began) / 1_000),
        'heap, most MiB': most.heap,
        'process, most MiB': most.device,
        'database, most MiB': most.database,
      },
    };
  },
};

interface Siege {
  tried: number;
  applied: number;
  withoutReason: number;
  /** What an adversary may say with its standing, and that counts for what it is. */
  rightful: number;
  readonly verdicts: Map<string, number>;
  readonly faults: string[];
}

async function besiege(stage: Stage, random: Random, goal: number): Promise<Siege> {
  const { victim } = stage;
  const { log } = victim.database;
  const siege: Siege = {
    tried: 0,
    applied: 0,
    withoutReason: 0,
    rightful: 0,
    verdicts: new Map(),
    faults: [],
  };
  const fault = (text: string) => void siege.faults.push(text);

  let editor = await stage.join('editor');
  let reader = await stage.join('reader');
  const revoked = await stage.join('owner');
  await stage.bring([(await revoked.say(payloadOf())).wire]);
  await victim.ledger.revoke(revoked.device, null);
  const outsider = await stage.outsider();
  /** Whose headers are strange: its standing is soon gone, and rightly. */
  let liar = await stage.join('editor');
  const liars = new Set([liar.name]);
  let junior = await stage.join('owner');
  const sources = stage.sources();

  const isGone = (actor: Actor) => log.member(actor.name)?.limit !== Infinity;
  const follow = (actor: Actor) => {
    const id = log.idOf(actor.device);
    const head = id === undefined ? null : log.head(id);
    if (head) actor.head = head;
  };
  const isRightful = ({ fields, payload }: Crafted): boolean => {
    const mayWrite = [editor, junior, liar].some(({ name }) => name === bytesToHex(fields.device));
    if (fields.kind === 'change') return mayWrite;
    if (fields.kind === 'checkpoint') return true; // of its own log; the state stays what it is
    if (fields.kind !== 'roster') return false;
    if (bytesToHex(fields.device) === junior.name) return true;
    const statement = decodeStatement(payload);
    return 'retire' in statement || 'vouch' in statement;
  };
  /** What no adversary here may touch, whatever its standing. */
  const untouchable = () => {
    const honest = [victim, stage.honest].map(({ identity }) => bytesToHex(identity.signer.device));
    const digest = sha256.create();
    for (const line of lines(victim.connection, log)) {
      const [what, member] = line;
      const author = line[5];
      const isHonest =
        what === 'member'
          ? honest.includes(String(member))
          : what === 'claim' && author instanceof Uint8Array && honest.includes(bytesToHex(author));
      if (isHonest) digest.update(encodeValue(line));
    }
    return bytesToHex(digest.digest());
  };

  /** Hashes of all that was brought. */
  const refused = new Set<string>();
  let [before, kept] = [stage.guard(...liars), untouchable()];
  for (let batch = 0; siege.tried < goal; batch++) {
    const made: { readonly wire: Uint8Array; readonly crafted: Crafted | null }[] = [];
    const put = (crafted: Crafted) => void made.push({ wire: crafted.wire, crafted });
    while (made.length < Math.min(perBatch, goal - siege.tried)) {
      const dice = random();
      if (dice < 0.6) {
        made.push({ wire: mutateWire(random, sources), crafted: null });
        continue;
      }
      // Whatever moves the roster has all of the quarantine judged again: not at every hand-over.
      if (dice < 0.65 && batch % 2 === 0) {
        put(await liar.draft(payloadOf(), forgedHeader(random, stage, liar)));
        continue;
      }
      const { payload, kind } = mutatedPayload(random, stage, sources);
      if (dice < 0.75) put(await editor.say(payload, { kind }));
      else if (dice < 0.8) put(await reader.say(payload, { kind }));
      else if (dice < 0.85 && batch % 4 === 0) put(await junior.say(payload, { kind }));
      else if (dice < 0.93) put(await revoked.draft(payload, { kind }));
      else put(await outsider.draft(payload, { kind }));
    }
    const carrier = carriers[below(random, carriers.length)] ?? '';
    const wires = made.map(({ wire }) => wire);
    const judgements = await victim.ledger.exchange.admit(wires, carrier);
    siege.tried += wires.length;
    const hasRight = judgements.some(({ verdict }) => verdict === 'accepted');
    // What came after it may have pushed it out of the quarantine, and so may what came before, if
    // the same was refused then.
    let pushing = wires.reduce((size, { length }) => size + length, 0);
    made.forEach(({ wire, crafted }, index) => {
      pushing -= wire.length;
      const name = hash('sha256', wire, 'base64');
      const isPushedOut = pushing > 3 * 2 ** 20 || refused.has(name);
      refused.add(name);
      const judgement = judgements[index];
      if (!judgement) return fault('an envelope was not judged');
      const { verdict, reason } = judgement;
      siege.verdicts.set(verdict, (siege.verdicts.get(verdict) ?? 0) + 1);
      const lack = isPushedOut && judgement.reason !== '' ? null : lackOf(stage, wire, judgement);
      if (lack !== null) {
        siege.withoutReason++;
        fault(`${lack} (${verdict}: ${reason})`);
      }
      if (verdict !== 'accepted') return;
      if (crafted && isRightful(crafted)) siege.rightful++;
      else {
        siege.applied++;
        fault(`accepted: ${crafted ? crafted.fields.kind : bytesToHex(wire.subarray(0, 200))}`);
      }
    });
    const after = stage.guard(...liars);
    if (untouchable() !== kept || (after !== before && !hasRight)) {
      siege.applied++;
      fault(`the state is another one after hand-over ${batch}`);
    }
    [before, kept] = [after, untouchable()];

    for (const actor of [editor, reader, junior, liar, revoked]) follow(actor);
    if (isGone(editor) || isGone(reader) || isGone(liar) || isGone(junior)) {
      if (isGone(editor)) editor = await stage.join('editor');
      if (isGone(reader)) reader = await stage.join('reader');
      if (isGone(junior)) junior = await stage.join('owner');
      if (isGone(liar)) liar = await stage.join('editor');
      liars.add(liar.name);
      [before, kept] = [stage.guard(...liars), untouchable()];
    }
    if (batch % perWrite !== perWrite - 1) continue;
    await stage.stillWorks();
    [before, kept] = [stage.guard(...liars), untouchable()];
  }

  await stage.stillWorks();
  const digest = victim.database.digest();
  victim.database.rebuild();
  if (victim.database.digest() !== digest) {
    siege.applied++;
    fault('a rebuild is another state');
  }
  for (const problem of victim.database.check()) fault(problem);
  for (const { carrier, n, size } of victim.connection.all<{
    carrier: string;
    n: number;
    size: number;
  }>(
    'select carrier, count(*) as n, sum(length(bytes)) as size from quarantine group by carrier',
  )) {
    if (n <= room.entries && size <= room.bytes) continue;
    siege.applied++;
    fault(`the quarantine holds ${n} entries, ${size} bytes of ${carrier}`);
  }
  return siege;
}
