import { describe, expect, it } from "vitest";
import type { Project, Task } from "../../http/types";
import { applyFilter, NOBODY, readFilter, toggled } from "./filters";

const project = {
  id: "p",
  statuses: [
    { key: "waiting", name: "Waiting", category: "waiting" },
    { key: "done", name: "Done", category: "done" },
  ],
} as Project;

const base: Task = {
  id: "1",
  project_id: "p",
  key: "OPS-1",
  title: "Renew the certificate",
  description: "",
  status: "waiting",
  priority: "none",
  estimate: null,
  start: null,
  due: null,
  labels: [],
  assignees: [],
  rank: "V00001",
  created_by: "u",
  created_at: "2026-11-01T00:00:00Z",
  updated_at: "2026-11-01T00:00:00Z",
  deleted: false,
  version: 1,
};
const tasks: Task[] = [
  base,
  {
    ...base,
    id: "2",
    rank: "V00002",
    key: "OPS-2",
    title: "서버 인증서 갱신",
    priority: "high",
    assignees: ["me-id"],
    due: "2026-11-10",
  },
  {
    ...base,
    id: "10",
    rank: "V0000A",
    key: "OPS-10",
    title: "Close",
    status: "done",
    due: "2026-11-02",
    labels: ["ops"],
  },
];

const keysFor = (query: string, view: "board" | "table" = "table") =>
  applyFilter([...tasks], readFilter(new URLSearchParams(query), view), project, "me-id", "2026-11-20").map(
    (task) => task.key,
  );

describe("the filter of a project's tasks", () => {
  it("finds Korean text and several words in any order", () => {
    expect(keysFor("q=갱신 서버")).toEqual(["OPS-2"]);
    expect(keysFor("q=certificate renew")).toEqual(["OPS-1"]);
  });

  it("takes 'me' for the reader and knows tasks that nobody has", () => {
    expect(keysFor("assignee=me")).toEqual(["OPS-2"]);
    expect(keysFor(`assignee=${NOBODY}&sort=key`)).toEqual(["OPS-1", "OPS-10"]);
  });

  it("does not call a finished task overdue", () => {
    expect(keysFor("due=late")).toEqual(["OPS-2"]);
  });

  it("sorts keys by their number and puts tasks without a due date last, both ways", () => {
    expect(keysFor("sort=key")).toEqual(["OPS-1", "OPS-2", "OPS-10"]);
    expect(keysFor("sort=due")).toEqual(["OPS-10", "OPS-2", "OPS-1"]);
    expect(keysFor("sort=-due")).toEqual(["OPS-2", "OPS-10", "OPS-1"]);
  });

  it("is as people put it on the board, until another order is asked for", () => {
    expect(keysFor("", "board")).toEqual(["OPS-1", "OPS-2", "OPS-10"]);
    expect(keysFor("sort=-priority", "board")[0]).toBe("OPS-2");
    expect(keysFor("sort=rank")).toEqual(keysFor("", "board"));
  });

  it("begins with the most pressing and ignores a sort that it does not know", () => {
    expect(keysFor("")[0]).toBe("OPS-2");
    expect(keysFor("sort=constructor")).toEqual(keysFor(""));
  });

  it("puts a choice into the address and takes it out again", () => {
    const once = toggled(new URLSearchParams("q=a"), "label", "ops");
    expect(`${once}`).toBe("q=a&label=ops");
    expect(`${toggled(once, "label", "ops")}`).toBe("q=a");
  });
});

describe("plain fields", () => {
  const estimated = [3, null, 0.5, 0].map((estimate, index) => ({
    ...base,
    id: `${index}`,
    key: `OPS-${index}`,
    estimate,
  }));
  const shown = (query: string) =>
    applyFilter([...estimated], readFilter(new URLSearchParams(query), "table"), project, "me-id", "2026-11-20").map(
      (task) => task.estimate,
    );

  it("are sorted by, and what has none comes last, whichever way", () => {
    expect(shown("sort=estimate")).toEqual([0, 0.5, 3, null]);
    expect(shown("sort=-estimate")).toEqual([3, 0.5, 0, null]);
  });

  it("are filtered by; a choice that there is not filters nothing", () => {
    expect(shown("estimate=any&sort=key")).toEqual([3, 0.5, 0]);
    expect(shown("estimate=none")).toEqual([null]);
    expect(shown("estimate=constructor&sort=key")).toEqual([3, null, 0.5, 0]);
  });
});
