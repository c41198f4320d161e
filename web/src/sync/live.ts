/**
 * Live updates. One tab of the browser holds the stream (a browser allows few connections to one origin) and hands what
 * it hears to the others; when that tab closes, the next one takes over.
 */
import type { QueryClient } from "@tanstack/react-query";
import { me } from "../http/endpoints";
import { reached } from "../http/reach";
import { readStream } from "../http/stream";
import type { LiveChange } from "../http/types";
import type { StreamEvent } from "../lib/sse";
import { keys, putProject, putTasks } from "./cache";
import { Place } from "./place";

type Message =
  | { kind: "change"; data: LiveChange }
  | { kind: "notification"; data: { unread: number } }
  | { kind: "reachable" }
  | { kind: "resync" };

/** As it goes to the other tabs: with the place behind it. */
interface Told {
  message: Message;
  id: string | null;
}

/** Starts listening for a person; answers how to stop. */
export function startLive(client: QueryClient, user: string): () => void {
  const channel = new BroadcastChannel("taskledger-live");
  const stop = new AbortController();
  const place = new Place(user);
  const take = ({ message, id }: Told) => {
    if (id !== null) place.moveTo(id);
    apply(client, message);
  };
  channel.onmessage = ({ data }: MessageEvent<Told>) => take(data);
  const publish = (message: Message, id: string | null = null) => {
    take({ message, id });
    channel.postMessage({ message, id });
  };
  if (place.passed) apply(client, { kind: "resync" });
  const hold = () => holdStream(place, publish, stop.signal);
  if (navigator.locks) {
    navigator.locks.request("taskledger-live", { signal: stop.signal }, hold).catch((cause: unknown) => {
      if (!(cause instanceof DOMException && cause.name === "AbortError")) throw cause;
    });
  } else {
    void hold();
  }
  return () => {
    stop.abort();
    channel.close();
  };
}

type Publish = (message: Message, id?: string | null) => void;

const LAG_MILLISECONDS = 2000;

/** Keeps a stream open until told to stop, each connection from where the last one broke. */
async function holdStream(place: Place, publish: Publish, signal: AbortSignal): Promise<void> {
  let pause = 0;
  while (!signal.aborted) {
    await reached();
    let opened = false;
    const began = place.id;
    const hear = ({ type, data, id }: StreamEvent) => {
      if (type === "opened") {
        opened = true;
        publish({ kind: "reachable" }, id);
        // Without a place a stream begins at its opening. What was loaded before, by lists that follow the log by some
        // milliseconds, may have missed a change, so it is loaded once more.
        if (began === null) setTimeout(() => !signal.aborted && publish({ kind: "resync" }), LAG_MILLISECONDS);
      } else if (type === "reset") {
        // The service no longer has what came after the place.
        publish({ kind: "resync" });
      } else if (type === "change" || type === "notification") {
        publish({ kind: type, data: JSON.parse(data) }, id);
      }
    };
    const status = await readStream(place.id, hear, signal);
    if (signal.aborted) return;
    // A server that ended has ended many streams: they do not all come back at once.
    pause = opened ? 200 + Math.random() * 800 : Math.min(Math.max(pause * 2, 500), 30_000);
    // Asking who we are renews the access token.
    if (status === 401) await me().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const LASTING = new Set<unknown>([keys.me[0], keys.config[0], keys.user("")[0], "directory"]);

export function apply(client: QueryClient, message: Message): void {
  switch (message.kind) {
    case "reachable":
      void client.refetchQueries({ predicate: ({ state }) => state.status === "error" });
      return;
    case "resync":
      void client.invalidateQueries({ predicate: ({ queryKey }) => !LASTING.has(queryKey[0]) });
      return;
    case "notification":
      client.setQueryData(keys.unread, message.data.unread);
      void client.invalidateQueries({
        queryKey: keys.inbox,
        predicate: (query) => query.queryKey[1] !== keys.unread[1],
      });
      void client.invalidateQueries({ queryKey: keys.outbox });
      return;
    case "change":
      heard.push(message.data);
      if (heard.length === 1) setTimeout(() => applyChanges(client, heard.splice(0)), GATHERED_MILLISECONDS);
  }
}

/** Changes that come together, as of many tasks at once, are shown together. */
const GATHERED_MILLISECONDS = 15;
const heard: LiveChange[] = [];

function applyChanges(client: QueryClient, changes: LiveChange[]): void {
  putTasks(
    client,
    changes.flatMap(({ task }) => task ?? []),
  );
  const stale = new Map<string, readonly string[]>();
  for (const change of changes)
    for (const queryKey of outdated(client, change)) stale.set(JSON.stringify(queryKey), queryKey);
  for (const queryKey of stale.values()) void client.invalidateQueries({ queryKey });
}

/** Shows what a change brings with it; answers the keys of what has to be asked for. */
function outdated(client: QueryClient, change: LiveChange): (readonly string[])[] {
  const found: (readonly string[])[] = [keys.activity(change.project_id)];
  if (change.task_id) {
    if (change.type.startsWith("task.comment")) found.push(keys.comments(change.task_id));
    // What the inbox quotes goes with its comment.
    if (change.type.startsWith("task.comment-")) found.push(keys.inbox);
    found.push(keys.history(change.task_id));
    if (!change.task) found.push(keys.task(change.task_id));
  }
  if (change.project) {
    putProject(client, change.project);
    if (change.type.startsWith("project.invit")) found.push(keys.invitations(change.project_id));
    // Who comes is somebody one works with from now on, and has a name.
    if (change.type === "project.member-added") found.push(keys.users);
    if (change.type.startsWith("project.member")) found.push(keys.projects, keys.project(change.project_id));
  } else if (change.type.startsWith("project.")) {
    found.push(keys.projects, keys.project(change.project_id));
  }
  return found;
}
