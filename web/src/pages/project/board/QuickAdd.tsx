import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Project, Status } from "../../../http/types";
import { composing } from "../../../lib/keys";
import { createTask } from "../../../sync/changes";

/** Titles one after the other: Enter adds and stays, Escape ends. */
export function QuickAdd({ project, status, onClose }: { project: Project; status: Status; onClose: () => void }) {
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  async function add(): Promise<void> {
    const text = title.trim();
    if (!text) return onClose();
    setTitle("");
    const { state } = await createTask(client, project.id, { title: text, status: status.key });
    if (state === "refused") setTitle((now) => now || text);
  }
  return (
    <form
      className="quick-add"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        maxLength={500}
        aria-label={t`Title of the new task`}
        placeholder={t`What has to be done?`}
        value={title}
        onChange={(event) => setTitle(event.target.value.replace(/\n/g, " "))}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && !composing(event)) {
            event.preventDefault();
            void add();
          }
        }}
      />
      <div className="quick-add-foot">
        <span className="muted">
          <Trans>
            <kbd>Enter</kbd> adds
          </Trans>
        </span>
        <button type="button" className="button small" onClick={onClose}>
          <Trans>Done</Trans>
        </button>
        <button type="submit" className="button small primary" disabled={!title.trim()}>
          <Trans>Add</Trans>
        </button>
      </div>
    </form>
  );
}
