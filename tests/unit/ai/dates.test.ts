import { describe, expect, test } from 'vitest';
import { findDates } from '../../../lib/ai/dates.ts';

/** On Monday, 9 March 2026. '?' after a date: its year was not written; '~': the day is relative;
 *  '!': no reference settles it. '..' parts the ends of a range. */
function read(text: string, language: string): string {
  const marks = { nothing: '', year: '?', day: '~', open: '!' };
  return findDates(text, { language, reference: '2026-03-09', timeZone: 'Europe/Berlin' })
    .map(({ date, until, guessed }) => (until ? `${date}..${until}` : date) + marks[guessed])
    .join(' ');
}

const phrases: Readonly<Record<string, readonly (readonly [text: string, dates: string])[]>> = {
  'en-GB': [
    ['by 14 March 2026', '2026-03-14'],
    ['by March 14, 2026', '2026-03-14'],
    ['on the 3rd of May', '2026-05-03?'],
    ['Friday 25 September', '2026-09-25?'],
    ['Tues 17 March', '2026-03-17?'],
    ['Thu, Apr 2', '2026-04-02?'],
    ['3 January', '2027-01-03?'],
    ['03/04/2026', '2026-04-03'],
    ['2026-04-01', '2026-04-01'],
    ['2026-04-01T10:30', '2026-04-01T10:30'],
    ['by 3/4', '2026-04-03?'],
    ['23:59 AoE on 14 March 2026', '2026-03-14T23:59'],
    ['22 May 2026, 12:00 UTC', '2026-05-22T12:00'],
    ['5 p.m. EST on Friday, March 13, 2026', '2026-03-13T17:00'],
    ['by 11:59 PM (Pacific time) on May 1', '2026-05-01T23:59?'],
    ['Monday 28 September, 3 pm', '2026-09-28T15:00?'],
    ['by noon on 31 May', '2026-05-31T12:00?'],
    ['before midnight on 30 April', '2026-04-30T23:59?'],
    ['by Friday', '2026-03-13~'],
    ['by this Friday', '2026-03-13~'],
    ['next Friday', '2026-03-20~'],
    ['by Fri.', '2026-03-13~'],
    ['EOD Friday', '2026-03-13~'],
    ['EOD', '2026-03-09~'],
    ['tomorrow at noon', '2026-03-10T12:00~'],
    ['end of March', '2026-03-31?'],
    ['by the end of the month', '2026-03-31~'],
    ['by the end of this week', '2026-03-13~'],
    ['within 14 days', '2026-03-23~'],
    ['within 14 days of the date of this letter', '2026-03-23~'],
    ['within two weeks of receipt', '2026-03-23!'],
    ['within five working days', '2026-03-16~'],
    ['by the 15th', '2026-03-15!'],
    ['14–16 March 2026', '2026-03-14..2026-03-16'],
    ['March 14-16', '2026-03-14..2026-03-16?'],
    ['from 1 March to 15 April 2026', '2026-03-01..2026-04-15'],
    ['15 May–2 June 2026', '2026-05-15..2026-06-02'],
    ['by 1 June and by 5 July 2026', '2026-06-01? 2026-07-05'],
    ['by noon on Friday', '2026-03-13T12:00~'],
    ['before 9 in the morning on 20 March', '2026-03-20T09:00?'],
    ['by 1700 hrs on 20 March', '2026-03-20T17:00?'],
    ['20 March 2026, 11.59pm', '2026-03-20T23:59'],
    ['by the end of next week', '2026-03-20~'],
    ['Friday 26 September', '2026-09-26!'],
    ['Monday 2 March', '2026-03-02?'],
    ['Monday 2 to Friday 6 November', '2026-11-02..2026-11-06?'],
    ['Friday 25 September, 5 pm', '2026-09-25T17:00?'],
  ],
  'en-US': [
    ['03/04/2026', '2026-03-04'],
    ['by 4/15', '2026-04-15?'],
    ['25/03/2026', '2026-03-25'],
  ],
  en: [
    ['03/04/2026', '2026-04-03!'],
    ['03/25/2026', '2026-03-25'],
  ],
  de: [
    ['bis zum 3. April', '2026-04-03?'],
    ['bis 3.4.', '2026-04-03?'],
    ['am 3.4.2026', '2026-04-03'],
    ['14.03.26', '2026-03-14'],
    ['am Freitag, den 3. April 2026, um 18 Uhr', '2026-04-03T18:00'],
    ['18.30 Uhr am 3. Mai', '2026-05-03T18:30?'],
    ['24 Uhr am 3. April', '2026-04-03T23:59?'],
    ['bis Ende März', '2026-03-31?'],
    ['Ende des Monats', '2026-03-31~'],
    ['bis Monatsende', '2026-03-31~'],
    ['binnen 14 Tagen', '2026-03-23~'],
    ['innerhalb von zwei Wochen nach Erhalt', '2026-03-23!'],
    ['bis kommenden Dienstag, 18:30 Uhr', '2026-03-10T18:30~'],
    ['bis übermorgen', '2026-03-11~'],
    ['vom 3. bis 5. April', '2026-04-03..2026-04-05?'],
    ['vom 3.4. bis 5.4.2026', '2026-04-03..2026-04-05'],
    ['spätestens am 15.', '2026-03-15!'],
    ['bis Freitag, 17.00 Uhr', '2026-03-13T17:00~'],
    ['am 20. März um 5 Uhr nachmittags', '2026-03-20T17:00?'],
    ['bis 20. März, 12 Uhr mittags', '2026-03-20T12:00?'],
    ['bis Ende nächster Woche', '2026-03-20~'],
    ['Mo., 2. März', '2026-03-02?'],
  ],
  fr: [
    ['avant le 3 avril', '2026-04-03?'],
    ['le 1er mars 2027', '2027-03-01'],
    ['le 12/05/2026', '2026-05-12'],
    ['avant le 12/05', '2026-05-12?'],
    ['d’ici vendredi', '2026-03-13~'],
    ['vendredi prochain', '2026-03-13~'],
    ['d’ici la fin du mois', '2026-03-31~'],
    ['fin mars', '2026-03-31?'],
    ['sous 15 jours', '2026-03-24~'],
    ['dans un délai de quatorze jours', '2026-03-23~'],
    ['dans les 8 jours suivant la réception', '2026-03-17!'],
    ['jusqu’au 30 juin à 18h30', '2026-06-30T18:30?'],
    ['le vendredi 3 avril à 18 h', '2026-04-03T18:00?'],
    ['au plus tard le mardi 3 mars 2026 à midi', '2026-03-03T12:00'],
    ['du 3 au 5 mai 2026', '2026-05-03..2026-05-05'],
    ['au plus tard le 15', '2026-03-15!'],
    ['à 9 h du matin le 20 mars', '2026-03-20T09:00?'],
    ['le 20 mars à 14 h 30', '2026-03-20T14:30?'],
    ['d’ici la fin de la semaine', '2026-03-13~'],
    ['avant la fin de la semaine prochaine', '2026-03-20~'],
    ['sous quinze jours à réception', '2026-03-24~'],
  ],
  es: [
    ['antes del 5 de mayo', '2026-05-05?'],
    ['a más tardar el 5 de mayo de 2026', '2026-05-05'],
    ['1º de mayo', '2026-05-01?'],
    ['el 12/05/2026', '2026-05-12'],
    ['hasta el 30 de junio a las 14:00', '2026-06-30T14:00?'],
    ['hasta las 23:59 del 5 de mayo de 2026', '2026-05-05T23:59'],
    ['el 3 de mayo a las 5 de la tarde', '2026-05-03T17:00?'],
    ['el próximo viernes', '2026-03-13~'],
    ['antes del viernes, 18:00 h', '2026-03-13T18:00~'],
    ['fin de mes', '2026-03-31~'],
    ['a finales de marzo', '2026-03-31?'],
    ['en un plazo de 10 días', '2026-03-19~'],
    ['en el plazo de diez días hábiles', '2026-03-23~'],
    ['del 3 al 5 de mayo', '2026-05-03..2026-05-05?'],
    ['antes del día 15', '2026-03-15!'],
    ['mañana', '2026-03-10~'],
    ['hasta las 23:59 (hora peninsular) del 20 de marzo', '2026-03-20T23:59?'],
    ['el 20 de marzo a las 12 del mediodía', '2026-03-20T12:00?'],
    ['antes del final de la próxima semana', '2026-03-20~'],
  ],
  it: [['entro il 3 aprile 2026', '2026-04-03']],
  nl: [['voor 3 april 2026', '2026-04-03']],
};

