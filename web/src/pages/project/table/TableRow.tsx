import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type MouseEvent, memo, type ReactNode } from "react";
import type { Project, Task } from "../../../http/types";
import { editTask } from "../../../sync/changes";
import { statusOf } from "../../../sync/queries";
import { Ago } from "../../../ui/Ago";
import { Due } from "../../../ui/Due";
import { PLAIN, plainOf, plainText } from "../../../ui/fields";
import { Labels } from "../../../ui/Label";
import { PlainLink } from "../../../ui/PlainLink";
import { Progress } from "../../../ui/Progress";
import { priorityName, statusName } from "../../../ui/words";
import { Avatars } from "../../parts/People";
import { PriorityPicker, StatusPicker } from "../../task/fields";

interface Props {
  project: Project;
  task: Task;
  index: number;
  start: number;
  open: boolean;
  chosen: boolean;
  /** What stands behind the path in the address. */
  search: string;
  /** With `range`: everything from the last choice to here. */
  choose: (id: string, range: boolean) => void;
}

export const TableRow = memo(function TableRow({ project, task, index, start, open, chosen, search, choose }: Props) {
  const client = useQueryClient();
  const status = statusOf(project, task.status);
  const reader = project.role === "viewer";
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (reader || !event.shiftKey || (event.target as Element).closest("button, input")) return;
    event.preventDefault();
    event.stopPropagation();
    choose(task.id, true);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be laid out as a table element
    // biome-ignore lint/a11y/useFocusableInteractive: rows are not widgets here
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-task={task.id}
      className={`table-row ${open ? "open" : ""} ${chosen ? "chosen" : ""}`}
      style={{ transform: `translateY(${start}px)` }}
      onClickCapture={onClick}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
    >
      <Cell name="c-choose">
        {!reader && (
          <label className="choose">
            <input
              type="checkbox"
              checked={chosen}
              aria-label={t`Select ${task.key}`}
              onChange={(event) => choose(task.id, (event.nativeEvent as unknown as globalThis.MouseEvent).shiftKey)}
            />
          </label>
        )}
      </Cell>
      <Cell name="c-key">
        <span className="key">{task.key}</span>
      </Cell>
      <Cell name="c-status">
        <StatusPicker
          project={project}
          value={task.status}
          disabled={reader}
          onChange={(key) => {
            const name = statusName(statusOf(project, key));
            void editTask(client, task, { status: key }, t`${task.key} moved to ${name}`);
          }}
        />
      </Cell>
      <Cell name="c-priority">
        <PriorityPicker
          value={task.priority}
          bare
          disabled={reader}
          onChange={(priority) =>
            void editTask(client, task, { priority }, t`Priority of ${task.key}: ${priorityName(priority)}`)
          }
        />
      </Cell>
      <Cell name="c-title">
        <PlainLink href={`/projects/${project.id}/tasks/${task.id}${search}`} className="row-link">
          {task.title}
        </PlainLink>
        <Progress text={task.description} />
      </Cell>
      <Cell name="c-labels">
        <Labels names={task.labels} most={2} narrow={1} project={project} />
      </Cell>
      <Cell name="c-people">
        <Avatars ids={task.assignees} />
      </Cell>
      <Cell name="c-due">{task.due && <Due due={task.due} done={status.category === "done"} />}</Cell>
      {PLAIN.map(([name, field]) => (
        <Cell key={name} name={`c-plain c-${name}`}>
          {plainText(field, plainOf(task, name))}
        </Cell>
      ))}
      <Cell name="c-updated">
        <Ago time={task.updated_at} />
      </Cell>
    </div>
  );
});

export function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be laid out as a table element
    <div role="cell" className={name}>
      {children}
    </div>
  );
}
