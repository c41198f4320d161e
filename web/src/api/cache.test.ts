import { describe, expect, it } from "vitest";
import { createQueryClient, keys, knownTask, putTask } from "./cache";
import type { Task } from "./types";

const task = {
  id: "t",
  project_id: "p",
  title: "old",
  status: "waiting",
  assignees: ["me"],
  deleted: false,
  version: 3,
} as Task;

function filled() {
  const client = createQueryClient();
  client.setQueryData(keys.me, { id: "me", name: "Kim" });
  client.setQueryData(keys.tasks("p"), [task]);
  client.setQueryData(keys.mine, [task]);
  return client;
}

describe("a changed task", () => {
  it("reaches every list that shows it", () => {
    const client = filled();
    putTask(client, { ...task, title: "new", version: 4 });
    expect(client.getQueryData<Task[]>(keys.tasks("p"))?.[0]?.title).toBe("new");
    expect(client.getQueryData<Task[]>(keys.mine)?.[0]?.title).toBe("new");
    expect(knownTask(client, "t")?.version).toBe(4);
  });

  it("never replaces a newer state, in whatever order the messages come", () => {
    const client = filled();
    putTask(client, { ...task, title: "newest", version: 5 });
    putTask(client, { ...task, title: "late", version: 4 });
    expect(client.getQueryData<Task[]>(keys.tasks("p"))?.[0]?.title).toBe("newest");
    expect(knownTask(client, "t")?.title).toBe("newest");
  });

  it("leaves the board when it is deleted and 'My tasks' when it is handed on", () => {
    const client = filled();
    putTask(client, { ...task, assignees: ["other"], version: 4 });
    expect(client.getQueryData(keys.mine)).toEqual([]);
    expect(client.getQueryData<Task[]>(keys.tasks("p"))).toHaveLength(1);
    putTask(client, { ...task, deleted: true, version: 5 });
    expect(client.getQueryData(keys.tasks("p"))).toEqual([]);
  });

  it("joins the lists when it is new", () => {
    const client = filled();
    putTask(client, { ...task, id: "n", version: 1 });
    expect(client.getQueryData<Task[]>(keys.tasks("p"))?.map(({ id }) => id)).toEqual(["n", "t"]);
  });
});
