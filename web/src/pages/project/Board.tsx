import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { knownTask } from "../../api/cache";
import { createTask, editTask } from "../../api/changes";
import type { Project, Status, Task } from "../../api/types";
import { useKeptSearch } from "../../app/history";
import { priorityName, statusName } from "../../app/words";
import { composing } from "../../lib/keys";
import { Avatars, Due, Label } from "../../ui/bits";
import { Icon, PriorityIcon, StatusIcon } from "../../ui/icons";
import { Picker } from "../../ui/Picker";
import { announce } from "../../ui/toast";

interface Props {
  project: Project;
  tasks: Task[];
  loading: boolean;
  openId: string | undefined;
  filtered: boolean;
  /** Nothing was ever created here: the board explains itself. */
  fresh: boolean;
}

/** Moves a task to a status, at once on the screen, with the way back. */
export function useMove(project: Project): (id: string, status: Status) => void {
  const client = useQueryClient();
  return useCallback(
    (id, status) => {
      const task = knownTask(client, id);
      if (!task || task.status === status.key || task.project_id !== project.id) return;
      const name = statusName(status);
      announce(t`${task.key} moved to ${name}`);
      void editTask(client, task, { status: status.key }, t`${task.key} moved to ${name}`);
    },
    [client, project.id],
  );
}

export function Board({ project, tasks, loading, openId, filtered, fresh }: Props) {
  const board = useRef<HTMLDivElement>(null);
  const move = useMove(project);
  // The card that the keyboard carries: it is drawn anew in its new column and takes the focus back there.
  const carried = useRef("");
  const columns = useMemo(() => {
    const byStatus = new Map<string, Task[]>(project.statuses.map((status) => [status.key, []]));
    // A task whose status was taken out of the project waits in the first column instead of vanishing.
    for (const task of tasks) (byStatus.get(task.status) ?? byStatus.get(project.statuses[0]?.key ?? ""))?.push(task);
    return byStatus;
  }, [project.statuses, tasks]);

  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data.kind === "task",
        onDragStart: () => board.current?.classList.add("dragging"),
        onDrop: ({ source, location }) => {
          board.current?.classList.remove("dragging");
          const target = location.current.dropTargets[0]?.data.status;
          const status = project.statuses.find((one) => one.key === target);
          if (status) move(`${source.data.id}`, status);
        },
      }),
    [project.statuses, move],
  );

  /** Arrow keys walk over the cards; with Shift they carry the card to the next column. */
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-task]");
    if (!card || event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches(".card-link"))
      return;
    const column = Number(card.dataset.column);
    const id = card.dataset.task ?? "";
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (side && event.shiftKey) {
      const status = project.statuses[column + side];
      if (!status || project.role === "viewer") return;
      event.preventDefault();
      carried.current = id;
      move(id, status);
    } else if (step) {
      event.preventDefault();
      focusCard(`[data-column="${column}"][data-index="${Number(card.dataset.index) + step}"]`);
    } else if (side) {
      event.preventDefault();
      for (let next = column + side; next >= 0 && next < project.statuses.length; next += side) {
        const count = columns.get(project.statuses[next]?.key ?? "")?.length ?? 0;
        if (count > 0) {
          focusCard(`[data-column="${next}"][data-index="${Math.min(Number(card.dataset.index), count - 1)}"]`) ||
            focusCard(`[data-column="${next}"]`);
          return;
        }
      }
    } else if (event.key === "m" && !event.shiftKey) {
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
    <div ref={board} className="board" onKeyDown={onKeyDown}>
      {project.statuses.map((status, index) => (
        <Column
          key={status.key}
          project={project}
          status={status}
          position={index}
          tasks={columns.get(status.key) ?? []}
          loading={loading}
          openId={openId}
          filtered={filtered}
          hint={fresh && index === 0}
          move={move}
          carried={carried}
        />
      ))}
    </div>
  );
}

interface ColumnProps {
  project: Project;
  status: Status;
  position: number;
  tasks: Task[];
  loading: boolean;
  openId: string | undefined;
  filtered: boolean;
  hint: boolean;
  move: (id: string, status: Status) => void;
  carried: RefObject<string>;
}

function Column({ project, status, position, tasks, loading, openId, filtered, hint, move, carried }: ColumnProps) {
  const column = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [adding, setAdding] = useState(false);
  const [over, setOver] = useState(false);
  const writable = project.role !== "viewer";
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 84,
    overscan: 4,
    gap: 8,
    getItemKey: (index) => tasks[index]?.id ?? index,
  });
  useEffect(() => {
    if (!column.current) return undefined;
    return dropTargetForElements({
      element: column.current,
      canDrop: ({ source }) => source.data.kind === "task",
      getData: () => ({ status: status.key }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [status.key]);
  useEffect(() => {
    const index = carried.current ? tasks.findIndex((task) => task.id === carried.current) : -1;
    if (index >= 0) rows.scrollToIndex(index);
  }, [carried, tasks, rows]);
  const name = statusName(status);
  return (
    <section ref={column} className={`column ${over ? "over" : ""}`} aria-label={name}>
      <header className="column-head">
        <StatusIcon category={status.category} />
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
      {adding && <QuickAdd project={project} status={status} onClose={() => setAdding(false)} />}
      <div ref={scroller} className="column-scroll">
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
                      column={position}
                      index={row.index}
                      open={task.id === openId}
                      move={move}
                      carried={carried}
                    />
                  </li>
                )
              );
            })}
          </ul>
        )}
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
              <p>{filtered ? t`Nothing here matches the filter.` : t`Drag a task here.`}</p>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

