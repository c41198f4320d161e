import { onlineManager } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../http/client";
import type { Task } from "../http/types";
import { type Command, TextConflict } from "./commands";
import { pending, setPending, type Unsent, withUnsent } from "./pending";
import { Queue, Withdrawn } from "./queue";

const task = (fields: Partial<Task> = {}) =>
  ({ id: "1", title: "old", status: "waiting", version: 3, ...fields }) as Task;
const edit = (id: string, status: string) => ({
  command: { kind: "edit", id, body: { status } } as const,
  scope: id,
  about: id,
  shows: { id, fields: { status } },
});

let shelf: Map<string, Unsent>;
let removed: string[];
let sent: string[];
let late: Command[];
let caughtUp: number[];
let answer: (command: Command, key: string) => Promise<Task> | Task;
let queues: Queue[];

/** A page of the site: what it keeps is on the shelf that the next page finds. */
function page(tab = "here"): Queue {
  const queue = new Queue({
    user: "ann",
    tab,
    shelf: {
      take: async (user) => structuredClone([...shelf.values()]).filter((unsent) => unsent.user === user),
      put: async (unsent) => void shelf.set(unsent.key, unsent),
      remove: async (keys) => {
        for (const key of keys) shelf.delete(key);
        removed.push(...keys);
      },
    },
    carryOut: async (command, key) => {
      if (!onlineManager.isOnline()) throw new ApiError(0, "offline", "");
      sent.push(`${"id" in command ? command.id : ""} ${key}`);
      return answer(command, key);
    },
    onLate: (command) => late.push(command),
    onRefused: () => {},
    onCaughtUp: (count) => caughtUp.push(count),
    wait: async () => {},
  });
  queues.push(queue);
  return queue;
}

const ids = () => sent.map((line) => line.split(" ")[0]);

beforeEach(() => {
  [shelf, removed, sent, late, caughtUp, queues] = [new Map(), [], [], [], [], []];
  answer = () => task();
  onlineManager.setOnline(true);
});
afterEach(() => {
  for (const queue of queues) queue.close();
  setPending([]);
});

describe("the queue", () => {
  it("keeps changes while the network is away and sends them in their order when it is back", async () => {
    const queue = page();
    onlineManager.setOnline(false);
    const held: string[] = [];
    const sendings = ["1", "2", "1", "3"].map((id) => queue.send(edit(id, "done"), () => held.push(id)));
    expect(held).toEqual(["1", "2", "1", "3"]);
    expect(shelf.size).toBe(4);
    expect(sent).toEqual([]);
    onlineManager.setOnline(true);
    await Promise.all(sendings.map(({ done }) => done));
    expect(ids()).toEqual(["1", "2", "1", "3"]);
    expect([shelf.size, pending().length, caughtUp]).toEqual([0, 0, [4]]);
  });

  it("sends with the same key again when an answer was lost", async () => {
    const queue = page();
    answer = () => {
      answer = () => task({ status: "done" });
      onlineManager.setOnline(false);
      throw new ApiError(0, "offline", "");
    };
    const { done, key } = queue.send(edit("1", "done"));
    await Promise.resolve();
    await Promise.resolve();
    expect(pending()).toHaveLength(1);
    onlineManager.setOnline(true);
    expect((await done).status).toBe("done");
    expect(sent).toEqual([`1 ${key}`, `1 ${key}`]);
  });

  it("sends changes of different tasks side by side and those of one task one after the other", async () => {
    const queue = page();
    const open: (() => void)[] = [];
    answer = () => new Promise((resolve) => open.push(() => resolve(task())));
    const sendings = ["1", "1", "2"].map((id) => queue.send(edit(id, "done")));
    expect(ids()).toEqual(["1", "2"]);
    open[0]?.();
    await sendings[0]?.done;
    await Promise.resolve();
    expect(ids()).toEqual(["1", "2", "1"]);
  });

  it("goes on after a reload with what the page before has left", async () => {
    onlineManager.setOnline(false);
    const before = page("before");
    const { key } = before.send(edit("1", "done"));
    before.close();
    expect(withUnsent(task()).status).toBe("waiting");
    const after = page("after");
    await after.adopt();
    expect(withUnsent(task()).status).toBe("done");
    onlineManager.setOnline(true);
    await expect.poll(() => late).toHaveLength(1);
    expect(sent).toEqual([`1 ${key}`]);
    expect(shelf.size).toBe(0);
  });

  it("keeps what was refused after it had waited, with the reason, until someone decides", async () => {
    const queue = page();
    onlineManager.setOnline(false);
    const command = { kind: "text", id: "1", field: "title", text: "mine", base: "old", version: 3 } as const;
    const { done } = queue.send({ command, scope: "1", about: "OPS-1" });
    answer = () => {
      throw new TextConflict(task({ title: "theirs", version: 5 }));
    };
    onlineManager.setOnline(true);
    await expect(done).rejects.toBeInstanceOf(TextConflict);
    const [refused] = pending();
    expect(refused?.refused?.theirs).toEqual({ text: "theirs", version: 5 });
    expect([...shelf.values()]).toEqual([refused]);
    expect(removed).toEqual([]);
    answer = () => task({ title: "mine" });
    if (refused) queue.retry(refused, { ...command, base: "theirs", version: 5 });
    await expect.poll(() => [pending().length, shelf.size, late.length]).toEqual([0, 0, 1]);
  });

  it("forgets at once what is refused while someone looks", async () => {
    const queue = page();
    answer = () => {
      throw new ApiError(403, "forbidden", "");
    };
    await expect(queue.send(edit("1", "done")).done).rejects.toMatchObject({ status: 403 });
    expect([pending().length, shelf.size]).toEqual([0, 0]);
  });

  it.each([429, 502, 503, 504])("tries again what was answered with %i", async (status) => {
    const queue = page();
    answer = () => {
      answer = () => task({ status: "done" });
      throw new ApiError(status, "unavailable", "");
    };
    expect((await queue.send(edit("1", "done")).done).status).toBe("done");
    expect(ids()).toEqual(["1", "1"]);
  });

  it("tries a busy service again, and not for ever", async () => {
    const queue = page();
    answer = () => {
      throw new ApiError(503, "unavailable", "");
    };
    await expect(queue.send(edit("1", "done")).done).rejects.toMatchObject({ status: 503 });
    expect(sent).toHaveLength(4);
  });

  it("takes back what is not on its way yet", async () => {
    const queue = page();
    onlineManager.setOnline(false);
    const { done, key } = queue.send(edit("1", "done"));
    expect(queue.withdraw([key])).toBe(true);
    await expect(done).rejects.toBeInstanceOf(Withdrawn);
    onlineManager.setOnline(true);
    expect([sent, shelf.size]).toEqual([[], 0]);
  });

  it("keeps everything when the session has ended, for the next time", async () => {
    const queue = page();
    answer = () => {
      throw new ApiError(401, "not_authenticated", "");
    };
    queue.send(edit("1", "done"));
    queue.send(edit("2", "done"));
    await expect.poll(() => sent.length).toBeGreaterThan(0);
    queue.close();
    expect(shelf.size).toBe(2);
    answer = () => task();
    await page().adopt();
    await expect.poll(() => shelf.size).toBe(0);
  });
});
