/**
 * Carrying by the keyboard: keys with Shift held take something along, letting Shift go puts it down. Only then is it one
 * change, sent and told once; Escape takes it back.
 */
import { useEffect, useRef, useState } from "react";

interface Options<At> {
  /** Where a key takes it, and says so; null for a key that is not for carrying. */
  step: (at: At, key: string) => At | null;
  /** Puts it down; answers whether anything changes. */
  put: (at: At) => boolean;
  /** Says that it is back where it was. */
  back: (at: At) => void;
  /** What the page shows without it: once put, it stays where it is until this has changed. */
  shown: unknown;
}

interface Carried<At> {
  at: At;
  put?: { shown: unknown };
}

interface Carrying<At> {
  at: At | null;
  /** Whether it is in the air, so that keys are about it. */
  carrying: boolean;
  /** Takes something up with the first key; answers whether that was one to carry with. */
  begin: (at: At, key: string) => boolean;
}

export function useCarrying<At>(options: Options<At>): Carrying<At> {
  const [carried, setCarried] = useState<Carried<At> | null>(null);
  const latest = useRef({ ...options, carried });
  latest.current = { ...options, carried };

  const carrying = carried !== null && !carried.put;
  useEffect(() => {
    if (!carrying) return undefined;
    const stop = new AbortController();
    const put = () => {
      const { carried: now, put, shown } = latest.current;
      setCarried(now && put(now.at) ? { at: now.at, put: { shown } } : null);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const { carried: now, step, back } = latest.current;
      if (event.defaultPrevented || !now) return;
      const next = event.key === "Escape" ? null : step(now.at, event.key);
      if (next) setCarried({ at: next });
      else if (event.key === "Escape") {
        setCarried(null);
        back(now.at);
      } else return;
      event.preventDefault();
    };
    // Not on what is carried: it is drawn anew elsewhere, and the keys belong to nobody until it has the focus again.
    addEventListener("keydown", onKeyDown, { signal: stop.signal });
    addEventListener("keyup", (event) => event.key === "Shift" && put(), { signal: stop.signal });
    addEventListener("blur", put, { signal: stop.signal });
    return () => stop.abort();
  }, [carrying]);

  const settled = carried?.put !== undefined && carried.put.shown !== options.shown;
  useEffect(() => {
    if (settled) setCarried(null);
  }, [settled]);

  return {
    at: carried?.at ?? null,
    carrying,
    begin(at, key) {
      const next = options.step(at, key);
      if (next) setCarried({ at: next });
      return next !== null;
    },
  };
}
