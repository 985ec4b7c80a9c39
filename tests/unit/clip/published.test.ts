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
  [
    'en',
    '<div><aside><p>Date posted: 3 March 2026</p></aside><main><h1>Ferry pilot</h1>…</main></div>',
    '2026-03-03',
  ],
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
  [
    'en-GB',
    '<p>Mill Lane Surgery<br>4 Mill Lane<br>Leeds LS1 4AB</p><p>Tuesday, 3rd March 2026</p><p>Dear patient,</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Council tax</h1><p>Date of issue 03 Mar 2026</p><p>Pay by 01 Apr 2026</p>…',
    '2026-03-03',
  ],
  ['en', '<p>March 3, 2026</p><p>RE: Your claim</p><p>Dear Ms Oz:</p>…', '2026-03-03'],
  [
    'de',
    '<p>Ihr Schreiben vom 12.02.2026</p><p>Unser Zeichen: A 12</p><p>Köln, 3. März 2026</p><p>Sehr geehrter Herr Oz,</p>…',
    '2026-03-03',
  ],
  [
    'de',
    '<h1>Nebenkostenabrechnung</h1><p>Erstellt am: 03.03.2026</p><p>Abrechnungszeitraum 01.01.2025 – 31.12.2025</p>…',
    '2026-03-03',
  ],
  [
    'fr',
    '<p>Mairie de Blois</p><p>Fait à Blois, le 3 mars 2026</p><h1>Arrêté municipal</h1>…',
    '2026-03-03',
  ],
  ['fr', '<h1>Réunion du conseil syndical du 3 mars 2026</h1><p>Compte rendu</p>…', '2026-03-03'],
  [
    'fr',
    '<h1>Fuite au sous-sol</h1><p>Message posté le 03/03/2026 à 10:14 par mokka</p>…',
    '2026-03-03',
  ],
  [
    'fr',
    '<h1>Votre commande</h1><p>Commande n° 118 passée le 3 mars 2026</p><p>Livraison prévue le 9 mars 2026</p>…',
    '2026-03-03',
  ],
  ['es', '<h1>Circular a las familias</h1><p>Madrid, 3 de marzo de 2026</p>…', '2026-03-03'],
  [
    'es',
    '<h1>Molino atascado</h1><p>mokka escribió el 3/3/2026 a las 10:14</p>…<p>grano escribió el 5/3/2026 a las 11:00</p>',
    '2026-03-03',
  ],
  [
    'es',
    '<h1>Pedido 118</h1><table><tr><td>Fecha del pedido</td><td>3/3/2026</td></tr><tr><td>Entrega prevista</td><td>9/3/2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Order #118</h1><p>Order placed March 3, 2026</p><p>Arriving March 9, 2026</p>…',
    '2026-03-03',
  ],
  ['en', '<h1>Residents’ association AGM – minutes of 3 March 2026</h1>…', '2026-03-03'],
  [
    'de',
    '<h1>Gemeinderat</h1><p>Niederschrift über die Sitzung am Dienstag, 3. März 2026</p>…',
    '2026-03-03',
  ],
  [
    'es',
    '<h1>Comunidad de propietarios</h1><p>Acta de la junta celebrada el 3 de marzo de 2026</p>…',
    '2026-03-03',
  ],
  ['en', '<h1>Weekly bulletin</h1><p>Week 10 | 3 March 2026</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Release notes</h1><h2>3.2.0 (2026-03-03)</h2><p>Fixes.</p><h2>3.1.0 (2026-01-09)</h2>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Privacy policy</h1><p>This policy was last updated on March 3, 2026.</p>…',
    '2026-03-03',
  ],
  ['en', '<h1>Privacy policy</h1><p>Effective date: March 3, 2026</p>…', '2026-03-03'],
  ['de', '<h1>Datenschutz</h1>…<p>Stand: 3. März 2026</p>', '2026-03-03'],
  [
    'en',
    '<h1>Care guide</h1>…<p>Page last reviewed: 3 March 2026<br>Next review due: 3 March 2029</p>',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Ferry pilot wanted</h1><div class="job-meta">Posted on 3 March 2026 by HR · Leeds · Full-time</div>…',
    '2026-03-03',
  ],
  ['de', '<h1>Fährmann gesucht</h1><p>Online seit 03.03.2026</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Re: grinder stuck</h1><p>From: Ann Lee<br>To: Bo Oz<br>Sent: Tuesday, March 3, 2026 10:14 AM<br>Subject: grinder</p>…',
    '2026-03-03',
  ],
  [
    'de',
    '<h1>Mühle</h1><p>Von: Ann Lee<br>Gesendet: Dienstag, 3. März 2026 10:14<br>An: Bo Oz</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Bug 118: crash</h1><table><tr><th>Reporter</th><td>anna</td></tr><tr><th>Opened</th><td>2026-03-03 10:14 UTC</td></tr><tr><th>Modified</th><td>2026-03-09 09:00 UTC</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'en',
    '<article><h1>The bridge</h1><div class="meta"><span class="author">Ann Lee</span><span class="date">Mar 3, 2026</span></div>…</article>',
    '2026-03-03',
  ],
  [
    'en',
    '<article><p class="kicker">Transport</p><h1>The bridge</h1><p>By ANN LEE | Courier staff | March 3, 2026 at 9:30 a.m.</p>…</article>',
    '2026-03-03',
  ],
  [
    'fr',
    '<article><h1>Le pont</h1><p>Par Anne Lee, publié le 3 mars 2026 à 9h30, mis à jour le 5 mars 2026 à 10h</p>…</article>',
    '2026-03-03',
  ],
  [
    'en',
    '<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"BreadcrumbList"},{"@type":"DiscussionForumPosting","headline":"The bridge","dateCreated":"2026-03-03"}]}</script>||<h1>The bridge</h1>…',
    '2026-03-03',
  ],
  ['en', '<meta name="dcterms.modified" content="2026-03-03">||<h1>The bridge</h1>…', '2026-03-03'],
  [
    'en-GB',
    '<header><img alt=""><p>Mill Lane Housing Trust</p></header><p>Reference: RT/4711<br>Date: 3 March 2026<br>Contact: Ann Lee</p><p>Dear tenant,</p>…',
    '2026-03-03',
  ],
  ['en-GB', '<h1>Year 4 swimming</h1><p>3.3.26</p><p>Dear parents and carers,</p>…', '2026-03-03'],
  [
    'en',
    '<p>DATE: MARCH 3, 2026</p><p>TO: ALL STAFF</p><p>FROM: FACILITIES</p><h1>Garage closing</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Electricity statement</h1><p>Billing date: Mar 3, 2026</p><p>Billing period: Feb 1, 2026 – Feb 28, 2026</p><p>Amount due by Mar 20, 2026</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Statement</h1><table><tr><td>Account number</td><td>118</td></tr><tr><td>Date of statement</td><td>03 March 2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'de',
    '<h1>Mahnung</h1><p>Kundennummer 118 · Belegdatum 03.03.2026</p><p>unsere Rechnung vom 12.02.2026 ist noch offen.</p>…',
    '2026-03-03',
  ],
  ['de', '<p>Finanzamt Bonn, 53111 Bonn, den 03.03.2026</p><h1>Bescheid</h1>…', '2026-03-03'],
  ['de', '<h1>Wohnung in der Mühlstraße</h1><p>Anzeige vom 3. März 2026</p>…', '2026-03-03'],
  [
    'de',
    '<h1>Protokoll der 14. Sitzung</h1><p>Dienstag, 3. März 2026, 19 Uhr, Rathaus</p>…',
    '2026-03-03',
  ],
  [
    'fr',
    '<p>N/Réf. : 118</p><p>Blois, le mardi 3 mars 2026</p><p>Madame, Monsieur,</p>…',
    '2026-03-03',
  ],
  [
    'fr',
    '<h1>Appel de charges</h1><p>Émis le : 03/03/2026</p><p>À payer avant le : 20/03/2026</p>…',
    '2026-03-03',
  ],
  [
    'fr',
    '<h1>Offre d’emploi</h1><p>Offre publiée le 03/03/2026 – Actualisée le 05/03/2026</p>…',
    '2026-03-03',
  ],
  ['fr', '<h1>Procès-verbal de l’assemblée générale ordinaire du 3 mars 2026</h1>…', '2026-03-03'],
  ['es', '<h1>Oferta de empleo</h1><p>Publicada el 3 mar. 2026</p>…', '2026-03-03'],
  [
    'es',
    '<p>Ayuntamiento de Soria</p><h1>Edicto</h1>…<p>Soria, 3 de marzo de 2026.– El alcalde, A. Ruiz</p>',
    '2026-03-03',
  ],
  [
    'es',
    '<h1>Recibo</h1><table><tr><td>Fecha factura:</td><td>03/03/2026</td></tr><tr><td>Fecha de cargo:</td><td>12/03/2026</td></tr></table>…',
    '2026-03-03',
  ],
  [
    'es',
    '<h1>Consejo escolar</h1><p>Sesión ordinaria de 3 de marzo de 2026</p><p>Acta</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Cannot export #44</h1><p>Open</p><p>#44 · opened Mar 3, 2026 by anna</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>How do I export?</h1><p>Asked Mar 3, 2026 at 10:14</p><p>Modified Mar 5, 2026 at 9:14</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>RFC 44: export</h1><ul><li>Status: accepted</li><li>Created: 2026-03-03</li><li>Author: Ann Lee</li></ul>…',
    '2026-03-03',
  ],
  ['en', '<h1>Changelog</h1><h2>[2.1.0] - 2026-03-03</h2><p>Added.</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Rental agreement</h1><p>This agreement is made on 3 March 2026 between Ann Lee and Bo Oz.</p>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Why the mill closed</h1><p>Words by Ann Lee</p><p>Tue 3 Mar 2026 09.30 GMT</p>…',
    '2026-03-03',
  ],
  ['en', '<h1>Town news</h1><p>Volume 12, Number 3 | March 3, 2026</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Notice of road closure</h1>…<p>Dated this 3rd day of March 2026</p><p>A. Lee, Town Clerk</p>',
    '2026-03-03',
  ],
  [
    'de',
    '<article><h1>Die Brücke</h1><p class="autor">Von Anna Lee</p><p>03.03.2026, 09:30 Uhr</p>…</article>',
    '2026-03-03',
  ],
  [
    'de',
    '<article><h1>Die Brücke</h1><p>Von Anna Lee, Köln. Stand: 03.03.2026, 09:30 Uhr</p>…</article>',
    '2026-03-03',
  ],
  [
    'en-GB',
    '<p>Dr A. Lee</p><p>Our Ref: AL/bo/118</p><p>Clinic date: 24 February 2026</p><p>Typed: 3 March 2026</p><h1>Clinic letter</h1>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Water bill</h1><p>Bill issued 3 March 2026</p><p>Please pay by 20 March 2026</p>…',
    '2026-03-03',
  ],
  ['en', '<h1>Team sync</h1><p>2026-03-03</p><p>Attendees: Ann, Bo</p>…', '2026-03-03'],
  ['en', '<h1>Team sync 2026-03-03</h1><p>Attendees: Ann, Bo</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Incident report</h1><table><tr><td>Author</td><td>Ann</td></tr><tr><td>Date</td><td>3 March 2026</td></tr><tr><td>Status</td><td>Final</td></tr></table>…',
    '2026-03-03',
  ],
  ['de', '<h1>Elternbrief Nr. 5</h1><p>Bonn, 3. März 2026</p><p>Liebe Eltern,</p>…', '2026-03-03'],
  [
    'de',
    '<h1>Kündigung</h1><p>Anna Lee · Mühlweg 4 · 53111 Bonn</p><p>3. März 2026</p>…',
    '2026-03-03',
  ],
  ['de', '<h1>Frage zur Mühle</h1><p>von mokka » 3. Mär 2026, 10:14</p>…', '2026-03-03'],
  ['de', '<h1>Amtsblatt</h1><p>Ausgabe 12 / 3. März 2026</p>…', '2026-03-03'],
  ['fr', '<h1>Ordre du jour</h1><p>Convocation du 3 mars 2026</p>…', '2026-03-03'],
  ['fr', '<h1>Quittance de loyer</h1><p>Date : 03/03/2026</p>…', '2026-03-03'],
  ['fr', '<h1>Le pont</h1><p>Mardi 3 mars 2026 | Par Anne Lee</p>…', '2026-03-03'],
  ['es', '<h1>Nómina</h1><p>Fecha: 03-03-2026</p>…', '2026-03-03'],
  ['es', '<h1>El puente</h1><p>Ana Ruiz | Soria | 03/03/2026 - 10:14h</p>…', '2026-03-03'],
  ['es', '<h1>Aviso</h1><p>En Soria, a martes 3 de marzo de 2026</p>…', '2026-03-03'],
  ['en', '<h1>Care plan</h1><p>Reviewed 3 March 2026; next review 3 March 2027</p>…', '2026-03-03'],
  ['en', '<h1>Speech</h1><p>Delivered on: 3 March 2026</p>…', '2026-03-03'],
  [
    'en',
    '<h1>Safety notice</h1><div class="gem-meta"><dl><dt>From:</dt><dd>Agency</dd><dt>Published</dt><dd>3 March 2026</dd><dt>Last updated</dt><dd>9 March 2026</dd></dl></div>…',
    '2026-03-03',
  ],
  [
    'en',
    '<h1>Ask: grinder stuck</h1><p><a>mokka</a> 5 points <span class="age" title="2026-03-03T10:14:00">9 days ago</span></p>…',
    '2026-03-03',
  ],
];

