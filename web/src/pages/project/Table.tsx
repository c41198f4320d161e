import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { Link, useSearchParams } from "wouter";
import { editTask } from "../../api/changes";
import { statusOf } from "../../api/queries";
import type { Project, Task } from "../../api/types";
import { useKeptSearch } from "../../app/history";
import { priorityName, statusName } from "../../app/words";
import { ago } from "../../lib/dates";
import type { Filter, Sort } from "../../lib/filters";
import { Avatars, Due, Empty, Label } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { PriorityPicker, StatusPicker } from "../task/fields";

interface Props {
  project: Project;
  tasks: Task[];
  openId: string | undefined;
  filter: Filter;
}

export default function Table({ project, tasks, openId, filter }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useSearchParams();
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (matchMedia("(max-width: 720px)").matches ? 68 : 40),
    overscan: 12,
    getItemKey: (index) => tasks[index]?.id ?? index,
  });
  const columns: [Sort | null, string, string][] = [
    ["key", t`Key`, "c-key"],
    ["status", t`Status`, "c-status"],
    ["priority", t`Priority`, "c-priority"],
    ["title", t`Title`, "c-title"],
    [null, t`Labels`, "c-labels"],
    [null, t`Assignees`, "c-people"],
    ["due", t`Due`, "c-due"],
    ["updated_at", t`Updated`, "c-updated"],
  ];
  function sortBy(sort: Sort): void {
    const next = new URLSearchParams(search);
    const newestFirst = sort === "priority" || sort === "updated_at";
    const descending = filter.sort === sort ? !filter.descending : newestFirst;
    next.set("sort", `${descending ? "-" : ""}${sort}`);
    setSearch(next, { replace: true });
  }
  if (tasks.length === 0) return <Empty icon="filter" title={t`Nothing matches the filter`} />;
  return (
    <div ref={scroller} className="table-scroll">
      {/* biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be laid out as a table element */}
      <div className="table" role="table" aria-label={t`Tasks`} aria-rowcount={tasks.length + 1}>
        {/* biome-ignore lint/a11y/useSemanticElements: part of the same */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: rows are not widgets here */}
        <div className="table-row table-head" role="row" aria-rowindex={1}>
          {columns.map(([sort, label, name]) => (
            // biome-ignore lint/a11y/useSemanticElements: part of the same
            // biome-ignore lint/a11y/useFocusableInteractive: the button inside is
            <div
              key={name}
              role="columnheader"
              className={name}
              aria-sort={sort && filter.sort === sort ? (filter.descending ? "descending" : "ascending") : undefined}
            >
              {sort ? (
                <button type="button" onClick={() => sortBy(sort)}>
                  {label}
                  {filter.sort === sort && (
                    <span className={filter.descending ? "down" : "up"}>
                      <Icon name="chevron" size={12} />
                    </span>
                  )}
                </button>
              ) : (
                label
              )}
            </div>
          ))}
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: part of the same */}
        <div role="rowgroup" className="table-body" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const task = tasks[row.index];
            return (
              task && (
                <Row
                  key={row.key}
                  project={project}
                  task={task}
                  index={row.index}
                  start={row.start}
                  open={task.id === openId}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  project: Project;
  task: Task;
  index: number;
  start: number;
  open: boolean;
}

function Row({ project, task, index, start, open }: RowProps) {
  const client = useQueryClient();
  const kept = useKeptSearch();
  const status = statusOf(project, task.status);
  const reader = project.role === "viewer";
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be laid out as a table element
    // biome-ignore lint/a11y/useFocusableInteractive: rows are not widgets here
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`table-row ${open ? "open" : ""}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      <Cell name="c-key">
        <span className="key">{task.key}</span>
      </Cell>
      <Cell name="c-status">
        <StatusPicker
          project={project}
          value={task.status}
          disabled={reader}
          onChange={(key) => {
            const name = statusName(statusOf(project, key));
            void editTask(client, task, { status: key }, t`${task.key} moved to ${name}`);
          }}
        />
      </Cell>
      <Cell name="c-priority">
        <PriorityPicker
          value={task.priority}
          bare
          disabled={reader}
          onChange={(priority) =>
            void editTask(client, task, { priority }, t`Priority of ${task.key}: ${priorityName(priority)}`)
          }
        />
      </Cell>
      <Cell name="c-title">
        <Link href={kept(`/projects/${project.id}/tasks/${task.id}`)} className="row-link">
          {task.title}
        </Link>
      </Cell>
      <Cell name="c-labels">
        {task.labels.slice(0, 2).map((label) => (
          <Label key={label} name={label} />
        ))}
        {task.labels.length > 2 && <span className="muted">+{task.labels.length - 2}</span>}
      </Cell>
      <Cell name="c-people">
        <Avatars ids={task.assignees} />
      </Cell>
      <Cell name="c-due">{task.due && <Due due={task.due} done={status.category === "done"} />}</Cell>
      <Cell name="c-updated">
        <time dateTime={task.updated_at}>{ago(task.updated_at)}</time>
      </Cell>
    </div>
  );
}

function Cell({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be laid out as a table element
    <div role="cell" className={name}>
      {children}
    </div>
  );
}
