/**
 * Choice: which lines of a reading are the document, and which are the site around it.
 *
 * Landmarks and overlays are chrome whatever is in them. The rest is put to Defuddle, and to
 * Readability where Defuddle keeps less than half. Both were made for articles and drop forms,
 * comments, notices and tables; to lose what asks something of the reader is worse than to keep a
 * line too many, so what they drop comes back unless it looks like a list of links, is named like
 * chrome, or is too short to say anything.
 */
import { Readability } from '@mozilla/readability';
import Defuddle from 'defuddle';

import { mark, type Line, type Reading, type Region } from './reading.ts';

export function choose(reading: Reading): readonly Line[] {
  const { places, areas } = survey(reading);
  const all = sum(places);
  let open: readonly Place[] = places.filter((place) => !place.isChrome || place.isPicked);
  // A page that is nothing but chrome is a page whose chrome is the content.
  if (sum(open) < Math.min(200, all * 0.5)) open = places.filter((place) => !place.isOverlay);
  if (sum(open) === 0) open = places;
  const kept = restore(open, areas, vote(reading, open));
  return (kept.length > 0 ? kept : open).map(({ line }) => line);
}

/** A line with what its surroundings say about it. */
interface Place {
  readonly line: Line;
  readonly area: Area;
  readonly isChrome: boolean;
  readonly isOverlay: boolean;
  /** Selected by hand: kept whatever it is. */
  readonly isPicked: boolean;
}

/** What a region and all within it amount to. */
interface Area {
  readonly region: Region;
  readonly parent: Area | null;
  /** UTF-16 code units of text, of links, and of what the extractors keep. */
  text: number;
  linked: number;
  kept: number;
  lines: number;
  hasDate: boolean;
  /** Begins with words like 'You may also like'; null: it has no words yet. */
  isTeaser: boolean | null;
  readonly chrome: 'landmark' | 'overlay' | 'aside' | null;
  /** It or something around it, but not around most of the page: 'has-sidebar' names no sidebar. */
  isNamedChrome: boolean;
  /** The largest area around it of which nothing was kept; null: something was. */
  dropped: Area | null;
  /** Inside the element that holds the document, by its own word: main or article. */
  readonly isInMain: boolean;
}

function survey({ lines, regions }: Reading): { places: readonly Place[]; areas: readonly Area[] } {
  const areas = new Map<Region, Area>();
  for (const region of regions) {
    const parent = region.parent === null ? null : (areas.get(region.parent) ?? null);
    const isInMain =
      parent?.isInMain === true ||
      /^(MAIN|ARTICLE)$/.test(region.element.tagName) ||
      /^(main|article)$/.test(region.element.getAttribute('role') ?? '');
    areas.set(region, {
      region,
      parent,
      text: 0,
      linked: 0,
      kept: 0,
      lines: 0,
      hasDate: false,
      isTeaser: null,
      chrome: chromeOf(region, parent?.isInMain === true),
      isNamedChrome: false,
      dropped: null,
      isInMain,
    });
  }
  for (const line of lines) {
    const area = areas.get(line.region);
    if (area === undefined) continue;
    area.text += line.text.length;
    area.linked += line.linked;
    const isTeaser = teaser.test(line.text);
    for (let at: Area | null = area; at?.isTeaser === null; at = at.parent) at.isTeaser = isTeaser;
    area.lines++;
    area.hasDate ||= datePattern.test(line.text);
  }
  // Children come after their parents.
  for (const area of [...areas.values()].reverse()) {
    if (area.parent === null) continue;
    area.parent.text += area.text;
    area.parent.linked += area.linked;
    area.parent.lines += area.lines;
    area.parent.hasDate ||= area.hasDate;
  }
  const all = regions[0] === undefined ? 0 : (areas.get(regions[0])?.text ?? 0);
  const verdicts = new Map<Area, { isChrome: boolean; isOverlay: boolean }>();
  for (const area of areas.values()) {
    const above = area.parent === null ? undefined : verdicts.get(area.parent);
    area.isNamedChrome =
      area.parent?.isNamedChrome === true ||
      (area.text < all * 0.3 && isNamedChrome(area.region.element));
    const isOverlay = area.chrome === 'overlay' && area.text < all * 0.4;
    verdicts.set(area, {
      isOverlay: above?.isOverlay === true || isOverlay,
      isChrome:
        above?.isChrome === true ||
        isOverlay ||
        (area.chrome === 'landmark' && area.text < all * 0.7) ||
        (area.chrome === 'aside' && !isNote(area)) ||
        (!area.isInMain && isLinkBar(area) && area.text < all * 0.2) ||
        (area.isTeaser === true && area.linked > area.text * 0.4 && area.text < all * 0.3) ||
        (isSurelyNamedChrome(area.region.element) && area.text < all * 0.15),
    });
  }
  // Who selects all of a page means the page, not its menus.
  const isAllSelected =
    lines.filter(({ selected }) => selected !== null).length > lines.length * 0.9;
  const places = lines.flatMap((line) => {
    const area = areas.get(line.region);
    const verdict = area === undefined ? undefined : verdicts.get(area);
    if (area === undefined || verdict === undefined) return [];
    const isChrome = verdict.isChrome || (!area.isInMain && isBoilerplate(line.text));
    return [
      {
        line,
        area,
        isOverlay: verdict.isOverlay,
        isChrome,
        isPicked: !isAllSelected && line.selected !== null,
      },
    ];
  });
  return { places, areas: [...areas.values()] };
}

