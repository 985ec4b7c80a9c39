// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { capture } from './page.ts';

function page(head: string, body = '<h1>The bridge</h1><p>It is closed.</p>', lang = 'en'): string {
  return `<!doctype html><html lang="${lang}"><head>${head}</head><body><main>${body}</main></body></html>`;
}

describe('title and site', () => {
  test.each([
    ['<title>The bridge | The Courier</title>', 'The bridge', 'The Courier'],
    ['<title>The bridge - Site</title>', 'The bridge', 'Site'],
    [
      '<title>x</title><meta property="og:title" content="The bridge - The Courier"><meta property="og:site_name" content="The Courier">',
      'The bridge',
      'The Courier',
    ],
    ['<title></title>', 'The bridge', null],
  ])('%s', (head, title, site) => {
    expect(capture(page(head))).toMatchObject({ title, site });
  });

  test('a page without a title is named by its first words', () => {
    expect(capture('<body><p>Bring a pen.</p></body>').title).toBe('Bring a pen.');
  });
});

test('metadata of the first address that a script opened is not believed', () => {
  const stale = `<title>The bridge</title>
    <link rel="canonical" href="https://site.example/ferry">
    <meta property="og:url" content="https://site.example/ferry">
    <meta property="og:title" content="Ferry timetable">
    <meta property="article:published_time" content="2020-01-01">
    <meta name="author" content="A. Ferryman">
    <script type="application/ld+json">{"headline": "Ferry timetable", "datePublished": "2020-01-01", "author": {"name": "A. Ferryman"}}</script>`;
  expect(capture(page(stale), 'https://site.example/bridge')).toMatchObject({
    title: 'The bridge',
    url: 'https://site.example/bridge',
    byline: null,
    published: null,
  });
});

describe('author', () => {
  test.each([
    [
      '<script type="application/ld+json">{"@graph":[{"@type":"Article","headline":"The bridge","author":[{"name":"Ann Lee"},{"name":"Bo Oz"}]}]}</script>',
      '',
      'Ann Lee, Bo Oz',
    ],
    ['<meta name="author" content="Ann Lee">', '', 'Ann Lee'],
    ['', '<p class="byline">By Ann Lee</p>', 'Ann Lee'],
    ['<meta property="article:author" content="https://social.example/ann">', '', null],
  ])('%s %s', (head, line, byline) => {
    expect(capture(page(head, `<h1>The bridge</h1>${line}<p>It is closed.</p>`)).byline).toBe(
      byline,
    );
  });
});

describe('date', () => {
  test.each([
    [
      '<script type="application/ld+json">{"headline":"The bridge","datePublished":"2026-03-01T08:00:00Z"}</script>',
      '2026-03-01T08:00:00Z',
    ],
    [
      '<meta property="article:published_time" content="2026-03-01T08:00:00+01:00">',
      '2026-03-01T08:00:00+01:00',
    ],
    ['<meta name="date" content="2026-03-01T08:00">', '2026-03-01'],
    ['<meta name="date" content="soon">', null],
    ['<script type="application/ld+json">{"datePublished": </script>', null],
  ])('in the head: %s', (head, published) => {
    expect(capture(page(head)).published).toBe(published);
  });

  test.each([
    ['en', '<time datetime="2026-03-01">Sunday</time>', null],
    ['en', '<p>Posted <time datetime="2026-03-01">on Sunday 1st</time></p>', '2026-03-01'],
    ['en', '<p>1 March 2026</p>', '2026-03-01'],
    ['en', '<p>By Ann Lee · March 1, 2026 · 4 min read</p>', '2026-03-01'],
    ['en', '<p>Last updated: 1 March 2026</p>', '2026-03-01'],
    ['en-GB', '<p>Bill date: 03/01/2026</p>', '2026-01-03'],
    ['en-US', '<p>Updated 03/01/2026</p>', '2026-03-01'],
    ['en', '<p>Updated 03/01/2026</p>', null],
    ['de', '<p>Regensburg, den 1. März 2026</p>', '2026-03-01'],
    ['de', '<p>Stand: 01.03.2026</p>', '2026-03-01'],
    ['fr', '<p>Publié le 1er mars 2026</p>', '2026-03-01'],
    ['es', '<p>1 de marzo de 2026</p>', '2026-03-01'],
    ['en', '<p>The workshop takes place on 1 March 2026.</p>', null],
    ['en', '<p>Register by 1 March 2026</p>', null],
    ['en', '<p>Sunday, 1 March 2026, 7 pm</p>', null],
    ['en', '<p>Updated 31 February 2026</p>', null],
  ])('on the page, %s: %s', (lang, line, published) => {
    const html = page('', `<h1>The bridge</h1>${line}<p>It is closed.</p>`, lang);
    expect(capture(html).published).toBe(published);
  });
});

describe('language', () => {
  const german =
    'Die Brücke bleibt bis auf weiteres gesperrt, weil der Stadtrat noch keine Mittel bewilligt hat. Wer auf die andere Seite möchte, nimmt bitte die Fähre, die täglich von sechs bis zwanzig Uhr verkehrt.';

  test.each([
    ['de-AT', german, 'de-AT'],
    ['', german, 'de'],
    ['en', german, 'de'],
    ['de_ch', 'Zu.', 'de-CH'],
    ['', 'Ok.', null],
    ['!', 'Ok.', null],
  ])('declared %j, written %j', (lang, text, language) => {
    expect(capture(page('', `<p>${text}</p>`, lang)).page.language).toBe(language);
  });

  test('the document counts, not the site around it', () => {
    expect(capture(page('', `<article lang="de"><p>Kurz.</p></article>`)).page.language).toBe('de');
  });
});
