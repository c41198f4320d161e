import { useEffect } from "react";

/** Names the page in the browser's tab; undefined leaves the name to another part of the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = title ? `${title} · Taskledger` : "Taskledger";
  }, [title]);
}