interface CardProps {
  project: Project;
  task: Task;
  status: Status;
  column: number;
  index: number;
  open: boolean;
  move: (id: string, status: Status) => void;
  carried: RefObject<string>;
}

const Card = memo(function Card({ project, task, status, column, index, open, move, carried }: CardProps) {
  const card = useRef<HTMLElement>(null);
  const kept = useKeptSearch();
  const [dragged, setDragged] = useState(false);
  const writable = project.role !== "viewer";
  useEffect(() => {
    if (!card.current || !writable) return undefined;
    return draggable({
      element: card.current,
      getInitialData: () => ({ kind: "task", id: task.id }),
      onDragStart: () => setDragged(true),
      onDrop: () => setDragged(false),
    });
  }, [task.id, writable]);
  useEffect(() => {
    if (carried.current !== task.id) return;
    carried.current = "";
    card.current?.querySelector<HTMLElement>(".card-link")?.focus();
  }, [carried, task.id]);
  const quiet = task.priority === "none" && task.labels.length === 0 && !task.due && task.assignees.length === 0;
  return (
    <article
      ref={card}
      className={`card ${open ? "open" : ""} ${dragged ? "dragged" : ""}`}
      data-task={task.id}
      data-column={column}
      data-index={index}
    >
      <div className="card-top">
        <span className="key">{task.key}</span>
        {writable && <MoveMenu project={project} task={task} move={move} />}
      </div>
      <Link href={kept(`/projects/${project.id}/tasks/${task.id}`)} className="card-link" draggable={false}>
        {task.title}
      </Link>
      {!quiet && (
        <div className="card-meta">
          {task.priority !== "none" && (
            <span className="card-priority" title={priorityName(task.priority)}>
              <PriorityIcon priority={task.priority} />
              <span className="sr-only">{priorityName(task.priority)}</span>
            </span>
          )}
          {task.due && <Due due={task.due} done={status.category === "done"} />}
          {task.labels.slice(0, 3).map((label) => (
            <Label key={label} name={label} />
          ))}
          <Avatars ids={task.assignees} />
        </div>
      )}
    </article>
  );
});

/** The way to move without dragging. A board has many cards, so the list is made when it is first asked for. */
function MoveMenu({ project, task, move }: Pick<CardProps, "project" | "task" | "move">) {
  const [wanted, setWanted] = useState(false);
  const label = t`Move ${task.key} to`;
  if (!wanted) {
    return (
      <button
        type="button"
        className="icon-button card-move"
        aria-label={label}
        aria-haspopup="listbox"
        title={t`Move to`}
        onClick={() => setWanted(true)}
      >
        <Icon name="more" />
      </button>
    );
  }
  return (
    <Picker
      startOpen
      label={label}
      title={t`Move to`}
      className="icon-button card-move"
      align="end"
      options={project.statuses.map((one) => ({
        id: one.key,
        label: statusName(one),
        icon: <StatusIcon category={one.category} />,
      }))}
      selected={[task.status]}
      onPick={(key) => {
        const target = project.statuses.find((one) => one.key === key);
        if (target) move(task.id, target);
      }}
    >
      <Icon name="more" />
    </Picker>
  );
}

/** Titles one after the other: Enter adds and stays, Escape ends. */
function QuickAdd({ project, status, onClose }: { project: Project; status: Status; onClose: () => void }) {
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  async function add(): Promise<void> {
    const text = title.trim();
    if (!text) return onClose();
    setTitle("");
    if (!(await createTask(client, project.id, { title: text, status: status.key }))) {
      setTitle((now) => now || text);
    }
  }
  return (
    <form
      className="quick-add"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        maxLength={500}
        aria-label={t`Title of the new task`}
        placeholder={t`What has to be done?`}
        value={title}
        onChange={(event) => setTitle(event.target.value.replace(/\n/g, " "))}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && !composing(event)) {
            event.preventDefault();
            void add();
          }
        }}
      />
      <div className="quick-add-foot">
        <span className="muted">
          <Trans>
            <kbd>Enter</kbd> adds
          </Trans>
        </span>
        <button type="button" className="button small" onClick={onClose}>
          <Trans>Done</Trans>
        </button>
        <button type="submit" className="button small primary" disabled={!title.trim()}>
          <Trans>Add</Trans>
        </button>
      </div>
    </form>
  );
}
