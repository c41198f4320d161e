/** How each change is sent. */

import { ApiError, versionsOf } from "../http/client";
import * as api from "../http/endpoints";
import type { Task } from "../http/types";
import { ticked } from "../lib/checklist";
import { type Command, type CommandOf, type Results, TextConflict } from "./commands";
import { preferencesWith } from "./unsent";

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
    case "undo":
      return undo(command, key);
    case "comment":
      return api.addComment(command.id, command.body, command.mentions ?? [], key);
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

/** Takes events back, with those behind them that this page has taken back itself: they are nobody's later choice. */
async function undo(command: CommandOf<"undo">, key: string): Promise<Task> {
  const { takenBack } = await import("./takenBack");
  const task = await api.undo(command.id, takenBack.with(command), command.force, key);
  takenBack.add(command, versionsOf(task));
  return task;
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
