/** Deutsch. */
import type { FailureCode } from '../../errors.ts';
import type { ActionKind } from '../../model/views.ts';
import type { HiddenText } from '../../model/page.ts';
import type { Messages } from './en.ts';
import { pluralOf } from './plural.ts';

const plural = pluralOf('de');
const number = new Intl.NumberFormat('de');
const tasks = (count: number) => plural(count, 'eine Aufgabe', `${number.format(count)} Aufgaben`);
const clips = (count: number) => plural(count, 'eine Seite', `${number.format(count)} Seiten`);
const quoted = (words: string) =>
  `„${words.length > 60 ? `${words.slice(0, 58).trimEnd()}…` : words}“`;
const named = (subject: string, count: number) =>
  subject && count <= 1 ? quoted(subject) : tasks(count);

const actions: Record<ActionKind, (subject: string, count: number) => string> = {
  'add-task': (subject, count) => `${named(subject, count)} hinzufügen`,
  'edit-task': (subject, count) => `${named(subject, count)} bearbeiten`,
  'complete-task': (subject, count) => `${named(subject, count)} erledigen`,
  'reopen-task': (subject, count) => `${named(subject, count)} wieder öffnen`,
  'move-task': (subject, count) => `${named(subject, count)} verschieben`,
  'delete-task': (subject, count) => `${named(subject, count)} löschen`,
  'add-list': (subject) => `Liste ${quoted(subject)} anlegen`,
  'rename-list': (subject) => `Liste ${quoted(subject)} umbenennen`,
  'delete-list': (subject) => `Liste ${quoted(subject)} löschen`,
  'save-clip': (subject) => `${quoted(subject)} behalten`,
  'update-clip': (subject) => `${quoted(subject)} aktualisieren`,
  'delete-clip': (subject, count) => `${count > 1 ? clips(count) : quoted(subject)} löschen`,
  'accept-proposals': (subject, count) => `${named(subject, count)} annehmen`,
  choose: (subject, count) => `Auswahl für ${named(subject, count)}`,
  'dismiss-proposals': (subject, count) => `${named(subject, count)} verwerfen`,
  import: (_subject, count) => `${tasks(count)} einlesen`,
};

const failures: Partial<Record<FailureCode, string>> = {
  'database/full': 'Auf diesem Gerät ist kein Speicher mehr frei. Es wurde nichts geändert.',
  'database/newer':
    'Deine Daten wurden von einer neueren Version von Holdfast gespeichert. Aktualisiere Holdfast, um sie zu öffnen.',
  'database/busy': 'Ein anderes Holdfast wird noch geschlossen. Neuer Versuch …',
  'engine/gone': 'Verbindung wird wiederhergestellt …',
  'engine/unavailable': 'Holdfast konnte seine Datenbank nicht öffnen.',
  'message/malformed': 'Diese Anfrage wurde nicht verstanden.',
  'entity/missing': 'Das ist nicht mehr da.',
  'change/too-large': 'Das ist zu viel Text für eine Änderung. Es wurde nichts gespeichert.',
  'clip/no-text': 'Diese Seite hat keinen Text, den man behalten könnte.',
  'clip/pdf':
    'Das ist ein PDF. Holdfast kann PDFs noch nicht lesen; markiere den Text in einem anderen Programm.',
  'clip/not-a-page': 'Dieser Tab zeigt keine Seite, die man lesen kann.',
  'clip/forbidden': 'Der Browser erlaubt Erweiterungen nicht, diese Seite zu lesen.',
  'clip/not-allowed': 'Holdfast darf diese Website nur lesen, wenn du es erlaubst.',
  'clip/incognito': 'Holdfast behält keine Seiten aus Inkognito-Fenstern.',
  'clip/unexpected': 'Diese Seite sollte nicht behalten werden.',
  'clip/gone': 'Die Seite wurde geschlossen, bevor sie behalten werden konnte.',
  'model/gone': 'Das Lesen wurde unterbrochen. Du kannst es noch einmal versuchen.',
  'device/read-only': 'Dieses Gerät darf hier nichts mehr ändern.',
  'space/already-in-one': 'Dieses Gerät ist schon mit anderen verbunden.',
  'roster/not-owner': 'Das kann nur ein Besitzer.',
  'roster/not-senior':
    'Jenes Gerät steht über diesem. Nimm stattdessen die Wiederherstellungswörter.',
  'roster/no-such-place': 'So weit reicht die Geschichte jenes Geräts nicht zurück.',
  'recovery/wrong-words':
    'Das sind nicht die 24 Wörter eines Wiederherstellungsschlüssels. Prüfe jedes Wort und seinen Platz.',
  internal: 'In Holdfast ist etwas schiefgegangen.',
};

