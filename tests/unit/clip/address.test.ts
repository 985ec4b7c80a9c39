import { describe, expect, test } from 'vitest';
import { normaliseAddress } from '../../../lib/clip/address.ts';

describe('one document has one address', () => {
  test.each([
    ['https://a.example/p?utm_source=x&id=1&fbclid=y', 'https://a.example/p?id=1'],
    ['https://a.example/p?UTM_Source=x', 'https://a.example/p'],
    ['https://a.example/p?utm%5Fsource=x&%=1', 'https://a.example/p?%=1'],
    ['https://a.example/p?', 'https://a.example/p'],
    ['https://a.example/p?b=2&&a=1&', 'https://a.example/p?b=2&a=1'],
    ['HTTPS://A.Example:443', 'https://a.example/'],
    ['http://a.example:8080/p', 'http://a.example:8080/p'],
    ['https://user:secret@a.example/p', 'https://a.example/p'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://a.example/p#section-2', 'https://a.example/p'],
    ['https://a.example/p#:~:text=pay', 'https://a.example/p'],
    ['https://a.example/#/today:~:text=pay', 'https://a.example/#/today'],
    ['https://a.example/#/list?utm_medium=m&page=2', 'https://a.example/#/list?page=2'],
    ['https://a.example/#!mail', 'https://a.example/#!mail'],
    ['https://a.example/#inbox/123', 'https://a.example/#inbox/123'],
    ['https://a.example/#token=a/b', 'https://a.example/'],
  ])('%s', (address, normal) => {
    expect(normaliseAddress(address)).toBe(normal);
  });
});

test.each(['https://a.example/p/', 'http://a.example/p', 'https://www.a.example/?b=1&a=2&q='])(
  'what may tell two documents apart stays: %s',
  (address) => {
    expect(normaliseAddress(address)).toBe(address);
  },
);

test.each(['mailto:a@b.example', 'chrome://settings', 'about:blank', 'no address', ''])(
  'what is no page of the web has none: %s',
  (address) => {
    expect(normaliseAddress(address)).toBeNull();
  },
);
