/**
 * What a page says about itself: title, site, author, date.
 *
 * A page made by a script often keeps the metadata of the first address that was opened. What names
 * another document than the one that can be seen is therefore not believed.
 */
import { fold } from './characters.ts';
import { readPublished } from './published.ts';
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
      text(work['headline']) || text(work['name']) || text(work['title']),
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
    published: readPublished({ document, url, works, meta: believed, reading, chosen, language }),
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

/** The things that JSON-LD describes, a graph's members and what a page is about included. */
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
      for (const member of Array.isArray(graph) ? graph.filter(isThing) : [thing]) {
        const entity = member['mainEntity'];
        things.push(member, ...(isThing(entity) ? [entity] : []));
      }
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
