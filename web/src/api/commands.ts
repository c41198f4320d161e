/** Every change that can wait for the network, as plain data, and how it is sent. */
import { type Named, ticked } from "../lib/checklist";
import { ApiError } from "./client";
import * as api from "./endpoints";
import type { Comment, Preferences, Project, ProjectChanges, Role, Task, TaskChanges, Told } from "./types";
import { preferencesWith } from "./unsent";

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
  | { kind: "comment"; id: string; body: string }
  | { kind: "edit-comment"; id: string; commentId: string; body: string }
  | { kind: "delete-comment"; id: string; commentId: string }
  | { kind: "read"; notice: string }
  | { kind: "read-all" }
  | ProjectCommand
  | PreferenceCommand;

export type ProjectCommand =
  | { kind: "project"; projectId: string; body: ProjectChanges }
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

/** Sends a command under its idempotency key. Raises {@link ApiError}, {@link TextConflict}. */
export async function carryOut(command: Command, key: string): Promise<Results[keyof Results]> {
  switch (command.kind) {
    case "create":
      return api.createTask(command.projectId, command.body, key);
    case "edit":
      return api.editTask(command.id, command.body, { key });
    case "text":
      return saveText(command, key);
    case "tick":
      return tick(command, key);
    case "assign":
      return api.assign(command.id, command.userId, key);
    case "unassign":
      return api.unassign(command.id, command.userId, key);
    case "delete":
      return api.deleteTask(command.id, key);
    case "restore":
      return api.restoreTask(command.id, key);
    case "comment":
      return api.addComment(command.id, command.body, key);
    case "edit-comment":
      return api.editComment(command.id, command.commentId, command.body, key);
    case "delete-comment":
      return api.deleteComment(command.id, command.commentId, key);
    case "read":
      return api.markRead(command.notice, key);
    case "read-all":
      return api.markAllRead(key);
    case "project":
      return api.editProject(command.projectId, command.body, key);
    case "member":
      return api.setMember(command.projectId, command.userId, command.role, key);
    case "remove-member":
      return api.removeMember(command.projectId, command.userId, key);
    case "delete-project":
      return api.deleteProject(command.projectId, key);
    case "restore-project":
      return api.restoreProject(command.projectId, key);
    case "tell":
    case "mute":
      return api.setPreferences(preferencesWith(await api.preferences(), command), key);
  }
}

const ATTEMPTS = 4;

/** Saves over the text that the writing began from, and over no other; what else has changed meanwhile stands. */
async function saveText(command: CommandOf<"text">, key: string): Promise<Task> {
  const { id, field, text, base } = command;
  let version = command.version;
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.editTask(id, { [field]: text }, { version, key });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      const theirs = await api.task(id);
      if (theirs[field] !== base && theirs[field] !== text) throw new TextConflict(theirs);
      if (attempt === ATTEMPTS) throw new ApiError(503, "busy", "");
      version = theirs.version;
    }
  }
}

/** Ticks the point in whatever the description says by now, so that two people tick one list without hindering each other. */
async function tick(command: CommandOf<"tick">, key: string): Promise<Task> {
  const { id, point, done } = command;
  let description = ticked(command.text, point, done) ?? command.text;
  let version = command.version;
  for (let attempt = 1; ; attempt++) {
    try {
      // Another text is another call.
      return await api.editTask(id, { description }, { version, key: attempt === 1 ? key : `${key}.${attempt}` });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      if (attempt === ATTEMPTS) throw new ApiError(503, "busy", "");
      const theirs = await api.task(id);
      const wanted = ticked(theirs.description, point, done);
      if (wanted === null) throw new TextConflict(theirs);
      if (wanted === theirs.description) return theirs;
      description = wanted;
      version = theirs.version;
    }
  }
}
