import { i18n } from "@lingui/core";
import { beforeEach, expect, test } from "vitest";
import { duration, inDays, shortDay, weekly } from "./words";

beforeEach(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

test.each([
  [0, "0 min"],
  [2400, "40 min"],
  [3600, "1 hr"],
  [100_000, "28 hr"],
  [200_000, "2.3 days"],
  [864_000, "10 days"],
])("%i seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("days in the reader's language", () => {
  expect(shortDay("2026-11-23")).toBe("Nov 23");
  i18n.loadAndActivate({ locale: "ko", messages: {} });
  expect(shortDay("2026-11-23", true)).toBe("2026년 11월 23일");
  expect(duration(200_000)).toBe("2.3일");
});

test("days to reckon with", () => {
  expect(inDays(100_000)).toBe(1.16);
});

test("a few days are no pace", () => {
  expect(weekly(14, 1)).toBeNull();
  expect(weekly(14, 6)).toBeNull();
  expect(weekly(14, 7)).toBe(14);
  expect(weekly(14, 28)).toBe(3.5);
});
