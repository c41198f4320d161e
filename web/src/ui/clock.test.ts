import { i18n } from "@lingui/core";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Ago } from "./Ago";
import { useToday } from "./clock";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

const Today = () => useToday();

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  vi.useFakeTimers({ now: new Date("2026-12-01T23:30:20") });
});

afterEach(() => vi.useRealTimers());

it("goes on in a tab that stays open: how long ago, and after midnight another day", async () => {
  const place = document.createElement("div");
  const root = createRoot(place);
  await act(async () => {
    root.render([
      createElement(Ago, { key: "ago", time: new Date("2026-12-01T23:30:10").toISOString() }),
      createElement(Today, { key: "today" }),
    ]);
  });
  expect(place.textContent).toBe("now2026-12-01");
  await act(async () => vi.advanceTimersByTime(5 * 60_000));
  expect(place.textContent).toBe("5 minutes ago2026-12-01");
  await act(async () => vi.advanceTimersByTime(25 * 60_000));
  expect(place.textContent).toBe("30 minutes ago2026-12-02");
  await act(async () => root.unmount());
  expect(vi.getTimerCount()).toBe(0);
});
