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

type Case = readonly [lang: string, html: string, published: string | null, url?: string | undefined];


const dated: readonly Case[] = [
  ['en-GB', '<p>Mill Lane Surgery<br>4 Mill Lane<br>Leeds LS1 4AB</p><p>Tuesday, 3rd March 2026</p><p>Dear patient,</p>…', '2026-03-03'],
  ['en', '<h1>Council tax</h1><p>Date of issue 03 Mar 2026</p><p>Pay by 01 Apr 2026</p>…', '2026-03-03'],
  ['en', '<p>March 3, 2026</p><p>RE: Your claim</p><p>Dear Ms Oz:</p>…', '2026-03-03'],
  ['de', '<p>Ihr Schreiben vom 12.02.2026</p><p>Unser Zeichen: A 12</p><p>Köln, 3. März 2026</p><p>Sehr geehrter Herr Oz,</p>…', '2026-03-03'],
  ['de', '<h1>Nebenkostenabrechnung</h1><p>Erstellt am: 03.03.2026</p><p>Abrechnungszeitraum 01.01.2025 – 31.12.2025</p>…', '2026-03-03'],
  ['fr', '<p>Mairie de Blois</p><p>Fait à Blois, le 3 mars 2026</p><h1>Arrêté municipal</h1>…', '2026-03-03'],
  ['fr', '<h1>Réunion du conseil syndical du 3 mars 2026</h1><p>Compte rendu</p>…', '2026-03-03'],
  ['fr', '<h1>Fuite au sous-sol</h1><p>Message posté le 03/03/2026 à 10:14 par mokka</p>…', '2026-03-03'],
  ['fr', '<h1>Votre commande</h1><p>Commande n° 118 passée le 3 mars 2026</p><p>Livraison prévue le 9 mars 2026</p>…', '2026-03-03'],
  ['es', '<h1>Circular a las familias</h1><p>Madrid, 3 de marzo de 2026</p>…', '2026-03-03'],
  ['es', '<h1>Molino atascado</h1><p>mokka escribió el 3/3/2026 a las 10:14</p>…<p>grano escribió el 5/3/2026 a las 11:00</p>', '2026-03-03'],
  ['es', '<h1>Pedido 118</h1><table><tr><td>Fecha del pedido</td><td>3/3/2026</td></tr><tr><td>Entrega prevista</td><td>9/3/2026</td></tr></table>…', '2026-03-03'],
  ['en', '<h1>Order #118</h1><p>Order placed March 3, 2026</p><p>Arriving March 9, 2026</p>…', '2026-03-03'],
  ['en', '<h1>Residents’ association AGM – minutes of 3 March 2026</h1>…', '2026-03-03'],
  ['de', '<h1>Gemeinderat</h1><p>Niederschrift über die Sitzung am Dienstag, 3. März 2026</p>…', '2026-03-03'],
  ['es', '<h1>Comunidad de propietarios</h1><p>Acta de la junta celebrada el 3 de marzo de 2026</p>…', '2026-03-03'],
  ['en', '<h1>Weekly bulletin</h1><p>Week 10 | 3 March 2026</p>…', '2026-03-03'],
  ['en', '<h1>Release notes</h1><h2>3.2.0 (2026-03-03)</h2><p>Fixes.</p><h2>3.1.0 (2026-01-09)</h2>…', '2026-03-03'],
  ['en', '<h1>Privacy policy</h1><p>This policy was last updated on March 3, 2026.</p>…', '2026-03-03'],
  ['en', '<h1>Privacy policy</h1><p>Effective date: March 3, 2026</p>…', '2026-03-03'],
  ['de', '<h1>Datenschutz</h1>…<p>Stand: 3. März 2026</p>', '2026-03-03'],
  ['en', '<h1>Care guide</h1>…<p>Page last reviewed: 3 March 2026<br>Next review due: 3 March 2029</p>', '2026-03-03'],
  ['en', '<h1>Ferry pilot wanted</h1><div class="job-meta">Posted on 3 March 2026 by HR · Leeds · Full-time</div>…', '2026-03-03'],
  ['de', '<h1>Fährmann gesucht</h1><p>Online seit 03.03.2026</p>…', '2026-03-03'],
  ['en', '<h1>Re: grinder stuck</h1><p>From: Ann Lee<br>To: Bo Oz<br>Sent: Tuesday, March 3, 2026 10:14 AM<br>Subject: grinder</p>…', '2026-03-03'],
  ['de', '<h1>Mühle</h1><p>Von: Ann Lee<br>Gesendet: Dienstag, 3. März 2026 10:14<br>An: Bo Oz</p>…', '2026-03-03'],
  ['en', '<h1>Bug 118: crash</h1><table><tr><th>Reporter</th><td>anna</td></tr><tr><th>Opened</th><td>2026-03-03 10:14 UTC</td></tr><tr><th>Modified</th><td>2026-03-09 09:00 UTC</td></tr></table>…', '2026-03-03'],
  ['en', '<article><h1>The bridge</h1><div class="meta"><span class="author">Ann Lee</span><span class="date">Mar 3, 2026</span></div>…</article>', '2026-03-03'],
  ['en', '<article><p class="kicker">Transport</p><h1>The bridge</h1><p>By ANN LEE | Courier staff | March 3, 2026 at 9:30 a.m.</p>…</article>', '2026-03-03'],
  ['fr', '<article><h1>Le pont</h1><p>Par Anne Lee, publié le 3 mars 2026 à 9h30, mis à jour le 5 mars 2026 à 10h</p>…</article>', '2026-03-03'],
  ['en', '<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"BreadcrumbList"},{"@type":"DiscussionForumPosting","headline":"The bridge","dateCreated":"2026-03-03"}]}</script>||<h1>The bridge</h1>…', '2026-03-03'],
  ['en', '<meta name="dcterms.modified" content="2026-03-03">||<h1>The bridge</h1>…', '2026-03-03'],
];
const undated: readonly Case[] = [
  ['en', '<h1>Open day</h1><p>Sunday 8 March 2026 | 10 am – 4 pm | free</p>…', null],
  ['en', '<h1>Jazz night</h1><p>8 March 2026</p><p>Venue: the Mill</p><p>Doors: 7 pm</p>…', null],
  ['de', '<h1>Flohmarkt am Sonntag, 8. März 2026</h1>…', null],
  ['de', '<h1>Mitgliederversammlung</h1><p>Einladung für den 3. März 2026, 19 Uhr</p>…', null],
  ['fr', '<h1>Portes ouvertes</h1><p>Samedi 7 mars 2026, de 10 h à 17 h</p>…', null],
  ['fr', '<h1>Colloque</h1><p>Blois, 8 et 9 octobre 2026</p>…', null],
  ['es', '<h1>Jornada de puertas abiertas</h1><p>Sábado 7 de marzo de 2026, de 10:00 a 14:00</p>…', null],
  ['es', '<h1>Beca</h1><p>Plazo de solicitud: hasta el 3 de marzo de 2026</p>…', null],
  ['en', '<h1>Grant</h1><p>Opening date: 3 March 2026</p><p>Closing date: 31 March 2026</p>…', null],
  ['en', '<h1>Conference</h1><ul><li>Submission: 3 March 2026</li><li>Notification: 9 April 2026</li></ul>…', null],
  ['en', '<h1>Reminder</h1><p>Your invoice of 3 March 2026 has not been paid yet, and we would be glad if you could see to it.</p>…', null],
  ['de', '<h1>Wartung</h1><p>Der Zähler wurde am 3. März 2026 abgelesen.</p>…', null],
  ['en', '<h1>Works</h1><p>A new timetable will be published on 3 March 2026.</p>…', null],
  ['en', '<h1>Passport</h1><p>Date of birth: 3 March 1986</p>…', null],
  ['en', '<h1>The miller</h1><p>Ann Lee (3 March 1926 – 9 May 2001) was a miller.</p>…', null],
  ['en', '<h1>Flight</h1><p>Departs Tuesday 3 March 2026</p>…', null],
  ['fr', '<h1>Votre séjour</h1><p>Arrivée : 3 mars 2026</p><p>Départ : 5 mars 2026</p>…', null],
  ['en', '<h1>Club</h1><p>Opening hours</p><p>Closed on 3 March 2026</p>…', null],
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
