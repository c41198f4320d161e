/** The order of a column as people put it: who stands between whom. */
import { rankBetween } from "./rank";

/** What of a task says where it stands. `key` ends in its number. */
export interface Ranked {
  id: string;
  key: string;
  status: string;
  rank: string;
  deleted: boolean;
}

/** The tasks above and below a place in a column; null for its end. */
export interface Place {
  after: string | null;
  before: string | null;
}

export const byRank = (a: Ranked, b: Ranked): number =>
  a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.id < b.id ? -1 : 1;

/** A column as it stands, whoever is hidden by a filter included. */
export function columnOf<T extends Ranked>(tasks: readonly T[], status: string): T[] {
  return tasks.filter((task) => task.status === status && !task.deleted).sort(byRank);
}

/** The list with the task at this place among the others, counted without it. */
export function inserted<T extends Ranked>(list: readonly T[], task: T, index: number): T[] {
  return list.filter((one) => one.id !== task.id).toSpliced(index, 0, task);
}

/**
 * The place right behind what is shown above it; of tasks that a filter hides there, it goes before them. `index` counts
 * the shown tasks without the one that is moved.
 */
export function placeAt(shown: readonly Ranked[], column: readonly Ranked[], index: number, moved: string): Place {
  const visible = shown.filter((task) => task.id !== moved);
  const others = column.filter((task) => task.id !== moved);
  const above = visible[index - 1];
  const at = above ? others.findIndex((task) => task.id === above.id) + 1 : 0;
  const below = visible[index];
  // Nothing shown is above it: it goes right before what is below it, and what is hidden above that stays there.
  const start = above || !below ? at : others.findIndex((task) => task.id === below.id);
  return { after: others[start - 1]?.id ?? null, before: others[start]?.id ?? null };
}

/** Where a task stands in its column now: the way back. */
export function placeOf(task: Ranked, tasks: readonly Ranked[]): Place {
  const column = columnOf(tasks, task.status);
  const index = column.findIndex((one) => one.id === task.id);
  return { after: column[index - 1]?.id ?? null, before: column[index + 1]?.id ?? null };
}

/** The rank that the service will give to a task at a place, from what this tab knows. */
export function rankAt(task: Ranked, { after, before }: Place, tasks: readonly Ranked[]): string {
  const rank = (id: string | null) => tasks.find((one) => one.id === id)?.rank ?? null;
  const [low, high] = [rank(after), rank(before)];
  if ((low === null || low < task.rank) && (high === null || task.rank < high)) return task.rank;
  if (low !== null && high !== null && low >= high) return task.rank;
  return rankBetween(low, high, Number(task.key.slice(task.key.lastIndexOf("-") + 1)));
}