const undated: readonly Case[] = [
  ['en', '<h1>E-ticket</h1><p>Departure: 1 June 2026</p>…', null],
  ['en', '<h1>Rent</h1><p>Pay by <span class="due-date">3 March 2026</span></p>…', null],
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
  ['en', '<h1>Open day</h1><p>Sunday 8 March 2026 | 10 am – 4 pm | free</p>…', null],
  ['en', '<h1>Jazz night</h1><p>8 March 2026</p><p>Venue: the Mill</p><p>Doors: 7 pm</p>…', null],
  ['de', '<h1>Flohmarkt am Sonntag, 8. März 2026</h1>…', null],
  ['de', '<h1>Mitgliederversammlung</h1><p>Einladung für den 3. März 2026, 19 Uhr</p>…', null],
  ['fr', '<h1>Portes ouvertes</h1><p>Samedi 7 mars 2026, de 10 h à 17 h</p>…', null],
  ['fr', '<h1>Colloque</h1><p>Blois, 8 et 9 octobre 2026</p>…', null],
  [
    'es',
    '<h1>Jornada de puertas abiertas</h1><p>Sábado 7 de marzo de 2026, de 10:00 a 14:00</p>…',
    null,
  ],
  ['es', '<h1>Beca</h1><p>Plazo de solicitud: hasta el 3 de marzo de 2026</p>…', null],
  [
    'en',
    '<h1>Grant</h1><p>Opening date: 3 March 2026</p><p>Closing date: 31 March 2026</p>…',
    null,
  ],
  [
    'en',
    '<h1>Conference</h1><ul><li>Submission: 3 March 2026</li><li>Notification: 9 April 2026</li></ul>…',
    null,
  ],
  [
    'en',
    '<h1>Reminder</h1><p>Your invoice of 3 March 2026 has not been paid yet, and we would be glad if you could see to it.</p>…',
    null,
  ],
  ['de', '<h1>Wartung</h1><p>Der Zähler wurde am 3. März 2026 abgelesen.</p>…', null],
  ['en', '<h1>Works</h1><p>A new timetable will be published on 3 March 2026.</p>…', null],
  ['en', '<h1>Passport</h1><p>Date of birth: 3 March 1986</p>…', null],
  ['en', '<h1>The miller</h1><p>Ann Lee (3 March 1926 – 9 May 2001) was a miller.</p>…', null],
  ['en', '<h1>Flight</h1><p>Departs Tuesday 3 March 2026</p>…', null],
  ['fr', '<h1>Votre séjour</h1><p>Arrivée : 3 mars 2026</p><p>Départ : 5 mars 2026</p>…', null],
  ['en', '<h1>Club</h1><p>Opening hours</p><p>Closed on 3 March 2026</p>…', null],
  ['en', '<h1>Book club</h1><p>We meet next on 3 March 2026 at the mill.</p>…', null],
  [
    'en',
    '<h1>Swim meet</h1><table><tr><td>Date</td><td>3 March 2026</td></tr><tr><td>Venue</td><td>Pool</td></tr><tr><td>Time</td><td>9 am</td></tr></table>…',
    null,
  ],
  [
    'en',
    '<h1>Webinar</h1><p>Tuesday, March 3, 2026</p><p>2:00 PM – 3:00 PM ET</p><p>Register</p>…',
    null,
  ],
  ['de', '<h1>Wochenmarkt</h1><p>Ab 3. März 2026 jeden Dienstag</p>…', null],
  ['de', '<h1>Stellenangebot</h1><p>Eintrittsdatum: 01.06.2026</p>…', null],
  [
    'de',
    '<h1>Vortrag</h1><p>Datum: Dienstag, 3. März 2026</p><p>Referentin: Anna Lee</p><p>Ort: Mühle</p>…',
    null,
  ],
  ['fr', '<h1>Vide-grenier</h1><p>Dimanche 8 mars 2026 – place du Marché</p>…', null],
  ['fr', '<h1>Offre</h1><p>Prise de poste : 1er juin 2026</p>…', null],
  ['es', '<h1>Examen</h1><p>Fecha: 3 de marzo de 2026, 9:00 h</p><p>Aula 12</p>…', null],
  ['es', '<h1>Concurso</h1><p>Fallo del jurado: 3 de marzo de 2026</p>…', null],
  [
    'en',
    '<h1>Recall</h1><p>Batches made between 3 March 2026 and 9 March 2026 are affected.</p>…',
    null,
  ],
  ['en', '<h1>Obituary</h1><p>Ann Lee died on 3 March 2026.</p>…', null],
  ['en', '<h1>Visa</h1><p>Expiry date: 3 March 2026</p>…', null],
  ['en', '<h1>Timetable</h1><p>Effective until 3 March 2026</p>…', null],
  ['en', '<h1>Trip</h1><p>Departure: London, 3 March 2026</p>…', null],
  ['en', '<h1>Exam</h1><p>Monday, 2 March 2026</p><p>9:00 to 11:00</p>…', null],
  ['de', '<h1>Umzug</h1><p>Einzug: 1. Juni 2026</p>…', null],
  ['de', '<h1>Sperrung</h1><p>3. März 2026 bis 9. März 2026</p>…', null],
  ['fr', '<h1>Élection</h1><p>Scrutin du 15 mars 2026</p>…', null],
  ['fr', '<h1>Garantie</h1><p>Valable jusqu’au 3 mars 2028</p>…', null],
  ['es', '<h1>Vuelo</h1><p>Salida: 3 de marzo de 2026</p>…', null],
  ['es', '<h1>Teatro</h1><p>Estreno: 3 de marzo de 2026</p>…', null],
  ['en', '<h1>Vaccination</h1><p>Your appointment: Tuesday 3 March 2026 at 9:10</p>…', null],
  ['en', '<h1>Warranty</h1><p>Purchased before 3 March 2026?</p>…', null],
  ['en', '<h1>Elections</h1><p>Election day is 3 March 2026.</p>…', null],
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
