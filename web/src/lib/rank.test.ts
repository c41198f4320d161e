import { describe, expect, it } from "vitest";
import { rankBetween, rankOfNumber } from "./rank";

describe("ranks", () => {
  it("are those of the service", () => {
    expect(rankOfNumber(12)).toBe("V0000C");
    expect(rankBetween(rankOfNumber(5), rankOfNumber(6), 12)).toBe("V00005VC1");
    expect(rankBetween(null, rankOfNumber(1), 100)).toBe("V000001c2");
    expect(rankBetween(null, null, 1)).toBe("V0000011");
    expect(rankBetween("V00002", "V00009", 3)).toBe("V0000531");
    expect(rankBetween("V00005VC1", "V00005VD1", 7)).toBe("V00005VCV71");
  });

  it("leave whoever was moved where it was put", () => {
    const seen = Array.from({ length: 12 }, (_, index) => index + 1);
    const ranks = new Map(seen.map((number) => [number, rankOfNumber(number)]));
    for (let move = 1; move < 400; move++) {
      const [moved = 0] = seen.splice((move * 7919) % seen.length, 1);
      const place = (move * 104_729) % (seen.length + 1);
      const rank = (index: number) => ranks.get(seen[index] ?? 0) ?? null;
      ranks.set(moved, rankBetween(rank(place - 1), rank(place), moved));
      seen.splice(place, 0, moved);
      const sorted = [...ranks].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([number]) => number);
      expect(sorted).toEqual(seen);
    }
  });

  it("end also between two that are not in order", () => {
    expect(rankBetween("V00005V11", "V00005V11", 3)).toBeTypeOf("string");
    expect(rankBetween("V00005VV1", "V00005V", 3)).toBeTypeOf("string");
  });
});
