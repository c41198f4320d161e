import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearch } from "wouter";
import type { Project, Task } from "../../http/types";
import { keyOf } from "../../lib/keys";
import { dragWithin, type Point } from "../../ui/drag";
import { BoardColumn } from "./board/BoardColumn";
import { useCarry } from "./board/carry";
import { columnsOf, useColumns, useMove } from "./board/columns";

interface Props {
  project: Project;
  tasks: Task[];
  loading: boolean;
  openId: string | undefined;
  filtered: boolean;
  /** The tasks stand as people put them, not sorted by something else. */
  byHand: boolean;
  /** Nothing was ever created here: the board explains itself. */
  fresh: boolean;
}

/** What is dragged, and before which of a column's tasks it would be dropped, itself counted in; -1 by the sort. */
interface Dragged {
  id: string;
  status: string;
  index: number;
}

const NOWHERE = { status: "", index: -1 };

export default function Board({ project, tasks, loading, openId, filtered, byHand, fresh }: Props) {
  const board = useRef<HTMLDivElement>(null);
  const statuses = useMemo(() => columnsOf(project, tasks), [project, tasks]);
  const columns = useColumns(statuses, tasks);
  const current = useRef(columns);
  current.current = columns;
  const move = useMove(project, current, byHand);
  const carry = useCarry(columns, statuses, byHand, move);
  const dragged = useDragged(board, project, current, byHand, move);
  const writable = project.role !== "viewer";
  const search = useSearch();

  /** Arrow keys walk over the cards; with Shift they carry the card along. */
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-task]");
    if (!card || carry.carrying || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.target as HTMLElement).matches(".card-link")) return;
    const column = Number(card.dataset.column);
    const index = Number(card.dataset.index);
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.shiftKey) {
      const task = columns.get(statuses[column]?.key ?? "")?.[index];
      if (writable && task && carry.begin(task, column, index, event.key)) event.preventDefault();
    } else if (step) {
      event.preventDefault();
      focusCard(`[data-column="${column}"][data-index="${index + step}"]`);
    } else if (side) {
      event.preventDefault();
      for (let next = column + side; next >= 0 && next < statuses.length; next += side) {
        const count = columns.get(statuses[next]?.key ?? "")?.length ?? 0;
        if (count > 0) {
          focusCard(`[data-column="${next}"][data-index="${Math.min(index, count - 1)}"]`) ||
            focusCard(`[data-column="${next}"]`);
          return;
        }
      }
    } else if (keyOf(event.nativeEvent) === "m") {
      event.preventDefault();
      card.querySelector<HTMLElement>(".card-move")?.click();
    }
  }

  function focusCard(selector: string): boolean {
    const link = board.current?.querySelector<HTMLElement>(`${selector} .card-link`);
    link?.focus();
    return !!link;
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the cards' links
    <div ref={board} className="board" data-scrolls="x" onKeyDown={onKeyDown}>
      {statuses.map((status, index) => (
        <BoardColumn
          key={status.key}
          project={project}
          status={status}
          position={index}
          tasks={carry.columns.get(status.key) ?? NO_TASKS}
          loading={loading}
          openId={openId}
          filtered={filtered}
          byHand={byHand}
          hint={fresh && index === 0}
          move={move}
          search={search && `?${search}`}
          carried={carry.id}
          dragged={dragged?.id ?? ""}
          drop={dragged?.status === status.key ? dragged.index : null}
        />
      ))}
    </div>
  );
}

const NO_TASKS: readonly Task[] = [];

type Refs = [
  board: React.RefObject<HTMLDivElement | null>,
  project: Project,
  columns: React.RefObject<ReadonlyMap<string, readonly Task[]>>,
  byHand: boolean,
  move: ReturnType<typeof useMove>,
];

/** Dragging over the board by mouse or finger: what is dragged, and where it would go. */
function useDragged(...[board, project, columns, byHand, move]: Refs): Dragged | null {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const now = useRef(dragged);
  const show = useCallback((next: Dragged | null) => {
    const { id, status, index } = now.current ?? {};
    if (next && next.id === id && next.status === status && next.index === index) return;
    now.current = next;
    setDragged(next);
  }, []);
  const writable = project.role !== "viewer";
  useEffect(() => {
    if (!board.current || !writable) return undefined;
    return dragWithin(board.current, {
      source: (at) => at.closest<HTMLElement>("[data-task]"),
      start: (card) => show({ id: card.dataset.task ?? "", ...NOWHERE }),
      over(under, point) {
        const id = now.current?.id;
        if (!id) return;
        const column = under?.closest<HTMLElement>("[data-status]");
        if (!column) return show({ id, ...NOWHERE });
        const status = column.dataset.status ?? "";
        show({ id, status, index: byHand ? indexAt(column, point) : -1 });
      },
      drop() {
        const { id = "", status: key, index = 0 } = now.current ?? {};
        const status = project.statuses.find((one) => one.key === key);
        if (!status) return;
        const own = columns.current.get(status.key)?.findIndex((task) => task.id === id) ?? -1;
        move(id, status, own >= 0 && own < index ? index - 1 : index);
      },
      landed: (card) => board.current?.querySelector(`.card[data-task="${card.dataset.task}"]`) ?? null,
      end: () => show(null),
    });
  }, [board, project.statuses, columns, byHand, move, show, writable]);
  return dragged;
}

/** Before which card of a column a point is. */
function indexAt(column: HTMLElement, point: Point): number {
  let index = 0;
  for (const slot of column.querySelectorAll<HTMLElement>(".card-slot")) {
    const box = slot.getBoundingClientRect();
    index = Number(slot.dataset.index);
    if (point.y < box.top + box.height / 2) return index;
    index += 1;
  }
  return index;
}
