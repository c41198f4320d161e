import { plural, t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Priority, Project, Task, User } from "../../../http/types";
import { dueText } from "../../../lib/dates";
import { labelsOf } from "../../../lib/labels";
import { assign, changeMany, edit, remove, type Step } from "../../../sync/bulk";
import { keys } from "../../../sync/cache";
import { DayPicker } from "../../../ui/DayPicker";
import { Icon, PriorityIcon, StatusIcon } from "../../../ui/icons";
import { Picker } from "../../../ui/Picker";
import { useTexts } from "../../../ui/texts";
import { PRIORITIES, priorityName, statusName } from "../../../ui/words";
import { useMemberOptions } from "../../parts/members";
import { seldom } from "../../seldom";

interface Props {
  project: Project;
  /** All tasks of the project, for the labels that there are. */
  tasks: Task[];
  selected: Task[];
  onClear: () => void;
}

const counted = (count: number): string => plural(count, { one: "# task", other: "# tasks" });

/** What all have is ticked; what only some have says how many. */
function shares(selected: Task[], of: (task: Task) => string[]): { all: string[]; hint: (id: string) => string } {
  const counts = new Map<string, number>();
  for (const id of selected.flatMap(of)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    all: [...counts].filter(([, count]) => count === selected.length).map(([id]) => id),
    hint: (id) => {
      const count = counts.get(id) ?? 0;
      return count > 0 && count < selected.length ? `${count}/${selected.length}` : "";
    },
  };
}

/** What can be done to the chosen tasks, all at once. */
export default function BulkBar({ project, tasks, selected, onClear }: Props) {
  useTexts(seldom);
  const client = useQueryClient();
  const people = shares(selected, (task) => task.assignees);
  const members = useMemberOptions(
    project,
    selected.flatMap((task) => task.assignees),
  );
  const labels = shares(selected, (task) => task.labels);
  const knownLabels = labelsOf(project, [...tasks, ...selected]);
  const change = (steps: Step[], told: (count: number) => string) => void changeMany(client, steps, told);

  function setStatus(key: string): void {
    const status = project.statuses.find((one) => one.key === key);
    if (!status) return;
    const name = statusName(status);
    const steps = selected.filter((task) => task.status !== key).map((task) => edit(task, { status: key }));
    change(steps, (count) => {
      const what = counted(count);
      return t`${what} moved to ${name}`;
    });
  }
  function setPriority(priority: Priority): void {
    const steps = selected.filter((task) => task.priority !== priority).map((task) => edit(task, { priority }));
    change(steps, (count) => {
      const what = counted(count);
      return t`Priority of ${what}: ${priorityName(priority)}`;
    });
  }
  function setDue(due: string | null): void {
    const steps = selected.filter((task) => task.due !== due).map((task) => edit(task, { due }));
    change(steps, (count) => {
      const what = counted(count);
      return due ? t`Due date of ${what}: ${dueText(due)}` : t`Due date of ${what} removed`;
    });
  }
  function togglePerson(id: string): void {
    const comes = !people.all.includes(id);
    const name = client.getQueryData<User>(keys.user(id))?.name ?? "";
    const steps = selected
      .filter((task) => task.assignees.includes(id) !== comes)
      .map((task) => assign(task, id, comes));
    change(steps, (count) => {
      const what = counted(count);
      return comes ? t`${what} assigned to ${name}` : t`${name} taken off ${what}`;
    });
  }
  function toggleLabel(label: string): void {
    const comes = !labels.all.includes(label);
    const steps = selected
      .filter((task) => task.labels.includes(label) !== comes)
      .map((task) =>
        edit(task, { labels: comes ? [...task.labels, label] : task.labels.filter((one) => one !== label) }),
      );
    change(steps, (count) => {
      const what = counted(count);
      return comes ? t`Label ${label} added to ${what}` : t`Label ${label} taken off ${what}`;
    });
  }
  function removeAll(): void {
    change(selected.map(remove), (count) => {
      const what = counted(count);
      return t`${what} deleted`;
    });
    onClear();
  }

  return (
    <div className="bulk-bar" role="toolbar" aria-label={t`Change the selected tasks`}>
      <span className="bulk-count" role="status">
        <Plural value={selected.length} one="# selected" other="# selected" />
      </span>
      <div className="bulk-actions">
        <Picker
          label={t`Status`}
          options={project.statuses.map((one) => ({
            id: one.key,
            label: statusName(one),
            icon: <StatusIcon of={one} />,
          }))}
          selected={shares(selected, (task) => [task.status]).all}
          onPick={setStatus}
        >
          <StatusIcon of={{ category: "active" }} />
          <Trans>Status</Trans>
        </Picker>
        <Picker
          label={t`Assignees`}
          options={members.map((one) => ({ ...one, hint: people.hint(one.id) || undefined }))}
          selected={people.all}
          multiple
          search={t`Find a member`}
          onPick={togglePerson}
        >
          <Icon name="person" />
          <Trans>Assignees</Trans>
        </Picker>
        <Picker
          label={t`Priority`}
          options={PRIORITIES.map((id) => ({ id, label: priorityName(id), icon: <PriorityIcon priority={id} /> }))}
          selected={shares(selected, (task) => [task.priority]).all}
          onPick={(id) => setPriority(id as Priority)}
        >
          <PriorityIcon priority="medium" />
          <Trans>Priority</Trans>
        </Picker>
        <Picker
          label={t`Labels`}
          options={knownLabels.map((label) => ({ id: label, label, hint: labels.hint(label) || undefined }))}
          selected={labels.all}
          multiple
          search={t`Find or create a label`}
          onPick={toggleLabel}
          onCreate={toggleLabel}
        >
          <Icon name="tag" />
          <Trans>Labels</Trans>
        </Picker>
        <DayPicker label={t`Due date`} className="chip" value={sameDue(selected)} onPick={setDue}>
          <Icon name="calendar" />
          <Trans>Due date</Trans>
        </DayPicker>
        {selected.some((task) => task.due) && (
          <button
            type="button"
            className="chip"
            onClick={() => setDue(null)}
            aria-label={t`No due date`}
            title={t`No due date`}
          >
            <Icon name="close" />
          </button>
        )}
        <button type="button" className="chip danger" onClick={removeAll}>
          <Icon name="trash" />
          <Trans>Delete</Trans>
        </button>
      </div>
      <button type="button" className="icon-button" aria-label={t`Clear the selection`} title="Esc" onClick={onClear}>
        <Icon name="close" />
      </button>
    </div>
  );
}

const sameDue = (tasks: Task[]): string | null => {
  const days = new Set(tasks.map((task) => task.due));
  return days.size === 1 ? ([...days][0] ?? null) : null;
};
