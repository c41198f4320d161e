import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Task } from "../../http/types";
import { composing } from "../../lib/keys";
import { editTask, saveText } from "../../sync/changes";
import { type Conflict, ConflictNote } from "./Conflict";

export function Title({ task, readonly }: { task: Task; readonly: boolean }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const [base, setBase] = useState(task);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  async function save(): Promise<void> {
    const text = draft?.trim();
    setDraft(null);
    if (!text || text === base.title) return;
    const result = await saveText(client, base, "title", text, t`Title changed`);
    if (result.theirs) setConflict({ mine: text, theirs: result.theirs });
    else if (!result.saved) setDraft(text);
  }
  return (
    <>
      <h2 className="sr-only">{task.title}</h2>
      <textarea
        className="panel-title"
        aria-label={t`Title`}
        rows={1}
        maxLength={500}
        value={draft ?? task.title}
        readOnly={readonly}
        onFocus={() => setBase(task)}
        onChange={(event) => setDraft(event.target.value.replace(/\n/g, " "))}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (composing(event)) return;
          if (event.key === "Enter") {
            event.preventDefault();
            // What the field loses, it saves.
            event.currentTarget.closest<HTMLElement>(".panel")?.focus();
          } else if (event.key === "Escape") {
            event.stopPropagation();
            setDraft(null);
            const field = event.currentTarget;
            requestAnimationFrame(() => field.closest<HTMLElement>(".panel")?.focus());
          }
        }}
      />
      {conflict && (
        <ConflictNote
          conflict={conflict}
          field="title"
          onKeep={() => {
            setConflict(null);
            void editTask(client, conflict.theirs, { title: conflict.mine }, t`Title changed`);
          }}
          onTake={() => setConflict(null)}
        />
      )}
    </>
  );
}
