import { useEffect, useRef } from "react";
import { composing, typing } from "../lib/keys";

/**
 * Single keys and two-key sequences ("g i") that work anywhere but in a field or an open dialog. Where two parts of the
 * page know one key, the one that was shown last wins.
 */
export function useShortcuts(bindings: Record<string, (event: KeyboardEvent) => void>): void {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    let prefix = "";
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || composing(event) || typing(event.target)) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open], [popover]:popover-open")) return;
      const sequence = Date.now() - at < 900 ? `${prefix} ${event.key}` : "";
      const run = current.current[sequence] ?? current.current[event.key];
      prefix = event.key;
      at = Date.now();
      if (run) {
        event.preventDefault();
        run(event);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
