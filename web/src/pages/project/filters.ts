/** The filter of a project's tasks, kept in the address, and applied to what the tab has loaded. */

import type { Priority, Project, Task } from "../../http/types";
import { byRank } from "../../lib/order";
import { folded } from "../../lib/text";
import { comparePlain, PLAIN, type PlainName, plainOf } from "../../ui/fields";

/** `rank`: as people put them by hand. */
const OWN_SORTS = ["rank", "priority", "due", "created_at", "updated_at", "title", "status", "key"] as const;
type OwnSort = (typeof OWN_SORTS)[number];
export type Sort = OwnSort | PlainName;
export const SORTS: readonly Sort[] = [...OWN_SORTS, ...PLAIN.map(([name]) => name)];

export interface Filter {
  q: string;
  assignees: string[];
  labels: string[];
  priorities: string[];
  due: string;
  /** Of plain fields: the id of what was chosen, by the field's name. */
  plain: Partial<Record<PlainName, string>>;
  sort: Sort;
  descending: boolean;
}

/** Without a sort in the address a board is as people put it; every other view begins with the most pressing. */
export function readFilter(search: URLSearchParams, view: string): Filter {
  const asked = search.get("sort")?.replace(/^-/, "") as Sort;
  const sort = SORTS.includes(asked) ? (search.get("sort") ?? "") : view === "board" ? "rank" : "-priority";
  return {
    q: search.get("q") ?? "",
    assignees: search.getAll("assignee"),
    labels: search.getAll("label"),
    priorities: search.getAll("priority"),
    due: search.get("due") ?? "",
    plain: Object.fromEntries(
      PLAIN.flatMap(([name, { choices }]) => {
        const asked = search.get(name);
        return choices.some(({ id }) => id === asked) ? [[name, asked]] : [];
      }),
    ),
    sort: sort.replace(/^-/, "") as Sort,
    descending: sort.startsWith("-"),
  };
}

/** Puts a choice into the address, or takes it out if it is there. */
export function toggled(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (next.getAll(name).includes(value)) next.delete(name, value);
  else next.append(name, value);
  return next;
}

export function filtering({ q, assignees, labels, priorities, due, plain }: Filter): boolean {
  const chosen = assignees.length + labels.length + priorities.length + Object.keys(plain).length;
  return q !== "" || chosen > 0 || due !== "";
}

/** What a filter puts into the address, but for the sort. */
export const PARAMS = ["q", "assignee", "label", "priority", "due", ...PLAIN.map(([name]) => name)];

/** Most first, as people look for it. */
export const mostFirst = (sort: Sort): boolean => {
  const field = PLAIN.find(([name]) => name === sort)?.[1];
  return field ? field.form.kind === "number" : ["priority", "created_at", "updated_at"].includes(sort);
};

export const NOBODY = "none";

/** The tasks that the filter lets through, sorted. `me` stands for the reader. Days are YYYY-MM-DD. */
export function applyFilter(tasks: Task[], filter: Filter, project: Project, me: string, today: string): Task[] {
  const words = folded(filter.q).split(/\s+/).filter(Boolean);
  const done = new Set(project.statuses.filter((status) => status.category === "done").map((status) => status.key));
  const passes = (task: Task): boolean => {
    if (filter.assignees.length > 0) {
      const wanted = (id: string) =>
        id === NOBODY ? task.assignees.length === 0 : task.assignees.includes(id === "me" ? me : id);
      if (!filter.assignees.some(wanted)) return false;
    }
    if (filter.labels.length > 0 && !filter.labels.some((label) => task.labels.includes(label))) return false;
    if (filter.priorities.length > 0 && !filter.priorities.includes(task.priority)) return false;
    if (filter.due === "late" && !(task.due && task.due < today && !done.has(task.status))) return false;
    if (filter.due === "none" && task.due) return false;
    if (filter.due === "any" && !task.due) return false;
    for (const [name, { choices }] of PLAIN) {
      const choice = choices.find(({ id }) => id === filter.plain[name]);
      if (choice && !choice.passes(plainOf(task, name), today)) return false;
    }
    if (words.length === 0) return true;
    const text = folded(`${task.key} ${task.title} ${task.description} ${task.labels.join(" ")}`);
    return words.every((word) => text.includes(word));
  };
  return sortTasks(tasks.filter(passes), filter, project);
}

const own = (sort: Sort): sort is OwnSort => (OWN_SORTS as readonly Sort[]).includes(sort);

const RANK: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3, urgent: 4 };

const number = (key: string) => Number(key.slice(key.lastIndexOf("-") + 1));

function sortTasks(tasks: Task[], { sort, descending }: Filter, project: Project): Task[] {
  const position = new Map(project.statuses.map((status, index) => [status.key, index]));
  if (sort === "rank") return tasks.sort(descending ? (a, b) => byRank(b, a) : byRank);
  const compare: Record<Exclude<OwnSort, "rank">, (a: Task, b: Task) => number> = {
    priority: (a, b) => RANK[a.priority] - RANK[b.priority],
    due: (a, b) => (a.due ?? "").localeCompare(b.due ?? ""),
    created_at: (a, b) => a.created_at.localeCompare(b.created_at),
    updated_at: (a, b) => a.updated_at.localeCompare(b.updated_at),
    title: (a, b) => a.title.localeCompare(b.title),
    status: (a, b) => (position.get(a.status) ?? 0) - (position.get(b.status) ?? 0),
    key: (a, b) => number(a.key) - number(b.key),
  };
  const direction = descending ? -1 : 1;
  return tasks.sort((a, b) => {
    // A task without a due day comes last, whichever way the days go.
    if (sort === "due" && !a.due !== !b.due) return a.due ? -1 : 1;
    const first = own(sort)
      ? direction * compare[sort](a, b)
      : comparePlain(plainOf(a, sort), plainOf(b, sort), direction);
    return first || (a.due ?? "9").localeCompare(b.due ?? "9") || number(a.key) - number(b.key);
  });
}
