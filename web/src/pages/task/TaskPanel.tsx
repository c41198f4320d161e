import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Project, Task } from "../../http/types";
import { fullTime } from "../../lib/dates";
import { composing, typing } from "../../lib/keys";
import { deleteTask, editTask, restoreTask, saveText, setAssignee, tickPoint } from "../../sync/changes";
import { statusOf, useProject, useTask } from "../../sync/queries";
import { toast } from "../../sync/toasts";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/Picker";
import { Progress } from "../../ui/Progress";
import { useTitle } from "../../ui/title";
import { priorityName, statusName } from "../../ui/words";
import { Failed } from "../parts/Failed";
import { Markdown } from "../parts/markdown";
import { Name } from "../parts/People";
import { Skeleton } from "../parts/Skeleton";
import { Comments } from "./Comments";
import { AssigneePicker, DueField, LabelPicker, PriorityPicker, StatusPicker } from "./fields";
import { History } from "./History";

interface Props {
  id: string;
  onClose: () => void;
}

/** One task, beside the view it was opened from; on a phone over it. */
export default function TaskPanel({ id, onClose }: Props) {
  const task = useTask(id);
  const project = useProject(task.data?.project_id ?? "").data;
  const panel = useRef<HTMLElement>(null);
  useTitle(task.data ? `${task.data.key} ${task.data.title}` : "");
  useEffect(() => {
    const title = document.title;
    return () => {
      document.title = title;
    };
  }, []);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || composing(event) || typing(event.target)) return;
      if (!document.querySelector("dialog[open], [popover]:popover-open")) onClose();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onClose]);
  return (
    <aside ref={panel} className="panel" tabIndex={-1} aria-label={task.data ? t`Task ${task.data.key}` : t`Task`}>
      <header className="panel-head">
        {task.data && (
          <>
            <Link href={`/projects/${task.data.project_id}`} className="panel-project">
              {project?.name}
            </Link>
            <span className="key">{task.data.key}</span>
          </>
        )}
        <span className="spring" />
        {task.data && <Actions task={task.data} project={project} onClose={onClose} />}
        <button type="button" className="icon-button" onClick={onClose} aria-label={t`Close`} title="Esc">
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">
        {task.isPending && <Skeleton rows={5} />}
        {task.error && !task.data && <Failed error={task.error} retry={() => void task.refetch()} />}
        {task.data && <Content key={task.data.id} task={task.data} project={project} />}
      </div>
    </aside>
  );
}

