import { expect, test } from "vitest";
import { readRange, withDay, withPreset } from "./range";

const TODAY = "2026-11-23";
const read = (search: string) => readRange(new URLSearchParams(search), TODAY);

test("without a word it is twelve weeks until today", () => {
  expect(read("")).toEqual({ preset: "12", from: "2026-09-01", to: TODAY });
  expect(read("weeks=2")).toEqual({ preset: "2", from: "2026-11-10", to: TODAY });
  expect(read("weeks=all").from).toBe("1970-01-01");
});

test("days of one's own choice win", () => {
  expect(read("weeks=4&from=2026-01-01&to=2026-02-28")).toEqual({ preset: null, from: "2026-01-01", to: "2026-02-28" });
});

test.each([
  "from=2026-02-30&to=2026-03-01",
  "from=2026-13-40&to=2026-14-01",
  "from=2026-03-01",
  "from=2026-03-02&to=2026-03-01",
  "from=x&to=y",
  "weeks=7",
])("what makes no sense is left aside: %s", (search) => {
  expect(read(search).preset).toBe("12");
});

test("a choice stands in the address, beside what else is there", () => {
  const chosen = withDay(new URLSearchParams("measure=lead&weeks=4"), read("weeks=4"), "to", "2026-11-10");
  expect(`${chosen}`).toBe("measure=lead&from=2026-10-27&to=2026-11-10");
  expect(`${withPreset(chosen, "52")}`).toBe("measure=lead&weeks=52");
  expect(`${withPreset(chosen, "12")}`).toBe("measure=lead");
});

test("a day that passes the other takes it along", () => {
  const range = read("from=2026-11-01&to=2026-11-10");
  expect(`${withDay(new URLSearchParams(), range, "from", "2026-11-15")}`).toBe("from=2026-11-15&to=2026-11-15");
  expect(`${withDay(new URLSearchParams(), range, "to", "2026-10-15")}`).toBe("from=2026-10-15&to=2026-10-15");
  expect(`${withDay(new URLSearchParams("a=1"), range, "to", "")}`).toBe("a=1");
});
