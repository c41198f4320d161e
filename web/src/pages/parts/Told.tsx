import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Change, HistoryEntry, Project, TaskField } from "../../http/types";
import { fieldOf } from "../../ui/fields";
import { Name } from "./People";
import { list, OldNew } from "./Value";

function who(changes: Change[]): string {
  const change = changes.find(
    ({ field }) => field === "assignees" || field === "assignee" || field === "user_id" || field === "member",
  );
  const before = list(change?.old);
  const after = list(change?.new);
  const different = [...after.filter((id) => !before.includes(id)), ...before.filter((id) => !after.includes(id))];
  return different[0] ?? after[0] ?? before[0] ?? "";
}

interface Props {
  entry: Pick<HistoryEntry, "type" | "changes" | "actor">;
  project: Project | undefined;
  actor: ReactNode;
}

/** The sentence of one event; values stand below it where there is an old and a new one. */
export function Told({ entry: { type, changes, actor: actorId }, project, actor }: Props) {
  const first = changes[0];
  const person = who(changes);
  const values = first && <OldNew change={first} project={project} />;
  const name = <Name id={person} />;
  const field = first && type === `task.${first.field}-changed` ? fieldOf(first.field) : undefined;
  if (field) {
    return (
      <>
        {field.changed(actor)} {first?.field === "description" ? <TextChange change={first} /> : values}
      </>
    );
  }
  switch (type) {
    case "task.created":
      return <Trans>{actor} created the task</Trans>;
    case "task.rank-changed":
      return <Trans>{actor} reordered it in its column</Trans>;
    case "task.assigned":
      return person === actorId ? (
        <Trans>{actor} took it on</Trans>
      ) : (
        <Trans>
          {actor} assigned it to {name}
        </Trans>
      );
    case "task.unassigned":
      return person === actorId ? (
        <Trans>{actor} stepped back from it</Trans>
      ) : (
        <Trans>
          {actor} took {name} off it
        </Trans>
      );
    case "task.commented":
      return <Trans>{actor} commented</Trans>;
    case "task.comment-edited":
      return <Trans>{actor} edited a comment</Trans>;
    case "task.comment-deleted":
      return <Trans>{actor} deleted a comment</Trans>;
    case "task.comment-restored":
      return <Trans>{actor} restored a comment</Trans>;
    case "task.deleted":
      return <Trans>{actor} deleted the task</Trans>;
    case "task.mentioned":
      return <Trans>{actor} mentioned people in the description</Trans>;
    case "task.restored":
      return <Trans>{actor} restored the task</Trans>;
    case "project.created":
      return <Trans>{actor} created the project</Trans>;
    case "project.renamed":
      return (
        <>
          <Trans>{actor} renamed the project</Trans> {values}
        </>
      );
    case "project.statuses-changed":
      return <Trans>{actor} changed the statuses</Trans>;
    case "project.labels-changed":
      return <Trans>{actor} changed the labels of the project</Trans>;
    case "project.member-added":
      return person ? (
        <Trans>
          {actor} added {name} to the project
        </Trans>
      ) : (
        <Trans>{actor} added a member</Trans>
      );
    case "project.invited":
      return <Trans>{actor} made an invitation</Trans>;
    case "project.invitation-accepted":
      return <Trans>{actor} accepted an invitation</Trans>;
    case "project.invitation-withdrawn":
      return <Trans>{actor} withdrew an invitation</Trans>;
    case "project.member-role-changed":
      return <Trans>{actor} changed the role of a member</Trans>;
    case "project.member-removed":
      return person ? (
        <Trans>
          {actor} removed {name} from the project
        </Trans>
      ) : (
        <Trans>{actor} removed a member</Trans>
      );
    case "project.deleted":
      return <Trans>{actor} deleted the project</Trans>;
    case "project.restored":
      return <Trans>{actor} restored the project</Trans>;
    default: {
      // A field without a value, or an event of a newer release. One of this release without words does not type-check.
      const field: `task.${TaskField}-changed` = type;
      return (
        <>
          {actor} · {field}
        </>
      );
    }
  }
}

/** A long text's old and new wording, folded away. */
function TextChange({ change }: { change: Change }) {
  return (
    <details className="text-change">
      <summary>
        <Trans>Show the change</Trans>
      </summary>
      <del>{String(change.old || "")}</del>
      <ins>{String(change.new || "")}</ins>
    </details>
  );
}
