import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Suspense, useEffect } from "react";
import { Link, useLocation } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import type { Project as ProjectType } from "../http/types";
import { isView, lastView, rememberView } from "../sync/prefs";
import { useProject } from "../sync/queries";
import { Empty } from "../ui/Empty";
import { useClosing, useKeptSearch } from "../ui/history";
import { Icon } from "../ui/icons";
import { useShortcuts } from "../ui/shortcuts";
import { useTitle } from "../ui/title";
import { Failed } from "./parts/Failed";
import { loadWhenIdle } from "./parts/lazy";
import { Avatars } from "./parts/People";
import { Skeleton } from "./parts/Skeleton";
import { Activity, Insights, Past, Settings, Tasks } from "./project/rooms";
import { TaskPanel } from "./task/panel";

/** What has no tasks of its own to filter, and a task beside it. */
const PAGES = { insights: Insights, activity: Activity, past: Past, settings: Settings };

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
  // A task is opened from a list of tasks, or from a page that the history remembers.
  const under = useHistoryState<{ view?: string } | null>()?.view;
  const page = taskId ? under : view;
  const other = isPage(page) ? page : undefined;
  const Page = other && PAGES[other];
  const tasks = isView(view) ? view : lastView(id);
  useEffect(() => {
    if (isView(view)) rememberView(id, view);
  }, [id, view]);
  const path = `/projects/${id}`;
  const close = useClosing(other ? `${path}/${other}` : kept(`${path}/${tasks}`), other ? undefined : kept(path));
  const show = (name: string) => go(other ? `${path}/${name}` : kept(`${path}/${name}`));
  useShortcuts({
    b: () => show("board"),
    t: () => show("table"),
    k: () => show("calendar"),
    i: () => go(`${path}/insights`),
    h: () => go(`${path}/past`),
  });
  useEffect(() => loadWhenIdle([Tasks, ...Object.values(PAGES)]), []);
  // A task beside the view, and the other pages, name themselves.
  useTitle(taskId || other ? undefined : project.data?.name);
  if (project.error && !project.data)
    return <Failed alone error={project.error} retry={() => void project.refetch()} />;
  if (!project.data) return <Loading />;
  if (project.data.deleted) return <Empty alone icon="trash" title={t`This project was deleted`} />;
  return (
    <div className={`project ${taskId ? "with-panel" : ""}`}>
      <div className="project-main">
        <ProjectHead project={project.data} shown={other ?? tasks} />
        {Page ? (
          <Suspense fallback={<Loading />}>
            <Page project={project.data} />
          </Suspense>
        ) : (
          <Suspense fallback={<Loading />}>
            <Tasks project={project.data} view={tasks} openId={taskId} />
          </Suspense>
        )}
      </div>
      {taskId && (
        <Suspense fallback={<aside className="panel" />}>
          <TaskPanel key={taskId} id={taskId} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

function Loading() {
  return (
    <div className="page">
      <Skeleton />
    </div>
  );
}

/** A phone has no room for all tabs: the current one is in sight. */
const tabsShown = (nav: HTMLElement | null) =>
  nav?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

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
        <h1 title={project.name}>{project.name}</h1>
        {project.role === "viewer" && (
          <span className="view-only" title={t`You can look at everything here. An owner can let you change it.`}>
            <Icon name="eye" size={14} />
            <Trans>View only</Trans>
          </span>
        )}
        <Link
          href={`${path}/past`}
          className="icon-button past-link"
          aria-label={t`Time machine`}
          title={t`Time machine`}
          aria-current={shown === "past" ? "page" : undefined}
        >
          <Icon name="clock" />
        </Link>
        <Link href={`${path}/settings`} className="members-link" title={t`Members`}>
          <span className="sr-only">
            <Trans>Members</Trans>
          </span>
          <Avatars ids={project.members.map((member) => member.user_id)} most={4} />
        </Link>
      </div>
      <nav className="tabs" aria-label={t`Views`} ref={tabsShown}>
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
