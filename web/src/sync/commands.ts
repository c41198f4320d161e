/** Every change that can wait for the network, as plain data. */

import { ApiError } from "../http/client";
import type * as api from "../http/endpoints";
import type { Comment, Preferences, Project, ProjectEdit, Role, Task, TaskChanges, Told } from "../http/types";
import type { Named } from "../lib/checklist";

export type NewTask = TaskChanges & { title: string; assignees?: string[] };
export type TextField = "title" | "description";

export type Command =
  | { kind: "create"; projectId: string; body: NewTask }
  | { kind: "edit"; id: string; body: api.TaskPatch }
  | { kind: "text"; id: string; field: TextField; text: string; base: string; version: number }
  /** A point of the description's checklist; `text` is the description that it was ticked in. */
  | { kind: "tick"; id: string; point: Named; done: boolean; text: string; version: number }
  | { kind: "assign" | "unassign"; id: string; userId: string }
  | { kind: "delete" | "restore"; id: string }
  /** Takes back what the events with these versions did to `fields`; those in `force` whoever has changed them since. */
  | { kind: "undo"; id: string; versions: number[]; fields: string[]; force: string[] }
  | { kind: "comment"; id: string; body: string; mentions?: string[] }
  | { kind: "edit-comment"; id: string; commentId: string; body: string }
  | { kind: "delete-comment"; id: string; commentId: string }
  | { kind: "read"; notice: string }
  | { kind: "read-all" }
  | ProjectCommand
  | PreferenceCommand;

export type ProjectCommand =
  | { kind: "project"; projectId: string; body: ProjectEdit }
  | { kind: "member"; projectId: string; userId: string; role: Role }
  | { kind: "remove-member"; projectId: string; userId: string }
  | { kind: "delete-project" | "restore-project"; projectId: string };

/** One tick of the notification settings. */
export type PreferenceCommand =
  | { kind: "tell"; event: Told; channel: "inbox" | "mail"; on: boolean }
  | { kind: "mute"; projectId: string; on: boolean };

export interface Results {
  create: Task;
  edit: Task;
  text: Task;
  tick: Task;
  assign: Task;
  unassign: Task;
  delete: Task;
  restore: Task;
  undo: Task;
  comment: Comment;
  "edit-comment": Comment;
  "delete-comment": undefined;
  read: unknown;
  "read-all": unknown;
  project: Project;
  member: Project;
  "remove-member": Project;
  "delete-project": Project;
  "restore-project": Project;
  tell: Preferences;
  mute: Preferences;
}
export type CommandOf<K extends Command["kind"]> = Extract<Command, { kind: K }>;
export type ResultOf<C extends Command> = Results[C["kind"]];

/** Someone else has saved the same text meanwhile; nothing was written. */
export class TextConflict extends ApiError {
  constructor(readonly theirs: Task) {
    super(412, "stale", "");
  }
}
