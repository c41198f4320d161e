import { describe, expect, it } from "vitest";
import { byRank, columnOf, inserted, placeAt, placeOf, type Ranked, rankAt } from "./order";
import { rankOfNumber } from "./rank";

const tasks = ["a", "b", "c", "d", "e"].map(
  (id, index) =>
    ({ id, key: `OPS-${index + 1}`, status: "waiting", rank: rankOfNumber(index + 1), deleted: false }) as Ranked,
);
const [a, b, c, d, e] = tasks as [Ranked, Ranked, Ranked, Ranked, Ranked];
const ids = (list: Ranked[]) => list.map((task) => task.id).join("");

describe("a place in a column", () => {
  it("is between the two that are seen there", () => {
    expect(placeAt(tasks, tasks, 1, "d")).toEqual({ after: "a", before: "b" });
    expect(placeAt(tasks, tasks, 0, "d")).toEqual({ after: null, before: "a" });
    expect(placeAt(tasks, tasks, 4, "a")).toEqual({ after: "e", before: null });
    expect(placeAt([], [], 0, "a")).toEqual({ after: null, before: null });
  });

  it("is right behind the one above, where a filter hides others", () => {
    expect(placeAt([a, d], tasks, 1, "e")).toEqual({ after: "a", before: "b" });
    expect(placeAt([c, d], tasks, 0, "e")).toEqual({ after: "b", before: "c" });
    expect(placeAt([], tasks, 0, "x")).toEqual({ after: null, before: "a" });
  });

  it("is where the task will be shown, with the rank that it will have", () => {
    for (const moved of tasks) {
      for (let index = 0; index < tasks.length; index++) {
        const rank = rankAt(moved, placeAt(tasks, tasks, index, moved.id), tasks);
        const after = tasks.map((task) => (task.id === moved.id ? { ...task, rank } : task)).sort(byRank);
        expect(ids(after)).toBe(ids(inserted(tasks, moved, index)));
      }
    }
  });

  it("can be gone back to", () => {
    expect(placeOf(b, tasks)).toEqual({ after: "a", before: "c" });
    expect(placeOf(a, tasks)).toEqual({ after: null, before: "b" });
    expect(placeOf(e, [...tasks, { ...a, id: "x", status: "done" }])).toEqual({ after: "d", before: null });
  });

  it("keeps the rank where it fits already, and where the neighbours have changed sides", () => {
    expect(rankAt(b, { after: "a", before: "c" }, tasks)).toBe(b.rank);
    expect(rankAt(b, { after: "e", before: "a" }, tasks)).toBe(b.rank);
  });
});

describe("a column", () => {
  it("has what is in the status, deleted tasks left out, in the order of ranks", () => {
    expect(ids(columnOf([e, c, { ...d, deleted: true }, a, { ...b, status: "done" }], "waiting"))).toBe("ace");
  });
});
