import { i18n } from "@lingui/core";
import { afterEach, describe, expect, it } from "vitest";
import { addDays, ago, daysUntil, dayText, dueText, regional } from "./dates";

afterEach(() => i18n.activate("en"));

describe("dates for people", () => {
  it("counts calendar days across a month and a change of the clock", () => {
    expect(daysUntil("2026-11-01", "2026-10-24")).toBe(8);
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });

  it("names near days and leaves out the current year", () => {
    expect(dueText("2026-11-22", "2026-11-22")).toBe("today");
    expect(dueText("2026-11-23", "2026-11-22")).toBe("tomorrow");
    expect(dueText("2026-12-24", "2026-11-22")).toBe("Dec 24");
    expect(dueText("2027-12-24", "2026-11-22")).toBe("Dec 24, 2027");
  });

  it("speaks Korean", () => {
    i18n.loadAndActivate({ locale: "ko", messages: {} });
    expect(dueText("2026-11-21", "2026-11-22")).toBe("어제");
    expect(ago("2026-11-22T10:00:00Z", Date.parse("2026-11-22T12:00:00Z"))).toBe("2시간 전");
  });

  it("calls a time that a fast clock puts into the future now", () => {
    expect(ago("2026-11-22T12:03:00Z", Date.parse("2026-11-22T12:00:00Z"))).toBe("now");
  });
});

describe("a region of a language", () => {
  it("is the reader's, as the browser names it", () => {
    expect(regional("en", ["ko-KR", "en-GB", "en-US"])).toBe("en-GB");
    expect(regional("ko", ["de-DE"])).toBe("ko");
    expect(regional("en", ["eng-GB", "en"])).toBe("en");
  });
});

describe("a day in a history", () => {
  it("is its date, whenever it is read", () => {
    expect(dayText("2026-11-21")).toBe("Nov 21, 2026");
  });
});
