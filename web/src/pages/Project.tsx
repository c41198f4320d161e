import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { MOST_TASKS } from "../api/endpoints";
import { useFoundTasks, useMe, useProject, useProjectTasks } from "../api/queries";
import type { Project as ProjectType, Task } from "../api/types";
import { useKeptSearch } from "../app/history";
import { loadWhenIdle, page } from "../app/page";
import { TaskPanel } from "../app/pages";
import { isView, lastView, rememberView, type View } from "../app/prefs";
import { useShortcuts } from "../app/shortcuts";
import { dayOf } from "../lib/dates";
import { applyFilter, type Filter, filtering, readFilter } from "../lib/filters";
import { Avatars, Empty, Failed, Skeleton, useSettled, useTitle } from "../ui/bits";
import { Icon } from "../ui/icons";
import { Board } from "./project/Board";
import { FilterBar } from "./project/FilterBar";
import { NewTask } from "./project/NewTask";

const Table = page(() => import("./project/Table"));
const Calendar = page(() => import("./project/Calendar"));
/** What has no tasks of its own to filter, and a task beside it. */
const PAGES = {
  insights: page(() => import("./project/Insights")),
  activity: page(() => import("./project/Activity")),
  settings: page(() => import("./project/Settings")),
};

interface Props {
  id: string;
  view?: string | undefined;
  taskId?: string | undefined;
}

const isPage = (view: string | undefined): view is keyof typeof PAGES =>
  view !== undefined && Object.hasOwn(PAGES, view);

/** One project: its board or table, its other pages; a task opens beside the view that was there. */
export default function Project({ id, view, taskId }: Props) {
  const project = useProject(id);
  const [, go] = useLocation();
  const kept = useKeptSearch();
  const other = isPage(view) ? view : undefined;
  const Page = other && PAGES[other];
  const tasks = isView(view) ? view : lastView(id);
  useEffect(() => {
    if (isView(view)) rememberView(id, view);
  }, [id, view]);
  useEffect(() => loadWhenIdle([Table, Calendar, ...Object.values(PAGES)]), []);
  // A task beside the view, and the other pages, name themselves.
  useTitle(taskId || other ? undefined : project.data?.name);
  if (project.error && !project.data) return <Failed error={project.error} retry={() => void project.refetch()} />;
  if (!project.data) {
    return (
      <div className="page">
        <Skeleton className="tile" rows={3} />
      </div>
    );
  }
  if (project.data.deleted) return <Empty icon="trash" title={t`This project was deleted`} />;
  const path = `/projects/${id}`;
  return (
    <div className={`project ${taskId ? "with-panel" : ""}`}>
      <div className="project-main">
        <ProjectHead project={project.data} shown={other ?? tasks} />
        {Page ? (
          <Suspense
            fallback={
              <div className="page">
                <Skeleton />
              </div>
            }
          >
            <Page project={project.data} />
          </Suspense>
        ) : (
          <Tasks project={project.data} view={tasks} openId={taskId} />
        )}
      </div>
      {taskId && (
        <Suspense fallback={<aside className="panel" />}>
          <TaskPanel key={taskId} id={taskId} onClose={() => go(kept(`${path}/${tasks}`))} />
        </Suspense>
      )}
    </div>
  );
}

function ProjectHead({ project, shown }: { project: ProjectType; shown: string }) {
  const keeping = useKeptSearch();
  // The search of another page is no filter.
  const kept = (to: string) => (isPage(shown) ? to : keeping(to));
  const path = `/projects/${project.id}`;
  const tabs = [
    ["board", "board", t`Board`, kept(`${path}/board`)],
    ["table", "table", t`Table`, kept(`${path}/table`)],
    ["calendar", "calendar", t`Calendar`, kept(`${path}/calendar`)],
    ["insights", "chart", t`Insights`, `${path}/insights`],
    ["activity", "activity", t`Activity`, `${path}/activity`],
    ["settings", "settings", t`Settings`, `${path}/settings`],
  ] as const;
  return (
    <header className="project-head">
      <div className="project-title">
        <Link href="/projects" className="icon-button phone-only" aria-label={t`All projects`}>
          <Icon name="left" />
        </Link>
        <span className="nav-badge">{project.key.slice(0, 4)}</span>
        <h1>{project.name}</h1>
        <Link href={`${path}/settings`} className="members-link" title={t`Members`}>
          <span className="sr-only">
            <Trans>Members</Trans>
          </span>
          <Avatars ids={project.members.map((member) => member.user_id)} most={4} />
        </Link>
      </div>
      <nav className="tabs" aria-label={t`Views`}>
        {tabs.map(([id, icon, label, href]) => (
          <Link key={id} href={href} className="tab" aria-current={shown === id ? "page" : undefined}>
            <Icon name={icon} />
            {label}
          </Link>
        ))}
      </nav>
    </header>
  );
}

function Tasks({ project, view, openId }: { project: ProjectType; view: View; openId: string | undefined }) {
  const tasks = useProjectTasks(project.id);
  const me = useMe().data?.id ?? "";
  const [search, setSearch] = useSearchParams();
  const [, go] = useLocation();
  const kept = useKeptSearch();
  const [creating, setCreating] = useState<{ due?: string } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const filter = useMemo(() => readFilter(search, view), [search, view]);
  const capped = (tasks.data?.length ?? 0) >= MOST_TASKS;
  const found = useFoundTasks(project.id, useSettled(filter.q), capped).data;
  const shown = useMemo(() => {
    const loaded = tasks.data?.filter(present) ?? [];
    const ids = new Set(loaded.map((task) => task.id));
    const more = filter.q && found ? found.filter((task) => !ids.has(task.id)) : [];
    return applyFilter([...loaded, ...more], filter, project, me, dayOf());
  }, [tasks.data, found, filter, project, me]);
  const writable = project.role !== "viewer";
  const path = `/projects/${project.id}`;
  useShortcuts({
    c: () => writable && setCreating({}),
    "/": () => field.current?.focus(),
    b: () => go(kept(`${path}/board`)),
    t: () => go(kept(`${path}/table`)),
    k: () => go(kept(`${path}/calendar`)),
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
      {creating && <NewTask project={project} due={creating.due} onClose={() => setCreating(null)} />}
    </>
  );
}

const present = (task: Task) => !task.deleted;

interface ContentProps {
  project: ProjectType;
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
          <Trans>Write down what has to be done. Press C anywhere in the project to begin.</Trans>
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
    <Board
      project={project}
      tasks={shown}
      loading={query.isPending}
      openId={openId}
      filtered={filtering(filter)}
      byHand={filter.sort === "rank" && !filter.descending}
      fresh={query.data?.length === 0}
    />
  );
}
