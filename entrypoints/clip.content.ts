/**
 * Runs in a page when the person asks to keep it: reads what is there now, hands it over, and says
 * what came of it. It stays for as long as its note, and leaves the page as it was.
 */
import { browser } from 'wxt/browser';
import { defineContentScript } from 'wxt/utils/define-content-script';
import { openClipToast } from '@/components/clip-toast.ts';
import { extract } from '@/lib/clip/extract.ts';
import { Failure } from '@/lib/errors.ts';
import { newAction } from '@/lib/model/id.ts';
import {
  type Bell,
  type ClipAnswer,
  type ClipOrder,
  clipPort,
  type ClipRequest,
  failedAnswer,
  type IfKept,
} from '@/lib/rpc/doorbell.ts';

export default defineContentScript({
  registration: 'runtime',
  matches: [],
  main: async (): Promise<ClipAnswer> => {
    const order = (globalThis as { holdfastOrder?: ClipOrder }).holdfastOrder;
    if (!order) return failedAnswer(new Failure('clip/unexpected'));
    const port = browser.runtime.connect({ name: clipPort + order.nonce });
    const answer = await save(port, order).catch(failedAnswer);
    if (order.toast) tell(port, order, answer);
    else port.disconnect();
    return answer;
  },
});

type Port = ReturnType<typeof browser.runtime.connect>;

const failureOf = {
  'no-text': 'clip/no-text',
  pdf: 'clip/pdf',
  'not-html': 'clip/not-a-page',
} as const;

async function save(port: Port, { ifKept }: ClipOrder): Promise<ClipAnswer> {
  const extraction = extract(document, { selection: getSelection() });
  if (!extraction.ok) throw new Failure(failureOf[extraction.reason]);
  const { capture } = extraction;
  return request(port, { clip: 'save', action: newAction(), ifKept, capture });
}

/** Asks over the port; a port that closes instead of answering is a failure. */
function request(port: Port, message: ClipRequest): Promise<ClipAnswer> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      port.onMessage.removeListener(answered);
      port.onDisconnect.removeListener(closed);
    };
    const answered = (answer: ClipAnswer) => {
      stop();
      resolve(answer);
    };
    const closed = () => {
      stop();
      reject(new Failure('engine/gone'));
    };
    port.onMessage.addListener(answered);
    port.onDisconnect.addListener(closed);
    port.postMessage(message);
  });
}

function tell(port: Port, { words }: ClipOrder, answer: ClipAnswer): void {
  const toast = openClipToast(document, words.close);
  const show = (latest: ClipAnswer) => {
    if (latest.is === 'failed') {
      toast.show(words.failures[latest.code] ?? latest.code, []);
      return;
    }
    const { outcome } = latest;
    const { status, clip } = outcome;
    const ring: Bell = { ring: 'panel', route: `#/clip/${clip}` };
    const open = {
      label: words.open,
      press: () => {
        void browser.runtime.sendMessage(ring);
        toast.close();
      },
    };
    const resolve = (label: string, ifKept: IfKept) => ({
      label,
      press: () =>
        void request(port, { clip: 'resolve', action: newAction(), ifKept })
          .catch(failedAnswer)
          .then(show),
    });
    if (status === 'exists') {
      const choices = [resolve(words.update, 'update'), resolve(words.addVersion, 'add-version')];
      toast.show(words.changed, [open, ...choices], true);
    } else if (status === 'saved') {
      toast.show(outcome.isCut ? words.cut : words.saved, [open], outcome.isCut);
    } else {
      toast.show(words.unchanged, [open]);
    }
  };
  show(answer);
}
