/** What is told at the edge of the page for some seconds. */
import type { Undoable } from "./undo";

export interface Toast {
  id: number;
  text: string;
  kind: "done" | "error" | "busy";
  /** What it tells of, to be taken back or done again. */
  of?: Undoable | undefined;
  /** How much of it is done, from 0 to 1. */
  part?: number;
}

let toasts: Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function publish(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export const shownToasts = (): Toast[] => toasts;

export function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The buttons may have changed. */
export const refreshToasts = (): void => publish([...toasts]);
export const dismiss = (id: number): void => publish(toasts.filter((toast) => toast.id !== id));
export const dismissOf = (of: Undoable): void => publish(toasts.filter((toast) => toast.of !== of));

/** Says what was done, with the way back, or what went wrong and what to do. The same is not said twice at a time. */
export function toast(text: string, { kind = "done", of }: { kind?: "done" | "error"; of?: Undoable } = {}): void {
  const id = ++count;
  const others = toasts.filter((one) => (of ? one.of !== of : one.of || one.text !== text));
  publish([...others.slice(-1), { id, text, kind, of }]);
  setTimeout(() => dismiss(id), kind === "error" || of?.long ? 12_000 : 7_000);
}

const PATIENCE_MILLISECONDS = 500;

/** Says how far something has come, if it takes longer than a moment. */
export function progress(text: string): { to: (part: number) => void; end: () => void } {
  const id = ++count;
  let part = 0;
  let shown = false;
  const show = () => {
    shown = true;
    publish([...toasts.filter((one) => one.id !== id).slice(-1), { id, text, kind: "busy", part }]);
  };
  const timer = setTimeout(show, PATIENCE_MILLISECONDS);
  return {
    to(next) {
      part = next;
      if (shown) show();
    },
    end() {
      clearTimeout(timer);
      dismiss(id);
    },
  };
}

let announcement = "";
const heard = new Set<() => void>();

/** Tells a screen reader what the eye sees at once. */
export function announce(text: string): void {
  announcement = text;
  for (const listener of heard) listener();
}

export const announced = (): string => announcement;

export function onAnnounced(listener: () => void): () => void {
  heard.add(listener);
  return () => heard.delete(listener);
}
