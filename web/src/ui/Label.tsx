import type { Project } from "../http/types";
import { labelColor } from "../lib/labels";

interface Props {
  name: string;
  project: Project | undefined;
  /** Another class of its own. */
  also?: string;
}

export function Label({ name, project, also = "" }: Props) {
  return (
    <span className={`label color-${labelColor(project, name)} ${also}`.trim()}>
      <i aria-hidden="true" />
      <span className="label-text">{name}</span>
    </span>
  );
}

interface LabelsProps {
  names: string[];
  most: number;
  /** So many where the place is narrow; by default as many. */
  narrow?: number;
  project: Project | undefined;
}

/** As many labels as there is room for, and how many more there are. */
export function Labels({ names, most, narrow = most, project }: LabelsProps) {
  return (
    <>
      {names.slice(0, most).map((name, index) => (
        <Label key={name} name={name} project={project} also={index < narrow ? "" : "if-wide"} />
      ))}
      <More names={names.slice(most)} also={narrow < most ? "if-wide" : ""} />
      {narrow < most && <More names={names.slice(narrow)} also="if-narrow" />}
    </>
  );
}

function More({ names, also }: { names: string[]; also: string }) {
  if (names.length === 0) return null;
  return (
    <span className={`label-more ${also}`.trim()} title={names.join(", ")}>
      +{names.length}
    </span>
  );
}
