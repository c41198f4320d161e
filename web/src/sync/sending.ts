/** The queue of whoever is signed in, and where its answers go. */
import { plural } from "@lingui/core/macro";
import type { QueryClient } from "@tanstack/react-query";
import type { Comment, Preferences, Project, Task } from "../http/types";
import { randomId } from "../lib/ids";
import { answer } from "./asking";
import { keys, putProject, putTask, showTasks } from "./cache";
import { carryOut } from "./carryOut";
import type { Command, Results } from "./commands";
import { pending, type Unsent, withUnsentPreferences } from "./pending";
import { Queue, type Shelf } from "./queue";
import { openShelf } from "./shelf";
import { toast } from "./toasts";
import { undoStack } from "./undoStack";
import { ofPreferences, ofProject } from "./unsent";

const tab = randomId();
let shelf: Shelf | undefined;
let open: Queue | undefined;

function browserShelf(): Shelf {
  shelf ??= openShelf(tab);
  return shelf;
}

export function queue(): Queue {
  if (!open) throw new Error("nobody is signed in");
  return open;
}

/** Begins to send this person's changes, first those that an earlier page has left; answers how to stop. */
export function startSending(client: QueryClient, user: string, kept = browserShelf()): () => void {
  const started = new Queue({
    user,
    tab,
    shelf: kept,
    carryOut,
    onLate: (command, result) => arrived(client, command, result),
    onRefused: ({ command, shows }) => {
      // What was there before may be long out of date.
      if (ofProject(command)) void client.invalidateQueries({ queryKey: keys.project(command.projectId) });
      if (ofProject(command)) void client.invalidateQueries({ queryKey: keys.projects });
      if (ofPreferences(command)) void client.invalidateQueries({ queryKey: keys.preferences });
      if (shows) void client.invalidateQueries({ queryKey: keys.task(shows.id) });
      void client.invalidateQueries({ queryKey: [keys.tasks("")[0]] });
      void client.invalidateQueries({ queryKey: keys.mine });
    },
    onCaughtUp: (sent) => toast(plural(sent, { one: "# kept change sent", other: "# kept changes sent" })),
  });
  open = started;
  void started.adopt().then(() => showUnsent(client, pending()));
  return () => {
    started.close();
    undoStack.clear();
    answer(false);
    if (open === started) open = undefined;
  };
}

/** What was loaded before the changes of an earlier page were found is shown with them. */
function showUnsent(client: QueryClient, left: readonly Unsent[]): void {
  showTasks(client, new Map(left.flatMap(({ shows }) => (shows ? [[shows.id, {}]] : []))));
  const changed = new Set(left.flatMap(({ command }) => (ofProject(command) ? [command.projectId] : [])));
  const projects = client.getQueryData<Project[]>(keys.projects) ?? [];
  for (const id of changed) {
    const known = client.getQueryData<Project>(keys.project(id)) ?? projects.find((project) => project.id === id);
    if (known) putProject(client, known);
  }
  client.setQueryData<Preferences>(keys.preferences, (now) => now && withUnsentPreferences(now));
}

/** Writes the answer to a change into all that shows it. */
export function arrived(client: QueryClient, command: Command, result: Results[keyof Results]): void {
  if (command.kind === "comment" || command.kind === "edit-comment" || command.kind === "delete-comment") {
    if (result) putComment(client, command.id, result as Comment);
    void client.invalidateQueries({ queryKey: keys.comments(command.id) });
    void client.invalidateQueries({ queryKey: keys.history(command.id) });
    return;
  }
  // The count of what is unread follows on the live stream.
  if (command.kind === "read" || command.kind === "read-all") return;
  if (ofPreferences(command)) {
    client.setQueryData(keys.preferences, withUnsentPreferences(result as Preferences));
    return;
  }
  if (ofProject(command)) {
    putProject(client, result as Project);
    void client.invalidateQueries({ queryKey: keys.activity(command.projectId) });
    return;
  }
  const task = result as Task;
  putTask(client, task);
  void client.invalidateQueries({ queryKey: keys.history(task.id) });
  void client.invalidateQueries({ queryKey: keys.activity(task.project_id) });
}

function putComment(client: QueryClient, taskId: string, comment: Comment): void {
  client.setQueryData<Comment[]>(keys.comments(taskId), (list) => {
    const index = list?.findIndex((one) => one.id === comment.id) ?? -1;
    return list && (index < 0 ? [...list, comment] : list.with(index, comment));
  });
}
