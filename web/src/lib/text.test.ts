import { expect, test } from "vitest";
import { folded } from "./text";

test.each([
  ["결제", "결제".normalize("NFD")],
  ["Café", "CAFÉ".normalize("NFD")],
  ["Ångström", "a\u030angstro\u0308m"],
  ["İstanbul", "İSTANBUL"],
])("%s is found however it is spelt", (one, other) => {
  expect(folded(other)).toBe(folded(one));
});
