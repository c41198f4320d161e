/** Carrying a card over the board by Shift and the arrow keys, Home and End. */
import { t } from "@lingui/core/macro";
import { useMemo } from "react";
import type { Status, Task } from "../../../http/types";
import { inserted } from "../../../lib/order";
import { announce } from "../../../sync/toasts";
import { useCarrying } from "../../../ui/carry";
import { statusName } from "../../../ui/words";
import type { Columns, Move } from "./columns";

interface Place {
  task: Task;
  status: number;
  index: number;
}

const STEPS: Record<string, readonly [sideways: number, along: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

interface Carrying {
  /** The columns with the carried card where it is now. */
  columns: Columns;
  id: string;
  carrying: boolean;
  begin: (task: Task, status: number, index: number, key: string) => boolean;
}

export function useCarry(columns: Columns, statuses: readonly Status[], byHand: boolean, move: Move): Carrying {
  const others = (status: number, id: string): number =>
    columns.get(statuses[status]?.key ?? "")?.filter((task) => task.id !== id).length ?? 0;

  function step(at: Place, key: string): Place | null {
    const by = STEPS[key];
    if (!by) return null;
    if (!byHand && by[1] !== 0) {
      announce(t`The board is sorted. To arrange tasks, sort by hand.`);
      return at;
    }
    const status = Math.max(0, Math.min(at.status + by[0], statuses.length - 1));
    const count = others(status, at.task.id);
    const index = Math.max(0, Math.min(at.index + by[1], count));
    const name = statusName(statuses[status] ?? { key: "", name: "" });
    const number = index + 1;
    const all = count + 1;
    announce(byHand ? t`${at.task.key}: ${name}, ${number} of ${all}` : `${at.task.key}: ${name}`);
    return { task: at.task, status, index };
  }

  const { at, carrying, begin } = useCarrying<Place>({
    step,
    put({ task, status, index }) {
      const target = statuses[status];
      return target !== undefined && move(task.id, target, index);
    },
    back: ({ task }) => announce(t`${task.key} is back where it was`),
    shown: columns,
  });
  return {
    columns: useMemo(() => (at ? withCarried(columns, statuses, at) : columns), [columns, statuses, at]),
    id: at?.task.id ?? "",
    carrying,
    begin: (task, status, index, key) => begin({ task, status, index }, key),
  };
}

function withCarried(columns: Columns, statuses: readonly Status[], { task, status, index }: Place): Columns {
  const here = statuses[status]?.key;
  return new Map(
    [...columns].map(([key, list]) => {
      if (key === here) return [key, inserted(list, task, index)];
      return [key, list.some((one) => one.id === task.id) ? list.filter((one) => one.id !== task.id) : list];
    }),
  );
}
