import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import type { Priority, Project, TaskChanges } from "../../http/types";
import { composing } from "../../lib/keys";
import { createTask } from "../../sync/changes";
import { Dialog } from "../../ui/Dialog";
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

export function NewTask({ project, due: firstDue, onClose }: Props) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const kept = useKeptSearch();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [status, setStatus] = useState(project.statuses[0]?.key ?? "");
  const [priority, setPriority] = useState<Priority>("none");
  const [due, setDue] = useState<string | null>(firstDue ?? null);
  const [labels, setLabels] = useState<string[]>([]);
  const [assignees, setAssignees] = useState<string[]>([]);
  const [plain, setPlain] = useState<TaskChanges>({});
  const [busy, setBusy] = useState(false);
  async function submit(event?: FormEvent): Promise<void> {
    event?.preventDefault();
    if (!title.trim() || busy) return;
    setBusy(true);
    const own = { title: title.trim(), description, status, priority, due, labels, assignees };
    const fields = { ...plain, ...own };
    const outcome = await createTask(client, project.id, fields);
    setBusy(false);
    if (outcome.state === "refused") return;
    onClose();
    if (outcome.state === "sent") go(kept(`/projects/${project.id}/tasks/${outcome.result.id}`));
  }
  const flip = (list: string[], id: string) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
  return (
    <Dialog title={t`New task in ${project.name}`} onClose={onClose} className="wide">
      <form
        onSubmit={submit}
        className="form"
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !composing(event)) void submit();
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
          onChange={(event) => setTitle(event.target.value)}
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
          onChange={(event) => setDescription(event.target.value)}
        />
        <div className="chips">
          <StatusPicker project={project} value={status} onChange={setStatus} />
          <PriorityPicker value={priority} onChange={setPriority} />
          <AssigneePicker project={project} value={assignees} onToggle={(id) => setAssignees(flip(assignees, id))} />
          <DueField value={due} onChange={setDue} done={false} />
          {PLAIN.map(([name, field]) => (
            <PlainEditor
              key={name}
              name={name}
              field={field}
              value={(plain[name] ?? null) as PlainValue}
              onChange={(_, value) => setPlain({ ...plain, [name]: value })}
            />
          ))}
          <LabelPicker project={project} value={labels} onToggle={(label) => setLabels(flip(labels, label))} />
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
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
