import { bytesToHex } from '@noble/hashes/utils.js';
import { encode } from 'cborg';
import { expect, test } from 'vitest';
import { nameOf } from '../../../lib/mesh/folder.ts';
import { seal } from '../../../lib/mesh/sealing.ts';
import { fakeSign, testSpace } from '../../support/exchange.ts';
import { folderDevice, introduce, memoryFolder } from '../../support/folder.ts';
import { headsOf } from '../../support/mesh.ts';

const space = bytesToHex(testSpace);
const minute = 60_000;

/** Three devices, the first two of which are members. */
async function setup() {
  const clock = { time: 1_700_000_000_000 };
  const folder = memoryFolder();
  const now = () => clock.time;
  const [ann, ben, cid] = [
    await folderDevice(1, folder, now),
    await folderDevice(2, folder, now),
    await folderDevice(3, folder, now),
  ];
  introduce(ann, ben);
  const pathsOf = ({ device }: { device: Uint8Array }) =>
    [...folder.files.keys()]
      .filter((path) => path.startsWith(`${space}/${bytesToHex(device)}/`))
      .map((path) => path.split('/')[2]!)
      .sort();
  return { clock, folder, ann, ben, cid, pathsOf };
}

test('two devices that are never on together agree, and each knows what the other has', async () => {
  const { ann, ben } = await setup();
  for (let at = 0; at < 100; at++) ann.exchange.write(new Uint8Array(100).fill(at));
  await ann.sync();
  ben.exchange.write();
  await ben.sync();
  await ann.sync();
  expect(headsOf(ann.exchange)).toEqual(headsOf(ben.exchange));
  const receipt = ann.exchange.receipts.get(bytesToHex(ben.device));
  expect(receipt).toEqual(ben.exchange.progress().heads);
  expect(ann.exchange.sentUntil()).toBe(100);
});

test('nothing is written twice, and what is held is not read again', async () => {
  const { ann, ben, folder, pathsOf } = await setup();
  ann.exchange.write();
  await ann.sync();
  ann.exchange.write();
  await ann.sync();
  expect(pathsOf(ann)).toEqual(['1-1.age', '2-2.age', 'progress-1.age', 'progress-2.age']);
  await ben.sync();
  const reads = new Map(folder.reads);
  expect(await ben.sync()).toMatchObject({ read: 0, written: 0 });
  expect(folder.reads).toEqual(reads);
});

test('a device that joins later gets what was sealed before: the writers seal it again', async () => {
  const { ann, ben, cid, pathsOf } = await setup();
  ann.exchange.write();
  await ann.sync();
  introduce(ann, ben, cid);
  const { skipped } = await cid.sync();
  expect([...skipped.values()]).toContain("no identity matched any of the file's recipients");
  await ann.sync();
  await cid.sync();
  expect(headsOf(cid.exchange)).toEqual(headsOf(ann.exchange));
  expect(pathsOf(ann)).toContain('1-1-for-0303030303030303.age');
  // Once, however often.
  const before = pathsOf(ann).filter((path) => path.includes('-for-'));
  await ann.sync();
  expect(pathsOf(ann).filter((path) => path.includes('-for-'))).toEqual(before);
});

test('a device that joins later gets the log of one that is gone from another', async () => {
  const { ann, ben, cid, clock, pathsOf } = await setup();
  ann.exchange.write();
  await ann.sync();
  await ben.sync();
  introduce(ben, cid);
  await cid.sync();
  await ben.sync();
  expect(pathsOf(ben).join()).not.toContain('-for-');
  clock.time += 11 * minute;
  await ben.sync();
  await cid.sync();
  expect(headsOf(cid.exchange)).toEqual(headsOf(ben.exchange));
});

test('what a device should write itself is left to it for a while', async () => {
  const { ann, ben, cid, clock, pathsOf } = await setup();
  introduce(ann, ben, cid);
  ann.exchange.write();
  // Ben has it over another carrier.
  await ben.exchange.admit(
    ann.exchange.held(ann.device).map(({ wire }) => wire),
    'test',
  );
  await ben.sync();
  expect(pathsOf(ben)).toEqual(['progress-1.age']);
  clock.time += 11 * minute;
  await ben.sync();
  expect(pathsOf(ben)).toContain(`${bytesToHex(ann.device)}-1-1.age`);
  await cid.sync();
  expect(headsOf(cid.exchange)).toEqual(headsOf(ben.exchange));
});

