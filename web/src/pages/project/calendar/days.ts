/** Which tasks are due on which day, and what it means to put one on another. */
import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { Project, Task } from "../../../http/types";
import { fullDay } from "../../../lib/dates";
import { knownTask } from "../../../sync/cache";
import { editTask } from "../../../sync/changes";
import { statusOf } from "../../../sync/queries";
import { announce } from "../../../sync/toasts";

/** The tasks by their day, what is done last; of those without a day, under "", only what is to be done. */
export type Days = ReadonlyMap<string, readonly Task[]>;

export function useDays(project: Project, tasks: readonly Task[]): Days {
  return useMemo(() => {
    const isDone = (task: Task) => statusOf(project, task.status).category === "done";
    const days = new Map<string, Task[]>();
    const put = (task: Task) => {
      const list = days.get(task.due ?? "");
      if (list) list.push(task);
      else days.set(task.due ?? "", [task]);
    };
    for (const task of tasks) if (!isDone(task)) put(task);
    for (const task of tasks) if (task.due && isDone(task)) put(task);
    return days;
  }, [project, tasks]);
}

/** Puts a task on a day, "" for none, with the way back. Answers whether that is another one. */
export function usePutOn(): (id: string, day: string) => boolean {
  const client = useQueryClient();
  return useCallback(
    (id, day) => {
      const task = knownTask(client, id);
      if (!task || (task.due ?? "") === day) return false;
      const done = day ? t`${task.key} is due on ${fullDay(day)}` : t`${task.key} has no due date any more`;
      announce(done);
      void editTask(client, task, { due: day || null }, done);
      return true;
    },
    [client],
  );
}