/** A side note that names a date and is no list of links: 'Important dates'. */
function isNote(area: Area): boolean {
  return area.hasDate && area.linked < area.text * 0.4;
}

const landmarks = new Set([
  'navigation',
  'banner',
  'contentinfo',
  'search',
  'menu',
  'menubar',
  'toolbar',
  'tablist',
  'tooltip',
]);
const consent =
  /(^|[-_\s])(cookies?|consent|gdpr|ccpa|cmp|onetrust|didomi|cybot|usercentrics|truste|osano|klaro|borlabs|sp_message)([-_\s]|$|[A-Z])/i;

function chromeOf({ element, isFixed }: Region, isInMain: boolean): Area['chrome'] {
  const tag = element.tagName;
  if (tag === 'BODY' || tag === 'HTML' || tag === 'MAIN') return null;
  const role = element.getAttribute('role') ?? '';
  if (tag === 'DIALOG' || /^(alert)?dialog$/.test(role)) return 'overlay';
  if (isFixed || consent.test(names(element))) return tag === 'ARTICLE' ? null : 'overlay';
  if (tag === 'NAV' || tag === 'SEARCH' || landmarks.has(role)) return 'landmark';
  if (tag === 'FOOTER' && !isInMain) return 'landmark';
  // A page whose heading stands in its <header> has begun there.
  if (tag === 'HEADER' && !isInMain && element.querySelector('h1') === null) return 'landmark';
  if (tag === 'ASIDE' || role === 'complementary') return 'aside';
  return null;
}

const chromeNames =
  /(^|[-_\s])(related|recommend(ed|ations?)?|recirc\w*|share|sharing|social|newsletter|subscribe|subscription|promo\w*|advert\w*|ads?|adslot|sponsor\w*|breadcrumbs?|pagination|pager|sidebar|popular|trending|most-?read|outbrain|taboola|skip-?link|toolbar|navbar|navigation|nav|menu|footer|masthead|site-?header|cookies?|toc|tag-?list|tags|copyright|back-to-top|upsell|read-?next|more-?from|you-?may-?like)([-_\s]|$)/i;

function isNamedChrome(element: Element): boolean {
  return !/^(BODY|HTML|MAIN|ARTICLE)$/.test(element.tagName) && chromeNames.test(names(element));
}

const sureNames =
  /(^|[-_\s])(related-?(posts|articles|content|links|stories)|recommendations|newsletter(-?(signup|form|box))?|share(-?(bar|buttons|links|tools))?|social-?(share|links|media|bar)|breadcrumbs?|pagination|advert(isement)?s?|sponsored|outbrain|taboola|site-?notice|navbar|site-?(footer|header|nav)|mw-jump-link|skip-?link)([-_\s]|$)/i;

/** Named so that it is chrome even where an extractor keeps it. */
function isSurelyNamedChrome(element: Element): boolean {
  return !/^(BODY|HTML|MAIN|ARTICLE)$/.test(element.tagName) && sureNames.test(names(element));
}

/** Three links or more, a few words each, and nothing else: a menu, whatever it is made of. */
function isLinkBar(area: Area): boolean {
  return area.lines >= 3 && area.linked > area.text * 0.9 && area.text / area.lines < 30;
}

/** Headings of links to other pages (English, German, French, Spanish). */
const teaser =
  /^(you (may|might) also (like|enjoy)|related|recommended|read (next|also|more)|more (from|stories|in|on)\b|most read|das könnte (sie|dich) auch|auch interessant|mehr zum thema|lesen sie (auch|mehr)|weitere artikel|meistgelesen|à lire (aussi|également)|sur le même (sujet|thème)|voir aussi|también te puede|te puede interesar|le puede interesar|más noticias|lo más leído|(artículos|noticias) relacionad)/i;

/** What stands under every page: rights, cookies, the newsletter (English, German, French, Spanish). */
const boilerplate = [
  /^(©|copyright\b|\(c\) ?\d{4})/i,
  /\b(all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados)\b/i,
  /\bcookies?\b.*\b(accept|agree|settings|akzeptieren|zustimmen|einstellungen|accepte[rz]|paramètres|acepta[r]?|configuraci[óo]n)/i,
  /\b(subscribe|sign up|abonnieren|anmelden|abonnez|inscrivez|suscr[ií]be\w*|apúnt\w*)\b.{0,60}\b(newsletter|bolet[ií]n|lettre d.information|infolettre)\b|\bnewsletter\b.{0,40}\b(abonnieren|bestellen)\b/i,
];