for (const [language, table] of Object.entries(phrases)) {
  test.each(table)(`${language}: '%s' is %s`, (text, dates) => {
    expect(read(text, language)).toBe(dates);
  });
}

describe('what is no date', () => {
  test.each([
    ['en', '24h monitor'],
    ['en', 'you may go'],
    ['en', 'you 2 may stay'],
    ['en', 'Call Mark about it'],
    ['en', 'Mark 3 is out'],
    ['en', 'they march on'],
    ['en', 'she sat down, one second later'],
    ['en', '1/2 cup of milk'],
    ['en', 'version 3.2.1 and the 3.2 release'],
    ['en', 'call 020 7946 0958'],
    ['en', 'it costs $3.50 or 4.5 %'],
    ['en', 'see Section 4.2'],
    ['en', 'every Friday'],
    ['en', 'Monday to Friday, 9:00–17:00'],
    ['en', 'Good Friday'],
    ['en', 'the Thursday rule'],
    ['en', 'in the 15th century'],
    ['en', 'by the 15th century'],
    ['en', '30 Feb 2026'],
    ['en', 'within 28 days of moving in'],
    ['en', 'in May'],
    ['en', 'by mid-May'],
    ['en', 'at least two weeks before the event'],
    ['en', 'no later than 10 days after the hearing'],
    ['de', 'bis Mitte Mai'],
    ['de', 'mindestens zwei Wochen vor der Veranstaltung'],
    ['fr', 'à la mi-mai'],
    ['fr', '15 jours avant le départ'],
    ['es', 'a mediados de mayo'],
    ['es', 'al menos dos semanas antes del evento'],
    ['de', 'am Morgen'],
    ['de', 'jeden Freitag'],
    ['de', 'Montag bis Freitag'],
    ['de', 'bis zum 15. Lebensjahr'],
    ['de', 'Version 3.2. und Punkt 3.4'],
    ['de', '24h geöffnet'],
    ['de', 'innerhalb von 14 Tagen nach Einzug'],
    ['fr', 'tous les vendredis'],
    ['fr', 'du lundi au vendredi'],
    ['fr', '24h/24, sept jours sur sept'],
    ['fr', 'le 15 rue des Lilas'],
    ['es', 'por la mañana'],
    ['es', 'los viernes'],
    ['es', 'de lunes a viernes'],
    ['es', 'el 50 % de los socios'],
  ])('%s: %s', (language, text) => {
    expect(read(text, language)).toBe('');
  });
});

