/**
 * What somebody writes and has not sent: kept on this device, for that person alone, until it is stored or thrown away.
 * Neither another page nor a reload loses it.
 */
import { useCallback, useSyncExternalStore } from "react";
import { lastPerson } from "./prefs";
import { useMe } from "./queries";

/** Text as it stands in a field; `base` and `version` say what of a task it began from. */
export interface Draft {
  text: string;
  base?: string;
  version?: number;
}

const PREFIX = "draft ";
const LONGEST_DAYS = 90;

interface Kept extends Draft {
  /** In milliseconds since 1970. */
  at: number;
}

// Storage may be full or closed: then they live as long as the page.
const known = new Map<string, Kept | null>();
const listeners = new Set<() => void>();

function read(name: string): Kept | null {
  if (!known.has(name)) {
    let kept: Kept | null = null;
    try {
      kept = JSON.parse(localStorage.getItem(name) ?? "null") as Kept | null;
    } catch {}
    known.set(name, kept);
  }
  return known.get(name) ?? null;
}

function write(name: string, draft: Draft | null): void {
  const kept = draft && { ...draft, at: Date.now() };
  known.set(name, kept);
  try {
    if (kept) localStorage.setItem(name, JSON.stringify(kept));
    else localStorage.removeItem(name);
  } catch {}
  for (const listener of listeners) listener();
}

/** Throws away what was begun long ago. */
export function dropOldDrafts(now = Date.now()): void {
  try {
    for (const name of Object.keys(localStorage))
      if (name.startsWith(PREFIX) && (read(name)?.at ?? 0) < now - LONGEST_DAYS * 86_400_000) write(name, null);
  } catch {}
}

/** Throws away all drafts of a person, who is erased. */
export function dropDraftsOf(user: string): void {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(`${PREFIX}${user} `)) write(name, null);
  } catch {}
}

const listen = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export interface DraftOf {
  draft: Draft | null;
  /** Keeps it; null throws it away. */
  keep: (draft: Draft | null) => void;
  /** What is kept at this moment, for whoever waited for an answer meanwhile. */
  now: () => Draft | null;
}

/** The draft of one thing, such as `comment-<task>`, of whoever is signed in. */
export function useDraft(of: string): DraftOf {
  const user = useMe().data?.id ?? lastPerson()?.id ?? "";
  const name = `${PREFIX}${user} ${of}`;
  const now = useCallback(() => read(name), [name]);
  const draft = useSyncExternalStore(listen, now);
  const keep = useCallback((next: Draft | null) => write(name, next), [name]);
  return { draft, keep, now };
}

/**
 * What stays in a field once a text from it was stored: what was written on behind it, or all of it if it is another text by
 * now.
 */
export function afterSending(field: string, sent: string): string {
  const text = field.trimStart();
  return text.startsWith(sent) ? text.slice(sent.length).trimStart() : field;
}
