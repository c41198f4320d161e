/** What an edit sends: single fields, and of a list only what becomes of its elements. */
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

export function byElements(task: Task, changes: TaskChanges): TaskEdit {
  const { labels, ...others } = changes;
  return labels ? { ...others, labels: difference(task.labels, labels) } : others;
}

/** The fields that take an edit back from how the task is now. */
export function taskBefore(task: Task, changes: TaskChanges, now: Task): TaskChanges {
  const before = Object.fromEntries(Object.keys(changes).map((field) => [field, task[field as keyof TaskChanges]]));
  if (!changes.labels) return before;
  return { ...before, labels: applied(now.labels, inverse(difference(task.labels, changes.labels))) };
}

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
