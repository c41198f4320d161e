/** The values of fields, as history, news and unsent changes show them. */
import { t } from "@lingui/core/macro";
import type { Change, Priority, Project, Role } from "../../http/types";
import { dayText } from "../../lib/dates";
import { statusOf } from "../../sync/queries";
import { fieldOf, type PlainValue, plainText } from "../../ui/fields";
import { PriorityIcon, StatusIcon } from "../../ui/icons";
import { Label } from "../../ui/Label";
import { priorityName, roleName, statusName } from "../../ui/words";
import { Name } from "./People";

export function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : value ? [String(value)] : [];
}

const short = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);

/** One value of a field as the site shows it elsewhere. */
export function Value({ field, value, project }: { field: string; value: unknown; project: Project | undefined }) {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) {
    return <span className="value none">{t`none`}</span>;
  }
  if (field === "status") {
    const status = statusOf(project, String(value));
    return (
      <span className="value">
        <StatusIcon of={status} />
        {statusName(status)}
      </span>
    );
  }
  if (field === "priority") {
    return (
      <span className="value">
        <PriorityIcon priority={value as Priority} />
        {priorityName(value as Priority)}
      </span>
    );
  }
  const plain = fieldOf(field);
  if (plain && "form" in plain) return <span className="value">{plainText(plain, value as PlainValue)}</span>;
  if (field === "due") return <span className="value">{dayText(String(value).slice(0, 10))}</span>;
  if (field === "labels") return list(value).map((label) => <Label key={label} name={label} project={project} />);
  if (field === "assignees" || field === "assignee" || field === "user_id") {
    return list(value).map((id) => (
      <span key={id} className="value">
        <Name id={id} />
      </span>
    ));
  }
  if (field === "role") return <span className="value">{roleName(value as Role)}</span>;
  if (typeof value === "object") return null;
  return <span className="value">{short(String(value))}</span>;
}

/** old → new. */
export function OldNew({ change, project }: { change: Change; project: Project | undefined }) {
  return (
    <span className="old-new">
      <span className="old">
        <Value field={change.field} value={change.old} project={project} />
      </span>
      <span className="arrow" aria-hidden="true">
        →
      </span>
      <span className="sr-only">{t`became`}</span>
      <span className="new">
        <Value field={change.field} value={change.new} project={project} />
      </span>
    </span>
  );
}