const hiddenReasons: Record<HiddenText['reason'], string> = {
  display: 'nicht angezeigt',
  visibility: 'unsichtbar gemacht',
  transparent: 'völlig durchsichtig',
  tiny: 'zu klein zum Lesen, oder aus unsichtbaren Zeichen',
  offscreen: 'aus dem Bild geschoben',
  clipped: 'vom Rahmen abgeschnitten',
  colour: 'in der Farbe des Hintergrunds',
};

export const de: Messages = {
  appName: 'Holdfast',
  failures,
  actions,

  today: 'Heute',
  inbox: 'Eingang',
  clips: 'Seiten',
  done: 'Erledigt',
  search: 'Suche',
  lists: 'Listen',
  views: 'Ansichten',
  moreViews: 'Listen und mehr',
  close: 'Schließen',
  cancel: 'Abbrechen',
  menu: 'Menü',
  options: 'Einstellungen',
  shortcuts: 'Tastenkürzel',
  skipToContent: 'Zum Inhalt',

  undo: 'Rückgängig',
  redo: 'Wiederholen',
  undoThis: (label) => `Rückgängig: ${label}`,
  redoThis: (label) => `Wiederholen: ${label}`,
  undone: (label) => `Zurückgenommen: ${label}`,
  redone: (label) => `Wiederholt: ${label}`,
  nothingToUndo: 'Es gibt nichts rückgängig zu machen.',
  nothingToRedo: 'Es gibt nichts zu wiederholen.',

  reconnecting: 'Verbindung wird wiederhergestellt …',
  tryAgain: 'Noch einmal',

  addList: 'Neue Liste',
  listName: 'Name der Liste',
  add: 'Hinzufügen',
  rename: 'Umbenennen',
  renameList: 'Liste umbenennen',
  deleteList: 'Liste löschen',
  listActions: (title) => `Aktionen für ${title}`,
  listDeleted: (title, open) =>
    open > 0 ? `${quoted(title)} mit ${tasks(open)} gelöscht` : `${quoted(title)} gelöscht`,
  listAdded: (title) => `${quoted(title)} angelegt`,
  listRenamed: (title) => `Umbenannt in ${quoted(title)}`,
  listGone: 'Diese Liste ist nicht mehr da.',

  tasks: 'Aufgaben',
  quickAdd: 'Aufgabe hinzufügen',
  quickAddToday: 'Aufgabe für heute hinzufügen',
  quickAddTo: (list) => `Aufgabe zu ${list} hinzufügen`,
  taskAdded: (title) => `${quoted(title)} hinzugefügt`,
  completeTask: (title) => `Erledigt: ${title}`,
  completed: (title) => `${quoted(title)} erledigt`,
  reopened: (title) => `${quoted(title)} wieder geöffnet`,
  taskDeleted: (title) => `${quoted(title)} gelöscht`,
  taskGone: 'Diese Aufgabe ist nicht mehr da.',
  overdue: 'Überfällig',
  openCount: (count) =>
    plural(count, '1 offene Aufgabe', `${number.format(count)} offene Aufgaben`),
  countOrMore: (count, limit) =>
    count >= limit ? `${number.format(limit - 1)}+` : number.format(count),
  due: (when) => `Fällig: ${when}`,
  plannedFor: (when) => `Geplant: ${when}`,
  unsure: 'Unsicher: ein Teil dieses Datums ist geraten. Öffne die Aufgabe, um es zu bestätigen.',
  fromSite: (site) => `Von ${site}`,
  hasNotes: 'Hat Notizen',
  priority: 'Priorität',
  priorities: ['Keine', 'Niedrig', 'Mittel', 'Hoch'],
  priorityIs: (name) => `Priorität: ${name}`,

  task: 'Aufgabe',
  title: 'Titel',
  notes: 'Notizen',
  notesHint: 'Was man sich merken will',
  deadline: 'Frist',
  deadlineDay: 'Frist, Tag',
  deadlineTime: 'Frist, Uhrzeit',
  addTime: 'Uhrzeit',
  planned: 'Geplant',
  tomorrow: 'Morgen',
  nextWeek: 'Nächste Woche',
  list: 'Liste',
  tags: 'Tags',
  addTag: 'Tag hinzufügen',
  removeTag: (tag) => `Tag ${tag} entfernen`,
  source: 'Woher sie kommt',
  openPage: 'Die Seite hier öffnen',
  keptCopy: 'Behaltene Kopie',
  confirmDate: 'Datum bestätigen',
  dateGuessed: 'Ein Teil dieses Datums ist geraten.',
  deleteTask: 'Aufgabe löschen',
  completedOn: (when) => `Erledigt: ${when}`,

  quoteGone: 'Die Seite sagt das nicht mehr. Die behaltene Kopie schon.',
  quoteUnknown:
    'Holdfast darf diese Seite nicht lesen und weiß deshalb nicht, ob sie das noch sagt.',
  allowSite: 'Seite erlauben',
  showKept: 'Kopie zeigen',

  emptyToday: 'Für heute ist nichts fällig und nichts geplant.',
  emptyTodayHint: 'Füge oben eine Aufgabe hinzu oder plane eine aus dem Eingang.',
  emptyInbox: 'Dein Eingang ist leer.',
  emptyInboxHint: 'Schreib oben etwas, oder behalte eine Seite: ihre Aufgaben werden gefunden.',
  emptyList: 'In dieser Liste ist nichts zu tun.',
  emptyListHint: 'Füge oben eine Aufgabe hinzu oder verschiebe eine hierher.',
  emptyDone: 'Noch ist nichts erledigt.',
  emptyDoneHint: 'Was du erledigst, steht hier, Tag für Tag.',
  emptyClips: 'Noch ist keine Seite behalten.',
  emptyClipsHint: (shortcut) =>
    shortcut
      ? `Drück ${shortcut} auf einer Seite. Ihr Text wird hier behalten, ihre Aufgaben werden gefunden.`
      : 'Nimm den Knopf in der Symbolleiste. Der Text der Seite wird hier behalten, ihre Aufgaben werden gefunden.',
  emptySearch: 'Finde Aufgaben und behaltene Seiten nach ihren Wörtern.',
  emptySearchHint: 'Wortanfänge genügen.',
  noHits: (text) => `Nichts gefunden für ${quoted(text)}.`,
  noHitsHint: 'Versuch es mit weniger Wörtern oder nur einem Wortanfang.',
  hits: (count) => plural(count, '1 Treffer', `${number.format(count)} Treffer`),
  searchLabel: 'Aufgaben und Seiten suchen',

  toReview: (count) => `${number.format(count)} zu prüfen`,
  beingRead: 'Wird gelesen …',
  savedOn: (when) => `Behalten: ${when}`,
  savedToday: (time) => `Behalten heute um ${time}`,
  published: (when) => `Veröffentlicht am ${when}`,
  clipGone: 'Diese Seite ist nicht mehr behalten.',
  deleteClip: 'Seite löschen',
  clipActions: 'Aktionen für diese Seite',
  clipDeleted: (title) => `${quoted(title)} gelöscht`,
  openOriginal: 'Seite öffnen',
  summary: 'Zusammenfassung',
  reading: 'Auf dieser Seite werden Aufgaben gesucht …',
  readingFailed: 'Diese Seite konnte nicht gelesen werden.',
  readAgain: 'Noch einmal lesen',
  asksNothing: 'Diese Seite will nichts von dir.',
  allLookedAt: 'Du hast alles angesehen, was hier gefunden wurde.',
  fromThisPage: 'Von dieser Seite',
  onlyBeginning: 'Diese Seite ist sehr lang. Nur ihr Anfang wurde behalten und gelesen.',
  keptText: 'Behaltener Text',
  versions: 'Fassungen',
  newestVersion: 'neueste',
  markedTask: (title) => `Aufgabe: ${title}`,
  markedProposal: (title) => `Vorschlag: ${title}`,
  markedHighlight: 'Deine Markierung',

  review: 'Hier gefundene Aufgaben',
  reviewHint: 'Nichts kommt hinzu, bevor du es annimmst.',
  accept: (count) =>
    plural(count, '1 Aufgabe annehmen', `${number.format(count)} Aufgaben annehmen`),
  acceptAll: 'Alle annehmen',
  acceptNone: 'Wähle Aufgaben aus',
  dismiss: 'Verwerfen',
  dismissAll: 'Alle verwerfen',
  dismissThis: (title) => `${quoted(title)} verwerfen`,
  choose: (title) => `${quoted(title)} auswählen`,
  dateUnsure: 'Stimmt dieses Datum?',
  dateRight: 'Ja',
  addDate: 'Datum hinzufügen',
  removeDate: 'Datum entfernen',
  addTo: 'In',
  accepted: (count) =>
    plural(count, '1 Aufgabe hinzugefügt', `${number.format(count)} Aufgaben hinzugefügt`),
  dismissed: (count) =>
    plural(count, '1 Vorschlag verworfen', `${number.format(count)} Vorschläge verworfen`),
  showInText: 'Im Text zeigen',

  whatWasRead: 'Was gelesen wurde und was verborgen war',
  readBy: (model, seconds) => `Gelesen von ${model} auf diesem Gerät in ${seconds}.`,
  readWhat: (characters) =>
    `Gelesen wurde der Text oben, ${number.format(characters)} Zeichen, und sonst nichts.`,
  nothingHidden: 'Die Seite verbarg keinen Text vor dir.',
  somethingHidden: (count) =>
    plural(
      count,
      'Auf der Seite stand ein Stück Text, das du nicht sehen konntest. Es wurde weggelassen und nicht befolgt:',
      `Auf der Seite standen ${number.format(count)} Stücke Text, die du nicht sehen konntest. Sie wurden weggelassen und nicht befolgt:`,
    ),
  hiddenBecause: (reason) => hiddenReasons[reason],
  builtIn: 'dem eingebauten Leser',
  seconds: (ms) =>
    ms < 1_000
      ? `${Math.max(1, Math.round(ms))} ms`
      : `${(ms / 1_000).toLocaleString('de', { maximumFractionDigits: 1 })} s`,

  keepPage: 'Diese Seite behalten',
  keepAgain: 'Noch einmal behalten',
  keeping: 'Wird behalten …',
  alreadyKept: (when) => `Du hast diese Seite behalten: ${when}.`,
  keptJustNow: 'Behalten, auf diesem Gerät.',
  unchangedSince: 'Schon behalten, und die Seite sagt noch dasselbe.',
  changedSince: (when) => `Du hast diese Seite behalten: ${when}. Seitdem hat sie sich geändert.`,
  open: 'Öffnen',
  update: 'Aktualisieren',
  keepVersion: 'Beide Fassungen behalten',
  reviewTasks: (count) =>
    plural(count, '1 Aufgabe prüfen', `${number.format(count)} Aufgaben prüfen`),
  openPanel: 'Seitenleiste öffnen',
  added: 'Im Eingang',
  whatToDo: {
    'clip/forbidden': 'Versuch es auf einer gewöhnlichen Webseite.',
    'clip/no-text': 'Wenn sie noch lädt, warte einen Moment und versuch es noch einmal.',
    'clip/gone': 'Öffne die Seite noch einmal und behalte sie dann.',
    'clip/incognito': 'Öffne die Seite in einem gewöhnlichen Fenster, um sie zu behalten.',
    'database/full': 'Schaffe Platz auf diesem Gerät und versuch es noch einmal.',
  },

  general: 'Allgemein',
  data: 'Daten',
  privacy: 'Datenschutz',
  about: 'Über Holdfast',
  appearance: 'Aussehen',
  appearanceText: 'Hell oder dunkel, Kontrast und Bewegung folgen deinem System.',
  language: 'Sprache',
  languageText: 'Holdfast spricht die Sprache deines Browsers: bisher Deutsch und Englisch.',
  shortcutsText: 'Der Browser verwaltet sie. Du änderst sie auf seiner eigenen Seite.',
  shortcutClip: 'Diese Seite behalten',
  shortcutPanel: 'Seitenleiste öffnen',
  noShortcut: 'nicht gesetzt',
  changeShortcuts: 'Tastenkürzel ändern',
  siteAccess: 'Websites',
  siteAccessText:
    'Um eine Seite zu behalten, braucht Holdfast keinen dauernden Zugriff. Wenn du eine Website erlaubst, kann es auch feststellen, ob sie noch sagt, was eine Aufgabe zitiert.',
  noSites: 'Keine Website ist erlaubt.',
  removeSite: (site) => `${site} entfernen`,
  remove: 'Entfernen',
  device: 'Dieses Gerät',
  deviceText:
    'Der Fingerabdruck seines Schlüssels. Jede Änderung von hier ist damit unterschrieben.',
  changes: 'Unterschriebene Änderungen',
  storage: 'Speicher',
  storageUsed: (used, quota) =>
    quota ? `${used} belegt; der Browser erlaubt ${quota}` : `${used} belegt`,
  database: 'Datenbank',
  databaseIs: (version) => `SQLite ${version}, in privaten Dateien dieses Browsers`,
  setAside: 'Eine beschädigte Datenbank wurde beiseitegelegt',
  setAsideText: (name) =>
    `Sie ließ sich nicht lesen und wurde nicht überschrieben. Sie heißt ${quoted(name)}.`,
  check: 'Prüfen und neu aufbauen',
  checkText:
    'Liest jede unterschriebene Änderung noch einmal und baut daraus alle Tabellen neu. Es geht nichts verloren; es dauert einen Moment.',
  checking: 'Wird geprüft …',
  checked: (count, seconds) =>
    `${plural(count, 'Eine Änderung wurde', `${number.format(count)} Änderungen wurden`)} gelesen und alles in ${seconds} neu aufgebaut.`,
  privacyLead: 'Nichts verlässt dieses Gerät.',
  privacyText:
    'Deine Aufgaben und Seiten stehen in einer Datenbank in privaten Dateien dieses Browsers. Es gibt kein Konto und keinen Server. Seiten liest ein Programm in der Erweiterung.',
  privacyCheck: 'Sieh selbst nach',
  privacyChecks: [
    'Holdfast erklärt dem Browser, dass es sich mit nichts außerhalb verbindet, und der Browser setzt das durch. Such connect-src in seinem Manifest.',
    'Öffne auf dieser Seite die Entwicklertools, wähle Netzwerk und benutze Holdfast: es erscheint keine Anfrage.',
    'Geh offline. Alles funktioniert weiter.',
  ],
  privacyAsked: 'Was Holdfast darf',
  privacyAskedTexts: [
    'Eine Seite lesen, in dem Moment, in dem du sie behältst, und nur diese.',
    'Seine Daten in diesem Browser aufbewahren, ohne eigene Grenze.',
    'Seine Seitenleiste, Menüeinträge und Benachrichtigungen zeigen.',
  ],
  version: 'Version',
  aboutText:
    'Ein Aufgabenplaner, der bei dir bleibt. Ein Holdfast ist das Haftorgan, mit dem sich Seetang am Felsen hält, was immer das Wasser tut.',
  licence: 'Holdfast ist freie Software unter der MIT-Lizenz.',
  builtWith: 'Gebaut mit',

  keys: {
    go: 'Gehen',
    lists: 'In Listen',
    anywhere: 'Überall',
    goToday: 'Heute',
    goInbox: 'Eingang',
    goClips: 'Seiten',
    goDone: 'Erledigt',
    search: 'Suche',
    newTask: 'Neue Aufgabe',
    next: 'Weiter',
    previous: 'Zurück',
    complete: 'Erledigen',
    open: 'Öffnen',
    delete: 'Löschen',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    help: 'Diese Übersicht',
  },
};
