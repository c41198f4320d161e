import { type ComponentType, lazy, useState } from "react";
import { probe, reachable, reached } from "../../http/reach";

export interface Page<P> extends React.FunctionComponent<P> {
  /** Fetches its code ahead of its being shown. */
  load: () => Promise<void>;
}

/**
 * A part of the site with code of its own. React's own lazy parts show their fallback for 300 ms even where the code came
 * at once; one that was loaded before is drawn at once instead.
 */
export function page<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): Page<P> {
  let known: ComponentType<P> | undefined;
  const fetch = async () => {
    const module = await load();
    known = module.default;
    return module;
  };
  const Lazy = lazy(() => insist(fetch));
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each part, not while drawing
  function Shown(props: P) {
    // Decided once: another kind of component would lose its state.
    const [Part] = useState<ComponentType<P>>(() => known ?? Lazy);
    return <Part {...props} />;
  }
  return Object.assign(Shown, { load: () => fetch().then(() => undefined) });
}

/** Loads code that is wanted now. Without the network it waits; where a new release has replaced it, the page is too old. */
async function insist<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    await probe();
    if (!reachable()) {
      await reached();
      return insist(load);
    }
    if (sessionStorage.getItem("reloaded") === location.href) throw error;
    sessionStorage.setItem("reloaded", location.href);
    location.reload();
    return new Promise(() => {});
  }
}

/** Fetches the code of parts that may be wanted next, one after the other, when there is nothing else to do. */
export function loadWhenIdle(pages: readonly Page<never>[]): () => void {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  if (connection?.saveData) return () => {};
  const rest = [...pages];
  let timer = 0;
  const next = () => {
    // What could not be loaded now is loaded when it is wanted.
    void rest
      .shift()
      ?.load()
      .catch(() => undefined)
      .then(wait);
  };
  const wait = () => {
    if (rest.length > 0) timer = window.setTimeout(() => (window.requestIdleCallback ?? setTimeout)(next), 300);
  };
  timer = window.setTimeout(wait, 2000);
  return () => {
    clearTimeout(timer);
    rest.length = 0;
  };
}
