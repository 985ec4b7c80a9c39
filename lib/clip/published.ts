/**
 * The document's own date: when it was written, published or issued.
 *
 * What machines are told comes first, then what the page says in words beside a date, then where a
 * date stands. Beginnings count more than changes, and any date more than none. Without words or a
 * place that speak for it a date is none of the document's: it may be an event's or a deadline.
 */
import { fold } from './characters.ts';
import type { Line, Reading } from './reading.ts';

export interface Sources {
  readonly document: Document;
  readonly url: string;
  /** What JSON-LD describes. */
  readonly works: readonly Readonly<Record<string, unknown>>[];
  /** By lower-case property or name. */
  readonly meta: ReadonlyMap<string, string>;
  readonly reading: Reading;
  readonly chosen: readonly Line[];
  readonly language: string | null;
}

/** 'YYYY-MM-DD' or an ISO instant. */
export function readPublished(sources: Sources): string | null {
  const { document, url, works, meta, chosen, language } = sources;
  const order = orderOf(url, chosen, language);
  const told = (properties: readonly string[], names: RegExp): string | null => {
    for (const property of properties) {
      for (const work of works) {
        const value = work[property];
        const day = typeof value === 'string' ? moment(fold(value), order) : null;
        if (day !== null) return day;
      }
    }
    for (const [name, content] of meta) {
      const day = names.test(name) ? moment(content, order) : null;
      if (day !== null) return day;
    }
    return null;
  };
  const begun = told(
    ['datePublished', 'datePosted', 'dateCreated', 'uploadDate', 'orderDate', 'bookingTime'],
    /^(?!.*(?:modif|updat|expir|publisher|event)).*(?:publish|pub(?:lication)?.?date|(?:date|dcterms)[.:_]?(?:issued|created|posted|available|submitted)|posted|created?$|creation.?date|citation(?:_\w+)?_date|ptime$)|^(?:date|dc[.:]date|dcterms[.:]date|sailthru\.date|eprints\.date)$/,
  );
  if (begun !== null) return begun;
  const isOthers = othersOf();
  const marked = [...document.querySelectorAll(published)].find((element) => !isOthers(element));
  const day = marked && moment(valueOf(marked), order);
  if (day) return day;
  const said = saidOnPage(sources, order, isOthers);
  return (
    said.published ??
    dayInAddress(url) ??
    told(['dateModified'], /modif|updat|revised|lastmod/) ??
    said.modified ??
    said.placed ??
    moment(
      document.querySelector('meta[http-equiv="last-modified" i]')?.getAttribute('content') ?? '',
      order,
    )
  );
}

const published =
  'time[pubdate], [itemprop~="datePublished"], [itemprop~="datePosted"], [itemprop~="dateCreated"], [property$="datePublished"]:not(meta), [property$="dateCreated"]:not(meta), [property="dcterms:issued"], [property="dcterms:created"], [property="dc:date"], time.dt-published, time.published, time.entry-date, abbr.published';

/** The value that an element gives to machines, else its words. */
function valueOf(element: Element): string {
  return (
    element.getAttribute('datetime') ??
    element.getAttribute('content') ??
    (element.tagName === 'ABBR' ? element.getAttribute('title') : null) ??
    fold(element.textContent)
  );
}

/** '/2026/03/03/the-bridge' and '/2026-03-03-the-bridge'; a calendar's address names other days. */
function dayInAddress(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { pathname } = new URL(url);
  if (/event|calend|termin|agenda|veranstalt|evenement/i.test(pathname)) return null;
  const [, year, month, day] =
    /\/((?:19|20)\d\d)([/-])(?:(?=\d\d?\2\d))(\d\d?)\2(\d\d?)(?=[/_-]|$)/
      .exec(pathname)
      ?.filter((_, i) => i !== 2) ?? [];
  return year === undefined ? null : civil(Number(year), Number(month), Number(day));
}

const weekday = String.raw`(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|mo|di|mi|do|fr|sa|so|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)(?!\p{L})`;
/** What may stand between a label and its date: who, where, what weekday. */
const filler = String.raw`(?:\s*[:–—-])?(?:\s+(?:by|von|par|por|at|in|à)\s[^,:;·|]{2,40}?(?=,|\s(?:on|am|le|el|den|a)\s))?,?(?:\s+(?:on|as of|from|since|the|this|am|vom|den|ab|seit|zum|le|du|au|depuis|el|de|del|a|desde|día)(?!\p{L}))*(?:\s*:)?(?:\s*${weekday}\.?,?)?(?:\s+(?:the|den|dem|le|el|a))?\s*$`;

