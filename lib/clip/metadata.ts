/**
 * What a page says about itself: title, site, author, date.
 *
 * A page made by a script often keeps the metadata of the first address that was opened. What names
 * another document than the one that can be seen is therefore not believed.
 */
import { fold } from './characters.ts';
import type { Line, Reading } from './reading.ts';

export interface Metadata {
  readonly title: string;
  readonly site: string | null;
  readonly byline: string | null;
  /** 'YYYY-MM-DD' or an ISO instant. */
  readonly published: string | null;
}

export function readMetadata(
  document: Document,
  url: string,
  reading: Reading,
  chosen: readonly Line[],
  language: string | null,
): Metadata {
  const meta = metaTags(document);
  const heading = mainHeading(document, reading, chosen);
  const claimed = fold(document.title);
  const shared = meta.get('og:title') ?? meta.get('twitter:title') ?? '';
  const isThisPage = (name: string, address: string): boolean => {
    if (name !== '')
      return (
        [heading, claimed].some((seen) => seen !== '' && isAlike(name, seen)) &&
        !(heading !== '' && !isAlike(name, heading) && address !== '' && !isAddressOf(address, url))
      );
    return address === '' || isAddressOf(address, url);
  };
  const canonical = document.querySelector('link[rel="canonical"]')?.getAttribute('href') ?? '';
  const believed = isThisPage(shared, meta.get('og:url') ?? canonical)
    ? meta
    : new Map<string, string>();
  const works = linkedData(document).filter((work) =>
    isThisPage(
      text(work['headline']) || text(work['name']),
      text(work['url']) || text(work['mainEntityOfPage']),
    ),
  );

  const work = works.find(
    (each) => typeof each['datePublished'] === 'string' || each['author'] !== undefined,
  );
  const publisher = works.map((each) => each['publisher']).find((each) => each !== undefined);
  const site =
    meta.get('og:site_name') ??
    meta.get('application-name') ??
    (name(publisher) || siteInTitle(claimed, url));

  return {
    title:
      chooseTitle(believed.has('og:title') ? shared : '', heading, claimed, site) ||
      (chosen[0]?.text.slice(0, 120) ?? ''),
    site: site === '' ? null : site,
    byline: readByline(document, work, believed),
    published: readPublished(document, works, believed, reading, chosen, language),
  };
}

/** The <h1> that names the document: the one that its title repeats, else the first in the document. */
function mainHeading(document: Document, reading: Reading, chosen: readonly Line[]): string {
  const headings = reading.lines.filter(({ kind, level }) => kind === 'heading' && level === 1);
  const claimed = fold(document.title);
  const named = headings.find(
    ({ text }) =>
      claimed !== '' && isAlike(text, claimed) && chosen.some((line) => line.text === text),
  );
  return (
    (
      named ??
      headings.find((line) => chosen.includes(line)) ??
      chosen.find(({ kind }) => kind === 'heading')
    )?.text ?? ''
  );
}

function chooseTitle(shared: string, heading: string, claimed: string, site: string): string {
  const bare = withoutSite(claimed, site);
  if (shared !== '') return withoutSite(shared, site);
  if (heading !== '' && (claimed === '' || isAlike(heading, claimed))) return heading;
  // A heading that is not in the title: the title of the window is older, or the heading is a section's.
  return heading !== '' && bare === site ? heading : bare || heading;
}

const separators = /\s+[|·•–—:»«-]+\s+/;

function withoutSite(title: string, site: string): string {
  const parts = title.split(separators);
  if (parts.length < 2) return title;
  const isSite = (part: string | undefined): boolean =>
    part !== undefined && site !== '' && key(part) === key(site);
  if (isSite(parts.at(-1)))
    return title
      .slice(0, title.length - (parts.at(-1)?.length ?? 0))
      .replace(/\s+[|·•–—:»«-]+\s+$/, '');
  if (isSite(parts[0])) return title.slice(parts[0]?.length).replace(/^\s+[|·•–—:»«-]+\s+/, '');
  const bar = title.lastIndexOf(' | ');
  return bar > 0 ? title.slice(0, bar).trimEnd() : title;
}

