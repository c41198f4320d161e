import { parser, RuleType } from "markdown-to-jsx";
import { expect, test } from "vitest";
import { named, points, progress, ticked } from "./checklist";

const marks = (text: string) => points(text).map(({ done }) => done);

/** What the Markdown parser takes for points, in the order in which they are shown. */
function parsed(text: string): boolean[] {
  const found: boolean[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node && typeof node === "object") {
      if ("type" in node && node.type === RuleType.gfmTask && "completed" in node) found.push(node.completed === true);
      for (const child of ["children", "items"]) walk((node as Record<string, unknown>)[child]);
    }
  };
  walk(parser(text, { disableParsingRawHTML: true }));
  return found;
}

test.each([
  "- [ ] one\n- [x] two\n  - [X] three\n\ntext\n* [ ] four\n+ [ ] five\n1. [ ] six\n2) [x] seven",
  "- [ ] loose\n\n- [x] list",
  "```\n- [ ] code\n```\n- [ ] after",
  "~~~md\n- [ ] code\n~~~",
  "    - [ ] indented code\n\n- [x] point",
  "- outer\n    - [ ] deep\n        - [x] deeper",
  "- [ ] one\n  ```\n  - [ ] code\n  ```\n- [x] two",
  "> - [ ] quoted",
  "text\n- [ ] after it",
  "- text\n  [ ] no point",
  "- `- [ ] code`\n- [ ] **bold** [link](https://example.org)",
  "- [ ] one\r\n- [x] two\r\n",
  "[ ] bare",
  "nothing",
])("the points of %j are those that are shown", (text) => {
  expect(marks(text)).toEqual(parsed(text));
});

test("a point is ticked and unticked where it stands, and nothing else changes", () => {
  const text = "# Buy\r\n- [ ] milk\r\n- [x] bread\r\n- [ ] milk\r\n";
  const second = named(points(text), 2);
  expect(second).toEqual({ text: "milk", nth: 1 });
  const after = ticked(text, second, true);
  expect(after).toBe("# Buy\r\n- [ ] milk\r\n- [x] bread\r\n- [x] milk\r\n");
  expect(ticked(after ?? "", second, false)).toBe(text);
  expect(ticked(text, { text: "bread", nth: 0 }, true)).toBe(text);
});

test("a point is found in a text that someone else has changed, unless it is gone", () => {
  const theirs = "New first line\n- [x] bread\n- [ ] eggs\n- [ ] milk";
  expect(ticked(theirs, { text: "milk", nth: 0 }, true)).toBe("New first line\n- [x] bread\n- [ ] eggs\n- [x] milk");
  expect(ticked(theirs, { text: "milk", nth: 1 }, true)).toBeNull();
  expect(ticked("", { text: "milk", nth: 0 }, true)).toBeNull();
});

test("progress counts what is done; a text without points has none", () => {
  expect(progress("- [ ] one\n- [x] two\n- [X] three")).toEqual({ done: 2, total: 3 });
  expect(progress("a [link](https://example.org)")).toBeNull();
});
