/**
 * The engine of a running extension, for a program: `engine.watchClip(id)` in Node is what it is in
 * the side panel.
 *
 * The extension has no hook for this. A file of it that runs nothing is opened as a page, and the
 * same client that the side panel uses is put in through the browser's debugging port, which the
 * content security policy does not bind.
 */
import type { BrowserContext, Page } from '@playwright/test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { Failure, isFailureCode } from '../lib/errors.ts';
import type { Id } from '../lib/model/id.ts';
import { type Client, contract, type MethodName } from '../lib/rpc/contract.ts';
import type { Bell } from '../lib/rpc/doorbell.ts';
import { root } from './build.ts';

/** What Node asks of the page. Streams are numbered by whoever asks. */
export type Asked =
  | {
      readonly method: string;
      readonly input: unknown;
      readonly action?: Id;
      readonly stream?: number;
    }
  | { readonly next: number }
  | { readonly end: number };

export type Answered =
  { readonly value: unknown } | { readonly code: string; readonly message: string };

export interface EnginePage {
  readonly page: Page;
  readonly engine: Client;
  /** Rings the service worker, as the extension's own pages do. */
  readonly ring: (bell: Bell) => Promise<unknown>;
}

export async function openEnginePage(
  context: BrowserContext,
  extensionId: string,
  extension: string,
): Promise<EnginePage> {
  const [client, switchboard] = await Promise.all([clientCode(), switchboardOf(extension)]);
  const page = await context.newPage();
  await page.goto(`chrome-extension://${extensionId}/manifest.json`);
  await page.evaluate(
    `${client}; globalThis.ask = holdfast.openClient(${JSON.stringify(switchboard)})`,
  );

  const ask = async (asked: Asked): Promise<unknown> => {
    const answered = await page.evaluate(
      (question) =>
        (globalThis as unknown as { ask: (asked: Asked) => Promise<Answered> }).ask(question),
      asked,
    );
    if ('value' in answered) return answered.value;
    const { code, message } = answered;
    throw Object.assign(new Failure(isFailureCode(code) ? code : 'internal'), { message });
  };

  let streams = 0;
  async function* follow(method: string, input: unknown): AsyncGenerator {
    const stream = ++streams;
    await ask({ method, input, stream });
    try {
      while (true) {
        const { done, value } = (await ask({ next: stream })) as IteratorResult<unknown, unknown>;
        if (done) return;
        yield value;
      }
    } finally {
      await ask({ end: stream });
    }
  }

  const methods = (Object.keys(contract) as MethodName[]).map((method) => [
    method,
    contract[method].kind === 'stream'
      ? (input: unknown) => follow(method, input)
      : (input: unknown, action?: Id) => ask({ method, input, ...(action && { action }) }),
  ]);
  return {
    page,
    engine: Object.fromEntries(methods) as Client,
    ring: (bell) => page.evaluate((message) => chrome.runtime.sendMessage(message), bell),
  };
}

/** engine-page.client.ts as one script, made once. */
const clientCode = (() => {
  let made: Promise<string> | undefined;
  return () => (made ??= bundle());
})();

async function bundle(): Promise<string> {
  const outputs = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: join(root, 'tools/engine-page.client.ts'),
        formats: ['iife'],
        name: 'holdfast',
      },
    },
    worker: { format: 'es' },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = outputs[0]?.output ?? [];
  if (!chunk) throw new Error('engine-page.client.ts gave no script');
  return chunk.code;
}

/** The built broker worker: whoever starts a SharedWorker by the same address shares it. */
async function switchboardOf(extension: string): Promise<string> {
  const names = await readdir(join(extension, 'assets'));
  const name = names.find((name) => name.startsWith('broker.worker-'));
  if (!name) throw new Error('The built extension has no broker worker.');
  return `/assets/${name}`;
}
