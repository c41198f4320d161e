/** The labels of a project: those that it has laid down, some with a colour, and those that its tasks have besides. */
import { type Color, colorOf } from "./colors";

/** A label that a project has laid down; without a colour it has the one of its name. */
export interface LaidDown {
  name: string;
  color?: Color;
}

interface Labelled {
  labels: readonly LaidDown[];
}

/** The colour that the project has given to a label, else one by its name. */
export function labelColor(project: Labelled | undefined, name: string): Color {
  return project?.labels.find((label) => label.name === name)?.color ?? colorOf(name);
}

/** Every label that can be picked in a project, by name. */
export function labelsOf(project: Labelled | undefined, tasks: readonly { labels: readonly string[] }[]): string[] {
  const names = [...(project?.labels ?? []).map(({ name }) => name), ...tasks.flatMap(({ labels }) => labels)];
  return [...new Set(names)].sort();
}

/** A project's labels with this one, in the place of one of the same name. */
export function withLabel(labels: readonly LaidDown[], label: LaidDown): LaidDown[] {
  const index = labels.findIndex(({ name }) => name === label.name);
  return index < 0 ? [...labels, label] : labels.with(index, label);
}

export const withoutLabel = (labels: readonly LaidDown[], name: string): LaidDown[] =>
  labels.filter((label) => label.name !== name);

/** A project's labels once one has another name; it keeps its colour, but where that name is taken the two are one. */
export function withRenamed(labels: readonly LaidDown[], from: string, to: string): LaidDown[] {
  const taken = labels.some(({ name }) => name === to);
  if (taken) return withoutLabel(labels, from);
  const renamed = { name: to, color: labelColor({ labels: [...labels] }, from) };
  const index = labels.findIndex(({ name }) => name === from);
  return index < 0 ? [...labels, renamed] : labels.with(index, renamed);
}

/** A task's labels once one has another name, or is gone. */
export function relabelled(labels: readonly string[], from: string, to: string | null): string[] {
  return [...new Set(labels.flatMap((label) => (label === from ? (to ?? []) : label)))];
}
