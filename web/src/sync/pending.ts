/**
 * What this tab has changed and no service has confirmed yet. Whatever comes from the services is shown with it on top,
 * so that a change that waits for the network is not undone by an older answer.
 */
import { useSyncExternalStore } from "react";
import type { Conflict, FieldError } from "../http/client";
import type { Preferences, Project, Task } from "../http/types";
import type { Command } from "./commands";
import { ofPreferences, ofProject, preferencesWith, projectWith } from "./unsent";

export interface Refusal {
  status: number;
  code: string;
  detail: string;
  errors?: FieldError[];
  reason?: string;
  /** The text as someone else has saved it meanwhile. */
  theirs?: { text: string; version: number };
  /** What somebody has changed since, where it was to be taken back. */
  conflicts?: Conflict[];
}

/** One change as it is kept on this device. Plain data: it outlives the tab. */
export interface Unsent {
  /** The idempotency key, the same in every attempt. */
  key: string;
  user: string;
  /** The tab that answers for it. */
  tab: string;
  /** When it was made, in milliseconds since 1970. */
  at: number;
  /** Those of one scope are sent one after the other. */
  scope: string;
  command: Command;
  /** The task as the list of unsent changes names it. */
  about: string;
  /** What of the task shows meanwhile. */
  shows?: { id: string; fields: Partial<Task> } | undefined;
  /** Why it is not sent any more until its author decides. */
  refused?: Refusal | undefined;
}

let list: readonly Unsent[] = [];
const listeners = new Set<() => void>();

export const pending = (): readonly Unsent[] => list;

/** For the queue alone. */
export function setPending(next: readonly Unsent[]): void {
  list = next;
  for (const listener of listeners) listener();
}

export function usePending(): readonly Unsent[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, pending);
}

/** The task with what is not confirmed yet. */
export function withUnsent(task: Task): Task {
  let shown = task;
  for (const { shows, refused } of list) if (shows?.id === task.id && !refused) shown = { ...shown, ...shows.fields };
  return shown;
}

/** The project with what is not confirmed yet. */
export function withUnsentProject(project: Project): Project {
  let shown = project;
  for (const { command, refused } of list)
    if (ofProject(command) && command.projectId === project.id && !refused) shown = projectWith(shown, command);
  return shown;
}

/** The preferences with what is not confirmed yet. */
export function withUnsentPreferences(preferences: Preferences): Preferences {
  let shown = preferences;
  for (const { command, refused } of list)
    if (ofPreferences(command) && !refused) shown = preferencesWith(shown, command);
  return shown;
}
