/** The labels of a project: those that it has laid down, some with a colour, and those that its tasks have besides. */
import type { Color, Project, ProjectLabel, Task } from "../api/types";
import { colorOf } from "./colors";

type Labelled = Pick<Project, "labels">;

/** The colour that the project has given to a label, else one by its name. */
export function labelColor(project: Labelled | undefined, name: string): Color {
  return project?.labels.find((label) => label.name === name)?.color ?? colorOf(name);
}

/** Every label that can be picked in a project, by name. */
export function labelsOf(project: Labelled | undefined, tasks: readonly Pick<Task, "labels">[]): string[] {
  const names = [...(project?.labels ?? []).map(({ name }) => name), ...tasks.flatMap(({ labels }) => labels)];
  return [...new Set(names)].sort();
}

/** A project's labels with this one, in the place of one of the same name. */
export function withLabel(labels: readonly ProjectLabel[], label: ProjectLabel): ProjectLabel[] {
  const index = labels.findIndex(({ name }) => name === label.name);
  return index < 0 ? [...labels, label] : labels.with(index, label);
}

export const withoutLabel = (labels: readonly ProjectLabel[], name: string): ProjectLabel[] =>
  labels.filter((label) => label.name !== name);

/** A project's labels once one has another name; it keeps its colour, but where that name is taken the two are one. */
export function withRenamed(labels: readonly ProjectLabel[], from: string, to: string): ProjectLabel[] {
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
