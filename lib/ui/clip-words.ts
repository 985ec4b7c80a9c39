/** The words of the note that a page shows when it was kept. */
import { failures, isFailureCode } from '../errors.ts';
import type { ClipWords } from '../rpc/doorbell.ts';
import { locale, wordsFor } from './words.ts';
import { Failure } from '../errors.ts';

const en: Omit<ClipWords, 'failures'> = {
  saved: 'Kept in Holdfast',
  cut: 'Kept the beginning: the page is too long to keep whole',
  unchanged: 'Already kept, and nothing has changed',
  changed: 'Already kept, and the page has changed',
  open: 'Open',
  update: 'Update',
  addVersion: 'Keep both',
  close: 'Close',
};

const de: typeof en = {
  saved: 'In Holdfast behalten',
  cut: 'Nur der Anfang wurde behalten: die Seite ist zu lang',
  unchanged: 'Schon behalten, nichts hat sich geändert',
  changed: 'Schon behalten, die Seite hat sich geändert',
  open: 'Öffnen',
  update: 'Aktualisieren',
  addVersion: 'Beide behalten',
  close: 'Schließen',
};

export const clipWords: ClipWords = {
  ...(locale.startsWith('de') ? de : en),
  failures: Object.fromEntries(
    Object.keys(failures)
      .filter(isFailureCode)
      .map((code) => [code, wordsFor(new Failure(code))]),
  ),
};