test('what a revoked device writes is not read', async () => {
  const { ann, ben, folder } = await setup();
  ann.exchange.write();
  await ann.sync();
  ben.exchange.members.set(bytesToHex(ann.device), false);
  await ben.sync();
  expect(headsOf(ben.exchange)).toEqual([]);
  expect(folder.reads.size).toBe(0);
});

test('contents and fork proofs arrive', async () => {
  const { ann, ben } = await setup();
  const content = new Uint8Array(200_000).fill(3);
  const hash = ann.exchange.name(content, true);
  ben.exchange.name(content, false);
  const twin = ann.exchange.copy();
  ann.exchange.write(new Uint8Array([1]));
  twin.write(new Uint8Array([2]));
  const signed = [ann.exchange, twin].map((each) => each.signedHeaderAt(ann.device, 1)!);
  await ann.exchange.admitForkProof({ first: signed[0]!, second: signed[1]! });
  await ann.sync();
  await ben.sync();
  expect(ben.exchange.content(hash)).toEqual(content);
  expect(ben.exchange.progress().forks).toEqual([{ device: ann.device, seq: 1 }]);
});

test('a receipt counts only under the signature of its device', async () => {
  const { ann, ben, folder } = await setup();
  ben.exchange.write();
  const forged = encode([
    encode({
      space: testSpace,
      number: 1,
      heads: [[ben.device, 1, ben.exchange.held(ben.device)[0]!.hash]],
      forks: [],
      wanted: [],
      contents: [],
    }),
    new Uint8Array(64),
  ]);
  const path = `${space}/${bytesToHex(ann.device)}/progress-1.age`;
  folder.files.set(path, await seal(forged, [ben.sealKey]));
  const { skipped } = await ben.sync();
  expect(skipped.get(path)).toBe('not signed by its device');
  expect(ben.exchange.receipts.size).toBe(0);
});

test('a receipt of another device, moved, is none', async () => {
  const { ann, ben, cid, folder } = await setup();
  introduce(ann, ben, cid);
  await cid.sync();
  const [path, bytes] = [...folder.files].find(([each]) => each.includes('progress'))!;
  const moved = path.replace(bytesToHex(cid.device), bytesToHex(ann.device));
  folder.files.set(moved, bytes);
  expect((await ben.sync()).skipped.get(moved)).toBe('not signed by its device');
});

test.for([
  ['another space', { space: new Uint8Array(16) }],
  ['another number', { number: 2 }],
] as const)('a receipt for %s is none', async ([, fields]) => {
  const { ann, ben, folder } = await setup();
  const standing = { space: testSpace, number: 1, heads: [], forks: [], wanted: [], contents: [] };
  const put = async (name: string, body: unknown) => {
    const bytes = encode(body);
    const label = new TextEncoder().encode('holdfast folder progress 1\0');
    const signature = fakeSign(ann.device, new Uint8Array([...label, ...bytes]));
    const path = `${space}/${bytesToHex(ann.device)}/${name}`;
    folder.files.set(path, await seal(encode([bytes, signature]), [ben.sealKey]));
    return path;
  };
  const path = await put('progress-1.age', { ...standing, ...fields });
  expect((await ben.sync()).skipped.get(path)).toBe('not signed by its device');
  expect(ben.exchange.receipts.size).toBe(0);
  await put('progress-3.age', { ...standing, number: 3 });
  await ben.sync();
  expect(ben.exchange.receipts.size).toBe(1);
});

