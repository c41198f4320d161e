/** Instants of a project's life, as RFC 3339 has them, and steps between them. */
const DAY = 86_400_000;

/** The instant, kept between two others. */
export function within(at: number, first: number, last: number): number {
  return Math.min(Math.max(at, first), last);
}

/** The newest change before a moment, and the oldest behind it; `times` are newest first. */
export function neighbours(
  times: readonly string[],
  at: string,
): { before: string | undefined; after: string | undefined } {
  const moment = Date.parse(at);
  const before = times.find((time) => Date.parse(time) < moment);
  const after = times.findLast((time) => Date.parse(time) > moment);
  return { before, after };
}

/** The change to go back to: from just behind one, which is shown then, it is the one before. */
export function previous(times: readonly string[], at: number): string | undefined {
  const shown = neighbours(times, new Date(at).toISOString()).before;
  return shown && Date.parse(shown) + 1 >= at ? neighbours(times, shown).before : shown;
}

/** How far a moment moves while it is played: a day, or less of what is younger than a month. */
export const stride = (first: number, last: number): number => Math.min(DAY, Math.max(60_000, (last - first) / 30));

/** An instant as a field of the reader's own clock has it, to the second. */
export function toField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** What such a field says; null for what is no time. */
export function fromField(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
