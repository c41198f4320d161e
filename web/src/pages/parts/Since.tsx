import { Trans } from "@lingui/react/macro";
import type { Conflict } from "../../http/client";
import type { Change, Project } from "../../http/types";
import { useProject } from "../../sync/queries";
import { fieldOf } from "../../ui/fields";
import { Name } from "./People";
import { OldNew, Value } from "./Value";

/** What somebody has changed since, by whom, from which value to which: in the words of history. */
export function Since({ conflicts, projectId }: { conflicts: Conflict[]; projectId: string }) {
  const project = useProject(projectId).data;
  // Into another column is to another place.
  const moved = conflicts.some(({ field }) => field === "status");
  const shown = conflicts.filter(({ field }) => !(moved && field === "rank"));
  const unique = new Map(shown.map((conflict) => [conflict.field, conflict]));
  return [...unique.values()].map((conflict) => (
    <span key={conflict.field} className="since-one">
      <One conflict={conflict} project={project} />
    </span>
  ));
}

function One({ conflict: { field, yours, now, by }, project }: { conflict: Conflict; project: Project | undefined }) {
  const actor = (
    <strong>
      <Name id={by} />
    </strong>
  );
  const known = fieldOf(field);
  if (!known) {
    if (field === "deleted")
      return now ? <Trans>{actor} deleted the task</Trans> : <Trans>{actor} restored the task</Trans>;
    return <Trans>{actor} reordered it in its column</Trans>;
  }
  return (
    <>
      {known.changed(actor)}{" "}
      {Array.isArray(now) ? (
        <Value field={field} value={now} project={project} />
      ) : (
        <OldNew change={{ field, old: yours, new: now } as Change} project={project} />
      )}
    </>
  );
}