function isBoilerplate(text: string): boolean {
  return text.length <= 240 && boilerplate.some((pattern) => pattern.test(text));
}

/** Class and id; camelCase is taken apart. */
function names(element: Element): string {
  return `${element.getAttribute('class') ?? ''} ${element.id}`.replace(/([a-z])([A-Z])/g, '$1-$2');
}

/** Numbers of the elements whose text the extractors keep; null: they were not asked. */
function vote({ skeleton }: Reading, places: readonly Place[]): ReadonlySet<number> | null {
  if (skeleton === null) return null;
  try {
    return judge(skeleton, places);
  } catch {
    return null; // an extractor that fails on a page has no say in it
  }
}

function judge(skeleton: Document, places: readonly Place[]): ReadonlySet<number> {
  const kept = marksIn(
    new Defuddle(skeleton, {
      url: 'about:blank', // no extractor for one site only: they rebuild the page, and its numbers are lost
      standardize: false,
      removeHiddenElements: false, // the skeleton has none
      removeSmallImages: false,
      useAsync: false, // nothing is ever fetched
    }).parse().content,
  );
  const length = (marks: ReadonlySet<number>): number =>
    sum(places.filter((place) => isKept(place.line, marks)));
  const byDefuddle = length(kept);
  if (byDefuddle >= sum(places) / 2) return kept;
  const second = new Readability<string>(skeleton, {
    charThreshold: 200,
    serializer: (node) => (node as Element).outerHTML,
  }).parse();
  const others = marksIn(second?.content ?? '');
  return length(others) > byDefuddle * 1.5 ? others : kept;
}

function marksIn(html: string): Set<number> {
  const marks = new Set<number>();
  const pattern = new RegExp(`${mark}="(\\d+)"`, 'g');
  for (const [, number] of html.matchAll(pattern)) marks.add(Number(number));
  return marks;
}

function isKept(line: Line, marks: ReadonlySet<number>): boolean {
  let kept = 0;
  for (const number of line.marks) if (marks.has(number)) kept++;
  return kept > 0 && kept * 2 >= line.marks.length;
}

/** What was voted for, and what was dropped without being chrome. */
function restore(
  places: readonly Place[],
  areas: readonly Area[],
  marks: ReadonlySet<number> | null,
): readonly Place[] {
  const kept = new Set<Place>();
  for (const place of places) {
    if (marks !== null && !isKept(place.line, marks)) continue;
    if (marks === null && isChromeLike(place.area)) continue;
    kept.add(place);
    place.area.kept += place.line.text.length;
  }
  if (marks !== null) {
    for (const { parent, kept: below } of [...areas].reverse()) if (parent) parent.kept += below;
    for (const area of areas) if (area.kept === 0) area.dropped = area.parent?.dropped ?? area;
    for (const place of places) {
      // What was dropped together was dropped for one reason: judge it whole.
      const { dropped } = place.area;
      if (dropped === null ? isWorthALine(place) : isWorthAnArea(dropped, place)) kept.add(place);
    }
  }
  for (const place of places) if (place.isPicked) kept.add(place);
  // A heading goes with what it heads.
  let isFollowed: boolean | null = null;
  for (let index = places.length - 1; index >= 0; index--) {
    const place = places[index] as Place;
    if (place.line.kind !== 'heading') isFollowed = kept.has(place);
    else if (isFollowed === true || place.line.level === 1) kept.add(place);
    else if (isFollowed === false && !place.isPicked) kept.delete(place);
  }
  return places.filter((place) => kept.has(place));
}

function isWorthAnArea(area: Area, { line, area: own }: Place): boolean {
  if (isChromeLike(area) || isChromeLike(own)) return isNote(area) && line.kind !== 'heading';
  return area.text >= 25 || area.hasDate || line.kind === 'check' || line.kind === 'row';
}

function isWorthALine({ line, area }: Place): boolean {
  if (isChromeLike(area)) return datePattern.test(line.text) && isNote(area);
  return (
    line.linked < line.text.length * 0.6 &&
    (line.text.length >= 25 ||
      datePattern.test(line.text) ||
      line.kind === 'check' ||
      line.kind === 'row')
  );
}

/** By its name or that of what is around it, or because it is links and little else. */
function isChromeLike(area: Area): boolean {
  return area.isNamedChrome || (area.linked > area.text * 0.6 && area.lines > 1);
}

/** Something that looks like a day, in digits or with a month's name (English, German, French, Spanish). */
const datePattern =
  /\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./](\d{4}|\d{2})?\b|(\b\d{1,2}(\.|er|st|nd|rd|th)?\s(of\s|de\s)?(jan|feb|fév|mar|mär|apr|avr|abr|may|mai|jun|juin|jul|juil|aug|août|ago|sep|oct|okt|nov|dec|dez|déc|dic|ene)|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,2}\b)/i;

function sum(places: readonly Place[]): number {
  return places.reduce((length, { line }) => length + line.text.length, 0);
}
