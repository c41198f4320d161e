import { useEffect, useRef } from "react";
import { keyOf, typing } from "../lib/keys";

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
      // Outside of a field nothing is composed: what an input method keeps to itself there is a key like others.
      if (event.defaultPrevented || event.isComposing || typing(event.target)) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open], [popover]:popover-open")) return;
      const key = keyOf(event);
      const sequence = Date.now() - at < 900 ? `${prefix} ${key}` : "";
      const run = current.current[sequence] ?? current.current[key];
      prefix = key;
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
