import { Trans } from "@lingui/react/macro";
import { useEffect, useSyncExternalStore } from "react";
import { typing } from "../lib/keys";
import { Icon } from "./icons";

interface Toast {
  id: number;
  text: string;
  kind: "done" | "error" | "busy";
  undo?: (() => void) | undefined;
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

const dismiss = (id: number) => publish(toasts.filter((toast) => toast.id !== id));

/** Says what was done, with the way back, or what went wrong and what to do. */
export function toast(
  text: string,
  options: { kind?: "done" | "error"; undo?: () => void; long?: boolean } = {},
): void {
  const id = ++count;
  publish([...toasts.slice(-1), { id, text, kind: options.kind ?? "done", undo: options.undo }]);
  setTimeout(() => dismiss(id), options.kind === "error" || options.long ? 12_000 : 7_000);
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

const coming = new Set<Promise<unknown>>();

/** A change is on its way, and when this ends, its toast is there. */
export function toastComes<T>(told: Promise<T>): Promise<T> {
  coming.add(told);
  const end = () => coming.delete(told);
  told.then(end, end);
  return told;
}

/** Takes back what a toast offers to, the newest first; not the change before the one that is on its way. */
async function undoLatest(): Promise<void> {
  await Promise.allSettled(coming);
  const latest = toasts.findLast((one) => one.undo);
  if (!latest) return;
  dismiss(latest.id);
  latest.undo?.();
}

/** Ctrl Z, but in a field, where it takes back what was typed. */
function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "z")
        return;
      if (typing(event.target)) return;
      event.preventDefault();
      void undoLatest();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

export function Toaster() {
  useUndoKey();
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <section className="toaster" aria-live="polite" aria-relevant="additions">
      {shown.map(({ id, text, kind, undo, part }) => (
        <div key={id} className={`toast ${kind}`} role={kind === "error" ? "alert" : undefined}>
          {kind !== "busy" && <Icon name={kind === "error" ? "warn" : "check"} />}
          <span>{text}</span>
          {part !== undefined && <progress value={part} aria-label={text} />}
          {undo && (
            <button
              type="button"
              className="toast-action"
              onClick={() => {
                dismiss(id);
                undo();
              }}
            >
              <Trans>Undo</Trans>
            </button>
          )}
          {kind !== "busy" && <CloseToast id={id} />}
        </div>
      ))}
    </section>
  );
}

function CloseToast({ id }: { id: number }) {
  return (
    <button type="button" className="toast-close" onClick={() => dismiss(id)}>
      <Icon name="close" size={14} />
      <span className="sr-only">
        <Trans>Dismiss</Trans>
      </span>
    </button>
  );
}

let announcement = "";
const heard = new Set<() => void>();

/** Tells a screen reader what the eye sees at once. */
export function announce(text: string): void {
  announcement = text;
  for (const listener of heard) listener();
}

export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      heard.add(listener);
      return () => heard.delete(listener);
    },
    () => announcement,
  );
  return (
    <div className="sr-only" role="status">
      {text}
    </div>
  );
}
