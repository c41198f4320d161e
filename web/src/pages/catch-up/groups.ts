/** What became of tasks, by what it is to whoever reads it. */
import type { CaughtItem, NetChange } from "../../http/memory";
import type { Task } from "../../http/types";

export const GROUPS = ["became", "waits", "others", "gone"] as const;
export type Group = (typeof GROUPS)[number];

/** What became the reader's comes first, then what waits for them. `done` tells whether a status is one of the done. */
export function groupOf(item: CaughtItem, done: (status: string) => boolean): Group {
  if (item.kind === "removed") return "gone";
  if (item.became_mine) return "became";
  return item.mine && !done(item.status) ? "waits" : "others";
}

export const FATES = ["mine", "done", "others", "gone"] as const;
export type Fate = (typeof FATES)[number];

/** A task that the reader had, as it was, and what became of it since. */
export interface Had {
  task: Task;
  change: NetChange | undefined;
}

/** What became of a task that somebody had. */
export function fateOf({ task, change }: Had, me: string, done: (status: string) => boolean): Fate {
  if (change?.kind === "removed") return "gone";
  const now = (field: string, then: unknown) => {
    const changed = change?.changes.find((one) => one.field === field);
    return changed ? changed.new : then;
  };
  if (done(String(now("status", task.status)))) return "done";
  return (now("assignees", task.assignees) as string[]).includes(me) ? "mine" : "others";
}
