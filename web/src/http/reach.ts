/**
 * Whether the services can be reached, by trying: a browser only knows of its network, and a board on one's own machine
 * needs none. TanStack's manager holds the answer, so that queries wait as well.
 */
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

const FIRST_MILLISECONDS = 500;
const MOST_MILLISECONDS = 15_000;
const PATIENCE_MILLISECONDS = 8000;

/** Whether a status says that there is nobody to answer now, as proxies say it too. */
export const isAway = (status: number): boolean => status >= 502 && status <= 504;

export const reachable = (): boolean => onlineManager.isOnline();
export const useReachable = (): boolean => useSyncExternalStore((tell) => onlineManager.subscribe(tell), reachable);

/** A call got no answer. */
export function lost(): void {
  if (!reachable()) return;
  onlineManager.setOnline(false);
  schedule(FIRST_MILLISECONDS);
}

let asking = false;

/** A proxy answered in place of a service: finds out whether it does so for all of them. */
export function doubted(): void {
  if (asking || !reachable()) return;
  asking = true;
  void probe().finally(() => {
    asking = false;
  });
}

let timer: ReturnType<typeof setTimeout> | undefined;

function schedule(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void probe(Math.min(milliseconds * 2, MOST_MILLISECONDS)), milliseconds);
}

/**
 * Finds out whether the services can be reached, by asking for anything at all: an answer of whatever kind will do, but
 * for one that a proxy gives in place of a service.
 */
export async function probe(next = FIRST_MILLISECONDS): Promise<void> {
  clearTimeout(timer);
  const answered = await fetch("/api/config", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) })
    .then((response) => !isAway(response.status))
    .catch(() => false);
  onlineManager.setOnline(answered);
  // A browser that has just lost its network may still have heard an answer.
  if (!answered || !navigator.onLine) schedule(next);
}

/** Waits until the services can be reached again. */
export function reached(): Promise<void> {
  return new Promise((resolve) => {
    if (reachable()) return resolve();
    const stop = onlineManager.subscribe((online) => {
      if (!online) return;
      stop();
      resolve();
    });
  });
}

/** Watches the browser's hints; answers how to stop. */
export function watchReach(): () => void {
  const hint = () => void probe();
  const shown = () => {
    if (document.visibilityState === "visible" && !reachable()) hint();
  };
  addEventListener("online", hint);
  addEventListener("offline", hint);
  document.addEventListener("visibilitychange", shown);
  // In place of TanStack's own listener, which believes the browser.
  onlineManager.setEventListener(() => () => {});
  return () => {
    clearTimeout(timer);
    removeEventListener("online", hint);
    removeEventListener("offline", hint);
    document.removeEventListener("visibilitychange", shown);
  };
}
