import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useRef } from "react";
import type { Task } from "../../http/types";
import { composing } from "../../lib/keys";
import { tickPoint } from "../../sync/changes";
import { Icon } from "../../ui/icons";
import { Progress } from "../../ui/Progress";
import { Markdown } from "../parts/markdown";
import { ConflictNote } from "./Conflict";
import { useWritten } from "./written";

export function Description({ task, readonly }: { task: Task; readonly: boolean }) {
  const client = useQueryClient();
  const { text, base, busy, theirs, write, drop, save } = useWritten(task, "description", t`Description saved`);
  const field = useRef<HTMLTextAreaElement>(null);
  const editing = text !== null && !readonly;
  /** A draft of another day is shown, and takes no focus. */
  const begun = useRef(false);
  useEffect(() => {
    if (editing && begun.current) field.current?.focus();
  }, [editing]);
  function edit(): void {
    begun.current = true;
    write(task.description);
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
            value={text}
            onChange={(event) => write(event.target.value)}
            onKeyDown={(event) => {
              if (composing(event)) return;
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
              if (event.key === "Escape" && text === base) drop();
            }}
          />
          {theirs !== null ? (
            <ConflictNote mine={text} theirs={theirs} onKeep={() => void save(true)} onTake={drop} />
          ) : (
            <div className="edit-foot">
              {task.description !== base && (
                <span className="field-hint">
                  <Trans>Someone else changed this text. Saving will show you both.</Trans>
                </span>
              )}
              {!begun.current && text !== base && (
                <span className="draft-note">
                  <Trans>Draft, kept on this device</Trans>
                </span>
              )}
              <span className="spring" />
              <button type="button" className="button small" onClick={drop}>
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
