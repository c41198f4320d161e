/** Carrying a task from day to day by Shift and the arrow keys. */
import { t } from "@lingui/core/macro";
import { useMemo } from "react";
import type { Task } from "../../../http/types";
import { addDays, fullDay } from "../../../lib/dates";
import { announce } from "../../../sync/toasts";
import { useCarrying } from "../../../ui/carry";

const DAYS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

interface On {
  task: Task;
  day: string;
}

interface Carrying {
  /** The tasks with the carried one on the day where it is now. */
  tasks: readonly Task[];
  id: string;
  carrying: boolean;
  begin: (task: Task, day: string, key: string) => boolean;
}

/** `show` brings a day into sight. */
export function useCarry(
  tasks: readonly Task[],
  putOn: (id: string, day: string) => boolean,
  show: (day: string) => void,
): Carrying {
  const { at, carrying, begin } = useCarrying<On>({
    step({ task, day }, key) {
      const by = DAYS[key];
      if (by === undefined) return null;
      const next = addDays(day, by);
      show(next);
      announce(`${task.key}: ${fullDay(next)}`);
      return { task, day: next };
    },
    put: ({ task, day }) => putOn(task.id, day),
    back({ task }) {
      if (task.due) show(task.due);
      announce(t`${task.key} is back where it was`);
    },
    shown: tasks,
  });
  return {
    tasks: useMemo(
      () => (at ? tasks.map((task) => (task.id === at.task.id ? { ...task, due: at.day } : task)) : tasks),
      [tasks, at],
    ),
    id: at?.task.id ?? "",
    carrying,
    begin: (task, day, key) => begin({ task, day }, key),
  };
}
