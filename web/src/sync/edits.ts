/** What an edit sends: single fields, and of a list only what becomes of its elements. */
import { type Conflict, versionsOf } from "../http/client";
import type {
  Project,
  ProjectChanges,
  ProjectEdit,
  ProjectLabel,
  Status,
  Task,
  TaskChanges,
  TaskEdit,
} from "../http/types";
import { applied, difference, elements, inverse, withElements } from "../lib/elements";
import type { CommandOf } from "./commands";

export function byElements(task: Task, changes: TaskChanges): TaskEdit {
  const { labels, ...others } = changes;
  return labels ? { ...others, labels: difference(task.labels, labels) } : others;
}

/** What a change of `fields` sends to be taken back, and what shows then; null if it made nothing. */
export function takingBack(before: Task, after: Task, fields: string[], now = after) {
  const versions = versionsOf(after);
  if (versions.length === 0) return null;
  const shows: Record<string, unknown> = {};
  for (const field of fields as (keyof Task)[]) {
    const [old, made, is] = [before[field], after[field], now[field]];
    if (Array.isArray(old) && Array.isArray(made) && Array.isArray(is)) {
      shows[field] = applied(is, inverse(difference(old, made)));
    } else if (is === made) shows[field] = old; // else it is somebody else's by now
  }
  const command: CommandOf<"undo"> = { kind: "undo", id: after.id, versions, fields, force: [] };
  return { shows: shows as Partial<Task>, command };
}

/** The fields that an edit touches: into another column is to another place. */
export const touched = (changes: TaskChanges): string[] =>
  Object.keys(changes).concat(changes.status === undefined ? [] : "rank");

/** The same undo, over what is known to be somebody else's. */
export const forced = (command: CommandOf<"undo">, conflicts: Conflict[]): CommandOf<"undo"> => ({
  ...command,
  force: [...command.force, ...conflicts.map(({ field }) => field)],
});

const byKey = (status: Status) => status.key;
const byName = (label: ProjectLabel) => label.name;

/** What makes the project's lists those of `to`. */
export function projectEdit(from: ProjectChanges, to: ProjectChanges): ProjectEdit {
  const { statuses, labels, ...others } = to;
  return {
    ...others,
    ...(statuses && from.statuses && { statuses: elements(from.statuses, statuses, byKey) }),
    ...(labels && from.labels && { labels: elements(from.labels, labels, byName) }),
  };
}

export function projectAfter(project: Project, edit: ProjectEdit): Project {
  const { statuses, labels, ...others } = edit;
  return {
    ...project,
    ...others,
    statuses: after(project.statuses, statuses, byKey),
    labels: after(project.labels, labels, byName),
  };
}

/** A list as a whole is what an earlier version of the site has left in the queue. */
function after<T>(now: T[], change: T[] | ReturnType<typeof elements<T>> | undefined, key: (one: T) => string): T[] {
  if (change === undefined) return now;
  return Array.isArray(change) ? change : withElements(now, change, key);
}

/** The statuses that one has in hand, on top of those that the project has by now. */
export const rebased = (base: Status[], mine: Status[], now: Status[]): Status[] =>
  base === now ? mine : withElements(now, elements(base, mine, byKey), byKey);
