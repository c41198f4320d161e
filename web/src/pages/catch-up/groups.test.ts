import { describe, expect, it } from "vitest";
import type { CaughtItem, NetChange } from "../../http/memory";
import type { Task } from "../../http/types";
import { fateOf, groupOf } from "./groups";

const done = (status: string) => status === "done";
const caught = (fields: Partial<CaughtItem>) =>
  ({ kind: "changed", status: "waiting", mine: false, became_mine: false, changes: [], ...fields }) as CaughtItem;
const task = { assignees: ["ann"], status: "waiting" } as unknown as Task;
const change = (kind: string, ...changes: unknown[]) => ({ kind, changes }) as NetChange;

describe("what became of tasks", () => {
  it("is of the reader, waits for them, is somebody else's, or gone", () => {
    expect(groupOf(caught({ mine: true, became_mine: true }), done)).toBe("became");
    expect(groupOf(caught({ mine: true }), done)).toBe("waits");
    expect(groupOf(caught({ mine: true, status: "done" }), done)).toBe("others");
    expect(groupOf(caught({}), done)).toBe("others");
    expect(groupOf(caught({ kind: "removed", mine: true }), done)).toBe("gone");
  });

  it("tells of each task that one had where it is now", () => {
    expect(fateOf({ task, change: undefined }, "ann", done)).toBe("mine");
    const moved = change("changed", { field: "status", old: "waiting", new: "done" });
    expect(fateOf({ task, change: moved }, "ann", done)).toBe("done");
    const given = change("changed", { field: "assignees", old: ["ann"], new: ["bob"] });
    expect(fateOf({ task, change: given }, "ann", done)).toBe("others");
    expect(fateOf({ task, change: change("removed") }, "ann", done)).toBe("gone");
  });
});
