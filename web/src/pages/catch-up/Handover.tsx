import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../../http/client";
import { changesSince, myTasksAt } from "../../http/memory";
import type { Project } from "../../http/types";
import { fullDay } from "../../lib/dates";
import { keys } from "../../sync/cache";
import { statusOf, useMe, useProjects } from "../../sync/queries";
import { Empty } from "../../ui/Empty";
import { Failed } from "../parts/Failed";
import { Skeleton } from "../parts/Skeleton";
import { FATES, type Fate, fateOf, type Had } from "./groups";
import { Item } from "./Item";

/** The tasks of a project that the reader had at a moment, and what became of each. */
async function hadIn(project: Project, at: string): Promise<Had[]> {
  try {
    const tasks = await myTasksAt(project.id, at);
    if (tasks.length === 0) return [];
    const changes = new Map((await changesSince(project.id, at)).map((change) => [change.task_id, change]));
    return tasks.map((task) => ({ task, change: changes.get(task.id) }));
  } catch (error) {
    // It is younger than what the project says of itself.
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

async function handover(projects: Project[], at: string): Promise<Had[]> {
  const found: Had[] = [];
  for (const project of projects.filter(({ created_at }) => Date.parse(created_at) <= Date.parse(at)))
    found.push(...(await hadIn(project, at)));
  return found;
}

/** What became of everything that the reader had at the beginning of a day: for the first morning after a holiday. */
export function Handover({ day }: { day: string }) {
  const me = useMe().data?.id ?? "";
  const projects = useProjects().data;
  const had = useQuery({
    queryKey: keys.handover(day),
    queryFn: () => handover(projects ?? [], new Date(`${day}T00:00:00`).toISOString()),
    enabled: projects !== undefined,
    staleTime: 0,
  });
  if (had.error && !had.data) return <Failed error={had.error} retry={() => void had.refetch()} />;
  if (!had.data) return <Skeleton rows={6} />;
  const then = fullDay(day);
  if (had.data.length === 0) {
    return (
      <Empty icon="mine" title={t`You had no tasks then`}>
        <Trans>Nothing was assigned to you at the beginning of {then}.</Trans>
      </Empty>
    );
  }
  const of = (one: Had) => projects?.find((project) => project.id === one.task.project_id);
  const fate = (one: Had) => fateOf(one, me, (status) => statusOf(of(one), status).category === "done");
  return FATES.map((name) => {
    const items = had.data.filter((one) => fate(one) === name);
    // What something became of is what one wants to read.
    items.sort((one, other) => Number(!one.change) - Number(!other.change));
    return (
      items.length > 0 && (
        <section key={name} className="news" aria-labelledby={`fate-${name}`}>
          <header className="news-head">
            <h2 id={`fate-${name}`}>{fateName(name)}</h2>
            <span className="column-count">{items.length}</span>
          </header>
          <ul>
            {items.map((one) => (
              <Item
                key={one.task.id}
                projectId={one.task.project_id}
                taskId={one.task.id}
                taskKey={one.task.key}
                title={one.change?.title ?? one.task.title}
                change={one.change}
                project={of(one)}
              />
            ))}
          </ul>
        </section>
      )
    );
  });
}

function fateName(fate: Fate): string {
  switch (fate) {
    case "mine":
      return t`Still yours`;
    case "done":
      return t`Done meanwhile, or before`;
    case "others":
      return t`No longer yours`;
    case "gone":
      return t`Gone`;
  }
}
