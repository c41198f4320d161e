/** The fields of a task, as buttons that open their choices; the same in the panel, the dialog and the lists. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Priority, Project, Task } from "../../http/types";
import { dueText } from "../../lib/dates";
import { labelColor, labelsOf } from "../../lib/labels";
import { keys } from "../../sync/cache";
import { statusOf } from "../../sync/queries";
import { useToday } from "../../ui/clock";
import { DayField } from "../../ui/DayField";
import { Due } from "../../ui/Due";
import { Dot, Icon, PriorityIcon, StatusIcon } from "../../ui/icons";
import { Label } from "../../ui/Label";
import { Picker } from "../../ui/Picker";
import { PRIORITIES, priorityName, statusName } from "../../ui/words";
import { useMemberOptions } from "../parts/members";
import { Avatars, useName } from "../parts/People";

interface StatusProps {
  project: Project | undefined;
  value: string;
  onChange: (key: string) => void;
  disabled?: boolean;
  /** Only the icon, as in lists. */
  bare?: boolean;
}

export function StatusPicker({ project, value, onChange, disabled = false, bare = false }: StatusProps) {
  const status = statusOf(project, value);
  return (
    <Picker
      label={bare ? t`Status: ${statusName(status)}` : t`Status`}
      title={statusName(status)}
      className={bare ? "icon-button" : "chip"}
      disabled={disabled}
      options={(project?.statuses ?? []).map((one) => ({
        id: one.key,
        label: statusName(one),
        icon: <StatusIcon of={one} />,
      }))}
      selected={[value]}
      onPick={onChange}
    >
      <StatusIcon of={status} />
      {!bare && <span className="chip-text">{statusName(status)}</span>}
    </Picker>
  );
}

interface PriorityProps {
  value: Priority;
  onChange: (priority: Priority) => void;
  disabled?: boolean;
  bare?: boolean;
}

export function PriorityPicker({ value, onChange, disabled = false, bare = false }: PriorityProps) {
  return (
    <Picker
      label={bare ? t`Priority: ${priorityName(value)}` : t`Priority`}
      title={priorityName(value)}
      className={bare ? "icon-button" : "chip"}
      disabled={disabled}
      options={PRIORITIES.map((id) => ({ id, label: priorityName(id), icon: <PriorityIcon priority={id} /> }))}
      selected={[value]}
      onPick={(id) => onChange(id as Priority)}
    >
      <PriorityIcon priority={value} />
      {!bare && <span className="chip-text">{priorityName(value)}</span>}
    </Picker>
  );
}

interface AssigneeProps {
  project: Project | undefined;
  value: string[];
  onToggle: (id: string) => void;
  disabled?: boolean;
}

export function AssigneePicker({ project, value, onToggle, disabled = false }: AssigneeProps) {
  const members = useMemberOptions(project, value);
  return (
    <Picker
      label={t`Assignees`}
      disabled={disabled}
      options={members}
      selected={value}
      multiple
      search={t`Find a member`}
      onPick={onToggle}
    >
      {value.length === 0 ? (
        <>
          <Icon name="person" />
          <Trans>Assign</Trans>
        </>
      ) : (
        <>
          <Avatars ids={value} />
          {value.length === 1 && <OnlyName id={value[0] ?? ""} />}
        </>
      )}
    </Picker>
  );
}

function OnlyName({ id }: { id: string }) {
  return <span className="chip-text">{useName(id)}</span>;
}

interface LabelProps {
  project: Project | undefined;
  value: string[];
  onToggle: (label: string) => void;
  disabled?: boolean;
}

export function LabelPicker({ project, value, onToggle, disabled = false }: LabelProps) {
  const client = useQueryClient();
  const tasks = client.getQueryData<Task[]>(keys.tasks(project?.id ?? "")) ?? [];
  const known = labelsOf(project, [...tasks, { labels: value }]);
  return (
    <Picker
      label={t`Labels`}
      disabled={disabled}
      options={known.map((label) => ({ id: label, label, icon: <Dot color={labelColor(project, label)} /> }))}
      selected={value}
      multiple
      search={t`Find or create a label`}
      onPick={onToggle}
      onCreate={onToggle}
    >
      {value.length === 0 ? (
        <>
          <Icon name="tag" />
          <Trans>Labels</Trans>
        </>
      ) : (
        value.map((label) => <Label key={label} name={label} project={project} />)
      )}
    </Picker>
  );
}

interface DueProps {
  value: string | null;
  onChange: (due: string | null) => void;
  done: boolean;
  disabled?: boolean;
}

export function DueField({ value, onChange, done, disabled = false }: DueProps) {
  const today = useToday();
  return (
    <DayField
      value={value}
      onChange={onChange}
      label={value ? t`Due: ${dueText(value, today)}` : t`Due date`}
      remove={t`Remove the due date`}
      disabled={disabled}
    >
      {value ? (
        <Due due={value} done={done} />
      ) : (
        <>
          <Icon name="calendar" />
          <Trans>Due date</Trans>
        </>
      )}
    </DayField>
  );
}
