/** What time it is, for whatever says "now", "2 hours ago" or "today": it goes on while a tab stays open. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { dayOf } from "../lib/dates";

const MINUTE = 60_000;

const listeners = new Set<() => void>();
let minute = startOfMinute();
let timer: ReturnType<typeof setTimeout> | undefined;

function startOfMinute(): number {
  return Math.floor(Date.now() / MINUTE) * MINUTE;
}

function tick(): void {
  const now = startOfMinute();
  if (now !== minute) {
    minute = now;
    for (const listener of listeners) listener();
  }
  clearTimeout(timer);
  // Timers stand still while a device sleeps and hardly run in a hidden tab: see `visibilitychange`.
  timer = listeners.size > 0 ? setTimeout(tick, MINUTE - (Date.now() % MINUTE)) : undefined;
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener("visibilitychange", tick);
  listeners.add(listener);
  tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener("visibilitychange", tick);
    clearTimeout(timer);
  };
}

/** The day that a part of the page shows as today, where that is another one than the reader's. */
export const Day = createContext<string | null>(null);

/** Today as YYYY-MM-DD where the reader is; after midnight it is another. */
export function useToday(): string {
  const today = useSyncExternalStore(subscribe, () => dayOf(new Date(minute)));
  return useContext(Day) ?? today;
}

/** Milliseconds since 1970, anew each minute. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => minute) && Date.now();
