import { afterEach, describe, expect, it, vi } from "vitest";
import type { Task } from "../http/types";
import { changeMany, edit, remove } from "./bulk";
import { createQueryClient, keys } from "./cache";
import { carryOut } from "./carryOut";
import type { Command } from "./commands";
import { startSending } from "./sending";

const tasks = ["a", "b", "c", "d"].map(
  (id, index) =>
    ({ id, key: `OPS-${index + 1}`, project_id: "p", status: "waiting", deleted: false, version: 1 }) as Task,
);

interface Sent {
  id: string;
  method: string;
  key: string;
  body: Partial<Task>;
}

/** A service that refuses some tasks; answers what was sent to it. */
function service(refused: Record<string, number>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    const id = url.pathname.split("/")[3] ?? "";
    const body = init.body ? JSON.parse(String(init.body)) : {};
    sent.push({ id, method: init.method ?? "", key: new Headers(init.headers).get("Idempotency-Key") ?? "", body });
    const status = refused[id];
    if (status) return Response.json({ code: "refused", detail: "no" }, { status });
    const task = tasks.find((one) => one.id === id);
    const headers = { "Taskledger-Versions": "2-2" };
    return Response.json({ ...task, ...body, deleted: init.method === "DELETE", version: 2 }, { headers });
  });
  return sent;
}

let stop = () => {};

/** Somebody who has the project's tasks, and whose changes are sent. */
function filled() {
  const client = createQueryClient();
  stop = startSending(client, "somebody", { take: async () => [], put: async () => {}, remove: async () => {} });
  client.setQueryData(keys.tasks("p"), tasks);
  const statuses = () => client.getQueryData<Task[]>(keys.tasks("p"))?.map((task) => `${task.id}:${task.status}`);
  return { client, statuses };
}

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

describe("one change to many tasks", () => {
  it("shows at once and is one command for each, under a key of its own", async () => {
    const sent = service({});
    const { client, statuses } = filled();
    const steps = tasks.slice(0, 3).map((task) => edit(task, { status: "done" }));
    const work = changeMany(client, steps, (count) => `${count} done`);
    expect(statuses()).toEqual(["a:done", "b:done", "c:done", "d:waiting"]);
    await work;
    expect(statuses()).toEqual(["a:done", "b:done", "c:done", "d:waiting"]);
    expect(sent.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
  });

  it("takes back what was refused and keeps the rest", async () => {
    service({ b: 409 });
    const { client, statuses } = filled();
    await changeMany(
      client,
      tasks.map((task) => edit(task, { status: "done" })),
      String,
    );
    expect(statuses()).toEqual(["a:done", "b:waiting", "c:done", "d:done"]);
  });

  it("asks no more once the role does not allow it", async () => {
    const sent = service(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, 403])));
    const { client } = filled();
    const many = Array.from({ length: 50 }, (_, index) => ({ ...tasks[0], id: `t${index}` }) as Task);
    await changeMany(client, many.map(remove), String);
    expect(sent.length).toBeLessThan(15);
  });

  it("can be gone back from, each task to what it was", async () => {
    const sent = service({});
    const [task] = tasks as [Task];
    const step = edit(task, { status: "done" });
    const made = (await carryOut(step.command, "k")) as Task;
    const gone = (await carryOut(remove(task).command, "k")) as Task;
    for (const back of [step.back(made), remove(task).back(gone)]) await carryOut(back?.command as Command, "k");
    expect(sent.slice(2).map(({ method, body }) => [method, body])).toEqual([
      ["POST", { versions: [2], force: [] }],
      ["POST", { versions: [2], force: [] }],
    ]);
    expect(step.back(task)).toBeNull();
  });
});
