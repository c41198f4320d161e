/** Where things stand in a chart: steps that people count in, and which days are named. */
import { addDays, daysUntil } from "../../../lib/dates";

/** Round numbers from `low` to at least `high`, about so many; steps are 1, 2 or 5 times a power of ten, and whole. */
export function ticks(low: number, high: number, about: number): number[] {
  const rough = Math.max(1, (high - low) / about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step) * step;
  const found = [first];
  while ((found.at(-1) ?? 0) < high || found.length < 2) found.push((found.at(-1) ?? 0) + step);
  return found;
}

const STEPS = [1, 2, 7, 14, 28];

/** The days of a range that are named below a chart that has room for `most` names, by their index. */
export function namedDays(from: string, to: string, most: number): number[] {
  const count = daysUntil(to, from) + 1;
  const step = STEPS.find((days) => count / days <= most);
  if (step === undefined) return namedMonths(from, count, most);
  // Weeks are named by their Mondays.
  const weekday = (new Date(`${from}T00:00:00Z`).getUTCDay() + 6) % 7;
  const first = step % 7 === 0 ? (7 - weekday) % 7 : 0;
  return Array.from({ length: Math.ceil((count - first) / step) }, (_, index) => first + index * step);
}

function namedMonths(from: string, count: number, most: number): number[] {
  const firsts = Array.from({ length: count }, (_, index) => index).filter((index) =>
    addDays(from, index).endsWith("-01"),
  );
  const every = Math.ceil(firsts.length / most);
  return firsts.filter((_, index) => index % every === 0);
}

/** The index of the value that is nearest. `values` are in ascending order, not empty. */
export function nearest(values: number[], value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return Math.abs((values[low] ?? 0) - value) <= Math.abs((values[high] ?? 0) - value) ? low : high;
}
