import { describe, expect, it } from "vitest";
import { pull } from "./drag";

describe("the pull of an edge", () => {
  it("grows towards the edge and is nothing away from it", () => {
    expect(pull(300, 0, 600, 300)).toBe(0);
    const near = pull(570, 0, 600, 300);
    expect(near).toBeGreaterThan(0);
    expect(pull(598, 0, 600, 300)).toBeGreaterThan(near);
    expect(pull(30, 0, 600, 300)).toBeLessThan(0);
  });

  it("does not scroll away what was taken hold of at the edge", () => {
    expect(pull(590, 0, 600, 590)).toBe(0);
    expect(pull(8, 0, 600, 10)).toBe(0);
  });
});
