import { useEffect } from "react";
import { keyOf, typing } from "../lib/keys";
import type { Way } from "../sync/undo";
import { turn } from "../sync/undoStack";

function wayOfKey(event: KeyboardEvent): Way | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return undefined;
  const key = keyOf(event).toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && event.ctrlKey && !event.shiftKey ? "redo" : undefined;
}

/** Ctrl Z and Ctrl Shift Z, but in a field, where they are for what was typed. */
export function useUndoKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const way = wayOfKey(event);
      if (!way || typing(event.target)) return;
      event.preventDefault();
      void turn(way);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
