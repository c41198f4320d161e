import { expect, it } from "vitest";
import { differing } from "./differing";

it("finds the part of a text that another does not have", () => {
  expect(differing("Order the rye flour today", "Order the flour today")).toEqual([
    "Order the ",
    "rye ",
    "flour today",
  ]);
  expect(differing("Order the flour today", "Order the rye flour today")).toEqual(["Order the ", "", "flour today"]);
  expect(differing("같은 글", "같은 글")).toEqual(["같은 글", "", ""]);
  expect(differing("a a", "a a a").join("")).toBe("a a");
  expect(differing("", "x")).toEqual(["", "", ""]);
});
