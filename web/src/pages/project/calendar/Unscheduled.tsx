import { Trans } from "@lingui/react/macro";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { Project, Task } from "../../../http/types";
import { Entry } from "./Entry";

interface Props {
  project: Project;
  tasks: readonly Task[];
  openId: string | undefined;
  search: string;
  dragged: string;
  over: boolean;
}

/** What has no day yet, to be dragged onto one. */
export function Unscheduled({ project, tasks, openId, search, dragged, over }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 32,
    overscan: 8,
    getItemKey: (index) => tasks[index]?.id ?? index,
  });
  useEffect(() => {
    const index = openId ? tasks.findIndex((task) => task.id === openId) : -1;
    if (index >= 0) rows.scrollToIndex(index);
  }, [openId, tasks, rows]);
  return (
    <aside className={`unscheduled ${over ? "over" : ""}`} data-day="" aria-labelledby="unscheduled">
      <header>
        <h2 id="unscheduled">
          <Trans>Without a due date</Trans>
        </h2>
        <span className="column-count">{tasks.length}</span>
      </header>
      <div ref={scroller} className="unscheduled-scroll" data-scrolls="y">
        {tasks.length === 0 ? (
          <p className="muted">
            <Trans>Every task has its day. Drag one here to take it away.</Trans>
          </p>
        ) : (
          <ul style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const task = tasks[row.index];
              return (
                task && (
                  <li key={row.key} style={{ transform: `translateY(${row.start}px)` }}>
                    <Entry
                      project={project}
                      task={task}
                      late={false}
                      open={task.id === openId}
                      search={search}
                      carried={false}
                      dragged={task.id === dragged}
                    />
                  </li>
                )
              );
            })}
          </ul>
        )}
      </div>
    </aside>
  );
}
