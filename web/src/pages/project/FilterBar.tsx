import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type RefObject, useEffect, useMemo, useState } from "react";
import type { Project, Task } from "../../http/types";
import { composing } from "../../lib/keys";
import { labelColor, labelsOf } from "../../lib/labels";
import { FIELDS, PLAIN } from "../../ui/fields";
import { Dot, Icon, PriorityIcon } from "../../ui/icons";
import { Picker } from "../../ui/Picker";
import { PRIORITIES, priorityName } from "../../ui/words";
import { useMemberOptions } from "../parts/members";
import { type Filter, filtering, mostFirst, NOBODY, PARAMS, SORTS, type Sort, toggled } from "./filters";

interface Props {
  project: Project;
  tasks: Task[];
  filter: Filter;
  shown: number;
  field: RefObject<HTMLInputElement | null>;
  search: URLSearchParams;
  onChange: (next: URLSearchParams) => void;
  onNew: (() => void) | undefined;
}

export function sortName(sort: Sort): string {
  switch (sort) {
    case "rank":
      return t`By hand`;
    case "created_at":
      return t`Created`;
    case "updated_at":
      return t`Updated`;
    case "key":
      return t`Key`;
    default:
      return FIELDS[sort].label();
  }
}

export function FilterBar({ project, tasks, filter, shown, field, search, onChange, onNew }: Props) {
  const assigned = useMemo(() => tasks.flatMap((task) => task.assignees), [tasks]);
  const members = useMemberOptions(project, assigned);
  const labels = useMemo(() => labelsOf(project, tasks), [project, tasks]);
  const [text, setText] = useState(filter.q);
  const change = (name: string, value: string | null) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    onChange(next);
  };
  useEffect(() => setText(filter.q), [filter.q]);
  const toggle = (name: string) => (value: string) => onChange(toggled(search, name, value));
  const clear = () => {
    const next = new URLSearchParams(search);
    for (const name of PARAMS) next.delete(name);
    onChange(next);
  };
  return (
    <search className="filters">
      <div className="search-field">
        <Icon name="search" />
        <input
          ref={field}
          type="search"
          aria-label={t`Search the tasks`}
          placeholder={t`Search`}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            change("q", event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape" && !composing(event)) event.currentTarget.blur();
          }}
        />
        <kbd>/</kbd>
      </div>
      <div className="filter-chips">
        <Picker
          label={t`Filter by assignee`}
          className={`chip ${filter.assignees.length > 0 ? "on" : ""}`}
          options={[
            { id: "me", label: t`Me`, icon: <Icon name="user" /> },
            { id: NOBODY, label: t`Nobody`, icon: <Icon name="person" /> },
            ...members,
          ]}
          selected={filter.assignees}
          multiple
          search={t`Find a member`}
          onPick={toggle("assignee")}
        >
          <Icon name="person" />
          <Trans>Assignee</Trans>
          <Count of={filter.assignees} />
        </Picker>
        <Picker
          label={t`Filter by priority`}
          className={`chip ${filter.priorities.length > 0 ? "on" : ""}`}
          options={PRIORITIES.map((id) => ({ id, label: priorityName(id), icon: <PriorityIcon priority={id} /> }))}
          selected={filter.priorities}
          multiple
          onPick={toggle("priority")}
        >
          <PriorityIcon priority="medium" />
          <Trans>Priority</Trans>
          <Count of={filter.priorities} />
        </Picker>
        {labels.length > 0 && (
          <Picker
            label={t`Filter by label`}
            className={`chip ${filter.labels.length > 0 ? "on" : ""}`}
            options={labels.map((label) => ({ id: label, label, icon: <Dot color={labelColor(project, label)} /> }))}
            selected={filter.labels}
            multiple
            search={t`Find a label`}
            onPick={toggle("label")}
          >
            <Icon name="tag" />
            <Trans>Label</Trans>
            <Count of={filter.labels} />
          </Picker>
        )}
        <Picker
          label={t`Filter by due date`}
          className={`chip ${filter.due ? "on" : ""}`}
          options={[
            { id: "late", label: t`Overdue` },
            { id: "any", label: t`With a due date` },
            { id: "none", label: t`Without a due date` },
          ]}
          selected={[filter.due]}
          onPick={(value) => change("due", value === filter.due ? null : value)}
        >
          <Icon name="calendar" />
          <Trans>Due</Trans>
          <Count of={filter.due ? [filter.due] : []} />
        </Picker>
        {PLAIN.map(([name, field]) => (
          <Picker
            key={name}
            label={t`Filter by: ${field.label()}`}
            className={`chip ${filter.plain[name] ? "on" : ""}`}
            options={field.choices.map(({ id, label }) => ({ id, label: label() }))}
            selected={[filter.plain[name] ?? ""]}
            onPick={(value) => change(name, value === filter.plain[name] ? null : value)}
          >
            <Icon name={field.icon} />
            {field.label()}
            <Count of={filter.plain[name] ? [name] : []} />
          </Picker>
        ))}
        <Picker
          label={t`Sort`}
          className="chip"
          options={SORTS.filter((sort) => sort !== "status" && sort !== "key").map((id) => ({
            id,
            label: sortName(id),
          }))}
          selected={[filter.sort]}
          onPick={(id) => change("sort", mostFirst(id as Sort) ? `-${id}` : id)}
        >
          <Icon name="sort" />
          <Trans>Sort: {sortName(filter.sort)}</Trans>
        </Picker>
        {filtering(filter) && (
          <button type="button" className="chip clear" onClick={clear}>
            <Icon name="close" size={14} />
            <Trans>Clear</Trans>
            <span className="muted">{plural(shown, { one: "# task", other: "# tasks" })}</span>
          </button>
        )}
      </div>
      {onNew && (
        <button type="button" className="button primary new-task" aria-label={t`New task`} onClick={onNew} title="C">
          <Icon name="plus" />
          <span>
            <Trans>New task</Trans>
          </span>
        </button>
      )}
    </search>
  );
}

function Count({ of }: { of: string[] }) {
  return of.length > 0 ? <span className="chip-count">{of.length}</span> : null;
}
