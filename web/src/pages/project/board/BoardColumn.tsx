import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef, useState } from "react";
import type { Project, Status, Task } from "../../../http/types";
import { usePending } from "../../../sync/pending";
import { Icon, StatusIcon } from "../../../ui/icons";
import { usePrinting } from "../../../ui/printing";
import { statusName } from "../../../ui/words";
import { Card, cardHeight } from "./Card";
import type { Move } from "./columns";
import { QuickAdd } from "./QuickAdd";

interface Props {
  project: Project;
  status: Status;
  position: number;
  tasks: readonly Task[];
  loading: boolean;
  openId: string | undefined;
  filtered: boolean;
  byHand: boolean;
  hint: boolean;
  move: Move;
  search: string;
  /** The card that the keyboard carries: it keeps the focus wherever it is drawn. */
  carried: string;
  dragged: string;
  /** Before which task the dragged one would be dropped; -1 where the sort says so, null when it is elsewhere. */
  drop: number | null;
}

const GAP = 8;
const WIDTH = 360;
/** What stands above the cards. */
const HEADS = 180;
const TOUCH = matchMedia("(pointer: coarse), screen and (max-width: 720px)");

export const BoardColumn = memo(function BoardColumn({ project, status, tasks, ...props }: Props) {
  const { loading, hint, carried, dragged, drop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [adding, setAdding] = useState(false);
  const writable = project.role !== "viewer" && project.statuses.includes(status);
  const [begun, setBegun] = useState(false);
  // First what is seen; what a scroll would bring follows when that has been drawn.
  useEffect(() => {
    const timer = setTimeout(() => setBegun(true), 100);
    return () => clearTimeout(timer);
  }, []);
  const printing = usePrinting();
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const task = tasks[index];
      return task ? cardHeight(task, scroller.current?.clientWidth || WIDTH, TOUCH.matches) : 0;
    },
    // Before anything has been measured, so that the first drawing has the cards already.
    initialRect: { width: WIDTH, height: innerHeight - HEADS },
    overscan: printing ? tasks.length : begun ? 4 : 0,
    gap: GAP,
    getItemKey: (index) => tasks[index]?.id ?? index,
  });
  useEffect(() => {
    const index = carried ? tasks.findIndex((task) => task.id === carried) : -1;
    if (index >= 0) rows.scrollToIndex(index);
  }, [carried, tasks, rows]);
  useEffect(() => {
    // What is added stands at the end, above the form.
    if (adding && props.byHand && tasks.length > 0) rows.scrollToIndex(tasks.length - 1);
  }, [adding, props.byHand, tasks.length, rows]);
  const name = statusName(status);
  const own = tasks.findIndex((task) => task.id === dragged);
  const changes = drop !== null && drop !== own && drop !== own + 1;
  const over = drop !== null && (own < 0 || drop >= 0);
  return (
    <section className={`column ${over ? "over" : ""}`} aria-label={name} data-status={status.key}>
      <header className="column-head">
        <StatusIcon of={status} />
        <h2>{name}</h2>
        <span className="column-count">{loading ? "" : tasks.length}</span>
        {writable && (
          <button
            type="button"
            className="icon-button"
            aria-label={t`Add a task to ${name}`}
            title={t`Add a task to ${name}`}
            onClick={() => setAdding(true)}
          >
            <Icon name="plus" />
          </button>
        )}
      </header>
      <div ref={scroller} className="column-scroll" data-scrolls="y">
        {loading ? (
          <>
            <div className="skeleton tile" />
            <div className="skeleton tile" />
          </>
        ) : (
          <ul className="cards" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const task = tasks[row.index];
              return (
                task && (
                  <li
                    key={row.key}
                    ref={rows.measureElement}
                    data-index={row.index}
                    className="card-slot"
                    style={{ transform: `translateY(${row.start}px)` }}
                  >
                    <Card
                      project={project}
                      task={task}
                      status={status}
                      column={props.position}
                      index={row.index}
                      count={tasks.length}
                      byHand={props.byHand}
                      open={task.id === props.openId}
                      carried={task.id === carried}
                      dragged={task.id === dragged}
                      move={props.move}
                      search={props.search}
                    />
                  </li>
                )
              );
            })}
            {changes && drop >= 0 && <DropLine top={edge(rows, drop)} />}
          </ul>
        )}
        <UnsentCards project={project} status={status} />
        {!loading && tasks.length === 0 && !adding && (
          <div className="column-empty">
            {hint ? (
              <>
                <p>
                  <Trans>Write down what has to be done. Each task begins here and moves to the right.</Trans>
                </p>
                {writable && (
                  <button type="button" className="button" onClick={() => setAdding(true)}>
                    <Icon name="plus" />
                    <Trans>First task</Trans>
                  </button>
                )}
              </>
            ) : (
              <p>
                {props.filtered
                  ? t`Nothing here matches the filter.`
                  : writable
                    ? t`Drag a task here.`
                    : t`Nothing here.`}
              </p>
            )}
          </div>
        )}
      </div>
      {adding && <QuickAdd project={project} status={status} onClose={() => setAdding(false)} />}
    </section>
  );
});

/** Tasks that were written down and are not made yet: without the network they wait here. */
function UnsentCards({ project, status }: { project: Project; status: Status }) {
  const unsent = usePending();
  return unsent.map(({ key, command, refused }) => {
    if (command.kind !== "create" || command.projectId !== project.id || refused) return null;
    if ((command.body.status ?? project.statuses[0]?.key) !== status.key) return null;
    return (
      <article key={key} className="unsent-card">
        {command.body.title}
        <Icon name="offline" />
      </article>
    );
  });
}

/** The middle of the gap before a row, in pixels from the top of the list. */
function edge(rows: { measurementsCache: { start: number; end: number }[] }, index: number): number {
  const below = rows.measurementsCache[index];
  const above = rows.measurementsCache[index - 1];
  return below ? Math.max(0, below.start - GAP / 2) : (above?.end ?? 0) + GAP / 2;
}

function DropLine({ top }: { top: number }) {
  return <li className="drop-line" aria-hidden="true" style={{ transform: `translateY(${top}px)` }} />;
}
