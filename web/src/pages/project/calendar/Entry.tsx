import { memo, useLayoutEffect, useRef } from "react";
import type { Project, Task } from "../../../http/types";
import { statusOf } from "../../../sync/queries";
import { PriorityIcon, StatusIcon } from "../../../ui/icons";
import { PlainLink } from "../../../ui/PlainLink";
import { priorityName, statusName } from "../../../ui/words";
import { Avatars } from "../../parts/People";

interface Props {
  project: Project;
  task: Task;
  /** Its day has passed and it is not done. */
  late: boolean;
  open: boolean;
  /** What stands behind the path in the address. */
  search: string;
  carried: boolean;
  dragged: boolean;
  /** A line for itself, with all there is to see of it. */
  wide?: boolean;
}

/** A task on its day. */
export const Entry = memo(function Entry({ project, task, late, open, search, carried, dragged, wide = false }: Props) {
  const link = useRef<HTMLAnchorElement>(null);
  const status = statusOf(project, task.status);
  useLayoutEffect(() => {
    if (carried) link.current?.focus({ preventScroll: true });
  });
  const done = status.category === "done";
  const state = `${done ? "done" : ""} ${late ? "late" : ""} ${open ? "open" : ""}`;
  return (
    <div
      className={`entry ${wide ? "wide" : ""} ${state} ${carried ? "carried" : ""} ${dragged ? "dragged" : ""}`}
      data-task={task.id}
      title={task.title}
    >
      <StatusIcon of={status} />
      <span className="sr-only">{statusName(status)}</span>
      <PlainLink ref={link} href={`/projects/${project.id}/tasks/${task.id}${search}`} className="entry-link">
        <span className="sr-only">{task.key} </span>
        {task.title}
      </PlainLink>
      {task.priority !== "none" && (wide || task.priority === "urgent" || task.priority === "high") && (
        <span className="entry-priority" title={priorityName(task.priority)}>
          <PriorityIcon priority={task.priority} />
          <span className="sr-only">{priorityName(task.priority)}</span>
        </span>
      )}
      {wide && <Avatars ids={task.assignees} />}
    </div>
  );
});
