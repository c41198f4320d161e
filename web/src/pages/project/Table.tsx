import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useSearch, useSearchParams } from "wouter";
import type { Project, Task } from "../../http/types";
import { keyOf } from "../../lib/keys";
import { everything, extended, NOTHING, toggled } from "../../lib/selection";
import { keys } from "../../sync/cache";
import { Empty } from "../../ui/Empty";
import { PLAIN } from "../../ui/fields";
import { Icon } from "../../ui/icons";
import { usePrinting } from "../../ui/printing";
import { loadWhenIdle, page } from "../parts/lazy";
import { type Filter, mostFirst, type Sort } from "./filters";
import { TableRow } from "./table/TableRow";

const BulkBar = page(() => import("./table/BulkBar"));

interface Props {
  project: Project;
  tasks: Task[];
  openId: string | undefined;
  filter: Filter;
}

/** The columns of plain fields, and how much wider they make the table. */
const PLAIN_COLUMNS = {
  "--plain-columns": PLAIN.map(([, { width }]) => `${width}px`).join(" "),
  "--plain-width": `${PLAIN.reduce((sum, [, { width }]) => sum + width, 0)}px`,
} as CSSProperties;

export default function Table({ project, tasks, openId, filter }: Props) {
  useEffect(() => loadWhenIdle([BulkBar]), []);
  const client = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);
  const [selection, setSelection] = useState(NOTHING);
  const [choosing, setChoosing] = useState(false);
  const search = useSearch();
  const writable = project.role !== "viewer";
  const order = useMemo(() => tasks.map((task) => task.id), [tasks]);
  const latest = useRef(order);
  latest.current = order;
  const choose = useCallback(
    (id: string, range: boolean) =>
      setSelection((now) => (range ? extended(now, id, latest.current) : toggled(now, id))),
    [],
  );
  // What a filter hides is not changed with the rest.
  const selected = useMemo(() => tasks.filter((task) => selection.ids.has(task.id)), [tasks, selection]);
  const printing = usePrinting();
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (matchMedia("screen and (max-width: 720px)").matches ? 68 : 40),
    overscan: printing ? tasks.length : 12,
    getItemKey: (index) => tasks[index]?.id ?? index,
  });

  /** Arrow keys walk over the rows, with Shift they choose along; x chooses, Ctrl A everything, Escape nothing. */
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const at = event.target as HTMLElement;
    if (!at.matches(".row-link, .choose input") || event.altKey) return;
    const row = at.closest<HTMLElement>("[data-task]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Escape" && selected.length > 0) {
      setSelection(NOTHING);
    } else if (command && keyOf(event.nativeEvent).toLowerCase() === "a" && writable) {
      setSelection({ ids: new Set(order), anchor: "" });
    } else if (command || !row) {
      return;
    } else if (keyOf(event.nativeEvent) === "x" && writable) {
      choose(row.dataset.task ?? "", false);
    } else if (step) {
      const index = Number(row.dataset.index) + step;
      const next = tasks[index];
      if (next) {
        const kind = at.matches("input") ? ".choose input" : ".row-link";
        if (event.shiftKey && writable) {
          setSelection((now) => extended(now.anchor ? now : toggled(now, row.dataset.task ?? ""), next.id, order));
        }
        rows.scrollToIndex(index);
        scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] ${kind}`)?.focus({ preventScroll: true });
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  if (tasks.length === 0) return <Empty icon="filter" title={t`Nothing matches the filter`} />;
  return (
    <>
      {writable && (
        <div className="choosing phone-only">
          <button
            type="button"
            className={`chip ${choosing ? "on" : ""}`}
            aria-pressed={choosing}
            onClick={() => {
              setChoosing(!choosing);
              setSelection(NOTHING);
            }}
          >
            <Icon name="check" />
            {choosing ? <Trans>Done</Trans> : <Trans>Select tasks</Trans>}
          </button>
          {choosing && (
            <button type="button" className="chip" onClick={() => setSelection((now) => everything(now, order))}>
              <Trans>All</Trans>
            </button>
          )}
        </div>
      )}
      <div ref={scroller} className={`table-scroll ${choosing || selected.length > 0 ? "choosing" : ""}`}>
        {/* biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be laid out as a table element */}
        <div
          className="table"
          style={PLAIN_COLUMNS}
          role="table"
          aria-label={t`Tasks`}
          aria-rowcount={tasks.length + 1}
          onKeyDown={onKeyDown}
        >
          <Head
            filter={filter}
            chosen={selected.length === 0 ? "none" : selected.length === tasks.length ? "all" : "some"}
            onChoose={writable ? () => setSelection((now) => everything(now, order)) : undefined}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: part of the same */}
          <div role="rowgroup" className="table-body" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const task = tasks[row.index];
              return (
                task && (
                  <TableRow
                    key={row.key}
                    project={project}
                    task={task}
                    index={row.index}
                    start={row.start}
                    open={task.id === openId}
                    chosen={selection.ids.has(task.id)}
                    search={search && `?${search}`}
                    choose={choose}
                  />
                )
              );
            })}
          </div>
        </div>
      </div>
      {selected.length > 0 && (
        <Suspense>
          <BulkBar
            project={project}
            tasks={client.getQueryData<Task[]>(keys.tasks(project.id)) ?? tasks}
            selected={selected}
            onClear={() => setSelection(NOTHING)}
          />
        </Suspense>
      )}
    </>
  );
}

interface HeadProps {
  filter: Filter;
  chosen: "none" | "some" | "all";
  onChoose: (() => void) | undefined;
}

function Head({ filter, chosen, onChoose }: HeadProps) {
  const [search, setSearch] = useSearchParams();
  const columns: [Sort | null, string, string][] = [
    ["key", t`Key`, "c-key"],
    ["status", t`Status`, "c-status"],
    ["priority", t`Priority`, "c-priority"],
    ["title", t`Title`, "c-title"],
    [null, t`Labels`, "c-labels"],
    [null, t`Assignees`, "c-people"],
    ["due", t`Due`, "c-due"],
    ...PLAIN.map(([name, field]): [Sort, string, string] => [name, field.label(), `c-plain c-${name}`]),
    ["updated_at", t`Updated`, "c-updated"],
  ];
  function sortBy(sort: Sort): void {
    const next = new URLSearchParams(search);
    const descending = filter.sort === sort ? !filter.descending : mostFirst(sort);
    next.set("sort", `${descending ? "-" : ""}${sort}`);
    setSearch(next, { replace: true });
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the table
    // biome-ignore lint/a11y/useFocusableInteractive: rows are not widgets here
    <div className="table-row table-head" role="row" aria-rowindex={1}>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the table */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the box inside is */}
      <div role="columnheader" className="c-choose">
        {onChoose && (
          <label className="choose">
            <input
              type="checkbox"
              aria-label={t`Select all`}
              checked={chosen === "all"}
              ref={(box) => {
                if (box) box.indeterminate = chosen === "some";
              }}
              onChange={onChoose}
            />
          </label>
        )}
      </div>
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
  );
}
