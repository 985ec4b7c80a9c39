/** Keys, and what they mean everywhere. */

/** Where a key moves in a list of `length` from `at`; null: it is no key for moving. */
export function step(key: string, at: number, length: number): number | null {
  const last = length - 1;
  if (key === 'j' || key === 'ArrowDown') return Math.min(at + 1, last);
  if (key === 'k' || key === 'ArrowUp') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  return null;
}

/** Whether keys are letters of a text here, not commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)
  );
}

/** 'Ctrl' or '⌘', as the keyboard here says. */
export const commandKey = /mac/i.test(navigator.platform) ? '⌘' : 'Ctrl';
