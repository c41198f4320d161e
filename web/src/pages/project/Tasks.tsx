import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { MOST_TASKS } from "../../http/endpoints";
import type { Project, Task } from "../../http/types";
import type { View } from "../../sync/prefs";
import { useFoundTasks, useMe, useProjectTasks } from "../../sync/queries";
import { useToday } from "../../ui/clock";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/icons";
import { useSettled } from "../../ui/settled";
import { useShortcuts } from "../../ui/shortcuts";
import { Failed } from "../parts/Failed";
import { loadWhenIdle } from "../parts/lazy";
import { Skeleton } from "../parts/Skeleton";
import { FilterBar } from "./FilterBar";
import { applyFilter, type Filter, filtering, readFilter } from "./filters";
import { Board, Calendar, NewTask, Table } from "./views";

/** The tasks of a project as board, table or calendar, under one filter. */
export default function Tasks({ project, view, openId }: { project: Project; view: View; openId: string | undefined }) {
  useEffect(() => loadWhenIdle([NewTask, Board, Table, Calendar]), []);
  const tasks = useProjectTasks(project.id);
  const me = useMe().data?.id ?? "";
  const today = useToday();
  const [search, setSearch] = useSearchParams();
  const [creating, setCreating] = useState<{ due?: string } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const filter = useMemo(() => readFilter(search, view), [search, view]);
  const capped = (tasks.data?.length ?? 0) >= MOST_TASKS;
  const found = useFoundTasks(project.id, useSettled(filter.q), capped).data;
  const shown = useMemo(() => {
    const loaded = tasks.data?.filter(present) ?? [];
    const ids = new Set(loaded.map((task) => task.id));
    const more = filter.q && found ? found.filter((task) => !ids.has(task.id)) : [];
    return applyFilter([...loaded, ...more], filter, project, me, today);
  }, [tasks.data, found, filter, project, me, today]);
  const writable = project.role !== "viewer";
  useShortcuts({
    c: () => writable && setCreating({}),
    "/": () => field.current?.focus(),
  });
  return (
    <>
      <FilterBar
        project={project}
        tasks={tasks.data ?? []}
        filter={filter}
        shown={shown.length}
        field={field}
        search={search}
        onChange={(next) => setSearch(next, { replace: true })}
        onNew={writable ? () => setCreating({}) : undefined}
      />
      {capped && (
        <p className="capped">
          <Trans>You see the newest {MOST_TASKS} tasks. The search finds the others too.</Trans>
        </p>
      )}
      <Content
        project={project}
        query={tasks}
        shown={shown}
        view={view}
        openId={openId}
        filter={filter}
        onNew={(due) => setCreating(due ? { due } : {})}
      />
      <Suspense>
        {creating && <NewTask project={project} due={creating.due} onClose={() => setCreating(null)} />}
      </Suspense>
    </>
  );
}

const present = (task: Task) => !task.deleted;

interface ContentProps {
  project: Project;
  query: ReturnType<typeof useProjectTasks>;
  shown: Task[];
  view: View;
  openId: string | undefined;
  filter: Filter;
  onNew: (due?: string) => void;
}

function Content({ project, query, shown, view, openId, filter, onNew }: ContentProps) {
  if (query.error && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (view !== "board") {
    if (query.isPending) {
      return (
        <div className="page">
          <Skeleton rows={10} />
        </div>
      );
    }
    if (query.data?.length === 0) {
      return (
        <Empty
          icon={view}
          title={t`No tasks yet`}
          action={
            project.role !== "viewer" && (
              <button type="button" className="button primary" onClick={() => onNew()}>
                <Icon name="plus" />
                <Trans>New task</Trans>
              </button>
            )
          }
        >
          {project.role !== "viewer" && (
            <Trans>Write down what has to be done. Press C anywhere in the project to begin.</Trans>
          )}
        </Empty>
      );
    }
    return (
      <Suspense fallback={<Skeleton rows={10} />}>
        {view === "table" ? (
          <Table project={project} tasks={shown} openId={openId} filter={filter} />
        ) : (
          <Calendar project={project} tasks={shown} openId={openId} onNew={onNew} />
        )}
      </Suspense>
    );
  }
  return (
    <Suspense fallback={<Skeleton rows={10} />}>
      <Board
        project={project}
        tasks={shown}
        loading={query.isPending}
        openId={openId}
        filtered={filtering(filter)}
        byHand={filter.sort === "rank" && !filter.descending}
        fresh={query.data?.length === 0}
      />
    </Suspense>
  );
}
