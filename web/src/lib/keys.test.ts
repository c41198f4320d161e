import { expect, it } from "vitest";
import { composing, typing } from "./keys";

it("leaves Enter to the input method while a Korean syllable is composed", () => {
  expect(composing({ nativeEvent: new KeyboardEvent("keydown", { key: "Enter", isComposing: true }) })).toBe(true);
  expect(composing({ nativeEvent: { isComposing: false, keyCode: 229 } })).toBe(true);
  expect(composing({ nativeEvent: new KeyboardEvent("keydown", { key: "Enter" }) })).toBe(false);
});

it("keeps single-letter shortcuts out of fields", () => {
  expect(typing(document.createElement("textarea"))).toBe(true);
  expect(typing(document.createElement("input"))).toBe(true);
  expect(typing(document.createElement("button"))).toBe(false);
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  expect(typing(box)).toBe(false);
});