test('hostile files are skipped with a reason, and tried again with patience', async () => {
  const { ann, ben, clock, folder } = await setup();
  ann.exchange.write();
  await ann.sync();
  const log = ben.exchange.write();
  const dir = `${space}/${bytesToHex(ann.device)}`;
  const put = async (name: string, content: Uint8Array) =>
    folder.files.set(`${dir}/${name}`, await seal(content, [ben.sealKey]));
  folder.files.set(`${dir}/2-3.age`, new Uint8Array(3_000));
  folder.files.set(`${dir}/4-9.age`, new Uint8Array(10_000_000));
  folder.files.set(`${dir}/desktop.ini`, new Uint8Array(1));
  folder.files.set(`${space}/../x.age`, new Uint8Array(1));
  await put('2-4.age', new Uint8Array(3_000));
  await put('2-5.age', encode({ envelopes: [log] }));
  await put('2-6.age', encode({ envelopes: [] }));
  await put(`fork-${'01'.repeat(32)}-1.age`, encode({ first: 1, second: 2 }));
  await put('progress-999.age', encode([new Uint8Array(3), new Uint8Array(64)]));
  const { skipped } = await ben.sync();
  expect(headsOf(ben.exchange)).toContain(headsOf(ann.exchange)[0]);
  expect(ben.exchange.receipts.size).toBe(1);
  expect(skipped.get(`${dir}/2-3.age`)).toBe('not an age file');
  expect(skipped.get(`${dir}/4-9.age`)).toBe('gone or too large');
  expect(skipped.get(`${dir}/2-5.age`)).toBe('wrong device');
  expect(skipped.get(`${dir}/2-6.age`)).toBe('too short');
  expect(skipped.size).toBe(9);
  folder.reads.clear();
  for (let at = 0; at < 100; at++) {
    await ben.sync();
    clock.time += minute;
  }
  expect(folder.reads.get(`${dir}/2-3.age`)).toBeLessThan(10);
  expect(folder.reads.get(`${dir}/2-3.age`)).toBeGreaterThan(3);
});

test('a file whose envelopes wait for others is read with patience, and at once when they come', async () => {
  const { ann, ben, cid, clock, folder } = await setup();
  introduce(ann, ben, cid);
  const wire = ann.exchange.write();
  await ben.exchange.admit([wire], 'test');
  ben.exchange.write();
  await ben.sync();
  const path = `${space}/${bytesToHex(ben.device)}/1-1.age`;
  for (let at = 0; at < 20; at++) await cid.sync();
  expect(folder.reads.get(path)).toBe(1);
  await ann.sync();
  clock.time += minute;
  await cid.sync();
  expect(headsOf(cid.exchange)).toEqual(headsOf(ben.exchange));
});

test('a file that comes in pieces is read once it is whole', async () => {
  const { ann, ben, clock, folder } = await setup();
  ann.exchange.write();
  await ann.sync();
  const [path, whole] = [...folder.files].find(([each]) => each.endsWith('1-1.age'))!;
  folder.files.set(path, whole.subarray(0, 200));
  await ben.sync();
  expect(headsOf(ben.exchange)).toEqual([]);
  folder.files.set(path, whole);
  clock.time += minute;
  await ben.sync();
  expect(headsOf(ben.exchange)).toEqual(headsOf(ann.exchange));
});

test('old receipts and files that were joined go away where files can be removed', async () => {
  const { ann, ben, pathsOf } = await setup();
  for (let at = 0; at < 70; at++) {
    ann.exchange.write();
    await ann.sync();
  }
  await ann.sync();
  await ann.sync();
  const left = pathsOf(ann);
  expect(left.filter((path) => path.startsWith('progress')).length).toBeLessThanOrEqual(4);
  expect(left.length).toBeLessThan(20);
  await ben.sync();
  expect(headsOf(ben.exchange)).toEqual(headsOf(ann.exchange));
});

test('a folder that cannot be written stops nothing', async () => {
  const { ann, folder } = await setup();
  ann.exchange.write();
  folder.fault = () => {
    throw new Error('offline');
  };
  expect(await ann.sync()).toMatchObject({ written: 0, failed: 2 });
  expect(ann.exchange.sentUntil()).toBe(0);
  folder.fault = () => {};
  expect(await ann.sync()).toMatchObject({ written: 2, failed: 0 });
});

test.for([
  'x.age',
  `${space}/${'0'.repeat(64)}/1-2.txt`,
  `${space}/${'0'.repeat(64)}/2-1.age`,
  `${space}/${'0'.repeat(64)}/0-1.age`,
  `${space}/${'0'.repeat(64)}/1-9999999999999999.age`,
  `${space}/${'0'.repeat(64)}/a/1-2.age`,
  `${space}/${'G'.repeat(64)}/1-2.age`,
  `${space}/${'0'.repeat(64)}/1-2 (conflicted copy).age`,
])('%s is no name', (path) => {
  expect(nameOf(path)).toBe(null);
});
