import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Priority, Project, TaskChanges } from "../../http/types";
import { composing } from "../../lib/keys";
import { createTask } from "../../sync/changes";
import { useDraft } from "../../sync/drafts";
import { askToClose, Dialog } from "../../ui/Dialog";
import { PLAIN, type PlainValue } from "../../ui/fields";
import { useKeptSearch } from "../../ui/history";
import { AssigneePicker, DueField, LabelPicker, PriorityPicker, StatusPicker } from "../task/fields";
import { PlainEditor } from "../task/PlainEditor";

interface Props {
  project: Project;
  /** The day to begin with, YYYY-MM-DD. */
  due?: string | undefined;
  onClose: () => void;
}

interface Fields {
  title: string;
  description: string;
  status: string;
  priority: Priority;
  due: string | null;
  labels: string[];
  assignees: string[];
  plain: TaskChanges;
}

const blank = (project: Project, due: string | undefined): Fields => ({
  title: "",
  description: "",
  status: project.statuses[0]?.key ?? "",
  priority: "none",
  due: due ?? null,
  labels: [],
  assignees: [],
  plain: {},
});

/** A new task; what is written stays on this device until it is made or thrown away. */
export default function NewTask({ project, due: firstDue, onClose }: Props) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const kept = useKeptSearch();
  const { draft, keep } = useDraft(`new-task-${project.id}`);
  const fields: Fields = { ...blank(project, firstDue), ...(draft ? (JSON.parse(draft.text) as Partial<Fields>) : {}) };
  const { title, description, status, priority, due, labels, assignees, plain } = fields;
  const set = (part: Partial<Fields>) => keep({ text: JSON.stringify({ ...fields, ...part }) });
  const filled = title.trim() !== "" || description.trim() !== "";
  function close(): void {
    keep(null);
    onClose();
  }
  // What a field saves by the very key that sends the dialog is sent with it.
  const latest = useRef(plain);
  latest.current = plain;
  const [busy, setBusy] = useState(false);
  async function submit(event?: FormEvent): Promise<void> {
    event?.preventDefault();
    if (!title.trim() || busy) return;
    setBusy(true);
    const own = { title: title.trim(), description, status, priority, due, labels, assignees };
    const outcome = await createTask(client, project.id, { ...latest.current, ...own });
    setBusy(false);
    if (outcome.state === "refused") return;
    close();
    if (outcome.state === "sent") go(kept(`/projects/${project.id}/tasks/${outcome.result.id}`));
  }
  const flip = (list: string[], id: string) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
  return (
    <Dialog title={t`New task in ${project.name}`} onClose={close} filled={filled} className="wide">
      <form
        onSubmit={submit}
        className="form"
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !composing(event))
            event.currentTarget.requestSubmit();
        }}
      >
        <input
          className="title-input"
          data-autofocus
          aria-label={t`Title`}
          placeholder={t`What has to be done?`}
          value={title}
          maxLength={500}
          required
          onChange={(event) => set({ title: event.target.value })}
          onKeyDown={(event) => {
            // The Enter that ends a Korean syllable is not the Enter that sends.
            if (event.key === "Enter" && composing(event)) event.preventDefault();
          }}
        />
        <textarea
          className="input description-input"
          aria-label={t`Description`}
          placeholder={t`Describe it, in Markdown if you like`}
          rows={5}
          value={description}
          onChange={(event) => set({ description: event.target.value })}
        />
        <div className="chips">
          <StatusPicker project={project} value={status} onChange={(key) => set({ status: key })} />
          <PriorityPicker value={priority} onChange={(one) => set({ priority: one })} />
          <AssigneePicker
            project={project}
            value={assignees}
            onToggle={(id) => set({ assignees: flip(assignees, id) })}
          />
          <DueField value={due} onChange={(day) => set({ due: day })} done={false} />
          {PLAIN.map(([name, field]) => (
            <PlainEditor
              key={name}
              name={name}
              field={field}
              value={(plain[name] ?? null) as PlainValue}
              onChange={(_, value) => {
                latest.current = { ...latest.current, [name]: value };
                set({ plain: latest.current });
              }}
            />
          ))}
          <LabelPicker project={project} value={labels} onToggle={(label) => set({ labels: flip(labels, label) })} />
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={(event) => askToClose(event.currentTarget)}>
            <Trans>Cancel</Trans>
          </button>
          <button type="submit" className="button primary" disabled={busy || !title.trim()}>
            <Trans>Create task</Trans>
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
