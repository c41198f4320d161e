/** Where the keyboard is stays known, also when what had the focus is gone: saved, deleted, or of another page. */
import { useEffect } from "react";
import { typing } from "../lib/keys";

const MOST = 20;

interface Step {
  element: HTMLElement;
  inMain: boolean;
}

const alive = ({ element }: Step): boolean =>
  element.isConnected && !element.matches(":disabled") && element.checkVisibility({ visibilityProperty: true });

/**
 * The browser gives the focus of what disappears to nobody: the next key would go nowhere. Here it goes back to what had
 * it last and is still there; from a page that is gone, to the beginning of the new one.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    const trail: Step[] = [];
    let asked = 0;
    const onFocus = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement)) return;
      trail.push({ element: target, inMain: target.closest("#main") !== null });
      if (trail.length > MOST) trail.shift();
    };
    const look = () => {
      asked = 0;
      const lost = trail.at(-1);
      if (!lost || document.activeElement !== document.body || alive(lost)) return;
      // Not into a field, which would call up the keyboard of a phone.
      const before = trail.findLast((step) => alive(step) && !typing(step.element) && (step.inMain || !lost.inMain));
      (before?.element ?? document.getElementById("main"))?.focus({ preventScroll: true });
    };
    const ask = () => {
      asked ||= requestAnimationFrame(look);
    };
    const observer = new MutationObserver(ask);
    observer.observe(document.body, { childList: true, subtree: true });
    addEventListener("focusin", onFocus);
    addEventListener("focusout", ask);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(asked);
      removeEventListener("focusin", onFocus);
      removeEventListener("focusout", ask);
    };
  }, []);
}
