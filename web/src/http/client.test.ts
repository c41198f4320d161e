// @vitest-environment node
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError, call, onSignedOut } from "./client";

interface Seen {
  line: string;
  headers: IncomingMessage["headers"];
}

let server: Server;
let seen: Seen[];
let answers: Record<string, [number, unknown, Record<string, string>?][]>;

// A real server answers from a script: per request line one answer after the other, the last one for ever.
beforeEach(async () => {
  seen = [];
  answers = {};
  server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    seen.push({ line, headers: request.headers });
    const script = answers[line] ?? [[404, { code: "not_found" }]];
    const [status, body, headers] = (script.length > 1 ? script.shift() : script[0]) ?? [500, {}];
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(status === 204 ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = new Map<string, string>();
  Object.assign(globalThis, {
    location: { origin },
    navigator: { locks: { request: oneAtATime() } },
    localStorage: {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => store.set(key, value),
    },
  });
  onSignedOut(() => {});
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** What the browser's lock manager does, for one lock. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(_name: string, work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

const read = () => call("get", "/api/tasks/{task_id}", { path: { task_id: "1" } });
const lines = () => seen.map(({ line }) => line);

describe("a call", () => {
  it("renews an ended session once and sends the same change again with the same key", async () => {
    answers = {
      "PATCH /api/tasks/1": [
        [401, { code: "not_authenticated" }],
        [200, { id: "1" }],
      ],
      "POST /api/auth/refresh": [[200, {}]],
    };
    expect(
      await call("patch", "/api/tasks/{task_id}", { path: { task_id: "1" }, body: { title: "a" }, version: 7 }),
    ).toEqual({ id: "1" });
    expect(lines()).toEqual(["PATCH /api/tasks/1", "POST /api/auth/refresh", "PATCH /api/tasks/1"]);
    expect(seen[0]?.headers["idempotency-key"]).toBe(seen[2]?.headers["idempotency-key"]);
    expect(seen[0]?.headers["if-match"]).toBe('"7"');
  });

  it("does not renew a second time what another call has renewed since it began", async () => {
    answers = {
      "GET /api/tasks/1": [
        [401, {}],
        [401, {}],
        [200, { id: "1" }],
      ],
      "POST /api/auth/refresh": [[200, {}]],
    };
    expect(await Promise.all([read(), read()])).toEqual([{ id: "1" }, { id: "1" }]);
    expect(lines().filter((line) => line.includes("refresh"))).toHaveLength(1);
  });

  it("ends the session when it cannot be renewed", async () => {
    answers = { "GET /api/projects": [[401, {}]], "POST /api/auth/refresh": [[401, {}]] };
    let ended = 0;
    onSignedOut(() => ended++);
    await expect(call("get", "/api/projects")).rejects.toMatchObject({ status: 401 });
    expect(ended).toBe(1);
  });

  it("takes a wrong password for what it is, not for an ended session", async () => {
    answers = { "POST /api/auth/login": [[401, { code: "invalid_credentials" }]] };
    await expect(
      call("post", "/api/auth/login", { body: { email: "a@b.example", password: "x" } }),
    ).rejects.toMatchObject({ code: "invalid_credentials" });
    expect(lines()).toEqual(["POST /api/auth/login"]);
  });

  it("carries the problem's code, fields and waiting time", async () => {
    answers = {
      "POST /api/projects": [
        [
          422,
          {
            code: "validation_error",
            detail: "No.",
            errors: [{ field: "body.name", message: "too long", code: "too_long", limit: 3 }],
          },
          { "Retry-After": "9" },
        ],
      ],
    };
    const error = (await call("post", "/api/projects", { body: { name: "" } }).catch(
      (cause: unknown) => cause,
    )) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(error.field("name")).toMatchObject({ code: "too_long", limit: 3 });
    expect(error.retryAfter).toBe(9);
  });

  it("says that no answer came when the server is away", async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(call("get", "/api/projects")).rejects.toMatchObject({ status: 0, code: "offline" });
    server = createServer().listen(0);
  });

  it("repeats what a filter repeats in the address", async () => {
    answers = { "GET /api/tasks?label=a&label=b": [[200, { items: [] }]] };
    await call("get", "/api/tasks", { query: { label: ["a", "b"], q: undefined } });
    expect(lines()).toEqual(["GET /api/tasks?label=a&label=b"]);
  });
});