describe('without a year, on a page read on 9 March 2026 that has no date of its own', () => {
  test.each([
    ['its weekday proves the year', 'Thursday 25 September', null, '2025-09-25 nothing'],
    ['whatever else the page says', 'Thursday 25 September', '2027', '2025-09-25 nothing'],
    ['a weekday of no such year leaves it open', 'Monday 25 September', null, '2026-09-25 open'],
    ['the page names the year', 'by 3 May', '2027', '2027-05-03 year'],
    ['it lies near the other dates', 'by 3 May', '2024-03-01', '2024-05-03 year'],
    ['after them rather than before', 'by 15 January', '2025-11-20', '2026-01-15 year'],
    ['even if it was a little before', 'by 20 October', '2025-11-20', '2025-10-20 year'],
    ['it is the next, where nothing tells', 'by 3 January', null, '2027-01-03 year'],
    ['a written year counts', 'by 3 May 2026', '2027', '2026-05-03 nothing'],
    ['both ends of a term move', 'from 3 to 5 May', '2024', '2024-05-03..2024-05-05 year'],
  ])('%s', (_, text, near, expected) => {
    const [found] = findDates(text, {
      language: 'en-GB',
      reference: '2026-03-09',
      timeZone: 'UTC',
      near,
    });
    const { date, until, guessed } = found ?? {};
    expect(`${until ? `${date}..${until}` : date} ${guessed}`).toBe(expected);
  });
});

test('a date knows where its words stand', () => {
  const text = 'Please pay by Friday 13 March 2026, 5 pm at the latest.';
  const [found] = findDates(text, { language: 'en', reference: '2026-03-09', timeZone: 'UTC' });
  expect(text.slice(found?.start, found?.end)).toBe('Friday 13 March 2026, 5 pm');
});

test('an instant is the day that it is in the reader’s time zone', () => {
  const [found] = findDates('tomorrow', {
    language: 'en',
    reference: '2026-03-09T23:30:00Z',
    timeZone: 'Asia/Tokyo',
  });
  expect(found?.date).toBe('2026-03-11');
});
