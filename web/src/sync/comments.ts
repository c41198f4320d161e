/** The comments of a task as they will be: what is not confirmed yet stands in its place. */

import type { Comment } from "../http/types";
import type { Unsent } from "./pending";

export function withUnsentComments(
  comments: readonly Comment[],
  unsent: readonly Unsent[],
  taskId: string,
  author: string,
): Comment[] {
  let shown = comments.filter((comment) => !comment.deleted);
  for (const { command, key, at, refused } of unsent) {
    if (refused || !("id" in command) || command.id !== taskId) continue;
    if (command.kind === "comment") shown = [...shown, placeholder(key, author, command.body, at)];
    if (command.kind === "delete-comment") shown = shown.filter(({ id }) => id !== command.commentId);
    if (command.kind === "edit-comment") {
      shown = shown.map((one) => (one.id === command.commentId ? { ...one, body: command.body } : one));
    }
  }
  return shown;
}

function placeholder(key: string, author: string, body: string, at: number): Comment {
  const created_at = new Date(at).toISOString();
  return {
    id: `sending-${key}`,
    author,
    author_name: null,
    body,
    mentions: [],
    created_at,
    edited_at: null,
    deleted: false,
  };
}