/** Words that say that a date is the document's own: wherever they stand, or at the beginning. */
const begins = {
  en: String.raw`(?:(?:first |originally )?(?:published|posted|issued|created|released|sent|booked|ordered|placed|purchased|submitted|asked|reported)|signed|(?:agreement|contract|lease) (?:is |was )?(?:made|concluded|entered into)|opened this (?:issue|ticket|discussion|pull request)|#?\d+ opened|started this discussion|wrote|commented|(?:order|booking|bill|billing|invoice|issue|notice|letter|statement|document|publication|posting|report|receipt|reservation|purchase|release|decision|effective) date|date (?:posted|issued|published|created|booked|ordered|of (?:the |this )?(?:letter|notice|bill|issue|invoice|publication|order|booking|decision|document|posting|report|statement|release))|dated|effective(?: as of)?|in force)`,
  de: String.raw`(?:veröffentlicht|erschienen|erstellt|ausgestellt|verfasst|geschrieben|schrieb|eingestellt|gepostet|bekannt ?gemacht|gebucht|bestellt|unterzeichnet|gesendet|versandt|online|(?:rechnungs|bescheid|brief|buchungs|bestell|ausstellungs|veröffentlichungs|erstellungs|beleg|auftrags|erscheinungs|ausgabe|abrechnungs|druck|dokument)datum|datum (?:des|der|dieses) \p{L}+|tag der (?:ausstellung|veröffentlichung)|in kraft|gültig)`,
  fr: String.raw`(?:publiée?|postée?|émise?|créée?|rédigée?|parue?|écrit|en ligne|signée?|fait(?= à)|mise? en ligne|effectuée|passée|envoyée?|réservée?|commandée?|date (?:d[’']|de |du |de la |de l[’'])(?:émission|facture|facturation|publication|parution|création|commande|réservation|avis|courrier|édition|rédaction|lettre)|en date|en vigueur)`,
  es: String.raw`(?:publicad[oa]|emitid[oa]|cread[oa]|escrit[oa]|escribió|redactad[oa]|firmad[oa]|enviad[oa]|(?:reserva|pedido|compra) (?:realizad|efectuad|hech)[oa]|fecha (?:de |de la |del )?(?:emisión|publicación|factura|expedición|creación|reserva|pedido|compra|carta|alta|edición|redacción|resolución|documento|anuncio)|(?:de|con) fecha|en vigor|vigente)`,
};
const changes = String.raw`(?:^(?:stand|(?:status )?as of)|(?:(?:page |was )?last |recently )?(?:updated?|edited|revised|modified|reviewed)|(?:zuletzt |letzte )?(?:aktualisiert|aktualisierung|geändert|änderung|bearbeitet|überarbeitet)|mise? à jour|à jour|(?:dernière )?(?:modification|révision)(?: de cette page)?(?: faite)?|modifiée?|actualisée?|révisée?|(?:última )?(?:actualización|modificación|revisión)|actualizad[oa]|modificad[oa]|revisad[oa]|última vez|editó(?: por última vez)?(?: esta página)?)`;
/** What is of a day is the document itself only where a line begins with it: 'Invoice 118 of 3 May'. */
const kinds = String.raw`(?:(?:minutes|notes|record|article|post|message|quotation|receipt|memo|invoice|bill|letter|notice|newsletter|bulletin|press release|circular|statement|version|decision|order|report|announcement)|(?:(?!(?:ihre?|unsere?|dein|diese)\p{L}?\s)(?:\p{L}+ )?(?:rechnung|bekanntmachung|bescheid|schreiben|protokoll|niederschrift|fassung|mitteilung|pressemitteilung|brief|version|ausgabe|meldung|buchung|bestellung|rundschreiben|mahnung|stand|anzeige|inserat|beitrag|artikel|nachricht))|(?:facture|avis|compte[- ]rendu|procès[- ]verbal|lettre|circulaire|communiqué|arrêté|bulletin|note|annonce|version|relevé|commande|courrier|message|article|devis|convocation)|(?:factura|mensaje|presupuesto|anuncio|aviso|acta|resolución|circular|comunicado|nota|carta|boletín|edicto|versión|pedido))`;
const kindOf = String.raw`^${kinds}(?:[\s,:-]+(?!by |until |bis |avant |antes )(?:[^.;]|\.(?=\s?\d)){0,60}?)?\s(?:of|on|from|dated|vom|von|du|del?|de fecha)(?:\s(?:the|den|el))?(?:\s${weekday},?)?(?:\s(?:the|den))?\s*$`;
const numbered = String.raw`^(?:(?:our |your )?ref(?:erence)?\.?|(?:unser |ihr )?zeichen|[nv]os? ?\/? ?réf\.?|(?:nuestra |su )?ref(?:erencia)?\.?|issue|no\.?|nr\.?|ausgabe|numéro|n°|nº|número|edition|newsletter|rundbrief|version|v|(?=\[?\d+\.\d))(?!\p{L})(?: no\.?)?:?\s?#?(?=\S*\d)[\p{L}\d./[\]-]{1,16}(?:\s\d{1,6})?\s?[,:/(–—-]?(?: (?:of|vom|du|de))?\s*$`;
const plain = String.raw`^(?:date|datum|fecha|opened|eröffnet|ouverte?|abiert[oa])(?:\s*\([^)]{1,20}\))?${filler}`;

