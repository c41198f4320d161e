import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type MouseEvent, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link, useSearchParams } from "wouter";
import type { Project } from "../../http/types";
import { dayOf, fullTime } from "../../lib/dates";
import { within } from "../../lib/moments";
import { useProjectAt, useTasksAt } from "../../sync/past";
import { useMe } from "../../sync/queries";
import { Day } from "../../ui/clock";
import { Icon } from "../../ui/icons";
import { useSettled } from "../../ui/settled";
import { ownTexts, useTexts } from "../../ui/texts";
import { useTitle } from "../../ui/title";
import { Failed } from "../parts/Failed";
import { Skeleton } from "../parts/Skeleton";
import { FilterBar } from "./FilterBar";
import { applyFilter, filtering, readFilter } from "./filters";
import { Comparison } from "./past/Comparison";
import { Controls } from "./past/Controls";
import { PastTask } from "./past/PastTask";
import { Board, Calendar, Table } from "./views";

const texts = ownTexts({
  en: () => import("../../locales/past/en.po"),
  ko: () => import("../../locales/past/ko.po"),
});

const LAYOUTS = ["board", "table", "calendar", "compare"] as const;
type Layout = (typeof LAYOUTS)[number];

/** A project of any moment of its life; the address keeps the moment, what is shown of it, and the task that is open. */
export default function Past({ project }: { project: Project }) {
  useTexts(texts);
  useTitle(t`${project.name} as it was`);
  const [search, setSearch] = useSearchParams();
  // The end stands still while one looks: what happens meanwhile is for the page of today.
  const first = Date.parse(project.created_at) + 1;
  const [last] = useState(() => Math.max(Date.now(), first));
  const asked = Date.parse(search.get("at") ?? "");
  const at = within(Number.isNaN(asked) ? last : asked, first, last);
  // A link may say the microsecond of a change, which a number of milliseconds does not.
  const moment = useSettled((at === asked && search.get("at")) || new Date(at).toISOString(), 80);
  const layout = LAYOUTS.find((one) => one === search.get("layout")) ?? "board";
  const openId = search.get("task") ?? undefined;
  const then = useProjectAt(project.id, moment);
  const put = useCallback(
    (name: string, value: string | undefined, replace = true) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === undefined) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace },
      ),
    [setSearch],
  );
  const move = useCallback((to: number) => put("at", new Date(to).toISOString()), [put]);
  // What is of the past is only looked at, whatever one may do today.
  const shown = useMemo(() => then.data && { ...then.data, role: "viewer" as const }, [then.data]);

  /** A link to a task leads to what it was. */
  function open(event: MouseEvent<HTMLDivElement>): void {
    const link = (event.target as HTMLElement).closest("a[href*='/tasks/']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    put("task", new URL((link as HTMLAnchorElement).href).pathname.split("/").at(-1), false);
  }

  useEffect(() => {
    if (!openId) return undefined;
    const close = (event: KeyboardEvent) => event.key === "Escape" && put("task", undefined);
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [openId, put]);

  const names: Record<Layout, string> = {
    board: t`Board`,
    table: t`Table`,
    calendar: t`Calendar`,
    compare: t`Compare with today`,
  };
  return (
    <div className={`past ${openId ? "with-panel" : ""}`}>
      <div className="past-main">
        <div className="past-bar" role="status">
          <Icon name="clock" />
          <p>
            <strong>{fullTime(new Date(at).toISOString())}</strong>{" "}
            <span>
              <Trans>
                Columns, labels and categories are those of then; who may look is decided by today's members.
              </Trans>
            </span>
          </p>
          <Link href={`/projects/${project.id}/${layout === "compare" ? "board" : layout}`} className="button small">
            <Trans>Back to today</Trans>
          </Link>
        </div>
        <Controls projectId={project.id} first={first} last={last} at={at} onMove={move} />
        <div className="segments past-layouts" role="tablist" aria-label={t`How it is shown`}>
          {LAYOUTS.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={layout === one}
              onClick={() => put("layout", one === "board" ? undefined : one)}
            >
              {names[one]}
            </button>
          ))}
        </div>
        {then.error && !then.data ? (
          <Failed error={then.error} retry={() => void then.refetch()} />
        ) : !shown ? (
          <div className="page">
            <Skeleton rows={8} />
          </div>
        ) : layout === "compare" ? (
          <Comparison
            project={project}
            from={moment}
            to={new Date(last).toISOString()}
            onOpen={(id) => put("task", id, false)}
          />
        ) : (
          <div className="past-view" onClickCapture={open}>
            <Day value={dayOf(new Date(moment))}>
              <Tasks project={shown} moment={moment} layout={layout} openId={openId} />
            </Day>
          </div>
        )}
      </div>
      {openId && shown && (
        <PastTask
          key={openId}
          id={openId}
          at={moment}
          then={shown}
          now={project}
          onClose={() => put("task", undefined)}
        />
      )}
    </div>
  );
}

interface TasksProps {
  project: Project;
  moment: string;
  layout: Exclude<Layout, "compare">;
  openId: string | undefined;
}

function Tasks({ project, moment, layout, openId }: TasksProps) {
  const tasks = useTasksAt(project.id, moment);
  const me = useMe().data?.id ?? "";
  const [search, setSearch] = useSearchParams();
  const field = useRef<HTMLInputElement>(null);
  const filter = useMemo(() => readFilter(search, layout), [search, layout]);
  const shown = useMemo(
    () => applyFilter(tasks.data ?? [], filter, project, me, dayOf(new Date(moment))),
    [tasks.data, filter, project, me, moment],
  );
  if (tasks.error && !tasks.data) return <Failed error={tasks.error} retry={() => void tasks.refetch()} />;
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
        onNew={undefined}
      />
      <Suspense fallback={<Skeleton rows={8} />}>
        {layout === "board" ? (
          <Board
            project={project}
            tasks={shown}
            loading={tasks.isPending}
            openId={openId}
            filtered={filtering(filter)}
            byHand={filter.sort === "rank"}
            fresh={false}
          />
        ) : layout === "table" ? (
          <Table project={project} tasks={shown} openId={openId} filter={filter} />
        ) : (
          <Calendar project={project} tasks={shown} openId={openId} onNew={() => undefined} />
        )}
      </Suspense>
    </>
  );
}
