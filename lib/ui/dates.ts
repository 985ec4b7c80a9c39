/**
 * Dates as people say them: 'Today', 'Fri 27 Nov', the year only where it is another one.
 *
 * A day is 'YYYY-MM-DD' and belongs to no time zone: it is counted and formatted in UTC, so that no
 * change of clocks can move it.
 */
import { locale } from './words.ts';

const dayMs = 86_400_000;

/** The calendar day of an instant where the reader is. */
export function dayOf(instant: number): string {
  const date = new Date(instant);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function addDays(day: string, days: number): string {
  return new Date(noonOf(day) + days * dayMs).toISOString().slice(0, 10);
}

/** Days from `from` to `to`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((noonOf(to) - noonOf(from)) / dayMs);
}

/** Whether a deadline lies before today. Its hour does not count: today is not yet over. */
export function isOverdue(when: string, today: string): boolean {
  return when.slice(0, 10) < today;
}

/** The Monday, or whatever day a week begins with here, after `today`. */
export function nextWeek(today: string): string {
  const first = firstDayOfWeek() % 7;
  const weekday = new Date(noonOf(today)).getUTCDay();
  return addDays(today, (first - weekday + 7) % 7 || 7);
}

/** 'YYYY-MM-DD' or 'YYYY-MM-DDTHH:MM', as short as it stays clear. */
export function formatWhen(when: string, today: string): string {
  const day = formatDay(when.slice(0, 10), today);
  const time = when.slice(11);
  return time ? `${day}, ${formatTime(time)}` : day;
}

export function formatDay(day: string, today: string): string {
  const distance = daysBetween(today, day);
  if (Math.abs(distance) <= 1) return capital(relativeDays.format(distance, 'day'));
  return (day.slice(0, 4) === today.slice(0, 4) ? shortDay : shortDayWithYear).format(noonOf(day));
}

/** 'Sunday 22 November'. */
export function formatLongDay(day: string): string {
  return longDay.format(noonOf(day));
}

/** An instant, as near as it matters: the hour today, else the day. */
export function formatInstant(instant: number, today: string): string {
  const day = dayOf(instant);
  const distance = daysBetween(today, day);
  if (distance === 0) return timeOfDay.format(instant);
  return formatDay(day, today);
}

/** An instant inside a sentence: 'today, 17:24', 'yesterday', 'Fri 27 Nov'. */
export function formatMoment(instant: number, today: string): string {
  const day = dayOf(instant);
  const distance = daysBetween(today, day);
  if (distance === 0) return `${relativeDays.format(0, 'day')}, ${timeOfDay.format(instant)}`;
  return distance === -1 ? relativeDays.format(-1, 'day') : formatDay(day, today);
}

/** What a document says of its own date: 'YYYY-MM-DD' or an ISO instant; as it is if neither. */
export function formatPublished(published: string): string {
  const day = /^\d{4}-\d\d-\d\d/.exec(published)?.[0];
  return day && !Number.isNaN(noonOf(day)) ? fullDate.format(noonOf(day)) : published;
}

function formatTime(time: string): string {
  return clockTime.format(Date.parse(`1970-01-01T${time.slice(0, 5)}Z`));
}

function noonOf(day: string): number {
  return Date.parse(`${day}T12:00Z`);
}

/** 1 Monday … 7 Sunday. */
function firstDayOfWeek(): number {
  return new Intl.Locale(locale).getWeekInfo().firstDay;
}

function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}

const timeZone = 'UTC';
const relativeDays = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const shortDay = new Intl.DateTimeFormat(locale, {
  timeZone,
  weekday: 'short',
  day: 'numeric',
  month: 'short',
});
const shortDayWithYear = new Intl.DateTimeFormat(locale, {
  timeZone,
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const longDay = new Intl.DateTimeFormat(locale, {
  timeZone,
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const fullDate = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long' });
const clockTime = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' });
const timeOfDay = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
