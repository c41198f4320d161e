/** The colours that people give to statuses and labels. */
import type { Color, Project } from "../api/types";

export const COLORS: Color[] = ["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"];

/** A label's colour: the one that its project has given it, else one by its name. Gray has to be chosen. */
export function labelColor(project: Pick<Project, "labels"> | undefined, name: string): Color {
  return project?.labels.find((label) => label.name === name)?.color ?? byName(name);
}

function byName(name: string): Color {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % (COLORS.length - 1);
  return COLORS[sum + 1] ?? "gray";
}

/** Every label that can be given in a project, by name: those it has laid down, and those that tasks have. */
export function labelsOf(
  project: Pick<Project, "labels"> | undefined,
  tasks: readonly { labels: string[] }[],
): string[] {
  const names = [...(project?.labels ?? []).map(({ name }) => name), ...tasks.flatMap(({ labels }) => labels)];
  return [...new Set(names)].sort();
}