/** The part of the title that repeats the host's name; '' if none does. */
function siteInTitle(title: string, url: string): string {
  const parts = title.split(separators);
  if (parts.length < 2) return '';
  const host = key(hostOf(url));
  return (
    [parts.at(-1), parts[0]].find(
      (part) => part !== undefined && key(part).length > 2 && host.includes(key(part)),
    ) ?? (title.includes(' | ') ? (title.split(' | ').at(-1) ?? '') : '')
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** Whether two titles name one document: one holds the other, or they share most of their words. */
function isAlike(a: string, b: string): boolean {
  const [shorter, longer] = [key(a), key(b)].sort((x, y) => x.length - y.length) as [
    string,
    string,
  ];
  if (shorter === '') return false;
  if (longer.includes(shorter) && shorter.length > 3) return true;
  const words = (name: string): Set<string> =>
    new Set(name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const [some, others] = [words(a), words(b)];
  const common = [...some].filter((word) => others.has(word)).length;
  return common >= Math.min(some.size, others.size) * 0.6;
}

/** Whether an address that a page gives for itself may be the one in the address bar. */
function isAddressOf(address: string, url: string): boolean {
  if (!URL.canParse(address, url) || !URL.canParse(url)) return false;
  const path = (each: string): string =>
    new URL(each, url).pathname.replace(/\/(index\.\w+)?$/, '');
  return path(address) === path(url);
}

function key(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

/** By lower-case property or name; the first of each counts. */
function metaTags(document: Document): Map<string, string> {
  const tags = new Map<string, string>();
  for (const element of document.querySelectorAll('meta[content]')) {
    const name = (
      element.getAttribute('property') ??
      element.getAttribute('name') ??
      element.getAttribute('itemprop') ??
      ''
    ).toLowerCase();
    const content = fold(element.getAttribute('content') ?? '');
    if (name !== '' && content !== '' && !tags.has(name)) tags.set(name, content.slice(0, 1000));
  }
  return tags;
}

type Thing = Readonly<Record<string, unknown>>;

/** The things that JSON-LD describes, a graph's members included. */
function linkedData(document: Document): Thing[] {
  const things: Thing[] = [];
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    let data: unknown;
    try {
      data = JSON.parse(script.textContent.slice(0, 1_000_000));
    } catch {
      continue; // many pages have broken JSON-LD, and it is no one's to repair
    }
    for (const thing of Array.isArray(data) ? data : [data]) {
      if (!isThing(thing)) continue;
      const graph = thing['@graph'];
      things.push(...(Array.isArray(graph) ? graph.filter(isThing) : [thing]));
    }
  }
  return things;
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  if (isThing(value)) return text(value['@id'] ?? value['url']);
  return typeof value === 'string' ? fold(value) : '';
}

/** The name of a person or organisation, or of several. */
function name(value: unknown): string {
  if (Array.isArray(value))
    return value
      .map(name)
      .filter((each) => each !== '')
      .join(', ');
  return isThing(value) ? text(value['name']) : text(value);
}

function readByline(
  document: Document,
  work: Thing | undefined,
  meta: ReadonlyMap<string, string>,
): string | null {
  const written = document.querySelector(
    '[rel~="author"], [itemprop~="author"], [class~="byline"], [class~="author-name"], [class~="p-author"]',
  );
  const candidates = [
    name(work?.['author']),
    meta.get('author'),
    meta.get('article:author'),
    fold(written?.textContent ?? ''),
  ];
  for (const candidate of candidates) {
    if (candidate === undefined || candidate === '' || /^https?:/.test(candidate)) continue;
    const bare = candidate
      .replace(/^(by|von|par|por|written by|posted by|author|autor|autora|auteur)\b[:\s]+/i, '')
      .trim();
    if (bare !== '' && bare.length <= 120) return bare;
  }
  return null;
}

function readPublished(
  document: Document,
  works: readonly Thing[],
  meta: ReadonlyMap<string, string>,
  reading: Reading,
  chosen: readonly Line[],
  language: string | null,
): string | null {
  for (const property of ['datePublished', 'dateModified', 'dateCreated', 'uploadDate']) {
    for (const work of works) {
      const day = moment(text(work[property]), language);
      if (day !== null) return day;
    }
  }
  const names =
    'article:published_time datepublished date dc.date dc.date.issued dcterms.issued dcterms.created citation_publication_date parsely-pub-date pubdate publish-date article:modified_time og:updated_time datemodified dcterms.modified last-modified';
  for (const each of names.split(' ')) {
    const day = moment(meta.get(each) ?? '', language);
    if (day !== null) return day;
  }
  const marked = document.querySelector(
    'time[pubdate], time[itemprop~="datePublished"], [itemprop~="datePublished"][datetime], [itemprop~="datePublished"], time.dt-published, time.published, time.entry-date',
  );
  const day = moment(marked?.getAttribute('datetime') ?? fold(marked?.textContent ?? ''), language);
  if (day !== null) return day;
  return dateOnPage(document, reading, chosen, language);
}

/** Words that say, wherever they stand, that the date after them is the document's own. */
const surely =
  /\b(?:(?:first |originally )?published|(?:last |recently )?(?:updated|edited|revised|modified)|posted|effective(?: date| as of)?|(?:invoice|bill|issue|notice|letter) date|date of issue|rechnungsdatum|bescheiddatum|date d['’]émission|date de facture|fecha de (?:emisión|publicación|la factura)|veröffentlicht|(?:zuletzt |letzte )?(?:aktualisiert|aktualisierung|geändert|änderung|bearbeitet)|publiée?|mise? à jour|dernière modification[^.\d]{0,40}|publicad[oa]|(?:última )?(?:actualización|actualizad[oa])|última vez|editó[^.\d]{0,20})(?![\p{L}\d])(?:\s*:|\s+(?:on|at|am|vom|le|du|el|il))*\s+/iu;
/** Words that say so at the beginning of a line. */
const labels =
  /^(?:(?:first |originally |last |zuletzt |dernière |última )?(?:published|posted|updated|modified|revised|edited|issued|released|erschienen|veröffentlicht|aktualisiert|geändert|publié|publiée|mis à jour|mise à jour|publicado|publicada|actualizado|actualizada|actualización)|date|dated|date of (?:letter|notice|bill)|stand|datum|le|fecha|date de (?:publication|la facture)|as of)\b(?:[\s:]+(?:on|am|le|el|du|vom|at|il|:))?[\s:]+/i;

/** A date line: with a label at the head or foot of the page, without one only near the title. */
function dateOnPage(
  document: Document,
  { lines }: Reading,
  chosen: readonly Line[],
  language: string | null,
): string | null {
  const title = chosen.findIndex(({ kind }) => kind === 'heading');
  const near = new Set(chosen.slice(Math.max(0, title - 4), title + 6));
  for (const element of document.querySelectorAll('time[datetime]')) {
    const around = element.closest(':not(time, form)');
    const said = fold(around?.textContent ?? '');
    if (said.length > 160) continue;
    const isLabelled =
      labels.test(said) ||
      /publish|posted|byline|dateline|entry-meta|post-meta|article-date/i.test(
        `${element.className} ${around?.getAttribute('class') ?? ''}`,
      );
    const isNear = [...near].some(
      ({ text: line }) =>
        /\d/.test(element.textContent) &&
        line.includes(fold(element.textContent)) &&
        line.length < 120,
    );
    const day =
      isLabelled || isNear ? moment(element.getAttribute('datetime') ?? '', language) : null;
    if (day !== null) return day;
  }
  for (const line of [...near, ...lines.slice(0, 20), ...lines.slice(-20)]) {
    if (line.text.length > 200) continue;
    for (const part of line.text.split(/\s[·|•–—]\s|(?<=[.)])\s+(?=\p{Lu})/u)) {
      const label = labels.exec(part) ?? surely.exec(part);
      const day =
        label === null ? null : dayIn(part.slice(label.index + label[0].length), language, 'first');
      if (day !== null) return day;
    }
  }
  for (const line of near) {
    if (line.kind === 'row' || line.kind === 'item' || line.kind === 'check') continue;
    // Minutes and letters begin 'Valencia, 17 de febrero de 2026. …'
    const parts =
      line.text.length > 120
        ? [/^\p{Lu}[^.]{4,60}(?=\. )/u.exec(line.text)?.[0] ?? '']
        : line.text.split(/\s*[·|•–—]\s*/);
    for (const part of parts) {
      // An hour after the day belongs to a post ('mokka · 8. Februar 2026, 10:14'); alone, to an event.
      const day = dayIn(
        parts.length > 1
          ? part.replace(/,?\s*(um |at |à )?\d{1,2}[:.h]\d{2}( ?[ap]m| Uhr| h)?$/i, '')
          : part,
        language,
        'only',
      );
      if (day !== null) return day;
    }
  }
  // Minutes and bulletins carry their day in the title.
  for (const line of near) {
    if (
      line.kind !== 'heading' ||
      !/^(minutes|protokoll|niederschrift|bulletin|newsletter|press release|pressemitteilung|rundbrief|compte[- ]rendu|procès[- ]verbal|communiqué|lettre|circulaire|acta|nota de prensa|circular)\b/i.test(
        line.text,
      )
    )
      continue;
    const day = dayIn(line.text, language, 'within');
    if (day !== null) return day;
  }
  return null;
}

/** A machine-readable moment: a day or an instant; without a zone, the day only. */
function moment(value: string, language: string | null): string | null {
  const iso =
    /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?/.exec(
      value,
    );
  if (iso !== null) {
    const day = civil(Number(iso[1]), Number(iso[2]), Number(iso[3]));
    if (day === null || iso[4] === undefined || iso[5] === undefined) return day;
    const instant = new Date(`${day}T${iso[4]}${iso[5]}`);
    return Number.isNaN(instant.getTime()) ? day : `${day}T${iso[4]}${iso[5]}`;
  }
  const zoned = /^\w{3}, \d{1,2} \w{3} \d{4} \d{2}:\d{2}(:\d{2})? (GMT|UTC|[+-]\d{4})$/.test(value)
    ? new Date(value)
    : null;
  if (zoned !== null && !Number.isNaN(zoned.getTime())) return zoned.toISOString();
  return value.length > 60 ? null : dayIn(value, language, 'first');
}

const months: readonly RegExp[] = [
  /^(jan(uary|uar|vier|v)?|jän(ner)?|enero|ene)$/,
  /^(feb(ruary|ruar|rero)?|f[ée]vr?(ier)?)$/,
  /^(mar(ch|zo|s)?|märz|mär|mrz)$/,
  /^(apr(il)?|avr(il)?|abr(il)?)$/,
  /^(may|mai|mayo)$/,
  /^(june?|juni|juin|junio)$/,
  /^(july?|juli|juil(let)?|julio)$/,
  /^(aug(ust)?|ao[ûu]t|ago(sto)?)$/,
  /^(sept?(ember|embre|iembre)?|setiembre)$/,
  /^(oct(ober|obre|ubre)?|okt(ober)?)$/,
  /^(nov(ember|embre|iembre)?)$/,
  /^(dec(ember)?|dez(ember)?|d[ée]c(embre)?|dic(iembre)?)$/,
];

/** A day that a text names in full: where it begins, anywhere within, or as the only thing that it says but where and what weekday. */
function dayIn(
  text: string,
  language: string | null,
  how: 'first' | 'within' | 'only',
): string | null {
  const pattern =
    /(?<!\d)(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[./-](\d{1,2})[./-](\d{4})|(\d{1,2})(?:\.|st|nd|rd|th|er|º)?\s+(?:of\s+|de\s+)?(\p{L}{3,12})\.?,?\s+(?:del?\s+)?(\d{4})|(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}))(?!\d)/giu;
  for (const match of text.matchAll(pattern)) {
    const [whole, y1, m1, d1, a, b, y2, d3, month3, y3, month4, d4, y4] = match;
    let day: string | null = null;
    if (y1 !== undefined) day = civil(Number(y1), Number(m1), Number(d1));
    else if (y2 !== undefined)
      day = numeric(Number(a), Number(b), Number(y2), whole.includes('.'), language);
    else if (y3 !== undefined) day = civil(Number(y3), monthNumber(month3), Number(d3));
    else if (y4 !== undefined) day = civil(Number(y4), monthNumber(month4), Number(d4));
    if (day === null) continue;
    if (how === 'within') return day;
    if (how === 'first') return match.index <= 24 ? day : null;
    const before = text.slice(0, match.index).replace(/[\s,.:]+$/, '');
    const after = text.slice(match.index + whole.length).replace(/^[\s,.]+/, '');
    // 'Berlin, den', 'Tuesday', 'le', 'By A. Writer,'
    const isAlone =
      before.split(/\s+/).length <= 4 &&
      !/\d/.test(before) &&
      !/\b(by|until|bis|before|vor|avant|antes|hasta|from|ab|due|deadline)$/i.test(before) &&
      after === '';
    if (isAlone) return day;
  }
  return null;
}

function monthNumber(name: string | undefined): number {
  return months.findIndex((pattern) => pattern.test((name ?? '').toLowerCase())) + 1;
}

/** 03/04/2026 by the custom of the language; null where two customs differ and nothing decides. */
function numeric(
  a: number,
  b: number,
  year: number,
  hasDots: boolean,
  language: string | null,
): string | null {
  if (a > 12) return civil(year, b, a);
  if (b > 12) return civil(year, a, b);
  if (a === b || hasDots) return civil(year, b, a);
  if (/^en-(US|PH)/i.test(language ?? '')) return civil(year, a, b);
  if (language === null || /^en$/i.test(language)) return null;
  return civil(year, b, a);
}

function civil(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1900 || year > 2200 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return null;
  return date.toISOString().slice(0, 10);
}
