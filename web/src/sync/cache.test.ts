import { describe, expect, it } from "vitest";
import type { Task } from "../http/types";
import { createQueryClient, freshest, keys, knownTask, putTask, putTasks } from "./cache";

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

describe("many changed tasks", () => {
  it("reach their lists together, each by its newest state", () => {
    const client = filled();
    let written = 0;
    client.getQueryCache().subscribe(({ type, query }) => {
      if (type === "updated" && query.queryKey[0] === keys.tasks("p")[0]) written += 1;
    });
    putTasks(client, [
      { ...task, title: "newest", version: 6 },
      { ...task, title: "late", version: 5 },
      { ...task, id: "n", version: 1 },
      { ...task, id: "gone", deleted: true, version: 2 },
      { ...task, id: "elsewhere", project_id: "q", assignees: [], version: 1 },
    ]);
    const titles = client.getQueryData<Task[]>(keys.tasks("p"))?.map(({ id, title }) => `${id} ${title}`);
    expect(titles).toEqual(["n old", "t newest"]);
    expect(client.getQueryData<Task[]>(keys.mine)).toHaveLength(2);
    expect(written).toBe(1);
  });
});

describe("a list that follows the log by some milliseconds", () => {
  const at = (id: string, version: number, deleted = false) => ({ id, version, deleted });

  it("takes back nothing that this tab knows already", () => {
    const known = [at("new", 1), at("a", 3), at("gone", 1)];
    const answered = [at("a", 2), at("b", 1), at("c", 1)];
    const list = freshest(
      answered,
      known,
      (id) => (id === "b" ? at("b", 2, true) : undefined),
      (id) => id === "new",
    );
    // The new one is not listed yet, b is deleted already, and what the list no longer has is gone.
    expect(list).toEqual([at("new", 1), at("a", 3), at("c", 1)]);
  });

  it("is the service's answer where the tab has heard nothing newer", () => {
    const nothing = () => undefined;
    expect(freshest([at("a", 2)], [at("a", 1)], nothing)).toEqual([at("a", 2)]);
    expect(freshest([], [at("never heard of since", 1)], nothing)).toEqual([]);
  });
});
