import { t } from "@lingui/core/macro";
import { useState } from "react";
import type { Task } from "../../http/types";
import { composing } from "../../lib/keys";
import { ConflictNote } from "./Conflict";
import { DraftNote } from "./DraftNote";
import { useWritten } from "./written";

export function Title({ task, readonly }: { task: Task; readonly: boolean }) {
  const { text, base, theirs, write, drop, save } = useWritten(task, "title", t`Title changed`, tidy);
  const [writing, setWriting] = useState(false);
  return (
    <>
      <h2 className="sr-only">{task.title}</h2>
      <textarea
        className="panel-title"
        aria-label={t`Title`}
        rows={1}
        maxLength={500}
        value={text ?? task.title}
        readOnly={readonly}
        onFocus={() => setWriting(true)}
        onChange={(event) => write(event.target.value.replace(/\n/g, " "))}
        onBlur={() => {
          setWriting(false);
          if (theirs !== null) return;
          if (text?.trim()) void save();
          else drop();
        }}
        onKeyDown={(event) => {
          if (composing(event)) return;
          if (event.key === "Enter") {
            event.preventDefault();
            // What the field loses, it saves.
            event.currentTarget.closest<HTMLElement>(".panel")?.focus();
          } else if (event.key === "Escape") {
            event.stopPropagation();
            drop();
            const field = event.currentTarget;
            requestAnimationFrame(() => field.closest<HTMLElement>(".panel")?.focus());
          }
        }}
      />
      {theirs !== null ? (
        <ConflictNote mine={text ?? ""} theirs={theirs} onKeep={() => void save(true)} onTake={drop} />
      ) : (
        !writing && !readonly && text !== null && text.trim() !== base && <DraftNote onSave={save} onDrop={drop} />
      )}
    </>
  );
}

const tidy = (text: string) => text.trim();
