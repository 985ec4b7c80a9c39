/**
 * Where one is in the side panel: '#/today', '#/list/ID', '#/clip/ID?quote=120-188', each with
 * '?task=ID' while a task is open above it. Places are plain links, so that going back works as
 * everywhere.
 */
import { createSubscriber } from 'svelte/reactivity';
import * as v from 'valibot';
import { Id } from '../model/id.ts';

export type Place =
  | { readonly at: 'inbox' | 'today' | 'clips' | 'done' }
  | { readonly at: 'list'; readonly list: Id }
  | {
      readonly at: 'clip';
      readonly clip: Id;
      /** Offsets in the clip's text: scrolled to and marked. */
      readonly quote?: { readonly start: number; readonly end: number };
      /** Shown in the review card. */
      readonly proposal?: Id;
    }
  | { readonly at: 'search'; readonly text?: string };

export interface Route {
  readonly place: Place;
  /** The task that is open. */
  readonly task: Id | null;
}

export function addressOf(place: Place, task: Id | null = null): string {
  const parameters = new URLSearchParams();
  if (place.at === 'clip' && place.quote) {
    parameters.set('quote', `${place.quote.start}-${place.quote.end}`);
  }
  if (place.at === 'clip' && place.proposal) parameters.set('proposal', place.proposal);
  if (place.at === 'search' && place.text) parameters.set('text', place.text);
  if (task) parameters.set('task', task);
  const subject =
    place.at === 'list' ? `/${place.list}` : place.at === 'clip' ? `/${place.clip}` : '';
  const query = parameters.toString();
  return `#/${place.at}${subject}${query ? `?${query}` : ''}`;
}

/** An unknown address is today: the place where most days begin. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(query);
  return { place: placeFrom(path, parameters), task: idFrom(parameters.get('task')) };
}

export const address = {
  get route(): Route {
    subscribe();
    return parseRoute(location.hash);
  },
  go: (place: Place, task: Id | null = null): void => {
    location.hash = addressOf(place, task);
  },
  /** Changes the address without a step to go back to. */
  replace: (place: Place): void => {
    history.replaceState(history.state, '', addressOf(place));
    tellReplaced?.();
  },
};

/** `replaceState` fires no event. */
let tellReplaced: (() => void) | undefined;

const subscribe = createSubscriber((update) => {
  tellReplaced = update;
  addEventListener('hashchange', update);
  return () => {
    tellReplaced = undefined;
    removeEventListener('hashchange', update);
  };
});

function placeFrom(path: string, parameters: URLSearchParams): Place {
  const [at, subject] = path.split('/', 2);
  const id = idFrom(subject);
  if (at === 'list' && id) return { at, list: id };
  if (at === 'clip' && id) {
    const quote = /^(\d{1,9})-(\d{1,9})$/.exec(parameters.get('quote') ?? '');
    const proposal = idFrom(parameters.get('proposal'));
    return {
      at,
      clip: id,
      ...(quote ? { quote: { start: Number(quote[1]), end: Number(quote[2]) } } : {}),
      ...(proposal ? { proposal } : {}),
    };
  }
  if (at === 'search') {
    const text = parameters.get('text');
    return text ? { at, text } : { at };
  }
  if (at === 'inbox' || at === 'clips' || at === 'done') return { at };
  return { at: 'today' };
}

function idFrom(text: string | null | undefined): Id | null {
  const parsed = v.safeParse(Id, text);
  return parsed.success ? parsed.output : null;
}
