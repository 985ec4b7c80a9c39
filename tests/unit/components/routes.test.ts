import { describe, expect, test } from 'vitest';
import { addressOf, parseRoute, type Place } from '../../../lib/ui/routes.ts';
import { makeId } from '../../support/stand-in-engine.ts';

const id = makeId();

describe('an address', () => {
  const places: readonly Place[] = [
    { at: 'today' },
    { at: 'inbox' },
    { at: 'done' },
    { at: 'clips' },
    { at: 'list', list: id },
    { at: 'clip', clip: id },
    { at: 'clip', clip: id, quote: { start: 120, end: 188 } },
    { at: 'clip', clip: id, proposal: makeId() },
    { at: 'search' },
    { at: 'search', text: 'leasing & buying? #1 “ß”' },
  ];

  test.each(places)('leads to where it was made for: %o', (place) => {
    expect(parseRoute(addressOf(place))).toEqual({ place, task: null });
    expect(parseRoute(addressOf(place, id))).toEqual({ place, task: id });
  });

  test.each(['', '#', '#/', '#/nowhere', '#/list/', '#/list/<script>', '#/clip/12', '#//', '#%'])(
    'that makes no sense is today: %s',
    (hash) => expect(parseRoute(hash).place).toEqual({ at: 'today' }),
  );

  test('drops a quote or a task that makes no sense', () => {
    expect(parseRoute(`#/clip/${id}?quote=x-9&task=7`)).toEqual({
      place: { at: 'clip', clip: id },
      task: null,
    });
  });
});
