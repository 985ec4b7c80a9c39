/**
 * The engine's page: starts its worker, puts it on the switchboard, lends it a model worker when it
 * needs one, and takes clips from content scripts that the service worker has announced.
 */
import * as v from 'valibot';
import { browser } from 'wxt/browser';
import { Failure } from '@/lib/errors.ts';
import type { Id } from '@/lib/model/id.ts';
import type { PageCaptureShape } from '@/lib/model/views.ts';
import { connectPage } from '@/lib/rpc/browser.ts';
import { openBroker } from '@/lib/rpc/broker.ts';
import {
  type ClipAnswer,
  clipPort,
  ClipRequest,
  Expectation,
  failedAnswer,
  type IfKept,
} from '@/lib/rpc/doorbell.ts';

const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), {
  type: 'module',
  name: 'engine',
});
const { port1: inbox, port2: door } = new MessageChannel();
worker.postMessage('inbox', [inbox]);
openBroker().postMessage('engine', [door]);

// The model worker is made when the engine first asks for a model.
let model: Worker | null = null;
worker.addEventListener('message', ({ ports: [port] }) => {
  if (!port) {
    model?.terminate();
    model = null;
    return;
  }
  if (!model) {
    model = new Worker(new URL('./model.worker.ts', import.meta.url), {
      type: 'module',
      name: 'model',
    });
  }
  model.postMessage('serve', [port]);
});

/** Nonces of content scripts that were announced, by nonce: the tab, until when. */
const expected = new Map<string, { readonly tab: number; readonly until: number }>();
const patience = 60_000;

browser.runtime.onMessage.addListener((message, sender, respond) => {
  // Only the service worker announces: content scripts and pages have a tab or an address.
  const parsed = v.safeParse(Expectation, message);
  if (!parsed.success || sender.tab || sender.id !== browser.runtime.id) return;
  for (const [nonce, { until }] of expected) if (until < Date.now()) expected.delete(nonce);
  expected.set(parsed.output.nonce, { tab: parsed.output.tab, until: Date.now() + patience });
  respond(true);
});

const { engine } = connectPage();

browser.runtime.onConnect.addListener((port) => {
  if (!port.name.startsWith(clipPort)) return;
  const nonce = port.name.slice(clipPort.length);
  const expectation = expected.get(nonce);
  expected.delete(nonce);
  // The tab's: the sender's own stays at where its script first ran, also after history.pushState.
  const address = port.sender?.tab?.url;
  const answer = (message: ClipAnswer) => port.postMessage(message);
  if (!expectation || !address || expectation.tab !== port.sender?.tab?.id) {
    answer(failedAnswer(new Failure('clip/unexpected')));
    port.disconnect();
    return;
  }

  let capture: v.InferOutput<typeof PageCaptureShape> | null = null;
  const save = async (ifKept: IfKept, action: Id): Promise<ClipAnswer> => {
    if (!capture) throw new Failure('message/malformed');
    return { is: 'done', outcome: await engine.saveClip({ capture, ifKept }, action) };
  };
  port.onMessage.addListener((message: unknown) => {
    const parsed = v.safeParse(ClipRequest, message);
    if (!parsed.success) {
      answer(failedAnswer(new Failure('message/malformed')));
      return;
    }
    const request = parsed.output;
    // The address is the browser's word, not the page's.
    if (request.clip === 'save') capture ??= { ...request.capture, url: address };
    save(request.ifKept, request.action).then(answer, (error: unknown) =>
      answer(failedAnswer(error)),
    );
  });
});
