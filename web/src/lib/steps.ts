/** Numbers within bounds that go by steps. */

export interface Steps {
  lowest: number;
  highest: number;
  step: number;
}

/** The number that was typed, null for nothing; undefined for what is no such number. A comma may be the point. */
export function numberTyped(text: string, { lowest, highest, step }: Steps): number | null | undefined {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return null;
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(typed)) return undefined;
  const number = Number(typed);
  return number >= lowest && number <= highest && number % step === 0 ? number : undefined;
}

/** A step further up or down, within the bounds. */
export function stepped(from: number | null, steps: number, { lowest, highest, step }: Steps): number {
  const next = Math.round((from ?? lowest) / step + steps) * step;
  return Math.min(highest, Math.max(lowest, next));
}
