import { plural } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import type { NetChange } from "../../http/memory";
import type { Project } from "../../http/types";
import { fieldOf } from "../../ui/fields";
import { Avatars, Name } from "../parts/People";
import { OldNew } from "../parts/Value";

interface Props {
  projectId: string;
  taskId: string;
  taskKey: string;
  title: string;
  change: NetChange | undefined;
  project: Project | undefined;
}

/** One task and the net of what became of it, however many steps led there. */
export function Item({ projectId, taskId, taskKey, title, change, project }: Props) {
  return (
    <li className="caught">
      <Link href={`/projects/${projectId}/tasks/${taskId}`} className="caught-task">
        <span className="key">{taskKey}</span>
        <span className={change?.kind === "removed" ? "caught-title gone" : "caught-title"}>{title}</span>
      </Link>
      {change && <Net change={change} project={project} />}
      {change && change.actors.length > 0 && (
        <p className="caught-by">
          <Avatars ids={change.actors} />
          <span>
            {change.actors.slice(0, 2).map((id, index) => (
              <span key={id}>
                {index > 0 && ", "}
                <Name id={id} />
              </span>
            ))}
            {change.actors.length > 2 && ` +${change.actors.length - 2}`} ·{" "}
            {plural(change.steps, { one: "# change", other: "# changes" })}
          </span>
        </p>
      )}
    </li>
  );
}

function Net({ change: { kind, changes, comments }, project }: { change: NetChange; project: Project | undefined }) {
  return (
    <ul className="caught-changes">
      {kind === "added" && (
        <li>
          <Trans>New</Trans>
        </li>
      )}
      {kind === "removed" && (
        <li>
          <Trans>Deleted</Trans>
        </li>
      )}
      {kind === "restored" && (
        <li>
          <Trans>Restored</Trans>
        </li>
      )}
      {changes.map((change) => (
        <li key={change.field}>
          <span className="caught-field">{fieldOf(change.field)?.label() ?? change.field}</span>{" "}
          {change.field === "description" ? <Trans>changed</Trans> : <OldNew change={change} project={project} />}
        </li>
      ))}
      {comments > 0 && <li>{plural(comments, { one: "# new comment", other: "# new comments" })}</li>}
    </ul>
  );
}
