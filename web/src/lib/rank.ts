/**
 * Where a task stands among others, computed as the service does it (contracts/rank.py), so that what is shown at
 * once is what the answer will say. Ranks are compared as texts, by their bytes.
 */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = DIGITS.length;
const LENGTH = 6;
const ORIGIN = BASE ** LENGTH / 2;

export function rankOfNumber(number: number): string {
  return whole(ORIGIN + number);
}

/** A rank for the task of this number, more than `low` and less than `high`; null for no bound. */
export function rankBetween(low: string | null, high: string | null, number: number): string {
  const own = text(number);
  return `${middle(low, high)}${own}${DIGITS[own.length]}`;
}

function middle(low: string | null, high: string | null): string {
  if (low === null || high === null) {
    return whole(high !== null ? beforePoint(high) - 1 : low !== null ? beforePoint(low) + 1 : ORIGIN);
  }
  const first = beforePoint(low);
  const last = beforePoint(high);
  if (last - first > 1) return whole(Math.floor((first + last) / 2));
  return whole(first) + fraction(low.slice(LENGTH), first === last ? high.slice(LENGTH) : null);
}

/** Digits between two fractions, no longer than it takes. */
function fraction(low: string, high: string | null): string {
  let bound = high;
  let digits = "";
  for (let place = 0; ; place++) {
    const least = place < low.length ? value(low, place) : 0;
    const most = bound === null ? BASE : value(bound, place);
    if (most - least > 1) return digits + DIGITS[Math.floor((least + most) / 2)];
    // From here on everything is below it.
    if (most > least) bound = null;
    digits += DIGITS[least];
    // Two ranks that are not in order have nothing between them; the service finds a place from what it knows.
    if (place > low.length + (high?.length ?? 0)) return digits;
  }
}

const value = (rank: string, place: number): number => DIGITS.indexOf(rank[place] ?? "0");

function beforePoint(rank: string): number {
  let sum = 0;
  for (let place = 0; place < LENGTH; place++) sum = sum * BASE + value(rank, place);
  return sum;
}

const whole = (number: number): string => text(number).padStart(LENGTH, "0");

function text(number: number): string {
  const rest = Math.floor(number / BASE);
  return (rest > 0 ? text(rest) : "") + DIGITS[number % BASE];
}
