import { afterEach, describe, expect, it, vi } from "vitest";
import type { Task } from "../http/types";
import { createQueryClient, keys } from "./cache";
import { prefetchProject } from "./queries";

const page = (from: number) =>
  Array.from({ length: 2 }, (_, at) => ({ id: `t${from + at}`, version: 1, deleted: false }));
const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
const shown = (client: ReturnType<typeof createQueryClient>) =>
  client.getQueryData<Task[]>(keys.tasks("p"))?.map(({ id }) => id);

afterEach(() => vi.unstubAllGlobals());

describe("the tasks of a large project", () => {
  it("are shown from the first page on, while the others are on their way", async () => {
    let second: (answer: Response) => void = () => undefined;
    const later = new Promise<Response>((resolve) => {
      second = resolve;
    });
    vi.stubGlobal("fetch", (address: URL | string) => {
      const url = String(address);
      if (!url.includes("/tasks")) return Promise.resolve(json({ id: "p", role: "owner", version: 1 }));
      return url.includes("cursor=") ? later : Promise.resolve(json({ items: page(0), next_cursor: "more" }));
    });
    const client = createQueryClient();
    prefetchProject(client, "p");
    await vi.waitFor(() => expect(shown(client)).toEqual(["t0", "t1"]));
    second(json({ items: page(2), next_cursor: null }));
    await vi.waitFor(() => expect(shown(client)).toEqual(["t0", "t1", "t2", "t3"]));
  });
});
