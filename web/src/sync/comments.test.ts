import { expect, it } from "vitest";
import type { Comment } from "../http/types";
import { withUnsentComments } from "./comments";
import type { Unsent } from "./pending";

it("shows comments as they will be once everything is sent", () => {
  const comments = ["a", "b", "c"].map((id) => ({ id, body: id, deleted: id === "c" }) as Comment);
  const unsent = [
    { key: "1", at: 0, command: { kind: "comment", id: "task", body: "new" } },
    { key: "2", at: 0, command: { kind: "delete-comment", id: "task", commentId: "a" } },
    { key: "3", at: 0, command: { kind: "edit-comment", id: "task", commentId: "b", body: "better" } },
    { key: "4", at: 0, command: { kind: "comment", id: "another task", body: "elsewhere" } },
    { key: "5", at: 0, command: { kind: "comment", id: "task", body: "refused" }, refused: { status: 403 } },
  ] as Unsent[];
  const shown = withUnsentComments(comments, unsent, "task", "ann");
  expect(shown.map(({ id, body }) => [id, body])).toEqual([
    ["b", "better"],
    ["sending-1", "new"],
  ]);
});
