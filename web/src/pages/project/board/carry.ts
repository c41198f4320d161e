/**
 * Carrying a card by the keyboard: Shift and the arrow keys take it along, letting Shift go puts it down. Only then is it
 * one change, sent and told once; Escape takes it back.
 */
import { t } from "@lingui/core/macro";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Status, Task } from "../../../api/types";
import { statusName } from "../../../app/words";
import { inserted } from "../../../lib/order";
import { announce } from "../../../ui/toast";
import type { Columns, Move } from "./columns";

interface Carried {
  task: Task;
  status: number;
  index: number;
  /** Set once it was put down: the columns as they were then. */
  put?: Columns;
}

const STEPS: Record<string, readonly [sideways: number, along: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

/** Where a step takes a card; the same object where it leads nowhere. */
export function stepped(at: Carried, key: string, columns: Columns, statuses: readonly Status[]): Carried {
  const [sideways, along] = STEPS[key] ?? [0, 0];
  const status = Math.max(0, Math.min(at.status + sideways, statuses.length - 1));
  const others = columns.get(statuses[status]?.key ?? "")?.filter((task) => task.id !== at.task.id).length ?? 0;
  const index = Math.max(0, Math.min(at.index + along, others));
  return status === at.status && index === at.index ? at : { ...at, status, index };
}

interface Carrying {
  /** The columns with the carried card where it is now. */
  columns: Columns;
  id: string;
  /** Takes a card up with the first key; answers whether that was one to carry with. */
  begin: (task: Task, status: number, index: number, key: string) => boolean;
}

export function useCarry(columns: Columns, statuses: readonly Status[], byHand: boolean, move: Move): Carrying {
  const [carried, setCarried] = useState<Carried | null>(null);
  const now = useRef(carried);
  now.current = carried;

  function step(from: Carried, key: string): void {
    if (!byHand && (STEPS[key]?.[1] ?? 0) !== 0) {
      announce(t`The board is sorted. To arrange tasks, sort by hand.`);
      return;
    }
    const next = stepped(from, key, columns, statuses);
    const status = statuses[next.status];
    if (!status) return;
    setCarried(next);
    const list = columns.get(status.key) ?? [];
    const count = list.length + (list.some((task) => task.id === next.task.id) ? 0 : 1);
    const number = next.index + 1;
    const name = statusName(status);
    announce(byHand ? t`${next.task.key}: ${name}, ${number} of ${count}` : `${next.task.key}: ${name}`);
  }
  const act = { step, move, statuses, columns };
  const latest = useRef(act);
  latest.current = act;

  const carrying = carried !== null && !carried.put;
  useEffect(() => {
    if (!carrying) return undefined;
    const stop = new AbortController();
    const put = () => {
      const at = now.current;
      const status = at && latest.current.statuses[at.status];
      const moved = at && status && latest.current.move(at.task.id, status, at.index);
      // It stays where it is shown until the board's tasks say the same.
      setCarried(moved ? { ...at, put: latest.current.columns } : null);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !now.current) return;
      if (event.key in STEPS) latest.current.step(now.current, event.key);
      else if (event.key === "Escape") {
        setCarried(null);
        announce(t`${now.current.task.key} is back where it was`);
      } else return;
      event.preventDefault();
    };
    // Not from the card: it is drawn anew in another column, and the keys belong to nobody until it has the focus.
    addEventListener("keydown", onKeyDown, { signal: stop.signal });
    addEventListener("keyup", (event) => event.key === "Shift" && put(), { signal: stop.signal });
    addEventListener("blur", put, { signal: stop.signal });
    return () => stop.abort();
  }, [carrying]);

  const settled = carried?.put !== undefined && carried.put !== columns;
  useEffect(() => {
    if (settled) setCarried(null);
  }, [settled]);

  return {
    columns: useMemo(() => (carried ? withCarried(columns, statuses, carried) : columns), [columns, statuses, carried]),
    id: carried?.task.id ?? "",
    begin(task, status, index, key) {
      if (!(key in STEPS)) return false;
      step({ task, status, index }, key);
      return true;
    },
  };
}

function withCarried(columns: Columns, statuses: readonly Status[], { task, status, index }: Carried): Columns {
  const here = statuses[status]?.key;
  return new Map(
    [...columns].map(([key, list]) => {
      if (key === here) return [key, inserted(list, task, index)];
      return [key, list.some((one) => one.id === task.id) ? list.filter((one) => one.id !== task.id) : list];
    }),
  );
}
