/**
 * A page of the extension that Playwright does not see: the real popup, the real side panel. It is
 * reached over the browser's debugging port, and pressed with a real pointer.
 */
import type { CDPSession } from '@playwright/test';

export interface Surface {
  /** All the text on it that can be seen. */
  readonly text: () => Promise<string>;
  /** Settles once it shows a text. */
  readonly shows: (text: string | RegExp) => Promise<void>;
  /** Presses a button or link by its name, once it is there. */
  readonly press: (name: string | RegExp) => Promise<void>;
  /** Settles once it has closed itself. */
  readonly isGone: () => Promise<void>;
}

/** How long to wait for anything, ms. */
const patience = 15_000;

/**
 * @param browser a session of the browser itself.
 * @param path e.g. 'popup.html'; waited for.
 */
export async function findSurface(browser: CDPSession, path: string): Promise<Surface> {
  const ids = async () => {
    const { targetInfos } = await browser.send('Target.getTargets');
    const found = targetInfos.filter(({ url }) => new RegExp(`/${path}(#|$)`).test(url));
    return found.filter(({ attached }) => !attached).map(({ targetId }) => targetId);
  };
  const targetId = await waitFor(`a ${path}`, async () => (await ids())[0]);
  // Not flat: Playwright's sessions speak only for themselves.
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId });

  let last = 0;
  const ask = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const listen = (event: { readonly sessionId: string; readonly message: string }) => {
        const answer = JSON.parse(event.message) as {
          readonly id?: number;
          readonly result?: unknown;
          readonly error?: { readonly message: string };
        };
        if (event.sessionId !== sessionId || answer.id !== id) return;
        browser.off('Target.receivedMessageFromTarget', listen);
        if (answer.error) reject(new Error(answer.error.message));
        else resolve(answer.result);
      };
      browser.on('Target.receivedMessageFromTarget', listen);
      browser
        .send('Target.sendMessageToTarget', {
          sessionId,
          message: JSON.stringify({ id, method, params }),
        })
        .catch(reject);
    });

  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = (await ask('Runtime.evaluate', { expression, returnByValue: true })) as {
      readonly result: { readonly value: T };
    };
    return result.value;
  };
  const text = () => evaluate<string>("document.body?.innerText ?? ''");

  return {
    text,
    shows: async (wanted) => {
      const fits = (shown: string) =>
        typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown);
      await waitFor(`'${wanted}' in ${path}`, async () => fits(await text()) || undefined);
    },
    press: async (name) => {
      const source =
        typeof name === 'string' ? name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : name.source;
      const { x, y } = await waitFor(`'${name}' in ${path}`, () =>
        evaluate<{ x: number; y: number } | null>(placeOf(source)),
      );
      const at = { x, y, button: 'left', clickCount: 1 };
      await ask('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
      await ask('Input.dispatchMouseEvent', { type: 'mousePressed', ...at });
      // It may close itself before it answers.
      ask('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at }).catch(() => {});
    },
    isGone: async () => {
      await waitFor(`${path} to close`, async () => {
        const { targetInfos } = await browser.send('Target.getTargets');
        return targetInfos.every((target) => target.targetId !== targetId) || undefined;
      });
    },
  };
}

/** An expression: where the middle of a button or link lies that can be pressed now, else null. */
function placeOf(name: string): string {
  return `(() => {
    const nameOf = (it) => it.getAttribute('aria-label') ?? it.innerText;
    const found = [...document.querySelectorAll('button, a, [role=button]')].find(
      (it) => new RegExp(${JSON.stringify(name)}).test(nameOf(it)) && !it.disabled && it.checkVisibility(),
    );
    if (!found) return null;
    found.scrollIntoView({ block: 'nearest' });
    const { x, y, width, height } = found.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  })()`;
}

/** Asks again until there is an answer. */
async function waitFor<T>(what: string, look: () => Promise<T | null | undefined>): Promise<T> {
  const until = performance.now() + patience;
  while (performance.now() < until) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
  }
  throw new Error(`Waited in vain for ${what}.`);
}
