/** Whole devices that are never on together, and a folder between them: real seals, real signatures. */
import { afterEach, expect, test } from 'vitest';
import { temporarySuite } from '../../lib/engine/keys.ts';
import { newFolderCarrier } from '../../lib/mesh/folder.ts';
import { startEngine, type TestEngine } from '../support/engine.ts';
import { type MemoryFolder, memoryFolder } from '../support/folder.ts';
import { first } from '../support/streams.ts';

const started: TestEngine[] = [];
afterEach(() => {
  for (const device of started.splice(0)) device.close();
});

async function device() {
  const made = await startEngine();
  started.push(made);
  return made;
}

/** Comes on alone, reads what is new in the folder, writes what is missing there, goes. */
async function visit(device: TestEngine, folder: MemoryFolder) {
  const { signer, secret } = device.ledger.identity();
  const carrier = newFolderCarrier({
    exchange: device.ledger.exchange,
    folder,
    secret: secret!,
    sign: signer.sign,
    verify: temporarySuite.verify,
    now: () => device.now,
  });
  for (let round = 0; round < 3; round++) {
    await carrier.sync();
    device.now += 1_000;
  }
}

async function letIn(owner: TestEngine, other: TestEngine) {
  await owner.ledger.foundSpace();
  const introducer = owner.ledger.identity();
  await other.ledger.enter(owner.ledger.exchange.space()!, {
    device: introducer.signer.device,
    seal: introducer.seal,
  });
  const { signer, seal } = other.ledger.identity();
  await owner.ledger.admitDevice(signer.device, seal, 'other', 'editor');
}

async function titles({ engine }: TestEngine) {
  const { tasks } = await first(engine.watchTasks({ view: { of: 'inbox' }, limit: 100 }));
  return tasks.map(({ title }) => title).sort();
}

test('devices that are never on together agree, and a third that joins later does too', async () => {
  const folder = memoryFolder();
  const [a, b, c] = [await device(), await device(), await device()];
  await a.engine.addTasks([{ title: 'canary of a', notes: 'canary in a note', tags: ['canary'] }]);
  await letIn(a, b);
  await visit(a, folder);
  await visit(b, folder);
  expect(await titles(b)).toEqual(['canary of a']);
  await b.engine.addTasks([{ title: 'canary of b' }]);
  await visit(b, folder);
  await visit(a, folder);
  expect(await titles(a)).toEqual(['canary of a', 'canary of b']);
  await letIn(a, c);
  // What was there was sealed before it came: it says so, and the others seal it again.
  for (const each of [a, c, a, c, b, c, a, b]) await visit(each, folder);
  expect(await titles(c)).toEqual(['canary of a', 'canary of b']);
  const digests = new Set([a, b, c].map(({ database }) => database.digest()));
  expect(digests.size).toBe(1);
  // Their own words are read back as receipts.
  await visit(a, folder);
  const { devices } = await first(a.engine.watchSpace(undefined));
  expect(devices.filter(({ acknowledged }) => acknowledged > 0)).toHaveLength(2);
});

test('nothing in the folder can be read, and a revoked device reads nothing new', async () => {
  const folder = memoryFolder();
  const [a, b] = [await device(), await device()];
  await a.engine.addTasks([{ title: 'canary one', notes: 'canary two', tags: ['canary'] }]);
  await letIn(a, b);
  await visit(a, folder);
  await visit(b, folder);
  await a.ledger.revoke(b.ledger.identity().signer.device, null);
  await a.engine.addTasks([{ title: 'canary after' }]);
  await visit(a, folder);
  await visit(b, folder);
  expect(await titles(b)).toEqual(['canary one']);
  await b.engine.addTasks([{ title: 'of the revoked' }]);
  await visit(b, folder);
  await visit(a, folder);
  expect(await titles(a)).toEqual(['canary after', 'canary one']);
  const decoder = new TextDecoder('latin1');
  for (const bytes of folder.files.values()) expect(decoder.decode(bytes)).not.toContain('canary');
});
