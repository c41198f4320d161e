import { onlineManager } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reachable, watchReach } from "./reach";

let network = true;
let answers = true;
let asked = 0;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  network = answers = true;
  asked = 0;
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => network });
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    if (!answers) throw new TypeError("no network");
    return new Response("{}");
  });
  onlineManager.setOnline(true);
  stop = watchReach();
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function lose(): void {
  network = false;
  dispatchEvent(new Event("offline"));
}

describe("a browser that has lost its network", () => {
  it("finds out at once that no service answers", async () => {
    answers = false;
    lose();
    await vi.advanceTimersByTimeAsync(0);
    expect(reachable()).toBe(false);
  });

  it("asks again when the last answer came in after the network was gone", async () => {
    lose();
    await vi.advanceTimersByTimeAsync(0);
    expect(reachable()).toBe(true);
    answers = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(reachable()).toBe(false);
  });

  it("goes on with a service on its own machine, asking ever more seldom", async () => {
    lose();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(reachable()).toBe(true);
    expect(asked).toBeLessThan(15);
    network = true;
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    const before = asked;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(before);
  });
});