const unicode = (source: string): RegExp => new RegExp(source, 'iu');
const isBegun = unicode(String.raw`(?<!\p{L})(?:${Object.values(begins).join('|')})${filler}`);
const isChanged = unicode(String.raw`(?<!\p{L})${changes}${filler}`);
const isOfKind = unicode(kindOf);
const isNumbered = unicode(numbered);
const isPlain = unicode(plain);
/** 'Lyon, le', 'By Ann Lee,', 'Tuesday': who or where, and what weekday. */
const isAlone = new RegExp(
  String.raw`^(?:(?:[^.:;!?]{0,40}\s\d{4,5}\s)?(?:(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or)\s)?(?<place>(?:En |In |À |Fait à )?\p{Lu}[\p{L}.’'-]*(?:[\s-](?:[ad]e[lrn]?|la|le|les|sur|upon|am|an|im|in|\p{Lu}[\p{L}.’'-]*)){0,4})(?:\s?,|\s(?=den\s|le\s|a\s)))?\s*(?:(?:[Oo]n|[Aa]m|[Dd]en|[Ll]e|[Ee]l|a|á|au)\s+)?(?:(?i:${weekday})\.?,?\s*)?(?:(?:the|den|dem|der|le|el)\s+)?$`,
  'u',
);
/** 'Typed:', 'Delivered on', 'Gesehen am': what was done on a day was done to the document. */
const isDone = unicode(
  String.raw`^(?!(?:clos|expir|end|releas|affect|ferm|arriv|entr|dur|n[ée]|décéd|prév|salid|llegad|entrad|cerrad|caducad|nacid|fallecid|gebor|geschloss|geplant|verstorb)\p{L}*)(?:\p{L}{3,}ed|ge\p{L}{3,}(?:t|en)|\p{L}{3,}ée?|\p{L}{3,}[ai]d[oa])(?:\s*:|\s(?:on|am|le|el))(?:\s*:)?(?:\s*${weekday},?)?\s*$`,
);
/** Before words that make a date another's: it is yet to come. */
const isToCome = unicode(
  String.raw`(?:will be|to be|shall be|being|not yet|next|werden|wird|soll|nächste\p{L}*|sera|seront|prochaine?|será|serán|próxim[oa])\s(?:\p{L}+\s)?$`,
);
/** Before a date that has to be met, begins something or is an event's. */
const limits = String.raw`by|before|until|till|due|deadline|closing|closes?|expir\p{L}*|valid|ends?|starts?|begins?|from|next|born|check-?in|check-?out|arrival|departure|when|bis|spätestens|fällig\p{L}*|zahlbar|\p{L}*frist|\p{L}*schluss|wann|beginn|anreise|abreise|termin|nächste\p{L}*|avant|jusqu[’']\p{L}+|au plus tard|limite|échéance|quand|arrivée|départ|prochaine?|valable|antes|hasta|vence|vencimiento|límite|plazo|cuándo|entrada|salida|llegada|próxim[oa]|válid[oa]`;
const isLimited = unicode(
  String.raw`(?<!\p{L})(?:${limits})(?:\s*:)?(?:\s+(?:date|on|by|is|the|am|zum|den|der|ist|le|du|au|est|la|de|del|el|es|día))*(?:\s*:)?(?:\s*${weekday}\.?,?)?(?:\s+(?:the|den|dem))?\s*$`,
);
/** A line of an invitation that says where and at what hour. */
const ofAnEvent =
  /^(?:time|doors|venue|where|tickets?|location|place|admission|entry|uhrzeit|zeit|beginn|einlass|ort|wo|eintritt|heure|horaire|lieu|tarif|entrée|hora|lugar|entrada|precio)(?:\s*:|\s+\S)/i;
