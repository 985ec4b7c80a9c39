/**
 * English, the source of all other languages: every message, by what it says, and functions where
 * it holds something. `title`s and other people's words come in quotes of the language.
 */
import type { FailureCode } from '../../errors.ts';
import type { ActionKind } from '../../model/views.ts';
import type { HiddenText } from '../../model/page.ts';
import { pluralOf } from './plural.ts';

const plural = pluralOf('en');
const number = new Intl.NumberFormat('en');
const tasks = (count: number) => plural(count, 'a task', `${number.format(count)} tasks`);
const clips = (count: number) => plural(count, 'a page', `${number.format(count)} pages`);
/** “Title”, cut short where it would fill the line. */
const quoted = (words: string) =>
  `“${words.length > 60 ? `${words.slice(0, 58).trimEnd()}…` : words}”`;
const named = (subject: string, count: number) =>
  subject && count <= 1 ? quoted(subject) : tasks(count);

/** Words for what was done, for 'Undo: …' and 'Undone: …'. */
const actions: Record<ActionKind, (subject: string, count: number) => string> = {
  'add-task': (subject, count) => `Add ${named(subject, count)}`,
  'edit-task': (subject, count) => `Edit ${named(subject, count)}`,
  'complete-task': (subject, count) => `Complete ${named(subject, count)}`,
  'reopen-task': (subject, count) => `Reopen ${named(subject, count)}`,
  'move-task': (subject, count) => `Move ${named(subject, count)}`,
  'delete-task': (subject, count) => `Delete ${named(subject, count)}`,
  'add-list': (subject) => `Add list ${quoted(subject)}`,
  'rename-list': (subject) => `Rename list ${quoted(subject)}`,
  'delete-list': (subject) => `Delete list ${quoted(subject)}`,
  'save-clip': (subject) => `Keep ${quoted(subject)}`,
  'update-clip': (subject) => `Update ${quoted(subject)}`,
  'delete-clip': (subject, count) => `Delete ${count > 1 ? clips(count) : quoted(subject)}`,
  'accept-proposals': (subject, count) => `Accept ${named(subject, count)}`,
  choose: (subject, count) => `Choose for ${named(subject, count)}`,
  'dismiss-proposals': (subject, count) => `Dismiss ${named(subject, count)}`,
  import: (_subject, count) => `Import ${tasks(count)}`,
};

/** Only where another word than that of lib/errors.ts is wanted; English wants none. */
const failures: Partial<Record<FailureCode, string>> = {};

/** Why a piece of a page could not be seen. */
const hiddenReasons: Record<HiddenText['reason'], string> = {
  display: 'not displayed',
  visibility: 'made invisible',
  transparent: 'fully transparent',
  tiny: 'too small to read, or made of invisible characters',
  offscreen: 'moved off the screen',
  clipped: 'cut off by its frame',
  colour: 'in the colour of its background',
};

