/**
 * The note in the corner of a page that was kept: says so, offers what can be done, and goes away.
 *
 * It lives in a closed shadow root of the content script, takes no focus, and answers only to a
 * person's own clicks: an event that the page makes up is not trusted.
 */

export interface ClipToastButton {
  readonly label: string;
  readonly press: () => void;
}

export interface ClipToast {
  /** @param stay keeps the note until it is closed. */
  readonly show: (text: string, buttons: readonly ClipToastButton[], stay?: boolean) => void;
  readonly close: () => void;
}

/** How long the note stays, ms; longer while the pointer or focus is on it. */
const lifetime = 6_000;

const style = `
  :host { all: initial; position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483647; }
  [role='status'] {
    display: flex; align-items: center; gap: 12px; max-inline-size: min(440px, calc(100vw - 40px));
    padding: 12px 12px 12px 16px; border-radius: 12px; font: 14px/1.4 system-ui, sans-serif;
    color: #f2f5f3; background: #16302b; box-shadow: 0 8px 28px rgb(0 0 0 / 0.28);
    animation: rise 160ms ease-out;
  }
  svg { flex: none; inline-size: 18px; block-size: 18px; color: #7fd1b9; }
  p { margin: 0; flex: 1; min-inline-size: 0; }
  div { display: flex; flex: none; gap: 4px; }
  button {
    font: inherit; font-weight: 600; color: #9fe3cd; background: none; border: 0; border-radius: 8px;
    padding: 6px 10px; cursor: pointer; white-space: nowrap;
  }
  button:hover { background: rgb(255 255 255 / 0.1); }
  button:focus-visible { outline: 2px solid #9fe3cd; outline-offset: 1px; }
  @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
  @media (prefers-reduced-motion: reduce) { [role='status'] { animation: none; } }
`;

export function openClipToast(document: Document, closeLabel: string): ClipToast {
  const host = document.createElement('holdfast-note');
  const root = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  const note = document.createElement('section');
  note.setAttribute('role', 'status');
  root.append(note);
  document.documentElement.append(host);

  let timer = 0;
  const close = () => {
    clearTimeout(timer);
    host.remove();
  };
  const later = (stay: boolean) => {
    clearTimeout(timer);
    if (!stay) timer = setTimeout(close, lifetime) as unknown as number;
  };

  return {
    close,
    show: (text, buttons, stay = false) => {
      const words = document.createElement('p');
      words.textContent = text;
      const actions = document.createElement('div');
      for (const { label, press } of [...buttons, { label: closeLabel, press: close }]) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = label;
        button.addEventListener('click', (event) => event.isTrusted && press());
        actions.append(button);
      }
      note.replaceChildren(words, actions);
      note.onpointerenter = () => clearTimeout(timer);
      note.onpointerleave = () => later(stay);
      later(stay);
    },
  };
}
