import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { Suspense, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useReachable } from "../../http/reach";
import type { Comment, Project, Task } from "../../http/types";
import { ago, fullTime } from "../../lib/dates";
import { composing } from "../../lib/keys";
import { addComment, deleteComment, editComment } from "../../sync/changes";
import { withUnsentComments } from "../../sync/comments";
import { usePending } from "../../sync/pending";
import { useComments, useMe, userQuery } from "../../sync/queries";
import { Icon } from "../../ui/icons";
import { Failed } from "../parts/Failed";
import { Markdown } from "../parts/markdown";
import { useMemberOptions } from "../parts/members";
import { Avatar, Name } from "../parts/People";
import { Skeleton } from "../parts/Skeleton";

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
  const [failed, setFailed] = useState("");
  if (comments.isPending) return <Skeleton rows={2} />;
  if (comments.error && !comments.data) return <Failed error={comments.error} retry={() => void comments.refetch()} />;
  const shown = withUnsentComments(comments.data ?? [], unsent, task.id, me?.id ?? "");
  return (
    <div className="comments">
      {shown.length === 0 && (
        <p className="quiet">
          <Trans>No comments yet. Everyone concerned is told of what you write here.</Trans>
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
          key={failed}
          project={project}
          initial={failed}
          submit={t`Comment`}
          placeholder={t`Write a comment; @ mentions a member`}
          onSubmit={async (body) => {
            const sent = await addComment(client, task, body);
            // What could not be sent is not lost: it stands in the field again.
            if (!sent) setFailed(body);
          }}
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
  const [editing, setEditing] = useState(false);
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
          <time dateTime={comment.created_at} title={fullTime(comment.created_at)}>
            {!sending ? ago(comment.created_at) : reachable ? t`Sending …` : t`Waits for the network`}
          </time>
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
                onClick={() => setEditing(true)}
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
            initial={comment.body}
            submit={t`Save`}
            placeholder=""
            onCancel={() => setEditing(false)}
            onSubmit={async (body) => {
              if (await editComment(client, task, comment, body)) setEditing(false);
            }}
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

/** The word after an @ that the caret stands in, if any. */
export function mentionAt(text: string, caret: number): { start: number; query: string } | null {
  const found = /(^|[\s(])@([^\s@]{0,30})$/u.exec(text.slice(0, caret));
  return found ? { start: caret - (found[2]?.length ?? 0) - 1, query: found[2] ?? "" } : null;
}

interface EditorProps {
  project: Project | undefined;
  initial: string;
  submit: string;
  placeholder: string;
  onSubmit: (body: string) => Promise<void>;
  onCancel?: () => void;
}

/** A text field with Markdown and mentions. Ctrl+Enter sends; Enter is a new line. */
function Editor({ project, initial, submit, placeholder, onSubmit, onCancel }: EditorProps) {
  const [text, setText] = useState(initial);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const members = useMemberOptions(project);
  const mention = closed ? null : mentionAt(text, caret);
  const wanted = mention?.query.toLocaleLowerCase() ?? "";
  const people = mention
    ? members.filter((member) => member.label.toLocaleLowerCase().includes(wanted)).slice(0, 6)
    : [];

  function insert(name: string): void {
    if (!mention) return;
    const next = `${text.slice(0, mention.start)}@${name} ${text.slice(caret)}`;
    const at = mention.start + name.length + 2;
    // At once, or keys that follow quickly land at the old place.
    flushSync(() => {
      setText(next);
      setCaret(at);
    });
    field.current?.focus();
    field.current?.setSelectionRange(at, at);
  }
  async function send(): Promise<void> {
    const body = text.trim();
    if (!body) return;
    if (!onCancel) setText("");
    await onSubmit(body);
  }
  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        className="input"
        rows={2}
        aria-label={submit}
        aria-autocomplete="list"
        aria-controls={people.length > 0 ? id : undefined}
        aria-activedescendant={people.length > 0 ? `${id}-${active}` : undefined}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart);
          setActive(0);
          setClosed(false);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={(event) => {
          if (composing(event)) return;
          if (people.length > 0) {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step) {
              event.preventDefault();
              setActive((active + step + people.length) % people.length);
              return;
            }
            if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              insert(people[active]?.label ?? "");
              return;
            }
            if (event.key === "Escape") {
              event.stopPropagation();
              setClosed(true);
              return;
            }
          }
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          }
          if (event.key === "Escape") onCancel?.();
        }}
      />
      {people.length > 0 && (
        <div id={id} className="mentions" role="listbox" aria-label={t`Members`}>
          {people.map((member, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which points here
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
            <div
              key={member.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className={`option ${index === active ? "active" : ""}`}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => insert(member.label)}
            >
              {member.icon}
              <span className="option-label">{member.label}</span>
            </div>
          ))}
        </div>
      )}
      <div className="edit-foot">
        <span className="spring" />
        {onCancel && (
          <button type="button" className="button small" onClick={onCancel}>
            <Trans>Cancel</Trans>
          </button>
        )}
        <button type="submit" className="button small primary" disabled={!text.trim()} title="Ctrl+Enter">
          {submit}
        </button>
      </div>
    </form>
  );
}
