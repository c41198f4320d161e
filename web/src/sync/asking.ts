/** The question before an undo that would replace what somebody else has chosen since. */
import { useSyncExternalStore } from "react";
import { ApiError, type Conflict } from "../http/client";
import type { Task } from "../http/types";

/** One task's part of the question; `before` has what would be put back. */
export interface Asked {
  task: Task;
  conflicts: Conflict[];
  before: Partial<Task>;
}

let shown: Asked[] = [];
let settle: (putBack: boolean) => void = () => {};
const listeners = new Set<() => void>();

function publish(next: Asked[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** What is asked now; nothing is an empty list. */
export const asked = (): Asked[] => shown;

/** Asks the person; answers whether to put back what was there before. */
export function ask(about: Asked[]): Promise<boolean> {
  return new Promise((resolve) => {
    settle = resolve;
    publish(about);
  });
}

export function answer(putBack: boolean): void {
  publish([]);
  settle(putBack);
}

export function useAsked(): Asked[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, asked);
}

/** What somebody has changed since, where that is why an undo was refused. */
export const conflictsOf = (error: unknown): Conflict[] => (error instanceof ApiError ? error.conflicts : []);

/** What is there now of what could not be taken back. */
export const theirs = (conflicts: Conflict[]): Partial<Task> =>
  Object.fromEntries(conflicts.map(({ field, now }) => [field, now]));
