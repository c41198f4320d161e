import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { Link } from "wouter";
import type { Project, Task, TaskChanges } from "../../../http/types";
import { fullTime } from "../../../lib/dates";
import { editTask, restoreTask, setAssignee } from "../../../sync/changes";
import { useCommentsAt, useTaskAt } from "../../../sync/past";
import { useTask } from "../../../sync/queries";
import { fieldOf } from "../../../ui/fields";
import { Icon } from "../../../ui/icons";
import { Failed } from "../../parts/Failed";
import { Markdown } from "../../parts/markdown";
import { Avatar, Name } from "../../parts/People";
import { Skeleton } from "../../parts/Skeleton";
import { OldNew } from "../../parts/Value";
import { Properties } from "../../task/Properties";

const FIELDS = ["title", "status", "priority", "due", "labels", "estimate", "start", "description"] as const;

interface Props {
  id: string;
  /** RFC 3339. */
  at: string;
  /** The project of then, and as it is: what can be brought back is decided by today's. */
  then: Project;
  now: Project;
  onClose: () => void;
}

/** A task as it was, what of it is different today, and the way to bring that back. */
export function PastTask({ id, at, then, now, onClose }: Props) {
  const task = useTaskAt(id, at);
  return (
    <aside className="panel past-panel" aria-label={t`Task as it was`} tabIndex={-1}>
      <header className="panel-head">
        <span className="key">{task.data?.key}</span>
        <span className="past-mark">
          <Icon name="clock" size={14} />
          {fullTime(at)}
        </span>
        <span className="spring" />
        <button type="button" className="icon-button" onClick={onClose} aria-label={t`Close`} title="Esc">
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">
        {task.error && !task.data ? (
          <Failed error={task.error} />
        ) : task.data ? (
          <Was task={task.data} at={at} then={then} now={now} />
        ) : (
          <Skeleton rows={5} />
        )}
      </div>
    </aside>
  );
}

function Was({ task, at, then, now }: { task: Task; at: string; then: Project; now: Project }) {
  const comments = useCommentsAt(task.id, at).data ?? [];
  return (
    <>
      <h2 className="past-title">{task.title}</h2>
      <Properties task={task} project={then} readonly />
      {task.description && (
        <Suspense fallback={<div className="markdown plain">{task.description}</div>}>
          <Markdown>{task.description}</Markdown>
        </Suspense>
      )}
      <Different task={task} now={now} />
      {comments.length > 0 && (
        <section className="comments" aria-label={t`Comments`}>
          <h3>
            <Trans>Comments of then</Trans>
          </h3>
          <ol>
            {comments.map((comment) => (
              <li key={comment.id} className="comment">
                <Avatar id={comment.author} known={comment.author_name} size="large" />
                <div className="comment-body">
                  <header>
                    <strong>
                      <Name id={comment.author} known={comment.author_name} />
                    </strong>
                    <time dateTime={comment.created_at}>{fullTime(comment.created_at)}</time>
                  </header>
                  <Suspense fallback={<div className="markdown plain">{comment.body}</div>}>
                    <Markdown>{comment.body}</Markdown>
                  </Suspense>
                </div>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What is otherwise today. One field, or all of it, becomes as it was: a change like any other, which can be undone. */
function Different({ task, now }: { task: Task; now: Project }) {
  const client = useQueryClient();
  const today = useTask(task.id).data;
  if (!today) return null;
  const writable = now.role !== "viewer";
  const fields = FIELDS.filter((field) => !same(task[field], today[field]));
  // A column that is gone cannot be moved to; who has left the project cannot be assigned.
  const known = (field: (typeof FIELDS)[number]) =>
    field !== "status" || now.statuses.some((status) => status.key === task.status);
  const members = new Set(now.members.map((member) => member.user_id));
  const people = [
    ...task.assignees.filter((id) => !today.assignees.includes(id) && members.has(id)),
    ...today.assignees.filter((id) => !task.assignees.includes(id)),
  ];
  const bring = (names: readonly (typeof FIELDS)[number][]) => {
    const wanted = names.filter(known);
    const changes = Object.fromEntries(wanted.map((name) => [name, task[name]])) as TaskChanges;
    if (wanted.length > 0) void editTask(client, today, changes, t`${task.key} is as it was`);
  };
  const reassign = () => {
    for (const id of people) void setAssignee(client, today, id, task.assignees.includes(id));
  };
  if (!today.deleted && fields.length === 0 && people.length === 0) {
    return (
      <p className="past-same">
        <Icon name="check" size={14} /> <Trans>It is so today as well.</Trans>
      </p>
    );
  }
  return (
    <section className="past-different" aria-label={t`What is different today`}>
      <header>
        <h3>
          <Trans>What is different today</Trans>
        </h3>
        {writable && !today.deleted && fields.some(known) && (
          <button
            type="button"
            className="button small"
            onClick={() => {
              bring(fields);
              reassign();
            }}
          >
            <Icon name="undo" />
            <Trans>Bring all back as it was</Trans>
          </button>
        )}
      </header>
      {today.deleted ? (
        <p className="deleted-note">
          <Icon name="trash" />
          <span>
            <Trans>It is deleted today.</Trans>
          </span>
          {writable && (
            <button type="button" className="button small" onClick={() => void restoreTask(client, today)}>
              <Icon name="undo" />
              <Trans>Restore</Trans>
            </button>
          )}
        </p>
      ) : (
        <ul>
          {fields.map((field) => (
            <li key={field}>
              <span className="past-field-name">{fieldOf(field)?.label()}</span>
              <OldNew change={{ field, old: task[field], new: today[field] }} project={now} />
              {writable && known(field) && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t`Bring back: ${fieldOf(field)?.label() ?? field}`}
                  title={t`Bring back as it was`}
                  onClick={() => bring([field])}
                >
                  <Icon name="undo" />
                </button>
              )}
            </li>
          ))}
          {people.length > 0 && (
            <li>
              <span className="past-field-name">
                <Trans>Assignees</Trans>
              </span>
              <OldNew change={{ field: "assignees", old: task.assignees, new: today.assignees }} project={now} />
              {writable && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t`Bring back: assignees`}
                  title={t`Bring back as it was`}
                  onClick={reassign}
                >
                  <Icon name="undo" />
                </button>
              )}
            </li>
          )}
        </ul>
      )}
      <Link href={`/projects/${now.id}/tasks/${task.id}`} className="past-today">
        <Trans>Open the task of today</Trans>
      </Link>
    </section>
  );
}