const event =
  /(?:concert|konzert|concierto|festival|fest\b|fête|fiesta|fair\b|party|workshop|conference|kongress|course\b|kurs\b|exhibition|ausstellung|exposition|exposición|lecture|vortrag|match\b|marathon|open day|sale\b)/i;
const ofRecords =
  /^(?:[^:–—]{0,40}[:–—-]\s*)?(?:(?:draft |meeting )?minutes|(?:\p{L}+)?protokoll|niederschrift|bulletin|newsletter|press release|pressemitteilung|rundbrief|compte[- ]rendu|procès[- ]verbal|communiqué|lettre|circulaire|acta|nota de prensa|circular)(?!\p{L})/iu;
/** '2:00 pm – 3:00 pm', in a line of its own beside the day. */
const hours =
  /^\d{1,2}(?:[:.h]\d{2})?\s?(?:[ap]\.?m\.?|uhr|h)?\s?(?:[–-]|to|bis|à|a)\s?\d{1,2}(?![\d./])/i;
const author = /^(?:words by|by|von|par|por)\s\p{Lu}/iu;
/** Headings below which others speak. */
const ofOthers =
  /^(?:\d+ )?(?:comments?|repl(?:y|ies)|responses|kommentare?|antworten|commentaires?|réponses|comentarios?|respuestas)(?: ?\(\d+\))?$|^(?:related|read (?:next|more|also)|more (?:from|on|news|stories|articles)|you may also|see also|latest|recent|mehr (?:zum thema|artikel|nachrichten)|das könnte|weitere|ähnliche|verwandte|à lire|lire aussi|articles (?:liés|similaires|récents)|sur le même|relacionad|artículos|noticias relacionadas|te puede|lee también|también)/iu;

/** Elements for machines that are looked at. */
const mostElements = 200;

interface Said {
  readonly published: string | null;
  readonly modified: string | null;
  /** Said by its place alone: near the title, at the head or foot of a letter. */
  readonly placed: string | null;
}

