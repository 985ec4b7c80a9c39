/** The reader's own day, 'YYYY-MM-DD', as state: it changes at midnight and when a laptop wakes. */
import { createSubscriber } from 'svelte/reactivity';
import { addDays, dayOf } from './dates.ts';

export const clock = {
  get today(): string {
    subscribe();
    return dayOf(Date.now());
  },
};

const subscribe = createSubscriber((update) => {
  let shown = dayOf(Date.now());
  let timer: ReturnType<typeof setTimeout>;
  const look = () => {
    const day = dayOf(Date.now());
    if (day !== shown) {
      shown = day;
      update();
    }
    clearTimeout(timer);
    const midnight = new Date(`${addDays(day, 1)}T00:00`).getTime();
    timer = setTimeout(look, midnight - Date.now() + 50);
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
});
