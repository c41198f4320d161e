/**
 * Live updates. One tab of the browser holds the stream (a browser allows few connections to one origin) and hands what
 * it hears to the others; when that tab closes, the next one takes over.
 */
import type { QueryClient } from "@tanstack/react-query";
import { keys, putProject, putTasks } from "./cache";
import { me } from "./endpoints";
import type { LiveChange, User } from "./types";

type Message =
  | { kind: "change"; data: LiveChange }
  | { kind: "notification"; data: { unread: number } }
  | { kind: "reachable" }
  | { kind: "resync" };

/** Starts listening; answers how to stop. */
export function startLive(client: QueryClient): () => void {
  const channel = new BroadcastChannel("taskledger-live");
  const stop = new AbortController();
  channel.onmessage = (event: MessageEvent<Message>) => apply(client, event.data);
  const publish = (message: Message) => {
    apply(client, message);
    channel.postMessage(message);
  };
  const hold = () => holdStream(publish, stop.signal);
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

const GAP_MILLISECONDS = 2000;

/** Keeps a stream open until told to stop; the browser itself resumes short breaks with the last id it saw. */
async function holdStream(publish: (message: Message) => void, signal: AbortSignal): Promise<void> {
  for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, 30_000)) {
    const opened = await streamUntilClosed(publish, signal);
    if (signal.aborted) return;
    if (opened) pause = 1000;
    await new Promise((resolve) => setTimeout(resolve, pause));
    // A closed stream is most often an ended access token: asking who we are renews it.
    await me().catch(() => undefined);
  }
}

/** Answers whether the stream was open before the server closed it for good. */
function streamUntilClosed(publish: (message: Message) => void, signal: AbortSignal): Promise<boolean> {
  const source = new EventSource("/api/stream");
  let opened = false;
  return new Promise((resolve) => {
    const end = () => {
      source.close();
      resolve(opened);
    };
    signal.addEventListener("abort", end, { once: true });
    source.addEventListener("open", () => {
      publish({ kind: "reachable" });
      // A new stream begins at its opening. What was loaded before may have missed a change, so it is loaded once more.
      if (!opened) setTimeout(() => !signal.aborted && publish({ kind: "resync" }), GAP_MILLISECONDS);
      opened = true;
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) end();
    });
    // The service no longer has what came after the last id.
    source.addEventListener("reset", () => publish({ kind: "resync" }));
    for (const kind of ["change", "notification"] as const) {
      source.addEventListener(kind, ({ data }: MessageEvent<string>) => publish({ kind, data: JSON.parse(data) }));
    }
  });
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
  for (const change of changes) applyChange(client, change);
}

function applyChange(client: QueryClient, change: LiveChange): void {
  if (change.task_id) {
    if (change.type.startsWith("task.comment"))
      void client.invalidateQueries({ queryKey: keys.comments(change.task_id) });
    void client.invalidateQueries({ queryKey: keys.history(change.task_id) });
    if (!change.task) void client.invalidateQueries({ queryKey: keys.task(change.task_id) });
  }
  if (change.project) {
    const me = client.getQueryData<User>(keys.me);
    const membership = me && change.project.members.find((member) => member.user_id === me.id);
    putProject(client, { ...change.project, role: membership?.role ?? change.project.role });
    if (change.type.startsWith("project.member")) {
      void client.invalidateQueries({ queryKey: keys.projects });
      void client.invalidateQueries({ queryKey: keys.project(change.project_id) });
    }
  } else if (change.type.startsWith("project.")) {
    void client.invalidateQueries({ queryKey: keys.projects });
    void client.invalidateQueries({ queryKey: keys.project(change.project_id) });
  }
  void client.invalidateQueries({ queryKey: keys.activity(change.project_id) });
}
