/** Runs in the page: a worker for every job, so that none finds what another has left in memory. */
import type { Result } from './device.ts';
import type { Job } from './jobs.ts';

function run(job: Job): Promise<Result> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const answer = new Promise<Result>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ result?: Result; error?: string }>) => {
      if (data.result) resolve(data.result);
      else reject(new Error(data.error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage(job);
  return answer.finally(() => worker.terminate());
}

export type Run = typeof run;
(globalThis as { run?: Run }).run = run;
