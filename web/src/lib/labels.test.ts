import { describe, expect, test } from "vitest";
import { COLORS, colorOf } from "./colors";
import { labelColor, labelsOf, relabelled, withLabel, withoutLabel, withRenamed } from "./labels";

const project = { labels: [{ name: "bug", color: "red" as const }, { name: "docs" }] };

describe("the colour of a label", () => {
  test("is the project's, else one by its name", () => {
    expect(labelColor(project, "bug")).toBe("red");
    expect(labelColor(project, "docs")).toBe(colorOf("docs"));
    expect(labelColor(undefined, "bug")).toBe(colorOf("bug"));
  });

  test("by name is never gray, and not the same for all", () => {
    const found = new Set(["a", "b", "c", "d", "e", "f", "g", "h", "버그", "문서"].map(colorOf));
    expect(found).not.toContain("gray");
    expect(found.size).toBeGreaterThan(4);
    for (const color of found) expect(COLORS).toContain(color);
  });
});

test("labels that can be picked are the project's and its tasks', each once, by name", () => {
  expect(labelsOf(project, [{ labels: ["zoo", "bug"] }, { labels: ["apple"] }])).toEqual([
    "apple",
    "bug",
    "docs",
    "zoo",
  ]);
});

test("a label is laid down behind the others, or takes the place of its name", () => {
  expect(withLabel(project.labels, { name: "ops" })).toEqual([...project.labels, { name: "ops" }]);
  expect(withLabel(project.labels, { name: "bug", color: "pink" })[0]).toEqual({ name: "bug", color: "pink" });
  expect(withoutLabel(project.labels, "bug")).toEqual([{ name: "docs" }]);
});

describe("another name", () => {
  test("keeps the colour, also one that was not chosen", () => {
    expect(withRenamed(project.labels, "bug", "defect")[0]).toEqual({ name: "defect", color: "red" });
    expect(withRenamed(project.labels, "typed", "laid down").at(-1)).toEqual({
      name: "laid down",
      color: colorOf("typed"),
    });
  });

  test("that is taken makes the two one", () => {
    expect(withRenamed(project.labels, "docs", "bug")).toEqual([{ name: "bug", color: "red" }]);
    expect(relabelled(["docs", "ops", "bug"], "docs", "bug")).toEqual(["bug", "ops"]);
  });

  test("stands where the old one stood in a task; one that is gone leaves no gap", () => {
    expect(relabelled(["a", "b", "c"], "b", "x")).toEqual(["a", "x", "c"]);
    expect(relabelled(["a", "b", "c"], "b", null)).toEqual(["a", "c"]);
  });
});
