import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseAddress } from '../../../lib/clip/address.ts';

const address = fc
  .tuple(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.constantFrom('', '?', '?&', '?a=1&&utm_id=2', '?%', '?fbclid'),
    fc.constantFrom(
      '',
      '#',
      '#/',
      '#!',
      '#/a?utm_id=1',
      '#/?',
      '#a/b?',
      '#:~:text=a',
      '#/a:~:text=b',
    ),
  )
  .map(([url, query, fragment]) => url.replace(/[?#].*/, '') + query + fragment);

test('a normalised address is its own, and never fails', () => {
  fc.assert(
    fc.property(
      fc.oneof(address, fc.webUrl({ withQueryParameters: true, withFragments: true })),
      (url) => {
        const once = normaliseAddress(url);
        expect(once).not.toBeNull();
        expect(normaliseAddress(once ?? '')).toBe(once);
      },
    ),
  );
});

test('trackers make no difference, wherever they stand; other parameters do', () => {
  const parameter = fc.constantFrom('a=1', 'b=', 'c', 'page=2', 'q=x+y%20z');
  const tracker = fc.constantFrom('utm_source=n', 'gclid=1', 'FBCLID=2', 'mc_eid=3', 'utm%5Fid=4');
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          parameter,
          tracker.map((each) => `!${each}`),
        ),
      ),
      (mixed) => {
        const kept = mixed.filter((each) => !each.startsWith('!')).join('&');
        const all = mixed.map((each) => each.replace('!', '')).join('&');
        const bare = `https://a.example/p${kept === '' ? '' : `?${kept}`}`;
        expect(normaliseAddress(`https://a.example/p?${all}`)).toBe(bare);
      },
    ),
  );
});

test('whatever the address, the answer is an address or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const answer = normaliseAddress(text);
      if (answer !== null) expect(answer).toMatch(/^https?:\/\//);
    }),
  );
});
