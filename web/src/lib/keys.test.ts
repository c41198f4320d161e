import { expect, it } from "vitest";
import { composing, keyOf, typing } from "./keys";

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

it("knows a key by its place where it writes no Latin letter", () => {
  const key = (key: string, code: string, shiftKey = false) => keyOf({ key, code, shiftKey });
  expect(key("ㅊ", "KeyC")).toBe("c");
  expect(key("ㅏ", "KeyK")).toBe("k");
  expect(key("с", "KeyC")).toBe("c"); // Cyrillic
  expect(key("Я", "KeyZ", true)).toBe("Z");
  expect(key("Process", "KeyB")).toBe("b");
});

it("knows a Latin letter by what it writes, wherever it stands", () => {
  const key = (key: string, code: string) => keyOf({ key, code, shiftKey: false });
  expect(key("z", "KeyY")).toBe("z"); // German
  expect(key("a", "KeyQ")).toBe("a"); // French
  expect(key("?", "Slash")).toBe("?");
  expect(key("Escape", "Escape")).toBe("Escape");
  expect(key("х", "BracketLeft")).toBe("х");
});
