import { describe, expect, it } from "vitest";
import { everything, extended, NOTHING, toggled } from "./selection";

const order = ["a", "b", "c", "d", "e"];
const chosen = (selection: { ids: ReadonlySet<string> }) => [...selection.ids].sort().join("");

describe("a selection", () => {
  it("takes rows in and lets them go", () => {
    const two = toggled(toggled(NOTHING, "b"), "d");
    expect(chosen(two)).toBe("bd");
    expect(chosen(toggled(two, "b"))).toBe("d");
  });

  it("reaches from the last choice to a row, either way, and keeps what was chosen before", () => {
    const from = toggled(toggled(NOTHING, "a"), "c");
    expect(chosen(extended(from, "e", order))).toBe("acde");
    expect(chosen(extended(toggled(NOTHING, "d"), "b", order))).toBe("bcd");
    expect(chosen(extended(extended(from, "e", order), "b", order))).toBe("abcde");
  });

  it("begins with the row itself where there was no choice, or its row is filtered out", () => {
    expect(chosen(extended(NOTHING, "c", order))).toBe("c");
    expect(chosen(extended(toggled(NOTHING, "gone"), "c", order))).toBe("cgone");
  });

  it("is everything, and then nothing", () => {
    const all = everything(toggled(NOTHING, "b"), order);
    expect(chosen(all)).toBe("abcde");
    expect(chosen(everything(all, order))).toBe("");
  });
});
