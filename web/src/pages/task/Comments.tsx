import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { useReachable } from "../../http/reach";
import type { Comment, Project, Task } from "../../http/types";
import { fullTime } from "../../lib/dates";
import { addComment, deleteComment, editComment } from "../../sync/changes";
import { withUnsentComments } from "../../sync/comments";
import { useDraft } from "../../sync/drafts";
import { usePending } from "../../sync/pending";
import { useComments, useMe, userQuery } from "../../sync/queries";
import { Ago } from "../../ui/Ago";
import { Icon } from "../../ui/icons";
import { Failed } from "../parts/Failed";
import { Markdown } from "../parts/markdown";
import { Avatar, Name } from "../parts/People";
import { Skeleton } from "../parts/Skeleton";
import { Editor } from "./Editor";

interface Props {
  task: Task;
  project: Project | undefined;
  readonly: boolean;
}

export function Comments({ task, project, readonly }: Props) {
  const client = useQueryClient();
  const comments = useComments(task.id);
  const me = useMe().data;
  const unsent = usePending();
  if (comments.isPending) return <Skeleton rows={2} />;
  if (comments.error && !comments.data) return <Failed error={comments.error} retry={() => void comments.refetch()} />;
  const shown = withUnsentComments(comments.data ?? [], unsent, task.id, me?.id ?? "");
  return (
    <div className="comments">
      {shown.length === 0 && (
        <p className="quiet">
          <Trans>No comments yet. Everyone concerned is notified about what you write here.</Trans>
        </p>
      )}
      <ol>
        {shown.map((comment) => (
          <One
            key={comment.id}
            task={task}
            project={project}
            comment={comment}
            own={comment.author === me?.id && !readonly}
          />
        ))}
      </ol>
      {!readonly && me && (
        <Editor
          project={project}
          of={`comment-${task.id}`}
          submit={t`Comment`}
          placeholder={t`Write a comment; @ mentions a member`}
          onSubmit={(body, mentions) => addComment(client, task, body, mentions)}
        />
      )}
    </div>
  );
}

interface OneProps {
  task: Task;
  project: Project | undefined;
  comment: Comment;
  own: boolean;
}

function One({ task, project, comment, own }: OneProps) {
  const client = useQueryClient();
  const { draft, keep } = useDraft(`edit-comment-${comment.id}`);
  const editing = own && draft !== null;
  const mentioned = useQueries({ queries: comment.mentions.map(userQuery) }).map((user) => user.data?.name ?? "");
  const reachable = useReachable();
  const sending = comment.id.startsWith("sending-");
  return (
    <li className={`comment ${sending ? "sending" : ""}`}>
      <Avatar id={comment.author} known={comment.author_name} size="large" />
      <div className="comment-body">
        <header>
          <strong>
            <Name id={comment.author} known={comment.author_name} />
          </strong>
          {sending ? (
            <span className="muted">{reachable ? t`Sending …` : t`Waits for the network`}</span>
          ) : (
            <Ago time={comment.created_at} />
          )}
          {comment.edited_at && (
            <span className="muted" title={fullTime(comment.edited_at)}>
              <Trans>edited</Trans>
            </span>
          )}
          <span className="spring" />
          {own && !sending && !editing && (
            <span className="comment-actions">
              <button
                type="button"
                className="icon-button"
                onClick={() => keep({ text: comment.body })}
                aria-label={t`Edit the comment`}
                title={t`Edit the comment`}
              >
                <Icon name="edit" size={14} />
              </button>
              <button
                type="button"
                className="icon-button"
                onClick={() => void deleteComment(client, task, comment)}
                aria-label={t`Delete the comment`}
                title={t`Delete the comment`}
              >
                <Icon name="trash" size={14} />
              </button>
            </span>
          )}
        </header>
        {editing ? (
          <Editor
            project={project}
            of={`edit-comment-${comment.id}`}
            submit={t`Save`}
            placeholder=""
            onCancel={() => keep(null)}
            onSubmit={(body) => editComment(client, task, comment, body)}
          />
        ) : (
          <Suspense fallback={<div className="markdown plain">{comment.body}</div>}>
            <Markdown mentions={mentioned}>{comment.body}</Markdown>
          </Suspense>
        )}
      </div>
    </li>
  );
}
