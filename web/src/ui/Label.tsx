import type { Project } from "../http/types";
import { labelColor } from "../lib/labels";

export function Label({ name, project }: { name: string; project: Project | undefined }) {
  return (
    <span className={`label color-${labelColor(project, name)}`}>
      <i aria-hidden="true" />
      {name}
    </span>
  );
}
