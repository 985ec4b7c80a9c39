/** `npm start` as another program uses it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../tools/build.ts';
import { expect, test } from '../support/device.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'tools/run.js'), 'start', ...args],
      { cwd: root, encoding: 'utf8' },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

test('pages that are named come back as one line of JSON each', async ({ site }) => {
  const file = 'tests/fixtures/site/conference.html';
  const names = [file, site.at('/essay.html'), 'tests/fixtures/site/empty.html', 'no-such-file'];
  const { code, stdout, stderr } = await start('--json', ...names);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { url: string });
  expect(lines).toEqual([
    {
      url: file,
      title: 'Harbour Histories 2031: call for papers',
      summary: expect.stringMatching(/\w/) as unknown,
      tasks: [
        {
          title: 'Submit your abstract',
          due: '2031-03-14',
          dueCertain: true,
          quote: 'Submit your abstract by 14 March 2031.',
          start: 235,
          end: 273,
        },
        expect.objectContaining({ due: '2031-05-02' }) as unknown,
      ],
    },
    {
      url: names[1],
      title: 'Why the tide comes twice a day',
      summary: expect.stringMatching(/\w/) as unknown,
      tasks: [],
    },
    { url: names[2], title: 'Nothing but a picture', summary: '', tasks: [] },
    { url: names[3], title: '', summary: '', tasks: [] },
  ]);
  expect(stderr).toContain('This page has no text to keep.');
  expect(stderr).toContain('There is no such file.');
  expect(code).toBe(1);
});
