/** What pages use of a browser and jsdom lacks: nothing moves, nothing is seen, dialogs just open. */
import { afterEach } from 'vitest';

afterEach(() => {
  localStorage.clear();
  history.replaceState(null, '', '#/today');
});

Object.assign(window, {
  matchMedia: (media: string) =>
    Object.assign(new EventTarget(), { matches: media.includes('reduced-motion'), media }),
  scrollTo: () => {},
  IntersectionObserver: class {
    observe() {}
    disconnect() {}
  },
});
Object.assign(Element.prototype, {
  scrollIntoView: () => {},
  // What leaves does so at once.
  animate: () => {
    const animation = { cancel: () => {}, finished: Promise.resolve(), onfinish: () => {} };
    queueMicrotask(() => animation.onfinish());
    return animation;
  },
});
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true;
  },
  close(this: HTMLDialogElement) {
    this.open = false;
  },
});
