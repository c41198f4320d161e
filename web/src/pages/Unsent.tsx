import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, use } from "react";
import { Link } from "wouter";
import { ApiError } from "../http/client";
import { explain } from "../http/explain";
import { learn } from "../http/faults";
import { useReachable } from "../http/reach";
import { knownTask } from "../sync/cache";
import type { Command } from "../sync/commands";
import { forced } from "../sync/edits";
import { type Unsent as Change, usePending } from "../sync/pending";
import { useProject } from "../sync/queries";
import { queue } from "../sync/sending";
import { toast } from "../sync/toasts";
import { ofPreferences, ofProject } from "../sync/unsent";
import { Ago } from "../ui/Ago";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/icons";
import { useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { roleName } from "../ui/words";
import { Name } from "./parts/People";
import { Since } from "./parts/Since";
import { Value } from "./parts/Value";
import { seldom } from "./seldom";

/** What was changed on this device and has not reached the services: what waits, and what they have refused. */
export default function Unsent() {
  useTexts(seldom);
  const changes = usePending();
  const reachable = useReachable();
  useTitle(t`Unsent changes`);
  return (
    <div className="page narrow">
      <header className="page-head">
        <h1>
          <Trans>Unsent changes</Trans>
        </h1>
      </header>
      {changes.length === 0 ? (
        <Empty icon="check" title={t`Everything is sent`}>
          <Trans>What you change without a connection is kept here, on this device, until it can be sent.</Trans>
        </Empty>
      ) : (
        <ol className="unsent">
          {changes.map((change) => (
            <One key={change.key} change={change} reachable={reachable} />
          ))}
        </ol>
      )}
    </div>
  );
}

const learned = learn();

function One({ change, reachable }: { change: Change; reachable: boolean }) {
  use(learned);
  const { command, refused } = change;
  const client = useQueryClient();
  const taskId = "id" in command ? command.id : "";
  const path = pathOf(command);
  const text = textOf(command);
  const conflicts = refused?.conflicts ?? [];
  const { status = 0, code = "", detail = "" } = refused ?? {};
  const reason = refused && explain(new ApiError(status, code, detail, refused.errors, null, [], refused.reason));
  return (
    <li className={refused ? "refused" : ""}>
      <header>
        {path ? (
          <Link href={path} className={ofPreferences(command) ? "" : "key"}>
            {change.about}
          </Link>
        ) : (
          <span className="key">{change.about}</span>
        )}
        <span>
          <What command={command} projectId={knownTask(client, taskId)?.project_id ?? ""} />
        </span>
        <Ago time={new Date(change.at).toISOString()} />
      </header>
      {refused?.theirs ? (
        <div className="conflict-texts">
          <figure>
            <figcaption>
              <Trans>Theirs, saved</Trans>
            </figcaption>
            <blockquote>{refused.theirs.text}</blockquote>
          </figure>
          <figure>
            <figcaption>
              <Trans>Yours</Trans>
            </figcaption>
            <blockquote>{text}</blockquote>
          </figure>
        </div>
      ) : (
        text && <blockquote>{text}</blockquote>
      )}
      {conflicts.length > 0 && (
        <p>
          <Since conflicts={conflicts} projectId={knownTask(client, taskId)?.project_id ?? ""} />
        </p>
      )}
      <footer>
        <p className="unsent-state" role={refused ? "alert" : undefined}>
          <Icon name={refused ? "warn" : "offline"} />
          {reason ?? (reachable ? t`Sending …` : t`Waits for the network`)}
        </p>
        <Actions change={change} text={text} />
      </footer>
    </li>
  );
}

function Actions({ change, text }: { change: Change; text: string }) {
  use(learned);
  const { command, refused } = change;
  const theirs = refused?.theirs;
  const since = command.kind === "undo" && refused?.conflicts?.length ? refused.conflicts : null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast(t`Text copied`),
      () => toast(t`The browser does not allow copying. Select the text and copy it.`, { kind: "error" }),
    );
  const discard = () => {
    if (refused) queue().discard(change);
    else if (!queue().withdraw([change.key])) toast(t`It is on its way already.`);
  };
  const retry = () => {
    if (theirs && command.kind === "text")
      queue().retry(change, { ...command, base: theirs.text, version: theirs.version });
    else if (since && command.kind === "undo") queue().retry(change, forced(command, since));
    else queue().retry(change);
  };
  return (
    <div className="section-actions">
      {text && (
        <button type="button" className="button small" onClick={() => void copy()}>
          <Trans>Copy</Trans>
        </button>
      )}
      <button type="button" className="button small" onClick={discard}>
        {theirs || since ? <Trans>Keep theirs</Trans> : <Trans>Discard</Trans>}
      </button>
      {refused && (
        <button type="button" className="button small primary" onClick={retry}>
          {since ? <Trans>Restore</Trans> : theirs ? <Trans>Save mine</Trans> : <Trans>Try again</Trans>}
        </button>
      )}
    </div>
  );
}

function pathOf(command: Command): string | undefined {
  if (ofProject(command)) return `/projects/${command.projectId}/settings`;
  if (ofPreferences(command)) return "/notifications";
  return "id" in command ? `/tasks/${command.id}` : undefined;
}

function textOf(command: Command): string {
  switch (command.kind) {
    case "text":
      return command.text;
    case "comment":
    case "edit-comment":
      return command.body;
    case "tick":
      return command.point.text;
    case "create":
      return command.body.description ?? "";
    default:
      return "";
  }
}

/** The change in words. */
function What({ command, projectId }: { command: Command; projectId: string }): ReactNode {
  const project = useProject(projectId).data;
  switch (command.kind) {
    case "create":
      return <Trans>New task</Trans>;
    case "edit":
      return Object.entries(command.body)
        .filter(([field]) => field !== "after" && field !== "before")
        .map(([field, value]) => <Value key={field} field={field} value={value} project={project} />)
        .concat("after" in command.body ? [<Trans key="place">another place in its column</Trans>] : []);
    case "text":
      return command.field === "title" ? <Trans>Title</Trans> : <Trans>Description</Trans>;
    case "tick":
      return command.done ? <Trans>Tick off</Trans> : <Trans>Take the tick away</Trans>;
    case "assign":
      return (
        <Trans>
          assign <Name id={command.userId} />
        </Trans>
      );
    case "unassign":
      return (
        <Trans>
          take <Name id={command.userId} /> off
        </Trans>
      );
    case "delete":
      return <Trans>Delete task</Trans>;
    case "restore":
      return <Trans>Restore</Trans>;
    case "undo":
      return <Trans>Restore</Trans>;
    case "comment":
      return <Trans>Comment</Trans>;
    case "edit-comment":
      return <Trans>Edit the comment</Trans>;
    case "read":
    case "read-all":
      return <Trans>Mark as read</Trans>;
    case "delete-comment":
      return <Trans>Delete the comment</Trans>;
    case "project":
      return Object.entries(command.body).map(([field, value]) => {
        if (field === "statuses") return <Trans key={field}>Statuses</Trans>;
        if (field === "labels") return <Trans key={field}>Labels</Trans>;
        return <Value key={field} field={field} value={value} project={project} />;
      });
    case "member":
      return (
        <>
          <Name id={command.userId} />: {roleName(command.role)}
        </>
      );
    case "remove-member":
      return (
        <Trans>
          remove <Name id={command.userId} />
        </Trans>
      );
    case "delete-project":
      return <Trans>Delete project</Trans>;
    case "restore-project":
      return <Trans>Restore</Trans>;
    case "tell":
    case "mute":
      return <Trans>Notification settings</Trans>;
  }
}
