import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Project } from "../../../http/types";
import { restoreTask } from "../../../sync/changes";
import { useDeletedTasks } from "../../../sync/queries";
import { Icon } from "../../../ui/icons";
import { Skeleton } from "../../parts/Skeleton";

export function DeletedTasks({ project }: { project: Project }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const deleted = useDeletedTasks(project.id, open);
  return (
    <section className="section">
      <details className="group" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="section-summary">
          <h2>
            <Trans>Deleted tasks</Trans>
          </h2>
        </summary>
        {open && deleted.isPending && <Skeleton rows={2} />}
        {deleted.data?.length === 0 && (
          <p className="section-hint">
            <Trans>Nothing was deleted here.</Trans>
          </p>
        )}
        {deleted.data && deleted.data.length > 0 && (
          <ul className="rows">
            {deleted.data.map((task) => (
              <li key={task.id} className="row">
                <span className="key">{task.key}</span>
                <Link href={`/projects/${project.id}/tasks/${task.id}`} className="row-link">
                  {task.title}
                </Link>
                {project.role !== "viewer" && (
                  <button type="button" className="button small" onClick={() => void restoreTask(client, task)}>
                    <Icon name="undo" />
                    <Trans>Restore</Trans>
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </details>
    </section>
  );
}
