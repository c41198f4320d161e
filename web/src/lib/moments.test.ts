import { describe, expect, it } from "vitest";
import { fromField, neighbours, previous, stride, toField, within } from "./moments";

const TIMES = ["2026-11-27T12:00:00Z", "2026-11-26T12:00:00.000001Z", "2026-11-25T12:00:00Z"];

describe("steps between changes", () => {
  it("goes to the nearest on either side", () => {
    expect(neighbours(TIMES, "2026-11-26T15:00:00Z")).toEqual({ before: TIMES[1], after: TIMES[0] });
    expect(neighbours(TIMES, "2026-11-25T12:00:00Z")).toEqual({ before: undefined, after: TIMES[1] });
    expect(neighbours(TIMES, "2026-12-25T12:00:00Z")).toEqual({ before: TIMES[0], after: undefined });
  });
});

describe("the previous change", () => {
  it("is the one shown last, and the one before that where it is shown already", () => {
    expect(previous(TIMES, Date.parse("2026-11-26T15:00:00Z"))).toBe(TIMES[1]);
    expect(previous(TIMES, Date.parse("2026-11-26T12:00:00Z") + 1)).toBe(TIMES[2]);
    expect(previous(TIMES, Date.parse("2026-11-25T12:00:00Z") + 1)).toBeUndefined();
  });
});

describe("playing", () => {
  it("moves by a day, by less in a young project, and not beyond the end", () => {
    expect(stride(0, 100 * 86_400_000)).toBe(86_400_000);
    expect(stride(0, 3 * 86_400_000)).toBe(8_640_000);
    expect(within(12, 0, 10)).toBe(10);
    expect(within(-1, 0, 10)).toBe(0);
  });
});

describe("a field of date and time", () => {
  it("has the reader's clock, and comes back as the same second", () => {
    const at = Date.parse("2026-11-27T12:34:56Z");
    expect(fromField(toField(at))).toBe(at);
    expect(fromField("")).toBeNull();
  });
});