function saidOnPage(sources: Sources, order: Order, isOthers: (element: Element) => boolean): Said {
  const { document, works, reading, chosen } = sources;
  const end = chosen.findIndex(
    ({ kind, text }, i) => i > 0 && kind === 'heading' && ofOthers.test(text),
  );
  const own = endsOf(end === -1 ? chosen : chosen.slice(0, end), 100).filter(
    ({ region }) => !isOthers(region.element) && !isAside(region.element),
  );
  const title = own.findIndex(({ kind }) => kind === 'heading');
  const near = new Set(own.slice(Math.max(0, title - 6), Math.max(0, title) + 6));
  const heading = own[title];
  const seen = heading === undefined ? -1 : reading.lines.indexOf(heading);
  // A byline may be left out of what was chosen.
  const around = new Set([
    ...near,
    ...(seen === -1 ? [] : reading.lines.slice(Math.max(0, seen - 3), seen + 4)),
  ]);
  const isRecord = [document.title, ...[...near].map(({ text }) => text)].some(
    (text) => text.length < 160 && ofRecords.test(text),
  );
  const others = daysOfOthers(works, chosen, order);
  const said: { -readonly [Key in keyof Said]: Said[Key] } = {
    published: null,
    modified: null,
    placed: null,
  };
  const found = (as: keyof Said, day: string | null): void => {
    if (day !== null && !others.has(day.slice(0, 10))) said[as] ??= day;
  };

  // Beside the date of an invitation stand its place and hour.
  const isInvitation = (line: Line): boolean => {
    const at = own.indexOf(line);
    return (
      at !== -1 &&
      own
        .slice(Math.max(0, at - 2), at + 3)
        .some((each) => each !== line && (ofAnEvent.test(each.text) || hours.test(each.text)))
    );
  };

  const elements = document.querySelectorAll(
    'time[datetime], relative-time[datetime], time-ago[datetime], [class~="date" i], [class*="-date" i], [class~="timestamp" i], [class~="age"][title]',
  );
  for (const element of [...elements].slice(0, mostElements)) {
    if (isOthers(element) || isAside(element)) continue;
    const as = roleOf(element, around, own);
    const value = element.getAttribute('datetime') ?? fold(element.textContent);
    if (as !== null)
      found(as, moment(element.getAttribute('title') ?? '', order) ?? moment(value, order));
  }

  const edges = endsOf(reading.lines, 30).filter(({ region }) => !isOthers(region.element));
  const lines = [
    ...new Set([
      ...near,
      ...own.slice(0, 25),
      ...edges.slice(0, 20),
      ...own.slice(-15),
      ...edges.slice(-20),
    ]),
  ];
  for (const line of lines) {
    if (line.text.length > 200) continue;
    const at = own.indexOf(line);
    const isEvent = !isRecord && isInvitation(line);
    // A label may stand in a line of its own.
    const label = own[at - 1]?.text ?? '';
    const above = label.length <= 40 && !/\d/.test(label) ? `${label.replace(/\s*:$/, '')}: ` : '';
    for (const { part, isFirst } of partsOf(line.text)) {
      for (const { day, start, end: last } of daysIn(part, order)) {
        const before = part.slice(0, start);
        const after = part.slice(last);
        const labelled = isFirst && before.trim() === '' ? above : before;
        const as =
          claimOf(labelled, after, { isEvent, isRecord }) ??
          claimOf(before, after, { isEvent, isRecord });
        if (as !== null) found(as, day);
      }
    }
  }
  for (const day of columnDays(document, order)) found('published', day);

  for (const line of near) {
    const above = own[own.indexOf(line) - 1]?.text ?? '';
    if (above.length < 60 && isLimited.test(`${above} `)) continue;
    if (isRecord || !isInvitation(line))
      found('placed', placedDay(line, order, isRecord, author.test(above)));
  }
  // Letters and certificates end with their place and day.
  for (const line of own.slice(-8)) {
    if (near.has(line) || line.kind !== 'paragraph' || line.text.length > 80) continue;
    const [only, another] = daysIn(line.text, order);
    const place = only && isAlone.exec(line.text.slice(0, only.start))?.groups?.['place'];
    if (only && !another && place !== undefined && isEnd(line.text.slice(only.end)))
      found('placed', only.day);
  }
  return said;
}

/** The first and the last lines: no document says in its midst when it was written. */
function endsOf(lines: readonly Line[], length: number): readonly Line[] {
  return lines.length <= 2 * length ? lines : [...lines.slice(0, length), ...lines.slice(-length)];
}

/** What the words around a date say of it. */
function claimOf(
  before: string,
  after: string,
  { isEvent, isRecord }: { readonly isEvent: boolean; readonly isRecord: boolean },
): 'published' | 'modified' | null {
  const changed = isChanged.exec(before);
  if (changed) return isToCome.test(before.slice(0, changed.index)) ? null : 'modified';
  const begun = isBegun.exec(before);
  if (begun) return isToCome.test(before.slice(0, begun.index)) ? null : 'published';
  if (isRange(after)) return null;
  if (isOfKind.test(before) && !isLimited.test(before) && /^\s*(?:$|[.,;:()/–-])/.test(after))
    return 'published';
  if (isNumbered.test(before) && after.trim().length < 30) return 'published';
  const isDate = isPlain.test(before) && !isEvent && (isRecord || !isAppointment(after));
  return isDate ? 'published' : null;
}