export const en = {
  appName: 'Holdfast',
  failures,
  actions,

  // Places
  today: 'Today',
  inbox: 'Inbox',
  clips: 'Clips',
  done: 'Done',
  search: 'Search',
  lists: 'Lists',
  views: 'Views',
  moreViews: 'Lists and more',
  close: 'Close',
  cancel: 'Cancel',
  menu: 'Menu',
  options: 'Options',
  shortcuts: 'Keyboard shortcuts',
  skipToContent: 'Skip to content',

  // Undo
  undo: 'Undo',
  redo: 'Redo',
  undoThis: (label: string) => `Undo: ${label}`,
  redoThis: (label: string) => `Redo: ${label}`,
  undone: (label: string) => `Undone: ${label}`,
  redone: (label: string) => `Done again: ${label}`,
  nothingToUndo: 'There is nothing to undo.',
  nothingToRedo: 'There is nothing to redo.',

  // Connection
  reconnecting: 'Reconnecting…',
  tryAgain: 'Try again',

  // Lists
  addList: 'New list',
  listName: 'Name of the list',
  add: 'Add',
  rename: 'Rename',
  renameList: 'Rename list',
  deleteList: 'Delete list',
  listActions: (title: string) => `Actions for ${title}`,
  listDeleted: (title: string, open: number) =>
    open > 0
      ? `Deleted ${quoted(title)} and ${plural(open, 'a task', `${number.format(open)} tasks`)} in it`
      : `Deleted ${quoted(title)}`,
  listAdded: (title: string) => `Added ${quoted(title)}`,
  listRenamed: (title: string) => `Renamed to ${quoted(title)}`,
  listGone: 'This list is no longer here.',

  // Tasks
  tasks: 'Tasks',
  quickAdd: 'Add a task',
  quickAddToday: 'Add a task for today',
  quickAddTo: (list: string) => `Add a task to ${list}`,
  taskAdded: (title: string) => `Added ${quoted(title)}`,
  completeTask: (title: string) => `Done: ${title}`,
  completed: (title: string) => `Completed ${quoted(title)}`,
  reopened: (title: string) => `Reopened ${quoted(title)}`,
  taskDeleted: (title: string) => `Deleted ${quoted(title)}`,
  taskGone: 'This task is no longer here.',
  overdue: 'Overdue',
  openCount: (count: number) => plural(count, '1 open task', `${number.format(count)} open tasks`),
  countOrMore: (count: number, limit: number) =>
    count >= limit ? `${number.format(limit - 1)}+` : number.format(count),
  due: (when: string) => `Due ${when}`,
  plannedFor: (when: string) => `Planned for ${when}`,
  unsure: 'Unsure: part of this date was guessed. Open the task to confirm it.',
  fromSite: (site: string) => `From ${site}`,
  hasNotes: 'Has notes',
  priority: 'Priority',
  priorities: ['None', 'Low', 'Medium', 'High'] as readonly string[],
  priorityIs: (name: string) => `Priority: ${name}`,

  // A task opened
  task: 'Task',
  title: 'Title',
  notes: 'Notes',
  notesHint: 'Anything worth remembering',
  deadline: 'Deadline',
  deadlineDay: 'Deadline, day',
  deadlineTime: 'Deadline, time',
  addTime: 'Add time',
  planned: 'Planned',
  tomorrow: 'Tomorrow',
  nextWeek: 'Next week',
  list: 'List',
  tags: 'Tags',
  addTag: 'Add a tag',
  removeTag: (tag: string) => `Remove tag ${tag}`,
  source: 'Where it comes from',
  openPage: 'Open the page here',
  keptCopy: 'Kept copy',
  confirmDate: 'Confirm date',
  dateGuessed: 'Part of this date was guessed.',
  deleteTask: 'Delete task',
  completedOn: (when: string) => `Completed ${when}`,

  // Quotes on pages
  quoteGone: 'The page no longer says this. The kept copy still does.',
  quoteUnknown: 'Holdfast may not look at this site, so it cannot tell whether it still says this.',
  allowSite: 'Allow this site',
  showKept: 'Show kept copy',

  // Empty views
  emptyToday: 'Nothing is due or planned for today.',
  emptyTodayHint: 'Add a task above, or plan one from your Inbox.',
  emptyInbox: 'Your Inbox is empty.',
  emptyInboxHint: 'Type above, or keep a page: its tasks are found for you.',
  emptyList: 'Nothing to do in this list.',
  emptyListHint: 'Add a task above, or move one here.',
  emptyDone: 'Nothing is done yet.',
  emptyDoneHint: 'What you complete is kept here, by day.',
  emptyClips: 'No pages are kept yet.',
  emptyClipsHint: (shortcut: string) =>
    shortcut
      ? `Press ${shortcut} on any page. Its text is kept here, and its tasks are found.`
      : 'Use the toolbar button on any page. Its text is kept here, and its tasks are found.',
  emptySearch: 'Find tasks and kept pages by their words.',
  emptySearchHint: 'Beginnings of words are enough.',
  noHits: (text: string) => `Nothing found for ${quoted(text)}.`,
  noHitsHint: 'Try fewer words, or only the beginning of one.',
  hits: (count: number) => plural(count, '1 result', `${number.format(count)} results`),
  searchLabel: 'Search tasks and pages',

  // Clips
  toReview: (count: number) => `${number.format(count)} to review`,
  beingRead: 'Being read…',
  savedOn: (when: string) => `Kept ${when}`,
  savedToday: (time: string) => `Kept today at ${time}`,
  published: (when: string) => `Published ${when}`,
  clipGone: 'This page is no longer kept.',
  deleteClip: 'Delete clip',
  clipActions: 'Actions for this clip',
  clipDeleted: (title: string) => `Deleted ${quoted(title)}`,
  openOriginal: 'Open the page',
  summary: 'Summary',
  reading: 'Reading this page for tasks…',
  readingFailed: 'This page could not be read.',
  readAgain: 'Read again',
  asksNothing: 'This page asks nothing of you.',
  allLookedAt: 'You have looked at everything found here.',
  fromThisPage: 'From this page',
  keptText: 'Kept text',
  onlyBeginning: 'This page is very long. Only its beginning was kept and read.',
  versions: 'Versions',
  newestVersion: 'newest',
  markedTask: (title: string) => `Task: ${title}`,
  markedProposal: (title: string) => `Proposed: ${title}`,
  markedHighlight: 'Your highlight',

  // Review
  review: 'Tasks found here',
  reviewHint: 'Nothing is added until you accept it.',
  accept: (count: number) => plural(count, 'Accept 1 task', `Accept ${number.format(count)} tasks`),
  acceptAll: 'Accept all',
  acceptNone: 'Choose tasks to accept',
  dismiss: 'Dismiss',
  dismissAll: 'Dismiss all',
  dismissThis: (title: string) => `Dismiss ${quoted(title)}`,
  choose: (title: string) => `Choose ${quoted(title)}`,
  dateUnsure: 'Is this date right?',
  dateRight: 'Yes',
  addDate: 'Add a date',
  removeDate: 'Remove date',
  addTo: 'Add to',
  accepted: (count: number) => plural(count, 'Added 1 task', `Added ${number.format(count)} tasks`),
  dismissed: (count: number) =>
    plural(count, 'Dismissed 1 proposal', `Dismissed ${number.format(count)} proposals`),
  showInText: 'Show in the text',

  // What the model read
  whatWasRead: 'What was read, and what was hidden',
  readBy: (model: string, seconds: string) => `Read by ${model} on this device in ${seconds}.`,
  readWhat: (characters: number) =>
    `It read the text above, ${number.format(characters)} characters, and nothing else.`,
  nothingHidden: 'The page hid no text from you.',
  somethingHidden: (count: number) =>
    plural(
      count,
      'The page held a piece of text that you could not see. It was left out, and nothing in it was followed:',
      `The page held ${number.format(count)} pieces of text that you could not see. They were left out, and nothing in them was followed:`,
    ),
  hiddenBecause: (reason: HiddenText['reason']) => hiddenReasons[reason],
  builtIn: 'the built-in reader',
  seconds: (ms: number) =>
    ms < 1_000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1_000).toFixed(1)} s`,

  // Popup
  keepPage: 'Keep this page',
  keepAgain: 'Keep again',
  keeping: 'Keeping…',
  alreadyKept: (when: string) => `You kept this page: ${when}.`,
  keptJustNow: 'Kept. It is on this device.',
  unchangedSince: 'Already kept, and the page still says the same.',
  changedSince: (when: string) => `You kept this page: ${when}. It has changed since.`,
  open: 'Open',
  update: 'Update',
  keepVersion: 'Keep both versions',
  reviewTasks: (count: number) =>
    plural(count, 'Review 1 task', `Review ${number.format(count)} tasks`),
  openPanel: 'Open side panel',
  added: 'Added to your Inbox',
  whatToDo: {
    'clip/forbidden': 'Try it on an ordinary web page.',
    'clip/no-text': 'If it is still loading, wait a moment and try again.',
    'clip/gone': 'Open the page again, then keep it.',
    'clip/incognito': 'Open the page in an ordinary window to keep it.',
    'database/full': 'Free some space on this device, then try again.',
  } as Partial<Record<FailureCode, string>>,

  // Options
  general: 'General',
  data: 'Data',
  privacy: 'Privacy',
  about: 'About',
  appearance: 'Appearance',
  appearanceText: 'Light or dark follows your system, and so do contrast and motion.',
  language: 'Language',
  languageText: 'Holdfast speaks the language of your browser: English or German so far.',
  shortcutsText: 'The browser keeps these. Change them on its own page.',
  shortcutClip: 'Keep this page',
  shortcutPanel: 'Open the side panel',
  noShortcut: 'not set',
  changeShortcuts: 'Change shortcuts',
  siteAccess: 'Sites',
  siteAccessText:
    'Keeping a page needs no lasting access to it. If you allow a site, Holdfast can also tell whether the page still says what a task quotes.',
  noSites: 'No site is allowed.',
  removeSite: (site: string) => `Remove ${site}`,
  remove: 'Remove',
  device: 'This device',
  deviceText: 'The fingerprint of its key. Every change that is made here is signed with it.',
  changes: 'Signed changes',
  storage: 'Storage',
  storageUsed: (used: string, quota: string) =>
    quota ? `${used} used; the browser allows ${quota}` : `${used} used`,
  database: 'Database',
  databaseIs: (version: string) => `SQLite ${version}, in this browser’s private files`,
  setAside: 'A damaged database was set aside',
  setAsideText: (name: string) =>
    `It could not be read and was not overwritten. It is kept as ${quoted(name)}.`,
  check: 'Check and rebuild',
  checkText:
    'Reads every signed change again and makes all tables anew from them. Nothing is lost; it takes a moment.',
  checking: 'Checking…',
  checked: (count: number, seconds: string) =>
    `${plural(count, 'One change was', `${number.format(count)} changes were`)} read and everything was made anew in ${seconds}.`,
  privacyLead: 'Nothing leaves this device.',
  privacyText:
    'Your tasks and pages are in a database in this browser’s private files. There is no account and no server. Pages are read by a program inside the extension.',
  privacyCheck: 'See for yourself',
  privacyChecks: [
    'Holdfast declares to the browser that it connects to nothing outside itself; the browser enforces it. Look for connect-src in its manifest.',
    'Open Developer tools on this page, choose Network, and use Holdfast: no request appears.',
    'Go offline. Everything still works.',
  ] as readonly string[],
  privacyAsked: 'What Holdfast may do',
  privacyAskedTexts: [
    'Read a page at the moment you keep it, and only that page.',
    'Keep its data in this browser, without a limit of its own.',
    'Show its side panel, its menu entries and its notifications.',
  ] as readonly string[],
  version: 'Version',
  aboutText:
    'A local-first task planner. A holdfast is the root by which kelp holds on to the rock, whatever the water does.',
  licence: 'Holdfast is free software under the MIT licence.',
  builtWith: 'Built with',

  // Keyboard
  keys: {
    go: 'Go',
    lists: 'In lists',
    anywhere: 'Anywhere',
    goToday: 'Today',
    goInbox: 'Inbox',
    goClips: 'Clips',
    goDone: 'Done',
    search: 'Search',
    newTask: 'New task',
    next: 'Next',
    previous: 'Previous',
    complete: 'Complete',
    open: 'Open',
    delete: 'Delete',
    undo: 'Undo',
    redo: 'Redo',
    help: 'This sheet',
  },
};

export type Messages = typeof en;
