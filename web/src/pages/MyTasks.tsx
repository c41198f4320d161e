import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useMemo } from "react";
import { Link } from "wouter";
import type { Project, Task } from "../http/types";
import { daysUntil } from "../lib/dates";
import { editTask } from "../sync/changes";
import { statusOf, useMyTasks, useProjects } from "../sync/queries";
import { useToday } from "../ui/clock";
import { Due } from "../ui/Due";
import { Empty } from "../ui/Empty";
import { useClosing } from "../ui/history";
import { PriorityIcon } from "../ui/icons";
import { Labels } from "../ui/Label";
import { Progress } from "../ui/Progress";
import { useTitle } from "../ui/title";
import { statusName } from "../ui/words";
import { Failed } from "./parts/Failed";
import { Skeleton } from "./parts/Skeleton";
import { StatusPicker } from "./task/fields";
import { TaskPanel } from "./task/panel";

type Group = "late" | "today" | "week" | "later" | "undated" | "done";

const RANK = { urgent: 0, high: 1, medium: 2, low: 3, none: 4 };

export function groupOf(task: Task, done: boolean, today: string): Group {
  if (done) return "done";
  if (!task.due) return "undated";
  const days = daysUntil(task.due, today);
  return days < 0 ? "late" : days === 0 ? "today" : days <= 7 ? "week" : "later";
}

export default function MyTasks({ taskId }: { taskId: string | undefined }) {
  const tasks = useMyTasks();
  const projects = useProjects().data;
  const close = useClosing("/my-tasks");
  useTitle(t`My tasks`);
  const byId = useMemo(() => new Map(projects?.map((project) => [project.id, project])), [projects]);
  const today = useToday();
  const groups = useMemo(() => {
    const found: Record<Group, Task[]> = { late: [], today: [], week: [], later: [], undated: [], done: [] };
    for (const task of tasks.data ?? []) {
      const done = statusOf(byId.get(task.project_id), task.status).category === "done";
      if (!task.deleted) found[groupOf(task, done, today)].push(task);
    }
    for (const list of Object.values(found)) {
      list.sort((a, b) => (a.due ?? "9").localeCompare(b.due ?? "9") || RANK[a.priority] - RANK[b.priority]);
    }
    return found;
  }, [tasks.data, byId, today]);
  const names: Record<Group, string> = {
    late: t`Overdue`,
    today: t`Today`,
    week: t`Next seven days`,
    later: t`Later`,
    undated: t`Without a due date`,
    done: t`Done`,
  };
  const open = (tasks.data?.length ?? 0) - groups.done.length;
  return (
    <div className={`project ${taskId ? "with-panel" : ""}`}>
      <div className="project-main scroll">
        <div className="page narrow">
          <header className="page-head">
            <h1>
              <Trans>My tasks</Trans>
            </h1>
            {tasks.data && <span className="muted">{plural(open, { one: "# open", other: "# open" })}</span>}
          </header>
          {tasks.isPending && <Skeleton />}
          {tasks.error && !tasks.data && <Failed error={tasks.error} retry={() => void tasks.refetch()} />}
          {tasks.data?.length === 0 && (
            <Empty icon="mine" title={t`Nothing is assigned to you`}>
              <Trans>
                Tasks that you or others assign to you gather here, from all projects, the most pressing first.
              </Trans>
            </Empty>
          )}
          {(Object.keys(names) as Group[]).map(
            (group) =>
              groups[group].length > 0 && (
                <details key={group} className={`group ${group}`} open={group !== "done"}>
                  <summary>
                    <h2>{names[group]}</h2>
                    <span className="column-count">{groups[group].length}</span>
                  </summary>
                  <ul className="rows">
                    {groups[group].map((task) => (
                      <Row key={task.id} task={task} project={byId.get(task.project_id)} open={task.id === taskId} />
                    ))}
                  </ul>
                </details>
              ),
          )}
        </div>
      </div>
      {taskId && (
        <Suspense fallback={<aside className="panel" />}>
          <TaskPanel key={taskId} id={taskId} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

function Row({ task, project, open }: { task: Task; project: Project | undefined; open: boolean }) {
  const client = useQueryClient();
  const status = statusOf(project, task.status);
  return (
    <li className={`row ${open ? "open" : ""} ${status.category}`}>
      <StatusPicker
        project={project}
        value={task.status}
        bare
        disabled={!project || project.role === "viewer"}
        onChange={(key) => {
          const name = statusName(statusOf(project, key));
          void editTask(client, task, { status: key }, t`${task.key} moved to ${name}`);
        }}
      />
      <span className="key">{task.key}</span>
      <Link href={`/my-tasks/${task.id}`} className="row-link">
        {task.title}
      </Link>
      <span className="row-meta">
        <Progress text={task.description} />
        <Labels names={task.labels} most={2} project={project} />
        {task.priority !== "none" && <PriorityIcon priority={task.priority} />}
        {task.due && <Due due={task.due} done={status.category === "done"} />}
        <span className="row-project">{project?.name}</span>
      </span>
    </li>
  );
}