/** The day of a line that says little else, or that of what a record's title or head records. */
function placedDay(
  line: Line,
  order: Order,
  isRecord: boolean,
  isBelowAuthor: boolean,
): string | null {
  const { kind, text } = line;
  if (isRecord && text.length < 160) {
    const first = daysIn(text, order)[0];
    if (first && !isLimited.test(text.slice(0, first.start)) && !isRange(text.slice(first.end)))
      return first.day;
  }
  if (kind === 'row' || kind === 'item' || kind === 'check' || kind === 'code') return null;
  // Minutes and letters begin 'Valencia, 17 de febrero de 2026. …'
  const whole = text.length > 120 ? (/^\p{Lu}[^.]{4,60}(?=\. )/u.exec(text)?.[0] ?? '') : text;
  const all = daysIn(whole, order);
  if (all.length !== 1) return null;
  const parts = partsOf(whole);
  const isByline =
    isBelowAuthor ||
    /byline|dateline|(?:post|entry|article)-?_?meta|timestamp|posted|post-?date|entry-?date|published/i.test(
      line.region.element.className + (line.region.parent?.element.className ?? ''),
    );
  for (const { part } of parts) {
    const only = daysIn(part, order)[0];
    if (!only) continue;
    const before = part.slice(0, only.start);
    const after = part.slice(only.end);
    if (isRange(after)) return null;
    // An hour after the day belongs to a post ('mokka · 8. Februar 2026, 10:14'); alone, to an event.
    const isPost = parts.length > 1 || isByline || isStamp(after);
    if (
      isPost &&
      isOnlyTime(after) &&
      /^[^:.!?]{0,40}$/.test(before) &&
      !isLimited.test(before) &&
      (isByline || isStamp(after))
    )
      return only.day;
    const lead = isAlone.exec(before);
    if (isDone.test(before) && isEnd(after)) return only.day;
    if (kind === 'heading' && /\s\d{4}-\d\d-\d\d$/.test(part) && !event.test(part)) return only.day;
    // A heading that names a place and a day names an event.
    if (!isByline && new RegExp(weekday, 'iu').test(before) && /\s[–—]\s/.test(whole)) continue;
    if (kind === 'heading' && lead?.groups?.['place'] !== undefined) continue;
    if (
      parts.some(
        (other) =>
          /^\d{1,2}\b/.test(other.part) && isOnlyTime(other.part.replace(/\s*[–—-].*$/, '')),
      )
    )
      return null;
    if (
      lead &&
      !event.test(before) &&
      !isLimited.test(before) &&
      (isEnd(after) || (parts.length > 1 && isOnlyTime(after)))
    )
      return only.day;
  }
  return null;
}

/** Whether an element for machines stands for the document, and for what. */
function roleOf(
  element: Element,
  near: ReadonlySet<Line>,
  own: readonly Line[],
): keyof Said | null {
  const around = element.closest(':not(time, relative-time, time-ago, form, abbr)');
  const inner = fold(element.textContent);
  const whole = around?.textContent ?? '';
  const said = whole.length > 1000 ? whole : fold(whole);
  const before = said.slice(0, Math.max(0, said.indexOf(inner)));
  if (said.length <= 160) {
    if (isChanged.test(before)) return 'modified';
    if (isBegun.test(before) || isPlain.test(before))
      return isToCome.test(before) ? null : 'published';
    if (isLimited.test(before)) return null;
  }
  const classes = `${element.className} ${around?.getAttribute('class') ?? ''}`;
  if (
    /event|due|deadline|expir|start-|end-/i.test(classes) ||
    element.closest('li, table') !== null
  )
    return null;
  if (
    /publish|posted|byline|dateline|(?:entry|post|article)-?_?(?:meta|date)|timestamp/i.test(
      classes,
    )
  )
    return 'published';
  const hour = /\d{1,2}(?:[:.h]\d{2}| ?[ap]m\b| Uhr| h\b)/i.exec(inner)?.[0];
  if (!/\d/.test(inner) || (hour !== undefined && !isStamp(` ${hour}`))) return null;
  const holds = ({ text }: Line): boolean => text.includes(inner) && text.length < 120;
  if ([...near].some(holds)) return 'placed';
  const edge = element.closest('article > header, article > footer, main > header, main > footer');
  return edge !== null && own.some(holds) ? 'placed' : null;
}

/** Tells what others wrote and what leads to other documents; remembers, as pages are long. */
function othersOf(): (element: Element) => boolean {
  const known = new Map<Element, boolean>();
  const remembered = (element: Element | null, holds: (element: Element) => boolean): boolean => {
    if (element === null) return false;
    const before = known.get(element);
    if (before !== undefined) return before;
    const now = holds(element);
    known.set(element, now);
    return now;
  };
  return (element) =>
    remembered(
      element.closest(
        '[itemprop~="comment"], [id="comments" i], [id="disqus_thread"], [class~="comments" i], [class*="comment-list" i], [class*="commentlist" i], [class*="related" i], [class*="recommend" i], [class*="teaser" i]',
      ),
      (part) => part.tagName !== 'BODY' && part.querySelector('h1') === null,
    ) ||
    remembered(
      element.closest('li, article, [class~="card" i]'),
      (entry) =>
        entry.querySelector('h1') === null &&
        entry.querySelector('h2 a[href], h3 a[href]') !== null,
    );
}

