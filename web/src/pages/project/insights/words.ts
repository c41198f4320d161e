/** Numbers, durations and days for people. */
import { i18n } from "@lingui/core";
import { regional } from "../../../lib/dates";

const HOUR = 3600;
const DAY = 24 * HOUR;

export const count = (value: number, digits = 0): string =>
  new Intl.NumberFormat(regional(i18n.locale), { maximumFractionDigits: digits }).format(value);

/** How long something took: minutes, hours, or days with a digit behind the point while there are few. */
export function duration(seconds: number): string {
  const [value, unit, digits] =
    seconds < HOUR
      ? [seconds / 60, "minute", 0]
      : seconds < 1.5 * DAY
        ? [seconds / HOUR, "hour", 0]
        : ([seconds / DAY, "day", seconds < 10 * DAY ? 1 : 0] as const);
  return new Intl.NumberFormat(regional(i18n.locale), {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(value);
}

/** Days as a number, for tables that are reckoned with. */
export const inDays = (seconds: number): number => Math.round((seconds / DAY) * 100) / 100;

const noon = (day: string) => new Date(`${day}T12:00:00`);

/** 23 Nov; with the year where it matters. */
export const shortDay = (day: string, year = false): string =>
  new Intl.DateTimeFormat(regional(i18n.locale), {
    month: "short",
    day: "numeric",
    ...(year ? { year: "numeric" } : {}),
  }).format(noon(day));

export const longDay = (day: string): string =>
  new Intl.DateTimeFormat(regional(i18n.locale), {
    weekday: "short",
    year: "numeric",
    month: "short",
    day: "numeric",
  }).format(noon(day));

/** How many a week so many make in these days; null where the days are no week, of which nobody knows how it goes on. */
export const weekly = (finished: number, days: number): number | null => (days < 7 ? null : (finished * 7) / days);
