/** The columns of a board: which tasks stand in which, and what a move to a place among them does. */
import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useMemo, useRef } from "react";
import type { Project, Status, Task } from "../../../http/types";
import { columnOf, placeAt, placeOf } from "../../../lib/order";
import { keys, knownTask } from "../../../sync/cache";
import { editTask, placeTask } from "../../../sync/changes";
import { statusOf } from "../../../sync/queries";
import { announce } from "../../../sync/toasts";
import { statusName } from "../../../ui/words";

export type Columns = ReadonlyMap<string, readonly Task[]>;

/**
 * The project's statuses, and behind them a column for each that it has no more while tasks are in it, under the name
 * that it had.
 */
export function columnsOf(project: Project, tasks: readonly Task[]): Status[] {
  const known = new Set(project.statuses.map(({ key }) => key));
  const others = new Set(tasks.map(({ status }) => status).filter((key) => !known.has(key)));
  return [...project.statuses, ...[...others].sort().map((key) => statusOf(project, key))];
}

/** The tasks by column. A column in which nothing has changed stays the same array, so that it is not drawn again. */
export function useColumns(statuses: readonly Status[], tasks: readonly Task[]): Columns {
  const last = useRef<Columns>(new Map());
  return useMemo(() => {
    const columns = new Map<string, Task[]>(statuses.map((status) => [status.key, []]));
    const first = columns.get(statuses[0]?.key ?? "");
    // A task whose status was taken out of the project waits in the first column instead of vanishing.
    for (const task of tasks) (columns.get(task.status) ?? first)?.push(task);
    last.current = new Map(
      [...columns].map(([key, list]) => {
        const before = last.current.get(key);
        const same = before?.length === list.length && list.every((task, index) => task === before[index]);
        return [key, same ? before : list];
      }),
    );
    return last.current;
  }, [statuses, tasks]);
}

/**
 * To a status, and before the task that is shown at `index` there, counted without the one that moves. Answers whether
 * that is another place.
 */
export type Move = (id: string, status: Status, index: number) => boolean;

/** Moves tasks, at once on the screen, with the way back. Not `byHand`, the sort says where a task stands. */
export function useMove(project: Project, columns: RefObject<Columns>, byHand: boolean): Move {
  const client = useQueryClient();
  return useCallback(
    (id, status, index) => {
      const task = knownTask(client, id);
      if (!task || task.project_id !== project.id) return false;
      // Nothing comes into a status that the project has no more.
      if (task.status !== status.key && !project.statuses.some(({ key }) => key === status.key)) return false;
      const name = statusName(status);
      const done = t`${task.key} moved to ${name}`;
      if (!byHand) {
        if (task.status === status.key) return false;
        announce(done);
        void editTask(client, task, { status: status.key }, done);
        return true;
      }
      const tasks = client.getQueryData<Task[]>(keys.tasks(project.id)) ?? [];
      const shown = columns.current.get(status.key) ?? [];
      const place = placeAt(shown, columnOf(tasks, status.key), index, id);
      const now = placeOf(task, tasks);
      const stays = task.status === status.key;
      if (stays && place.after === now.after && place.before === now.before) return false;
      const all = shown.length + (shown.some((one) => one.id === id) ? 0 : 1);
      const number = index + 1;
      announce(t`${task.key}: ${name}, ${number} of ${all}`);
      void placeTask(client, task, status.key, place, stays ? t`${task.key} moved within ${name}` : done);
      return true;
    },
    [client, project.id, project.statuses, columns, byHand],
  );
}
