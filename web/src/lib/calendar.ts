/** The days of a month as a calendar shows them. Months are YYYY-MM, days YYYY-MM-DD. */
import { addDays, regional } from "./dates";

export const monthOf = (day: string): string => day.slice(0, 7);

export const isMonth = (text: string | null): text is string => /^[12]\d{3}-(0[1-9]|1[0-2])$/.test(text ?? "");

export function addMonths(month: string, count: number): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

/** Whole weeks that show all days of a month; `firstDay` is 0 for Sunday to 6 for Saturday. */
export function weeksOf(month: string, firstDay: number): string[][] {
  const first = `${month}-01`;
  const lead = (new Date(`${first}T00:00:00Z`).getUTCDay() - firstDay + 7) % 7;
  const weeks: string[][] = [];
  for (let day = addDays(first, -lead); monthOf(day) <= month; day = addDays(day, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(day, index)));
  }
  return weeks;
}

/** Sundays and Saturdays look different to some readers. */
export function weekend(day: string): "sunday" | "saturday" | "" {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 ? "sunday" : weekday === 6 ? "saturday" : "";
}

interface WeekInfo {
  /** 1 for Monday to 7 for Sunday. */
  firstDay: number;
}

/** On which day the reader's weeks begin: by their region (Unicode CLDR), Sunday where the browser does not know. */
export function firstDayOfWeek(language: string, preferred?: readonly string[]): number {
  const locale = new Intl.Locale(regional(language, preferred)) as Intl.Locale & {
    getWeekInfo?: () => WeekInfo;
    weekInfo?: WeekInfo;
  };
  return ((locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 7) % 7;
}
