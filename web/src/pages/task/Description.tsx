import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useRef, useState } from "react";
import type { Task } from "../../http/types";
import { composing } from "../../lib/keys";
import { editTask, saveText, tickPoint } from "../../sync/changes";
import { Icon } from "../../ui/icons";
import { Progress } from "../../ui/Progress";
import { Markdown } from "../parts/markdown";
import { type Conflict, ConflictNote } from "./Conflict";

export function Description({ task, readonly }: { task: Task; readonly: boolean }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const [base, setBase] = useState(task);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const editing = draft !== null;
  useEffect(() => {
    if (editing) field.current?.focus();
  }, [editing]);
  function edit(): void {
    setBase(task);
    setDraft(task.description);
  }
  async function save(): Promise<void> {
    if (draft === null || busy) return;
    if (draft === base.description) return setDraft(null);
    setBusy(true);
    const result = await saveText(client, base, "description", draft, t`Description saved`);
    setBusy(false);
    if (result.theirs) setConflict({ mine: draft, theirs: result.theirs });
    else if (result.saved) setDraft(null);
  }
  return (
    <section className="description" aria-label={t`Description`}>
      {editing ? (
        <>
          <textarea
            ref={field}
            className="input description-edit"
            aria-label={t`Description`}
            placeholder={t`Describe it, in Markdown if you like`}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (composing(event)) return;
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
              if (event.key === "Escape" && draft === base.description) setDraft(null);
            }}
          />
          {conflict ? (
            <ConflictNote
              conflict={conflict}
              field="description"
              onKeep={() => {
                setConflict(null);
                setDraft(null);
                void editTask(client, conflict.theirs, { description: conflict.mine }, t`Description saved`);
              }}
              onTake={() => {
                setConflict(null);
                setDraft(null);
              }}
            />
          ) : (
            <div className="edit-foot">
              {task.description !== base.description && (
                <span className="field-hint">
                  <Trans>Someone else changed this text. Saving will show you both.</Trans>
                </span>
              )}
              <span className="spring" />
              <button type="button" className="button small" onClick={() => setDraft(null)}>
                <Trans>Cancel</Trans>
              </button>
              <button type="button" className="button small primary" disabled={busy} onClick={() => void save()}>
                <Trans>Save</Trans>
              </button>
            </div>
          )}
        </>
      ) : task.description ? (
        <>
          <Progress text={task.description} className="in-words" />
          <Suspense fallback={<div className="markdown plain">{task.description}</div>}>
            <Markdown {...(!readonly && { onTick: (point, done) => void tickPoint(client, task, point, done) })}>
              {task.description}
            </Markdown>
          </Suspense>
          {!readonly && (
            <button
              type="button"
              className="icon-button edit-description"
              onClick={edit}
              aria-label={t`Edit the description`}
              title={t`Edit the description`}
            >
              <Icon name="edit" />
            </button>
          )}
        </>
      ) : (
        !readonly && (
          <button type="button" className="add-description" onClick={edit}>
            <Trans>Add a description …</Trans>
          </button>
        )
      )}
    </section>
  );
}
