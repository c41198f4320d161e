import { expect, test } from "vitest";
import { addDays } from "../../../lib/dates";
import { namedDays, nearest, ticks } from "./scale";

test.each([
  [0, 0, 4, [0, 1]],
  [0, 3, 4, [0, 1, 2, 3]],
  [0, 23, 4, [0, 10, 20, 30]],
  [37, 61, 4, [30, 40, 50, 60, 70]],
  [0, 1234, 5, [0, 500, 1000, 1500]],
])("steps from %i to %i", (low, high, about, found) => {
  expect(ticks(low, high, about)).toEqual(found);
});

test("few days are all named, many by Mondays, very many by months", () => {
  expect(namedDays("2026-11-20", "2026-11-23", 8)).toEqual([0, 1, 2, 3]);
  const mondays = namedDays("2026-09-02", "2026-11-23", 8).map((index) => addDays("2026-09-02", index));
  expect(mondays).toEqual(["2026-09-07", "2026-09-21", "2026-10-05", "2026-10-19", "2026-11-02", "2026-11-16"]);
  const months = namedDays("2025-01-15", "2026-11-23", 8).map((index) => addDays("2025-01-15", index));
  expect(months).toHaveLength(8);
  expect(months[0]).toBe("2025-02-01");
  expect(months.every((day) => day.endsWith("-01"))).toBe(true);
});

test("the nearest of many", () => {
  expect([-5, 0, 4, 6, 99].map((value) => nearest([0, 5, 10], value))).toEqual([0, 0, 1, 1, 2]);
  expect(nearest([7], 0)).toBe(0);
});
