// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { capture } from './page.ts';

const prose: Readonly<Record<string, string>> = {
  en: 'The bridge by the old mill stays closed until the council has found the money for its repair. Whoever wants to reach the other side takes the ferry, which runs every half an hour.',
  de: 'Die Brücke bei der alten Mühle bleibt gesperrt, bis der Stadtrat das Geld für ihre Reparatur gefunden hat. Wer auf die andere Seite möchte, nimmt die Fähre, die jede halbe Stunde fährt.',
  fr: 'Le pont du vieux moulin reste fermé tant que le conseil municipal ne trouve pas les moyens de sa réparation. Pour passer sur l’autre rive, il faut prendre le bac, qui part chaque demi-heure.',
  es: 'El puente del viejo molino sigue cerrado hasta que el ayuntamiento encuentre el dinero para su reparación. Quien quiera pasar a la otra orilla toma la barca, que sale cada media hora.',
};

/** Shows the page; '…' stands for some prose in its language, '~' for a space that does not break. */
function published(lang: string, html: string, url?: string): string | null {
  const [head = '', body = html] = html.split('||').length > 1 ? html.split('||') : ['', html];
  const words = `<p>${prose[lang.slice(0, 2)] ?? ''}</p>`;
  const page = body.replaceAll('…', words).replaceAll('~', '\u00a0');
  const whole = /<(?:main|body)/u.test(page) ? page : `<main>${page}</main>`;
  return capture(
    `<!doctype html><html lang="${lang}"><head><title>The bridge</title>${head}</head><body>${whole}</body></html>`,
    url,
  ).published;
}

type Case = readonly [
  lang: string,
  html: string,
  published: string | null,
  url?: string | undefined,
];

