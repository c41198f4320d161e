/**
 * Live updates. One tab of the browser holds the stream (a browser allows few connections to one origin) and hands what
 * it hears to the others; when that tab closes, the next one takes over.
 */
import type { QueryClient } from "@tanstack/react-query";
import { keys, putProject, putTask } from "./cache";
import { me } from "./endpoints";
import type { LiveChange, User } from "./types";

type Message =
  | { kind: "change"; data: LiveChange }
  | { kind: "notification"; data: { unread: number } }
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

/** Keeps one stream open until told to stop; the browser itself resumes short breaks with the last id it saw. */
async function holdStream(publish: (message: Message) => void, signal: AbortSignal): Promise<void> {
  let pause = 1000;
  let first = true;
  while (!signal.aborted) {
    const source = new EventSource("/api/stream");
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
      source.addEventListener("open", () => {
        pause = 1000;
        if (!first) publish({ kind: "resync" });
        first = false;
      });
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) resolve();
        else first = true; // The browser reconnects and resumes by itself, so nothing was missed.
      });
      const listen = (kind: "change" | "notification") =>
        source.addEventListener(kind, (event) =>
          publish({ kind, data: JSON.parse((event as MessageEvent<string>).data) }),
        );
      // What was missed is not kept any more.
      source.addEventListener("reset", () => publish({ kind: "resync" }));
      listen("change");
      listen("notification");
    });
    await ended;
    source.close();
    if (signal.aborted) return;
    first = false;
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 30_000);
    // A closed stream is most often an ended access token: asking who we are renews it.
    await me().catch(() => undefined);
  }
}

export function apply(client: QueryClient, message: Message): void {
  switch (message.kind) {
    case "resync":
      void client.invalidateQueries();
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
      applyChange(client, message.data);
  }
}

function applyChange(client: QueryClient, change: LiveChange): void {
  if (change.task) putTask(client, change.task);
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
