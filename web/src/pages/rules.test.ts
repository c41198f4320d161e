import { describe, expect, it } from "vitest";
import type { Task } from "../http/types";
import { keyFrom, nextKey } from "../lib/projectKey";
import { safeAddress } from "../ui/Markdown";
import { safeNext } from "./Login";
import { groupOf } from "./MyTasks";
import { toldApart } from "./parts/members";
import { statusKey } from "./project/settings/Statuses";
import { mentionAt } from "./task/Editor";

describe("addresses", () => {
  it("leads back only into the site after signing in", () => {
    expect(safeNext("/projects/1?q=a")).toBe("/projects/1?q=a");
    expect(safeNext("/projects/1#a")).toBe("/projects/1#a");
    const odd = ["/\t/evil.example", "/\n\\evil.example", "//", "", "/\\:x"];
    for (const bad of [
      null,
      ...odd,
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
    ]) {
      expect(safeNext(bad)).toBe("/projects");
    }
  });

  it("lets Markdown lead only to web and mail addresses", () => {
    expect(safeAddress("https://example.com")).toBe("https://example.com");
    expect(safeAddress("/tasks/1")).toBe("/tasks/1");
    for (const bad of [
      "javascript:alert(1)",
      " JavaScript:alert(1)",
      "data:text/html,x",
      "//evil.example",
      undefined,
    ]) {
      expect(safeAddress(bad)).toBeUndefined();
    }
  });
});

describe("suggestions", () => {
  it("makes a project's key of its initials or its first letters", () => {
    // The same names and keys as in task-service's test of its own.
    for (const [name, key] of [
      ["Website relaunch", "WR"],
      ["Operations", "OPER"],
      ["운영팀", "UYT"],
      ["개발 보드", "GB"],
      ["Équipe été", "EE"],
      ["2026 Roadmap", "ROAD"],
      ["Q4", "Q4"],
      ["X", "PRJ"],
      ["計画", "PRJ"],
      ["🚀", "PRJ"],
    ])
      expect(keyFrom(name ?? "")).toBe(key);
    expect(nextKey("OPS", ["OPS", "OPS2"])).toBe("OPS3");
    expect(nextKey("ABCDEFGHIJ", ["ABCDEFGHIJ"])).toBe("ABCDEFGHI2");
  });

  it("makes a status key that no other status has, for Korean names too", () => {
    expect(statusKey("In review", [])).toBe("in_review");
    expect(statusKey("In review", ["in_review"])).toBe("in_review_2");
    // Two people who add a column each at the same time have added two.
    expect(statusKey("검토", [])).toMatch(/^status_[a-z0-9]+$/);
    expect(statusKey("검토", [])).not.toBe(statusKey("검토", []));
  });

  it("knows when the caret stands in a mention", () => {
    expect(mentionAt("ask @ki", 7)).toEqual({ start: 4, query: "ki" });
    expect(mentionAt("@김", 2)).toEqual({ start: 0, query: "김" });
    expect(mentionAt("mail a@b.example", 16)).toBeNull();
    expect(mentionAt("@kim said", 9)).toBeNull();
  });
});

it("groups my tasks by how pressing they are; what is done is never late", () => {
  const task = (due: string | null) => ({ due }) as Task;
  expect(groupOf(task("2026-11-21"), false, "2026-11-22")).toBe("late");
  expect(groupOf(task("2026-11-21"), true, "2026-11-22")).toBe("done");
  expect(groupOf(task("2026-11-22"), false, "2026-11-22")).toBe("today");
  expect(groupOf(task("2026-11-29"), false, "2026-11-22")).toBe("week");
  expect(groupOf(task("2026-12-29"), false, "2026-11-22")).toBe("later");
  expect(groupOf(task(null), false, "2026-11-22")).toBe("undated");
});

describe("people of one name", () => {
  it("are told apart wherever one is chosen", () => {
    const options = toldApart([
      { id: "0000-aaaa", label: "Lee Jiwoo" },
      { id: "0000-bbbb", label: "lee jiwoo", hint: "No longer a member" },
      { id: "0000-cccc", label: "Ann" },
    ]);
    expect(options.map(({ hint }) => hint)).toEqual(["#aaaa", "No longer a member · #bbbb", undefined]);
  });
});
