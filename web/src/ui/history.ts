/** Going back from a panel to the page under it. */
import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

/** The address with the current search kept, so that filters survive opening and closing a task. */
export function useKeptSearch(): (path: string) => string {
  const search = useSearch();
  return (path) => (search ? `${path}?${search}` : path);
}

/** The history of this tab (https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigation-interface). */
interface Entries {
  entries: () => { url: string | null }[];
  currentEntry: { index: number } | null;
}

const pathOf = (url: string | null | undefined): string => {
  if (!url) return "";
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
};

const isTask = (path: string): boolean => /\/(tasks|my-tasks|inbox)\/[^/?]+(\?|$)/.test(path);

/**
 * How many steps back one of the addresses stands, with nothing but tasks before it: 0 if it does not. `urls` are those of the
 * history up to the current one.
 */
export function stepsBack(urls: readonly (string | null)[], addresses: readonly string[]): number {
  for (let steps = 1; steps < urls.length; steps++) {
    const path = pathOf(urls.at(-1 - steps));
    if (addresses.includes(path)) return steps;
    if (!isTask(path)) return 0;
  }
  return 0;
}

/**
 * Closes a panel: back to the page that it was opened from, so that the browser's Back does not open it again. Where it was
 * not opened from that page, or a browser does not tell, the page takes its place. `same`: another address of that page.
 */
export function useClosing(address: string, same = address): () => void {
  const [, go] = useLocation();
  return useCallback(() => {
    const { navigation } = window as Window & { navigation?: Entries };
    const at = navigation?.currentEntry?.index ?? -1;
    const urls = navigation?.entries().map(({ url }) => url) ?? [];
    const steps = stepsBack(urls.slice(0, at + 1), [address, same]);
    if (steps > 0) history.go(-steps);
    else go(address, { replace: true });
  }, [go, address, same]);
}
