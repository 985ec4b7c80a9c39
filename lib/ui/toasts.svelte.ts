/**
 * What just happened, said once, with a way back.
 *
 * One at a time: the newest replaces what stood there, because only the newest is what a person
 * still has in mind, and older actions stay reachable by undoing further.
 */
interface Toast {
  readonly text: string;
  readonly tone?: 'plain' | 'alarm';
  readonly button?: { readonly label: string; readonly press: () => void };
}

export interface Toasts {
  readonly current: Toast | null;
  readonly show: (toast: Toast) => void;
  readonly dismiss: () => void;
}

export function makeToasts(): Toasts {
  let current = $state.raw<Toast | null>(null);
  return {
    get current() {
      return current;
    },
    show: (toast) => {
      current = toast;
    },
    dismiss: () => {
      current = null;
    },
  };
}
