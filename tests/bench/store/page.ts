/** Runs in the page: starts a worker per store and passes jobs on. */
import type { Job } from './tasks.ts';

const workers = new Map<string, Worker>();

function run(store: string, job: Job): Promise<number[]> {
  let worker = workers.get(store);
  if (!worker) {
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    workers.set(store, worker);
  }
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(job, [port2]);
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<{ times?: number[]; error?: string }>) => {
      port1.close();
      if (data.times) resolve(data.times);
      else reject(new Error(data.error));
    };
  });
}

export type Run = typeof run;
(globalThis as { run?: Run }).run = run;
