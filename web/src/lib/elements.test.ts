import { describe, expect, test } from "vitest";
import { applied, difference, elements, inverse, withElements } from "./elements";

const of = (text: string) => [...text];
const id = (one: string) => one;

describe("a list of names", () => {
  test("takes what one adds beside what another has added", () => {
    const mine = difference(["a"], ["a", "b"]);
    expect(applied(["a", "c"], mine)).toEqual(["a", "c", "b"]);
    expect(applied(["a", "c", "b"], inverse(mine))).toEqual(["a", "c"]);
  });

  test("is the same after what is there already", () => {
    expect(applied(["a", "b"], { add: ["b"], remove: ["x"] })).toEqual(["a", "b"]);
  });
});

describe("a list of things with keys", () => {
  test.each([
    ["abc", "abcd"],
    ["abc", "ac"],
    ["abc", "cba"],
    ["abc", "dacb"],
    ["abc", ""],
    ["", "ba"],
  ])("from %s to %s is a change that makes the one of the other", (before, after) => {
    expect(withElements(of(before), elements(of(before), of(after), id), id).join("")).toBe(after);
  });

  test("says no order where nothing has moved", () => {
    expect(elements(of("abc"), of("abcd"), id)).toEqual({ put: ["d"], remove: [], order: [] });
  });

  test("keeps what somebody else has put in meanwhile, behind what it stood behind", () => {
    const mine = elements(of("abc"), of("cab"), id);
    expect(withElements(of("abxc"), mine, id).join("")).toBe("cabx");
  });

  test("has only what differs in it", () => {
    const key = (one: { name: string; color?: string }) => one.name;
    const before = [{ name: "a", color: "red" }, { name: "b" }];
    expect(
      elements(
        before,
        [
          { color: "red", name: "a" },
          { name: "b", color: "teal" },
        ],
        key,
      ).put,
    ).toEqual([{ name: "b", color: "teal" }]);
  });
});
