/** Dates for people. A due date is a calendar day of the reader, never an instant. */
import { i18n } from "@lingui/core";

const DAY = 86_400_000;

/** Today, or the day of an instant, as YYYY-MM-DD in the reader's time zone. */
export function dayOf(instant: Date = new Date()): string {
  const two = (number: number) => `${number}`.padStart(2, "0");
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Whether a text is a day that there is, after the year 1969. */
export const isDay = (text: string | null): text is string =>
  text !== null &&
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  text >= "1970-01-01" &&
  !Number.isNaN(Date.parse(text)) &&
  addDays(text, 0) === text;

/** Days from `today` until `due`; negative when it has passed. */
export function daysUntil(due: string, today = dayOf()): number {
  return Math.round((Date.parse(`${due}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY);
}

/** The reader's own kind of a language, as the browser names it: en-GB for en. */
export function regional(language: string, preferred: readonly string[] = navigator.languages): string {
  return preferred.find((one) => one === language || one.startsWith(`${language}-`)) ?? language;
}

const formats = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = i18n.locale + JSON.stringify(options);
  let format = formats.get(key) as Intl.DateTimeFormat | undefined;
  if (!format) {
    format = new Intl.DateTimeFormat(regional(i18n.locale), options);
    formats.set(key, format);
  }
  return format;
}

function relative(value: number, unit: Intl.RelativeTimeFormatUnit): string {
  let format = formats.get(i18n.locale) as Intl.RelativeTimeFormat | undefined;
  if (!format) {
    format = new Intl.RelativeTimeFormat(i18n.locale, { numeric: "auto" });
    formats.set(i18n.locale, format);
  }
  return format.format(value, unit);
}

/** A due day: today, tomorrow, a near weekday, else the date; the year only when it is another. */
export function dueText(due: string, today = dayOf()): string {
  const days = daysUntil(due, today);
  if (Math.abs(days) <= 1) return relative(days, "day");
  const noon = new Date(`${due}T12:00:00`);
  if (days > 1 && days < 7) return dateFormat({ weekday: "long" }).format(noon);
  const sameYear = due.slice(0, 4) === today.slice(0, 4);
  return dateFormat({ month: "short", day: "numeric", ...(sameYear ? {} : { year: "numeric" }) }).format(noon);
}

/** A day as its date, whatever day it is read on; with the year. */
export function dayText(day: string): string {
  return dateFormat({ year: "numeric", month: "short", day: "numeric" }).format(new Date(`${day}T12:00:00`));
}

/** How long ago an instant was; after a week, its date. */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.min(0, (Date.parse(time) - now) / 1000);
  if (seconds > -45) return relative(0, "second");
  if (seconds > -3600) return relative(Math.round(seconds / 60), "minute");
  if (seconds > -86_400) return relative(Math.round(seconds / 3600), "hour");
  if (seconds > -7 * 86_400) return relative(Math.round(seconds / 86_400), "day");
  return dueText(dayOf(new Date(time)));
}

export function fullTime(time: string): string {
  return dateFormat({ dateStyle: "long", timeStyle: "short" }).format(new Date(time));
}

export function clock(time: string): string {
  return dateFormat({ hour: "numeric", minute: "2-digit" }).format(new Date(time));
}

/** A month's name, with its year. */
export function monthName(month: string): string {
  return dateFormat({ month: "long", year: "numeric" }).format(new Date(`${month}-15T12:00:00`));
}

/** A weekday in few letters. */
export function weekdayName(day: string, length: "narrow" | "short" = "short"): string {
  return dateFormat({ weekday: length }).format(new Date(`${day}T12:00:00`));
}

/** A day with everything that tells it from others. */
export function fullDay(day: string): string {
  return dateFormat({ weekday: "long", month: "long", day: "numeric" }).format(new Date(`${day}T12:00:00`));
}

/** Text as the beginning of a line. */
export const capitalised = (text: string): string => text.charAt(0).toLocaleUpperCase(i18n.locale) + text.slice(1);

/** The heading of a day in a list of events. */
export function dayHeading(day: string, today = dayOf()): string {
  const days = daysUntil(day, today);
  if (Math.abs(days) <= 1) return relative(days, "day");
  return fullDay(day);
}
