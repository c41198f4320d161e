import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Project, Task } from "../../http/types";
import { fullTime } from "../../lib/dates";
import { composing, typing } from "../../lib/keys";
import { restoreTask } from "../../sync/changes";
import { useProject, useTask } from "../../sync/queries";
import { Icon } from "../../ui/icons";
import { useTexts } from "../../ui/texts";
import { useTitle } from "../../ui/title";
import { Failed } from "../parts/Failed";
import { Name } from "../parts/People";
import { Skeleton } from "../parts/Skeleton";
import { told } from "../told";
import { Actions } from "./Actions";
import { Comments } from "./Comments";
import { Description } from "./Description";
import { History } from "./History";
import { Properties } from "./Properties";
import { Title } from "./Title";

interface Props {
  id: string;
  onClose: () => void;
}

/** One task, beside the view it was opened from; on a phone over it. */
export default function TaskPanel({ id, onClose }: Props) {
  useTexts(told);
  const task = useTask(id);
  const project = useProject(task.data?.project_id ?? "").data;
  const panel = useRef<HTMLElement>(null);
  useTitle(task.data ? `${task.data.key} ${task.data.title}` : "");
  useEffect(() => {
    const title = document.title;
    return () => {
      document.title = title;
    };
  }, []);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || composing(event) || typing(event.target)) return;
      if (!document.querySelector("dialog[open], [popover]:popover-open")) onClose();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onClose]);
  return (
    <aside ref={panel} className="panel" tabIndex={-1} aria-label={task.data ? t`Task ${task.data.key}` : t`Task`}>
      <header className="panel-head">
        {task.data && (
          <>
            <Link href={`/projects/${task.data.project_id}`} className="panel-project">
              {project?.name}
            </Link>
            <span className="key">{task.data.key}</span>
          </>
        )}
        <span className="spring" />
        {task.data && <Actions task={task.data} project={project} onClose={onClose} />}
        <button type="button" className="icon-button" onClick={onClose} aria-label={t`Close`} title="Esc">
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">
        {task.isPending && <Skeleton rows={5} />}
        {task.error && !task.data && <Failed error={task.error} retry={() => void task.refetch()} />}
        {task.data && <Content key={task.data.id} task={task.data} project={project} />}
      </div>
    </aside>
  );
}

function Content({ task, project }: { task: Task; project: Project | undefined }) {
  const client = useQueryClient();
  const readonly = !project || project.role === "viewer" || task.deleted;
  const [tab, setTab] = useState<"comments" | "history">("comments");
  return (
    <>
      {task.deleted && (
        <div className="deleted-note" role="status">
          <Icon name="trash" />
          <span>
            <Trans>This task is deleted. Nothing of it is lost.</Trans>
          </span>
          {project?.role !== "viewer" && (
            <button type="button" className="button small" onClick={() => void restoreTask(client, task)}>
              <Icon name="undo" />
              <Trans>Restore</Trans>
            </button>
          )}
        </div>
      )}
      <Title task={task} readonly={readonly} />
      <Properties task={task} project={project} readonly={readonly} />
      <Description task={task} readonly={readonly} />
      <p className="panel-origin">
        <Trans>
          Created by <Name id={task.created_by} /> on {fullTime(task.created_at)}
        </Trans>
      </p>
      <div className="segments" role="tablist" aria-label={t`Comments and history`}>
        <button type="button" role="tab" aria-selected={tab === "comments"} onClick={() => setTab("comments")}>
          <Trans>Comments</Trans>
        </button>
        <button type="button" role="tab" aria-selected={tab === "history"} onClick={() => setTab("history")}>
          <Trans>History</Trans>
        </button>
      </div>
      {tab === "comments" ? (
        <Comments task={task} project={project} readonly={readonly} />
      ) : (
        <History task={task} project={project} />
      )}
    </>
  );
}
