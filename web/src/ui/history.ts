/** Going back from a panel to the page under it. */
import { useSearch } from "wouter";

/** The address with the current search kept, so that filters survive opening and closing a task. */
export function useKeptSearch(): (path: string) => string {
  const search = useSearch();
  return (path) => (search ? `${path}?${search}` : path);
}
