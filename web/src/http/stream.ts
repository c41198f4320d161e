/** One connection to the live stream. */
import { onlineManager } from "@tanstack/react-query";
import { eventReader, type StreamEvent } from "../lib/sse";
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
