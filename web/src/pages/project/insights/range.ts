/** Which days insights are about, as the address says it. Days are YYYY-MM-DD. */
import { addDays, isDay } from "../../../lib/dates";

export const PRESETS = ["2", "4", "12", "52", "all"] as const;
export type Preset = (typeof PRESETS)[number];
const DEFAULT: Preset = "12";
const EVER = "1970-01-01";

export interface Range {
  /** So many weeks until today; null for days of one's own choice. */
  preset: Preset | null;
  from: string;
  to: string;
}

export function readRange(search: URLSearchParams, today: string): Range {
  const [from, to] = [search.get("from"), search.get("to")];
  if (isDay(from) && isDay(to) && from <= to) return { preset: null, from, to };
  const preset = PRESETS.find((one) => one === search.get("weeks")) ?? DEFAULT;
  return { preset, from: preset === "all" ? EVER : addDays(today, 1 - 7 * Number(preset)), to: today };
}

export function withPreset(search: URLSearchParams, preset: Preset): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete("from");
  next.delete("to");
  if (preset === DEFAULT) next.delete("weeks");
  else next.set("weeks", preset);
  return next;
}

/** The days chosen; one that passes the other takes it along. */
export function withDay(search: URLSearchParams, range: Range, end: "from" | "to", day: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (!isDay(day)) return next;
  const other = end === "from" ? range.to : range.from;
  const [from, to] = end === "from" ? [day, other < day ? day : other] : [other > day ? day : other, day];
  next.delete("weeks");
  next.set("from", from);
  next.set("to", to);
  return next;
}
