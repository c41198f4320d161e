import { expect, it } from "vitest";
import { numberTyped, stepped } from "./steps";

const halves = { lowest: 0, highest: 1000, step: 0.5 };

it("takes the numbers that the service takes, with a point or a comma", () => {
  expect(["", "  ", "0", "3", "2.5", "2,5", ".5", "3.", "1000"].map((text) => numberTyped(text, halves))).toEqual([
    null,
    null,
    0,
    3,
    2.5,
    2.5,
    0.5,
    3,
    1000,
  ]);
  for (const text of ["-1", "1000.5", "0.25", "three", "1e3", "1 000", "Infinity", "0x10", "1,5,", "."]) {
    expect(numberTyped(text, halves)).toBeUndefined();
  }
});

it("steps up and down within the bounds, from nothing too", () => {
  expect(stepped(null, 1, halves)).toBe(0.5);
  expect(stepped(0, -1, halves)).toBe(0);
  expect(stepped(2.5, 1, halves)).toBe(3);
  expect(stepped(1000, 1, halves)).toBe(1000);
});
