import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Project, Status } from "../../../http/types";
import { composing } from "../../../lib/keys";
import { createTask } from "../../../sync/changes";
import { useDraft } from "../../../sync/drafts";

/** Titles one after the other: Enter adds and stays, Escape ends. */
export function QuickAdd({ project, status, onClose }: { project: Project; status: Status; onClose: () => void }) {
  const client = useQueryClient();
  const { draft, keep, now } = useDraft(`quick-add-${project.id}-${status.key}`);
  const title = draft?.text ?? "";
  /** Refused while something else was written already. */
  const [refused, setRefused] = useState<string[]>([]);
  const sending = useRef(new Set<string>());
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const write = (text: string) => keep(text ? { text } : null);
  function close(): void {
    if (!title.trim()) keep(null);
    onClose();
  }
  async function add(): Promise<void> {
    const text = title.trim();
    if (!text) return close();
    if (sending.current.has(text)) return;
    sending.current.add(text);
    // It stands there until it is stored; who writes on writes the next one over it.
    field.current?.select();
    const { state } = await createTask(client, project.id, { title: text, status: status.key });
    sending.current.delete(text);
    const same = (now()?.text ?? "").trim() === text;
    if (state !== "refused" && same) keep(null);
    if (state === "refused" && !same) setRefused((others) => [...others, text]);
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
        onChange={(event) => write(event.target.value.replace(/\n/g, " "))}
        onKeyDown={(event) => {
          if (composing(event)) return;
          if (event.key === "Escape") close();
          if (event.key === "Enter") {
            event.preventDefault();
            void add();
          }
        }}
      />
      {refused.map((text) => (
        <p key={text} className="draft-note">
          <Trans>Not added:</Trans> <q>{text}</q>
          <button
            type="button"
            className="link-button"
            onClick={() => {
              setRefused((others) => others.filter((one) => one !== text));
              write(title.trim() ? `${title} ${text}` : text);
              field.current?.focus();
            }}
          >
            <Trans>Put it back</Trans>
          </button>
        </p>
      ))}
      <div className="quick-add-foot">
        <span className="muted">
          <Trans>
            <kbd>Enter</kbd> adds
          </Trans>
        </span>
        <button type="button" className="button small" onClick={close}>
          <Trans>Close</Trans>
        </button>
        <button type="submit" className="button small primary" disabled={!title.trim()}>
          <Trans>Add</Trans>
        </button>
      </div>
    </form>
  );
}
