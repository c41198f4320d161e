import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Task } from "../../http/types";
import { saveText } from "../../sync/changes";
import type { TextField } from "../../sync/commands";
import { useDraft } from "../../sync/drafts";

interface Written {
  /** What is being written, kept on this device; null if nothing is. */
  text: string | null;
  /** What the writing began from. */
  base: string;
  busy: boolean;
  /** What someone else has saved meanwhile, once saving has found it out. */
  theirs: string | null;
  write: (text: string) => void;
  /** Nothing is written any more. */
  drop: () => void;
  /** Saves what stands in the field; `over` what the other one has saved. It stays in the field until it is stored. */
  save: (over?: boolean) => Promise<void>;
}

/** The writing of a text of a task. `told` is what the toast says once it is saved. */
export function useWritten(task: Task, field: TextField, told: string, tidy = (text: string) => text): Written {
  const client = useQueryClient();
  const { draft, keep, now } = useDraft(`${field}-${task.id}`);
  const [theirs, setTheirs] = useState<Task | null>(null);
  const [busy, setBusy] = useState(false);
  const base = draft?.base ?? task[field];
  function drop(): void {
    setTheirs(null);
    keep(null);
  }
  return {
    text: draft?.text ?? null,
    base,
    busy,
    theirs: theirs?.[field] ?? null,
    write: (text) => keep({ base: task[field], version: task.version, ...draft, text }),
    drop,
    async save(over = false) {
      if (!draft || busy) return;
      const text = tidy(draft.text);
      if (text === base && !theirs) return drop();
      const from = over && theirs ? theirs : { ...task, [field]: base, version: draft.version ?? task.version };
      setBusy(true);
      const result = await saveText(client, from, field, text, told);
      setBusy(false);
      const written = now();
      if (result.theirs) setTheirs(result.theirs);
      else if (result.saved) {
        setTheirs(null);
        // What was written on while it was saved begins from what is saved.
        const same = !written || tidy(written.text) === text;
        keep(same ? null : { ...written, base: text });
      }
    },
  };
}