function Actions({ task, project, onClose }: { task: Task; project: Project | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const writable = project !== undefined && project.role !== "viewer" && !task.deleted;
  const copy = () =>
    navigator.clipboard.writeText(`${location.origin}/tasks/${task.id}`).then(
      () => toast(t`Link copied`),
      () => toast(t`The browser does not allow copying. Copy the address from the address bar.`, { kind: "error" }),
    );
  return (
    <>
      <button
        type="button"
        className="icon-button"
        onClick={() => void copy()}
        aria-label={t`Copy link`}
        title={t`Copy link`}
      >
        <Icon name="link" />
      </button>
      {writable && (
        <Picker
          label={t`More actions`}
          className="icon-button"
          align="end"
          options={[{ id: "delete", label: t`Delete task`, icon: <Icon name="trash" />, danger: true }]}
          onPick={() => {
            onClose();
            void deleteTask(client, task);
          }}
        >
          <Icon name="more" />
        </Picker>
      )}
    </>
  );
}

function Content({ task, project }: { task: Task; project: Project | undefined }) {
  const client = useQueryClient();
  const readonly = !project || project.role === "viewer" || task.deleted;
  const status = statusOf(project, task.status);
  const [tab, setTab] = useState<"comments" | "history">("comments");
  return (
    <>
      {task.deleted && (
        <div className="deleted-note" role="status">
          <Icon name="trash" />
          <span>
            <Trans>This task is deleted. Nothing of it is lost.</Trans>
          </span>
          {project?.role !== "viewer" && (
            <button type="button" className="button small" onClick={() => void restoreTask(client, task)}>
              <Icon name="undo" />
              <Trans>Restore</Trans>
            </button>
          )}
        </div>
      )}
      <Title task={task} readonly={readonly} />
      <dl className="properties">
        <div>
          <dt>
            <Trans>Status</Trans>
          </dt>
          <dd>
            <StatusPicker
              project={project}
              value={task.status}
              disabled={readonly}
              onChange={(key) => {
                const name = statusName(statusOf(project, key));
                if (key !== task.status) void editTask(client, task, { status: key }, t`${task.key} moved to ${name}`);
              }}
            />
          </dd>
        </div>
        <div>
          <dt>
            <Trans>Assignees</Trans>
          </dt>
          <dd>
            <AssigneePicker
              project={project}
              value={task.assignees}
              disabled={readonly}
              onToggle={(id) => void setAssignee(client, task, id, !task.assignees.includes(id))}
            />
          </dd>
        </div>
        <div>
          <dt>
            <Trans>Priority</Trans>
          </dt>
          <dd>
            <PriorityPicker
              value={task.priority}
              disabled={readonly}
              onChange={(priority) =>
                void editTask(client, task, { priority }, t`Priority of ${task.key}: ${priorityName(priority)}`)
              }
            />
          </dd>
        </div>
        <div>
          <dt>
            <Trans>Due</Trans>
          </dt>
          <dd>
            <DueField
              value={task.due}
              done={status.category === "done"}
              disabled={readonly}
              onChange={(due) => void editTask(client, task, { due }, due ? t`Due date set` : t`Due date removed`)}
            />
          </dd>
        </div>
        <div className="full">
          <dt>
            <Trans>Labels</Trans>
          </dt>
          <dd>
            <LabelPicker
              project={project}
              value={task.labels}
              disabled={readonly}
              onToggle={(label) => {
                const labels = task.labels.includes(label)
                  ? task.labels.filter((one) => one !== label)
                  : [...task.labels, label];
                void editTask(client, task, { labels }, t`Labels of ${task.key} changed`);
              }}
            />
          </dd>
        </div>
      </dl>
      <Description task={task} readonly={readonly} />
      <p className="panel-origin">
        <Trans>
          Created by <Name id={task.created_by} /> on {fullTime(task.created_at)}
        </Trans>
      </p>
      <div className="segments" role="tablist" aria-label={t`Comments and history`}>
        <button type="button" role="tab" aria-selected={tab === "comments"} onClick={() => setTab("comments")}>
          <Trans>Comments</Trans>
        </button>
        <button type="button" role="tab" aria-selected={tab === "history"} onClick={() => setTab("history")}>
          <Trans>History</Trans>
        </button>
      </div>
      {tab === "comments" ? (
        <Comments task={task} project={project} readonly={readonly} />
      ) : (
        <History task={task} project={project} />
      )}
    </>
  );
}

/** The text that someone else saved while this one was being written. */
interface Conflict {
  mine: string;
  theirs: Task;
}

function Title({ task, readonly }: { task: Task; readonly: boolean }) {
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

function Description({ task, readonly }: { task: Task; readonly: boolean }) {
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

interface ConflictProps {
  conflict: Conflict;
  field: "title" | "description";
  onKeep: () => void;
  onTake: () => void;
}

function ConflictNote({ conflict, field, onKeep, onTake }: ConflictProps) {
  return (
    <div className="conflict" role="alert">
      <p>
        <Icon name="warn" />
        <Trans>Someone else saved this text while you were writing. Nothing was overwritten.</Trans>
      </p>
      <div className="conflict-texts">
        <figure>
          <figcaption>
            <Trans>Theirs, saved</Trans>
          </figcaption>
          <blockquote>{conflict.theirs[field]}</blockquote>
        </figure>
        <figure>
          <figcaption>
            <Trans>Yours</Trans>
          </figcaption>
          <blockquote>{conflict.mine}</blockquote>
        </figure>
      </div>
      <div className="edit-foot">
        <button type="button" className="button small" onClick={onTake}>
          <Trans>Keep theirs</Trans>
        </button>
        <button type="button" className="button small primary" onClick={onKeep}>
          <Trans>Save mine</Trans>
        </button>
      </div>
    </div>
  );
}