/** Beside the document's text, where only words tell what a date is. */
function isAside(element: Element): boolean {
  const aside = element.closest('aside, nav, [class*="sidebar" i]');
  return aside !== null && aside.tagName !== 'BODY' && aside.querySelector('main, h1') === null;
}

/** Days on which something is due or takes place. */
function daysOfOthers(
  works: Sources['works'],
  chosen: readonly Line[],
  order: Order,
): ReadonlySet<string> {
  const days = new Set<string>();
  for (const work of works) {
    for (const property of ['startDate', 'endDate', 'doorTime', 'validThrough', 'paymentDueDate']) {
      const value = work[property];
      const day = typeof value === 'string' ? moment(value, order) : null;
      if (day !== null) days.add(day.slice(0, 10));
    }
  }
  for (const { text } of chosen) {
    if (text.length > 5000 || !/\d/.test(text)) continue;
    for (const { day, start } of daysIn(text, order)) {
      if (day !== null && isLimited.test(text.slice(Math.max(0, start - 60), start))) days.add(day);
    }
  }
  return days;
}

/** The day below a label, in a table of one entry. */
function columnDays(document: Document, order: Order): string[] {
  const days: string[] = [];
  for (const table of document.querySelectorAll('table')) {
    const [head, row, more] = [...table.querySelectorAll('tr')].slice(0, 3);
    if (!head || !row || more || row.children.length !== head.children.length) continue;
    for (const [i, cell] of [...head.children].entries()) {
      const label = `${fold(cell.textContent)}: `;
      if (
        !/\d/.test(label) &&
        label.length < 40 &&
        claimOf(label, '', { isEvent: false, isRecord: false })
      ) {
        const day = moment(fold(row.children[i]?.textContent ?? ''), order);
        if (day !== null) days.push(day);
      }
    }
  }
  return days;
}

/** 'By Ann · 1 March 2026 · 4 min read'; a sentence's end parts as well. */
function partsOf(line: string): { readonly part: string; readonly isFirst: boolean }[] {
  return line
    .split(/\s*[·|•]\s*|\s[–—]\s|(?<=\p{L}{3}[.)])\s+(?=\p{Lu})/u)
    .map((part, i) => ({ part, isFirst: i === 0 }));
}

/** Nothing follows, or who signed. */
function isEnd(after: string): boolean {
  return /^[\s.,)]*(?:$|[–—]\s?(?:el|la|le|der|die|the|fdo)\b)/i.test(after);
}

function isRange(after: string): boolean {
  return /^\s*(?:[–—-]|to|until|through|bis|au|al?|hasta)(?!\p{L})\s*(?:\p{L}+\s+){0,2}\d(?!\d?[:.h]\d{2}(?![\d.]))/iu.test(
    after,
  );
}

const time = String.raw`(?:,|\s-)?\s*(?:um |at |à |a las |@ )?\d{1,2}(?:(?:[:.]|\s?h\s?)\d{2}(?::\d{2})?)?(?:\s?[ap]\.?m\b\.?|\s?Uhr|\s?hrs|\s?h\b)?(?:\s(?:GMT|UTC|BST|CES?T|MES?Z|[ECMP][SD]?T))?`;
const isOnlyTime = (after: string): boolean =>
  new RegExp(`^(?:${time})?[\\s.,)]*$`, 'i').test(after);
/** People meet at a quarter past, machines note 10:14. */
function isStamp(after: string): boolean {
  const minute = /^[\s,]*(?:um |at |à |a las )?\d{1,2}[:.h](\d{2})(:\d{2})?/i.exec(after);
  return minute !== null && (minute[2] !== undefined || Number(minute[1]) % 5 !== 0);
}
const isAppointment = (after: string): boolean =>
  new RegExp(`^${time}`, 'i').test(after) && /^[\s,\p{L}]*\d/u.test(after) && !isStamp(after);

