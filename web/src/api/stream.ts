/** One connection to the live stream, and how far in it this browser has come. */
import { onlineManager } from "@tanstack/react-query";
import { eventReader, type StreamEvent } from "../lib/sse";
import { BEGAN } from "./cache";
import { doubted } from "./reach";

/** The services give a sign of life every 15 seconds; a connection that is silent for longer than this is dead. */
const SILENCE_MILLISECONDS = 40_000;
const LOOK_MILLISECONDS = 5000;

/**
 * Reads the stream from behind `after` until it ends; answers the status of the response, 0 if there was none. Not by
 * EventSource: it tells neither signs of life nor why there is no stream.
 */
export async function readStream(
  after: string | null,
  hear: (event: StreamEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  const dead = new AbortController();
  let heard = Date.now();
  // After a sleep the clock is far ahead, and the first look finds it out.
  const look = () => Date.now() - heard > SILENCE_MILLISECONDS && dead.abort();
  const timer = setInterval(look, LOOK_MILLISECONDS);
  document.addEventListener("visibilitychange", look);
  const unsubscribe = onlineManager.subscribe((online) => !online && dead.abort());
  const either = AbortSignal.any([signal, dead.signal]);
  try {
    const response = await fetch(after === null ? "/api/stream" : `/api/stream?last_event_id=${after}`, {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      signal: either,
    }).catch(() => null);
    if (!response?.ok || !response.body) {
      // A network may let calls through and no streams: others are asked for before it is called away.
      if (!response && !either.aborted) doubted();
      return response?.status ?? 0;
    }
    const events = eventReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const piece = await reader.read().catch(() => null);
      if (!piece || piece.done) return response.status;
      heard = Date.now();
      for (const event of events(piece.value)) hear(event);
    }
  } finally {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    unsubscribe();
  }
}

const KEPT = "live-place";
const HEARD = "live-heard";
/** What is older is not made up for change by change, but by loading everything. */
const MOST_MILLISECONDS = 3_600_000;
/** A page that begins now may load lists that are some moments behind the stream. */
const LAG_MILLISECONDS = 5000;

/** How far one person's tabs had heard at a time, in milliseconds since 1970. */
interface Kept {
  user: string;
  id: string;
  at: number;
}

/** The place in the stream that this tab knows everything up to; the next page goes on from a little before it. */
export class Place {
  id: string | null;
  /** Whether another tab has gone on since this page began to load: what it told then was not heard here. */
  readonly passed: boolean;
  private keeping = false;

  constructor(private readonly user: string) {
    const kept = JSON.parse(stored(KEPT) ?? "null") as Kept | null;
    this.id = kept?.user === user && Date.now() - kept.at < MOST_MILLISECONDS ? kept.id : null;
    this.passed = Number(stored(HEARD)) > BEGAN;
  }

  moveTo(id: string): void {
    this.id = id;
    store(HEARD, `${Date.now()}`);
    if (!this.keeping) this.keep(id);
  }

  private keep(id: string): void {
    this.keeping = true;
    const kept: Kept = { user: this.user, id, at: Date.now() };
    setTimeout(() => {
      store(KEPT, JSON.stringify(kept));
      this.keeping = false;
      if (this.id !== null && this.id !== id) this.keep(this.id);
    }, LAG_MILLISECONDS);
  }
}

// Storage may be full or closed: then the next page begins anew.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}
