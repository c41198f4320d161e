import { expect, test } from "vitest";
import { csv } from "./csv";

test("what divides cells or lines is quoted", () => {
  expect(
    csv([
      ["a", 1, null],
      ["b,c", 'say "hi"', "two\nlines"],
    ]),
  ).toBe('a,1,\r\n"b,c","say ""hi""","two\nlines"\r\n');
});

test("no title becomes a formula", () => {
  expect(csv([["=1+1", "+49", "-", "@sum", -5]])).toBe("'=1+1,'+49,'-,'@sum,-5\r\n");
});
