import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderDevice, introduce, memoryFolder } from '../../support/folder.ts';
import { headsOf } from '../../support/mesh.ts';

const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ write: fc.nat(2), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 6, arbitrary: fc.record({ sync: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ join: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ cut: fc.nat(), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ lose: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ junk: fc.uint8Array({ maxLength: 300 }), name: fc.nat(40) }),
  },
  { weight: 2, arbitrary: fc.record({ faulty: fc.constantFrom(0, 2, 3) }) },
  { weight: 2, arbitrary: fc.record({ minutes: fc.integer({ min: 1, max: 30 }) }) },
);

test('whatever happens to the files, devices that are never on together agree in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      let time = 1_700_000_000_000;
      const folder = memoryFolder();
      const devices = [
        await folderDevice(1, folder, () => time),
        await folderDevice(2, folder, () => time),
        await folderDevice(3, folder, () => time),
      ];
      introduce(devices[0]!, devices[1]!);
      let joined = false;
      const member = (at: number) => devices[joined ? at : at % 2]!;
      for (const it of events) {
        const paths = [...folder.files.keys()];
        if ('write' in it) {
          for (let at = 0; at < it.count; at++) member(it.write).exchange.write();
        } else if ('sync' in it) await member(it.sync).sync();
        else if ('join' in it) {
          joined = true;
          introduce(...devices);
        } else if ('cut' in it) {
          const path = paths[it.cut % paths.length];
          if (path) folder.files.set(path, folder.files.get(path)!.subarray(0, it.at % 500));
        } else if ('lose' in it) folder.files.delete(paths[it.lose % paths.length] ?? '');
        else if ('junk' in it) {
          const path = paths[0]?.replace(/[^/]*$/, `${it.name + 1}-${it.name + 9}.age`);
          if (path && !folder.files.has(path)) folder.files.set(path, it.junk);
        } else if ('faulty' in it) {
          let operations = 0;
          folder.fault = () => {
            if (it.faulty > 0 && ++operations % it.faulty === 0) throw new Error('offline');
          };
        } else time += it.minutes * 60_000;
      }
      folder.fault = () => {};
      introduce(...devices);
      for (let round = 0; round < 14; round++) {
        for (const device of devices) await device.sync();
        time += 20 * 60_000 * 2 ** Math.min(round, 5);
      }
      for (const { exchange } of devices) {
        expect(headsOf(exchange)).toEqual(headsOf(devices[0]!.exchange));
      }
      // And it comes to rest.
      for (const device of devices) expect(await device.sync()).toMatchObject({ written: 0 });
    }),
    { numRuns: 60 },
  );
}, 120_000);
