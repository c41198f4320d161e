import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Project, Task } from "../../http/types";
import { editTask, setAssignee } from "../../sync/changes";
import { statusOf } from "../../sync/queries";
import { PLAIN, plainOf } from "../../ui/fields";
import { priorityName, statusName } from "../../ui/words";
import { AssigneePicker, DueField, LabelPicker, PriorityPicker, StatusPicker } from "./fields";
import { PlainEditor } from "./PlainEditor";

interface Props {
  task: Task;
  project: Project | undefined;
  readonly: boolean;
}

/** The fields of a task that are chosen. */
export function Properties({ task, project, readonly }: Props) {
  const client = useQueryClient();
  const status = statusOf(project, task.status);
  // Whoever may only look is not shown what could be chosen.
  const shown = (has: boolean) => has || !readonly;
  return (
    <dl className="properties">
      <div>
        <dt>
          <Trans>Status</Trans>
        </dt>
        <dd>
          <StatusPicker
            project={project}
            value={task.status}
            disabled={readonly}
            onChange={(key) => {
              const name = statusName(statusOf(project, key));
              if (key !== task.status) void editTask(client, task, { status: key }, t`${task.key} moved to ${name}`);
            }}
          />
        </dd>
      </div>
      {shown(task.assignees.length > 0) && (
        <div>
          <dt>
            <Trans>Assignees</Trans>
          </dt>
          <dd>
            <AssigneePicker
              project={project}
              value={task.assignees}
              disabled={readonly}
              onToggle={(id) => void setAssignee(client, task, id, !task.assignees.includes(id))}
            />
          </dd>
        </div>
      )}
      {shown(task.priority !== "none") && (
        <div>
          <dt>
            <Trans>Priority</Trans>
          </dt>
          <dd>
            <PriorityPicker
              value={task.priority}
              disabled={readonly}
              onChange={(priority) =>
                void editTask(client, task, { priority }, t`Priority of ${task.key}: ${priorityName(priority)}`)
              }
            />
          </dd>
        </div>
      )}
      {shown(task.due !== null) && (
        <div>
          <dt>
            <Trans>Due</Trans>
          </dt>
          <dd>
            <DueField
              value={task.due}
              done={status.category === "done"}
              disabled={readonly}
              onChange={(due) => void editTask(client, task, { due }, due ? t`Due date set` : t`Due date removed`)}
            />
          </dd>
        </div>
      )}
      {PLAIN.filter(([name]) => shown(plainOf(task, name) !== null)).map(([name, field]) => (
        <div key={name}>
          <dt>{field.label()}</dt>
          <dd>
            <PlainEditor
              name={name}
              field={field}
              value={plainOf(task, name)}
              disabled={readonly}
              onChange={(_, value) => void editTask(client, task, { [name]: value }, field.told(task.key))}
            />
          </dd>
        </div>
      ))}
      {shown(task.labels.length > 0) && (
        <div className="full">
          <dt>
            <Trans>Labels</Trans>
          </dt>
          <dd>
            <LabelPicker
              project={project}
              value={task.labels}
              disabled={readonly}
              onToggle={(label) => {
                const labels = task.labels.includes(label)
                  ? task.labels.filter((one) => one !== label)
                  : [...task.labels, label];
                void editTask(client, task, { labels }, t`Labels of ${task.key} changed`);
              }}
            />
          </dd>
        </div>
      )}
    </dl>
  );
}
