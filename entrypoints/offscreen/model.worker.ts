/** The model worker: serves the reader that is built in. */
import { builtInReader } from '@/lib/ai/built-in-reader.ts';
import { modelContract } from '@/lib/rpc/model-contract.ts';
import { serve } from '@/lib/rpc/port.ts';

const reader = builtInReader();

addEventListener('message', ({ ports: [port] }) => {
  if (!port) return;
  serve(port, modelContract, {
    model: async () => reader.id,
    summarise: reader.summarise,
    findTasks: reader.findTasks,
  });
});
