import { describe, expect, it } from "vitest";
import { addMonths, firstDayOfWeek, isMonth, weeksOf } from "./calendar";

describe("a month", () => {
  it("is shown in whole weeks, from the first day of the reader's week", () => {
    const sunday = weeksOf("2026-11", 0);
    expect(sunday.map((week) => week[0])).toEqual([
      "2026-11-01",
      "2026-11-08",
      "2026-11-15",
      "2026-11-22",
      "2026-11-29",
    ]);
    expect(sunday.at(-1)?.at(-1)).toBe("2026-12-05");
    const monday = weeksOf("2026-11", 1);
    expect(monday[0]?.[0]).toBe("2026-10-26");
    expect(monday).toHaveLength(6);
    expect(weeksOf("2026-02", 0)).toHaveLength(4);
    expect(weeksOf("2026-12", 1).flat()).toContain("2026-12-31");
  });

  it("follows another over the turn of a year", () => {
    expect(addMonths("2026-12", 1)).toBe("2027-01");
    expect(addMonths("2026-01", -1)).toBe("2025-12");
  });

  it("is told from anything else that an address may say", () => {
    expect(["2026-11", "2026-13", "2026-1", "", null, "x2026-11"].map(isMonth)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("a week", () => {
  it("begins where the reader lives", () => {
    expect(firstDayOfWeek("ko", ["ko-KR", "en-US"])).toBe(0);
    expect(firstDayOfWeek("en", ["de-DE", "en-GB"])).toBe(1);
    expect(firstDayOfWeek("en", ["en-US"])).toBe(0);
    expect(firstDayOfWeek("en", ["ko-KR"])).toBe(0);
  });
});