/** Which number of '03/04/2026' is the day; null: nothing tells. */
type Order = 'day first' | 'month first' | null;

/** By the custom of the language; where English may be of two countries, by what else the page has. */
function orderOf(url: string, lines: readonly Line[], language: string | null): Order {
  if (/^(?:en-(?:US|PH)|es-(?:US|PR))/i.test(language ?? '')) return 'month first';
  if (language !== null && !/^en$/i.test(language)) return 'day first';
  const text = lines
    .map((line) => line.text)
    .join('\n')
    .slice(0, 200_000);
  const evidence: readonly (readonly [dayFirst: boolean, monthFirst: boolean])[] = [
    [
      /(?<![\d/])(?:1[3-9]|2\d|3[01])\/\d{1,2}\/\d{2}/.test(text),
      /(?<![\d/])\d{1,2}\/(?:1[3-9]|2\d|3[01])\/\d{2}/.test(text),
    ],
    [
      /£|€|\bpost ?code\b|\bVAT\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b/.test(text) ||
        /^https?:\/\/[^/]+\.(?:uk|ie|au|nz|in|za|eu)(?:[:/]|$)/.test(url),
      /\bzip(?: code)?\b|\b[A-Z]{2},? \d{5}(?:-\d{4})?\b/i.test(text) && /\$/.test(text),
    ],
    [
      /\b\d{1,2}(?:st|nd|rd|th)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{4}/.test(
        text,
      ),
      /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?, \d{4}/.test(
        text,
      ),
    ],
  ];
  for (const [dayFirst, monthFirst] of evidence) {
    if (dayFirst !== monthFirst) return dayFirst ? 'day first' : 'month first';
  }
  return null;
}

/** A machine-readable moment: a day or an instant; without a zone, the day only. */
function moment(value: string, order: Order): string | null {
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
  const first = value.length > 60 ? undefined : daysIn(value, order)[0];
  return first && first.start <= 24 ? first.day : null;
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

interface NamedDay {
  /** Null: the order of day and month is not known. */
  readonly day: string | null;
  readonly start: number;
  readonly end: number;
}

/** The days that a text names in full, year included. */
function daysIn(text: string, order: Order): NamedDay[] {
  const pattern =
    /(?<![\d.,/-])(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})([./-])\s?(\d{1,2})\5\s?(\d{4}|\d{2}(?![\d:.]))|(\d{1,2})(?:\.|st|nd|rd|th|er|º)?(?:\s+|-)(?:(?:day\s+)?of\s+|de\s+)?(\p{L}{3,12})\.?(?:,?\s+|-)(?:del?\s+)?(\d{4})|(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}))(?![\d/])/giu;
  const found: NamedDay[] = [];
  for (const match of text.matchAll(pattern)) {
    const [whole, y1, m1, d1, a, sign, b, y2, d3, month3, y3, month4, d4, y4] = match;
    const start = match.index;
    const end = start + whole.length;
    if (y2 !== undefined) {
      if (y2.length === 2 && sign === '-') continue;
      if (/(?:\bv|version|release)\.?\s*$/i.test(text.slice(0, start))) continue;
      const year = y2.length === 2 ? 2000 + Number(y2) : Number(y2);
      const custom = sign === '.' ? 'day first' : order;
      const [first, second] = [Number(a), Number(b)];
      if (civil(year, first, second) === null && civil(year, second, first) === null) continue;
      found.push({ day: numeric(first, second, year, custom), start, end });
      continue;
    }
    const day =
      y1 !== undefined
        ? civil(Number(y1), Number(m1), Number(d1))
        : civil(Number(y3 ?? y4), monthNumber(month3 ?? month4), Number(d3 ?? d4));
    if (day !== null) found.push({ day, start, end });
  }
  return found;
}

function monthNumber(name: string | undefined): number {
  return months.findIndex((pattern) => pattern.test((name ?? '').toLowerCase())) + 1;
}

function numeric(a: number, b: number, year: number, order: Order): string | null {
  if (a > 12 || a === b) return civil(year, b, a);
  if (b > 12) return civil(year, a, b);
  if (order === null) return null;
  return order === 'day first' ? civil(year, b, a) : civil(year, a, b);
}

function civil(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1900 || year > 2200 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return null;
  return date.toISOString().slice(0, 10);
}