const dated: readonly Case[] = [
  // Letters
  ['en-GB', '<p>London, 3 March 2026</p><h1>Your boiler</h1>…', '2026-03-03'],
  [
    'en',
    '<p>Mr A. Lee<br>4 Mill Lane</p><p>Date: 3rd March 2026</p><p>Dear Mr Lee,</p>…',
    '2026-03-03',
  ],
  ['en', '<p>Our ref: HB/118 &nbsp; 3 March 2026</p><p>Dear tenant,</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Notice of works</h1><div style="text-align:right">Tuesday 3rd March 2026</div>…',
    '2026-03-03',
  ],
  ['en', '<p>Date: Tuesday, 3 March 2026</p><h1>Trip to the farm</h1>…', '2026-03-03'],
  [
    'de',
    '<p>Stadtwerke Regensburg</p><p>Regensburg, 03.03.2026</p><h1>Ihr Zähler</h1>…',
    '2026-03-03',
  ],
  ['de', '<p>Bern, den 3.3.2026</p><p>Sehr geehrte Frau Lee,</p>…', '2026-03-03'],
  ['de', '<p>Unser Zeichen: 4711</p><p>Datum: 03.03.26</p><h1>Ihr Antrag</h1>…', '2026-03-03'],
  ['fr', '<p>Lyon, le 3~mars~2026</p><h1>Votre dossier</h1>…', '2026-03-03'],
  ['fr', '<h1>Sortie au musée</h1><p>Le 3 mars 2026</p><p>Chers parents,</p>…', '2026-03-03'],
  ['es', '<p>Sevilla, a 3 de marzo de 2026</p><h1>Su solicitud</h1>…', '2026-03-03'],
  [
    'es',
    '<h1>Su solicitud</h1>…<p>En Sevilla, a 3 de marzo de 2026</p><p>Fdo.: Ana Ruiz</p>',
    '2026-03-03',
  ],
  ['en', '<h1>Parking permits</h1>…<p>Signed at Leeds on 3 March 2026</p>', '2026-03-03'],
  // Bills and two-column facts
  [
    'en-GB',
    '<h1>Your bill</h1><dl><dt>Account</dt><dd>4711</dd><dt>Bill date</dt><dd>3 March 2026</dd><dt>Due</dt><dd>20 March 2026</dd></dl>…',
    '2026-03-03',
  ],
  ['en', '<h1>Invoice no. 118 of 3 March 2026</h1>…', '2026-03-03'],
  [
    'en',
    '<h1>Your account</h1><table><tr><th>Statement date</th><td>March 3, 2026</td></tr><tr><th>Payment due</th><td>March 20, 2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'en-GB',
    '<h1>Invoice</h1><table><tr><th>Invoice no.</th><th>Issued</th><th>Due date</th></tr><tr><td>118</td><td>03/03/2026</td><td>17/03/2026</td></tr></table>…',
    '2026-03-03',
  ],
  ['de', '<h1>Rechnung vom 03.03.2026</h1>…', '2026-03-03'],
  [
    'de',
    '<h1>Rechnung 118</h1><table><tr><td>Rechnungsnummer</td><td>118</td></tr><tr><td>Rechnungsdatum</td><td>03.03.2026</td></tr><tr><td>Zahlbar bis</td><td>17.03.2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'de',
    '<h1>Einkommensteuerbescheid</h1><dl><dt>Steuernummer</dt><dd>12/345</dd><dt>Datum des Bescheids</dt><dd>3. März 2026</dd></dl>…',
    '2026-03-03',
  ],
  ['fr', '<h1>Facture n° 118 du 3 mars 2026</h1>…', '2026-03-03'],
  [
    'fr',
    '<h1>Facture</h1><table><tr><td>Date d’émission</td><td>03/03/2026</td></tr><tr><td>Échéance</td><td>17/03/2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'es',
    '<h1>Factura</h1><dl><dt>Fecha de emisión</dt><dd>03/03/2026</dd><dt>Vencimiento</dt><dd>17/03/2026</dd></dl>…',
    '2026-03-03',
  ],
  ['es', '<h1>Factura 118 de fecha 3 de marzo de 2026</h1>…', '2026-03-03'],
  // Minutes
  ['en', '<h1>Minutes of the meeting held on Tuesday 3 March 2026</h1>…', '2026-03-03'],
  [
    'en',
    '<h1>Allotment committee: minutes</h1><p>Present: Ann, Bo<br>Date: 3 March 2026<br>Place: the shed</p>…<p>Next meeting: 7 April 2026</p>',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Minutes</h1><p>Parish Council meeting, Tuesday 3 March 2026, 7.30 pm, Village Hall</p>…',
    '2026-03-03',
  ],
  ['de', '<h1>Protokoll der Sitzung vom 3. März 2026</h1>…', '2026-03-03'],
  ['de', '<h1>Elternabend 4b – Protokoll</h1><p>Datum: 03.03.2026, 19:30 Uhr</p>…', '2026-03-03'],
  ['fr', '<h1>Compte rendu de la réunion du 3 mars 2026</h1>…', '2026-03-03'],
  ['es', '<h1>Acta de la reunión del 3 de marzo de 2026</h1>…', '2026-03-03'],
  // Newsletters, notices, school
  ['en', '<h1>The Mill Lane Letter</h1><p>Issue 14, March 3, 2026</p>…', '2026-03-03'],
  ['de', '<h1>Bekanntmachung vom 3. März 2026</h1>…', '2026-03-03'],
  [
    'de',
    '<h1>Vollsperrung der Mühlstraße</h1><p>Amtliche Bekanntmachung vom 03.03.2026</p>…',
    '2026-03-03',
  ],
  ['fr', '<h1>Avis du 3 mars 2026</h1>…', '2026-03-03'],
  ['es', '<h1>Anuncio de 3 de marzo de 2026</h1>…', '2026-03-03'],
  // Trackers, forums, releases
  [
    'en',
    '<h1>Crash on start #118</h1><p>anna opened this issue on 3 Mar 2026 · 4 comments</p>…',
    '2026-03-03',
  ],
  ['en', '<h1>Crash on start</h1><p>Created 2026-03-03 · Priority high</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Crash on start</h1><div class="header"><a>anna</a> commented on <relative-time datetime="2026-03-03T09:00:00Z">Mar 3</relative-time></div>…<div class="header"><a>bo</a> commented on <relative-time datetime="2026-03-05T09:00:00Z">Mar 5</relative-time></div>…',
    '2026-03-03T09:00:00Z',
  ],
  [
    'en',
    '<h1>Crash on start</h1><div>anna commented on Mar 3, 2026</div>…<div>bo commented on Mar 5, 2026</div>…',
    '2026-03-03',
  ],
  [
    'de',
    '<h1>Kaffeemühle klemmt</h1><article><header>mokka schrieb am 03.03.2026, 10:14</header>…</article><article><header>bohne schrieb am 05.03.2026, 11:00</header>…</article>',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Grinder stuck</h1><div class="post"><div class="post-meta"><span>mokka</span> <span>Mar 3, 2026 at 10:14 AM</span></div>…</div><div class="post"><div class="post-meta"><span>bean</span> <span>Mar 5, 2026 at 9:00 AM</span></div>…</div>',
    '2026-03-03',
  ],
  ['en', '<h1>v3.2 · 2026-03-03</h1>…', '2026-03-03'],
  ['en', '<h1>Mill 3.2</h1><p>Released March 3, 2026</p>…', '2026-03-03'],
  [
    'en',
    '<h1>How to reset it</h1>…<footer>Last updated: March 3, 2026 by Ann Lee</footer>',
    '2026-03-03',
  ],
  ['fr', '<h1>Réinitialiser</h1>…<p>Dernière mise à jour le 3 mars 2026 à 10:14</p>', '2026-03-03'],
  ['es', '<h1>Reiniciar</h1>…<p>Última actualización: 03/03/2026</p>', '2026-03-03'],
  // Jobs, bookings, terms
  [
    'en',
    '<h1>Ferry pilot</h1><ul><li>Full time</li><li>Date posted: 3 March 2026</li><li>Closing date: 31 March 2026</li></ul>…',
    '2026-03-03',
  ],
  [
    'de',
    '<h1>Ihre Buchung</h1><table><tr><td>Buchungsdatum</td><td>03.03.2026</td></tr><tr><td>Anreise</td><td>01.06.2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Your booking</h1><p>Booked on 3 March 2026</p><p>Check-in: 1 June 2026</p>…',
    '2026-03-03',
  ],
  ['fr', '<h1>Votre réservation</h1><p>Réservation effectuée le 3 mars 2026</p>…', '2026-03-03'],
  ['es', '<h1>Su reserva</h1><p>Reserva realizada el 3 de marzo de 2026</p>…', '2026-03-03'],
  ['en', '<h1>Terms of service</h1><p>Effective 3 March 2026</p>…', '2026-03-03'],
  ['en', '<h1>Terms of service</h1><p>Version of 3 March 2026</p>…', '2026-03-03'],
  ['de', '<h1>AGB</h1>…<p>Fassung vom 3. März 2026</p>', '2026-03-03'],
  // Markup
  ['en', '<h1>The bridge</h1><time>March 3, 2026</time>…', '2026-03-03'],
  [
    'en',
    '<article><header><h1>The bridge</h1><p>By Ann Lee, staff reporter</p><time datetime="2026-03-03">3 Mar</time></header>…</article>',
    '2026-03-03',
  ],
  [
    'en',
    '<article><h1>The bridge</h1>…<footer>Ann Lee <time datetime="2026-03-03">3 March</time></footer></article>',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>The bridge</h1><span property="datePublished" content="2026-03-03">Tuesday</span>…',
    '2026-03-03',
  ],
  [
    'en',
    '<article itemscope><meta itemprop="datePublished" content="2026-03-03T09:00"><h1>The bridge</h1>…</article>',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>The bridge</h1><div class="post-date"><span>MAR 3RD, 2026</span></div>…',
    '2026-03-03',
  ],
  ['en-GB', '<h1>The bridge</h1><div class="entry-date">3/3/2026</div>…', '2026-03-03'],
  ['en', '<meta name="DC.Date.Modified" content="2026-03-03">||<h1>The bridge</h1>…', '2026-03-03'],
  [
    'en',
    '<meta name="sailthru.date" content="2026-03-03 09:00:00">||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<meta name="publication_date" content="3 March 2026">||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<meta name="article.published" content="2026-03-03T09:00:00.000Z">||<h1>The bridge</h1>…',
    '2026-03-03T09:00:00.000Z',
  ],
  [
    'en',
    '<meta http-equiv="last-modified" content="Tue, 03 Mar 2026 09:00:00 GMT">||<h1>The bridge</h1>…',
    '2026-03-03T09:00:00.000Z',
  ],
  [
    'en',
    '<script type="application/ld+json">{"@type":"WebPage","mainEntity":{"@type":"Article","headline":"The bridge","datePublished":"2026-03-03"}}</script>||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<script type="application/ld+json">{"@type":"JobPosting","title":"The bridge","datePosted":"2026-03-03","validThrough":"2026-04-01"}</script>||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<script type="application/ld+json">{"@type":"Order","orderNumber":"118","orderDate":"2026-03-03"}</script>||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<script type="application/ld+json">{"@type":"QAPage","mainEntity":{"@type":"Question","name":"The bridge","dateCreated":"2026-03-03","acceptedAnswer":{"@type":"Answer","dateCreated":"2026-03-09"}}}</script>||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  ['en', '<h1>The bridge</h1>…', '2026-03-03', 'https://site.example/news/2026/03/03/the-bridge'],
  // Order of day and month
  [
    'en',
    '<h1>Your bill</h1><p>Bill date: 04/03/2026</p><p>Amount due: £31, by 18/03/2026</p>…',
    '2026-03-04',
  ],
  ['en', '<h1>Your bill</h1><p>Bill date: 04/03/2026</p><p>Amount due: £31</p>…', '2026-03-04'],
  [
    'en',
    '<h1>Your bill</h1><p>Bill date: 03/04/2026</p><p>Amount due: $31. Springfield, IL 62701</p>…',
    '2026-03-04',
  ],
];

const undated: readonly Case[] = [
  ['en', '<h1>Spring concert</h1><p>Saturday, 3 March 2026, 7.30 pm, Town Hall</p>…', null],
  [
    'en',
    '<h1>Spring concert</h1><p>Date: Saturday 7 March 2026<br>Doors: 7 pm<br>Tickets: £12</p>…',
    null,
  ],
  ['de', '<h1>Sommerfest</h1><p>Wann: 03.07.2026</p><p>Wo: am Fluss</p>…', null],
  ['fr', '<h1>Concert de printemps</h1><p>Le samedi 7 mars 2026 à 20 h</p>…', null],
  ['es', '<h1>Concierto</h1><p>Fecha y hora: 7 de marzo de 2026, 20:00 h</p>…', null],
  ['en', '<h1>Call for papers</h1><p>Deadline: 3 March 2026</p>…', null],
  ['en', '<h1>Grant</h1><p>Applications close on 3 March 2026</p>…', null],
  ['de', '<h1>Förderung</h1><p>Bewerbungsschluss: 3. März 2026</p>…', null],
  ['fr', '<h1>Bourse</h1><p>Avant le 3 mars 2026</p>…', null],
  ['es', '<h1>Beca</h1><p>Antes del 3 de marzo de 2026</p>…', null],
  ['de', '<h1>Antrag</h1><p>Einzureichen bis 3. März 2026</p>…', null],
  [
    'en',
    '<h1>The mill</h1>…<p>On 3 March 1826 the mill was built. It burnt down on 4 May 1911.</p>',
    null,
  ],
  ['en', '<h1>The miller</h1><p>Born 3 March 1926</p>…', null],
  ['en', '<h1>Museum</h1><p>Open daily from 3 March 2026</p>…', null],
  ['en', '<h1>The ferry</h1>…<footer>© 2026 Mill Lane</footer>', null],
  ['en', '<h1>The ferry</h1>…<footer>© 2019–2026 Mill Lane. All rights reserved.</footer>', null],
  ['en', '<h1>The club</h1>…<p>Next meeting: Tuesday 3 March 2026</p>', null],
  ['de', '<h1>Der Verein</h1>…<p>Nächste Sitzung: 3. März 2026</p>', null],
  [
    'en',
    '<h1>The ferry</h1>…<section class="comments"><h2>2 comments</h2><div class="comment"><span class="date">3 March 2026</span><p>Nice.</p></div></section>',
    null,
  ],
  [
    'en',
    '<h1>The ferry</h1>…<aside class="related"><h2>Related articles</h2><ul><li><a href="/x">Ferry sinks</a> <time datetime="2026-03-03">3 March 2026</time></li></ul></aside>',
    null,
  ],
  [
    'en',
    '<h1>News</h1><ul><li><a href="/a">Ferry sinks</a> <time datetime="2026-03-03">3 March</time></li><li><a href="/b">Ferry swims</a> <time datetime="2026-03-02">2 March</time></li></ul>',
    null,
  ],
  ['en', '<h1>Mill 3.2.2026</h1><p>Version 3.2.2026 of the driver</p>…', null],
  ['en', '<h1>Ferry pilot</h1><p>Posted 3 days ago</p>…', null],
  ['de', '<p>Hamburg, im März 2026</p><h1>Ihr Zähler</h1>…', null],
  ['de', '<h1>Merkblatt</h1>…<p>Stand: 03/2026</p>', null],
  ['en', '<h1>Newsletter 3/2026</h1>…', null],
  [
    'en',
    '<script type="application/ld+json">{"@type":"Event","name":"The bridge","startDate":"2026-03-03T19:00"}</script>||<h1>The bridge</h1>…',
    null,
  ],
  [
    'en',
    '<h1>Your booking</h1><table><tr><td>Check-in</td><td>3 March 2026</td></tr><tr><td>Check-out</td><td>5 March 2026</td></tr></table>…',
    null,
  ],
  ['en', '<h1>Your bill</h1><table><tr><td>Due date</td><td>3 March 2026</td></tr></table>…', null],
  [
    'en',
    '<h1>Dates</h1><table><tr><th>Date</th><th>What</th></tr><tr><td>3 March 2026</td><td>Trip</td></tr><tr><td>9 March 2026</td><td>Fair</td></tr></table>…',
    null,
  ],
  ['en', '<h1>Lease</h1><p>The tenancy starts on 3 March 2026 and runs for a year.</p>…', null],
  ['en', '<h1>Sale</h1><p>Offer valid until 3 March 2026</p>…', null],
  ['en', '<h1>Sale</h1><p>Valid: 3 March 2026 – 9 March 2026</p>…', null],
  ['en', '<h1>Bill</h1><p>Bill date: 04/03/2026</p>…', null],
  ['en', '<h1>Archive</h1>…', null, 'https://site.example/2026/03/'],
];

describe('the document’s own date', () => {
  for (const [lang, html, expected, url] of dated) {
    test(`${lang}: ${html}`, () => {
      expect(published(lang, html, url)).toBe(expected);
    });
  }
});

describe('dates of something else', () => {
  for (const [lang, html, expected, url] of undated) {
    test(`${lang}: ${html}`, () => {
      expect(published(lang, html, url)).toBe(expected);
    });
  }
});
