/**
 * Writing: each change shows at once and goes through the queue, which keeps it while the network is away. What a service
 * refuses is taken back with a message; what was done is told with the way back.
 */
import { t } from "@lingui/core/macro";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { type Named, ticked } from "../lib/checklist";
import { type Place, placeOf, rankAt } from "../lib/order";
import { explain } from "../ui/bits";
import { toast, toastComes } from "../ui/toast";
import { keys, putTask, showTasks } from "./cache";
import { type Command, type NewTask, type ResultOf, TextConflict, type TextField } from "./commands";
import type { Unsent } from "./pending";
import { Withdrawn } from "./queue";
import { arrived, queue } from "./sending";
import type { Comment, Inbox, Notification, Task, TaskChanges, User } from "./types";

/** What has become of a change by the time that its maker can go on. */
export type Outcome<T> =
  | { state: "sent"; result: T }
  /** It waits for the network; whether it is refused later is told in the list of unsent changes. */
  | { state: "kept" }
  | { state: "refused"; error: unknown };

interface Change<C extends Command> extends Pick<Unsent, "scope" | "about" | "shows"> {
  command: C;
  /** Shows again what was there before. */
  rollback?: () => void;
  /** What the toast says, and what its button does to what came of it. */
  told?: { text: string; undo: (result: ResultOf<C>) => void } | undefined;
}

function change<C extends Command>(client: QueryClient, what: Change<C>): Promise<Outcome<ResultOf<C>>> {
  const { rollback, told, ...sent } = what;
  const outcome = new Promise<Outcome<ResultOf<C>>>((resolve) => {
    let held = false;
    const say = () => told && toast(told.text, { undo: () => undo() });
    const sending = queue().send(sent, () => {
      held = true;
      say();
      resolve({ state: "kept" });
    });
    const undo = () => {
      if (!queue().withdraw([sending.key])) sending.done.then(told?.undo, () => {});
    };
    sending.done.then(
      (result) => {
        arrived(client, what.command, result);
        if (!held) say();
        resolve({ state: "sent", result });
      },
      (error: unknown) => {
        rollback?.();
        if (!(error instanceof Withdrawn || error instanceof TextConflict)) toast(explain(error), { kind: "error" });
        resolve({ state: "refused", error });
      },
    );
  });
  return toastComes(outcome);
}

/** Shows new fields of a task before the service has confirmed them. */
function show(client: QueryClient, id: string, fields: Partial<Task>): void {
  showTasks(client, new Map([[id, fields]]));
}

/** Changes fields of a task; `done` is what the toast says, with the way back. */
export async function editTask(client: QueryClient, task: Task, changes: TaskChanges, done?: string): Promise<void> {
  const before = Object.fromEntries(Object.keys(changes).map((field) => [field, task[field as keyof TaskChanges]]));
  show(client, task.id, changes);
  await change(client, {
    command: { kind: "edit", id: task.id, body: changes },
    scope: task.id,
    about: task.key,
    shows: { id: task.id, fields: changes },
    rollback: () => show(client, task.id, before),
    told: done === undefined ? undefined : { text: done, undo: (result) => void editTask(client, result, before) },
  });
}

/** Puts a task somewhere else on the board: into a column, between two of its tasks. */
export async function placeTask(
  client: QueryClient,
  task: Task,
  status: string,
  place: Place,
  done: string,
): Promise<void> {
  const tasks = client.getQueryData<Task[]>(keys.tasks(task.project_id)) ?? [];
  const back = placeOf(task, tasks);
  const before = { status: task.status, rank: task.rank };
  const fields = { status, rank: rankAt(task, place, tasks) };
  show(client, task.id, fields);
  await change(client, {
    command: { kind: "edit", id: task.id, body: { ...place, ...(status !== before.status && { status }) } },
    // One after the other: the next move may name this task as its neighbour.
    scope: `order-${task.project_id}`,
    about: task.key,
    shows: { id: task.id, fields },
    rollback: () => show(client, task.id, before),
    told: { text: done, undo: (result) => void placeTask(client, result, before.status, back, done) },
  });
}

/**
 * Saves a text that someone typed. The version that the typing began from goes with it; if the same text was changed by
 * someone else meanwhile, nothing is written and their task is answered as `theirs`.
 */
export async function saveText(
  client: QueryClient,
  base: Task,
  field: TextField,
  text: string,
  done: string,
): Promise<{ saved: boolean; theirs?: Task }> {
  const fields = { [field]: text };
  const outcome = await change(client, {
    command: { kind: "text", id: base.id, field, text, base: base[field], version: base.version },
    scope: base.id,
    about: base.key,
    shows: { id: base.id, fields },
    rollback: () => show(client, base.id, { [field]: base[field] }),
    told: { text: done, undo: (result) => void saveText(client, result, field, base[field], done) },
  });
  if (outcome.state === "kept") show(client, base.id, fields);
  if (outcome.state !== "refused") return { saved: true };
  if (!(outcome.error instanceof TextConflict)) return { saved: false };
  putTask(client, outcome.error.theirs, true);
  return { saved: false, theirs: outcome.error.theirs };
}

/** Ticks a point of the description's checklist, or takes the tick away; others may write the text meanwhile. */
export async function tickPoint(client: QueryClient, task: Task, point: Named, done: boolean): Promise<void> {
  const description = ticked(task.description, point, done);
  if (description === null) return;
  const fields = { description };
  show(client, task.id, fields);
  const outcome = await change(client, {
    command: { kind: "tick", id: task.id, point, done, text: task.description, version: task.version },
    scope: task.id,
    about: task.key,
    shows: { id: task.id, fields },
    rollback: () => show(client, task.id, { description: task.description }),
    told: {
      text: done ? t`Ticked: ${point.text}` : t`No longer ticked: ${point.text}`,
      undo: (result) => void tickPoint(client, result, point, !done),
    },
  });
  if (outcome.state !== "refused" || !(outcome.error instanceof TextConflict)) return;
  putTask(client, outcome.error.theirs, true);
  toast(t`Someone else has rewritten this list. Nothing was overwritten: tick it in their text.`, { kind: "error" });
}

export async function setAssignee(client: QueryClient, task: Task, userId: string, assigned: boolean): Promise<void> {
  const assignees = assigned ? [...task.assignees, userId] : task.assignees.filter((id) => id !== userId);
  const name = client.getQueryData<User>(keys.user(userId))?.name ?? "";
  show(client, task.id, { assignees });
  await change(client, {
    command: { kind: assigned ? "assign" : "unassign", id: task.id, userId },
    scope: task.id,
    about: task.key,
    shows: { id: task.id, fields: { assignees } },
    rollback: () => show(client, task.id, { assignees: task.assignees }),
    told: {
      text: assigned ? t`${task.key} assigned to ${name}` : t`${name} taken off ${task.key}`,
      undo: (result) => void setAssignee(client, result, userId, !assigned),
    },
  });
}

export function createTask(client: QueryClient, projectId: string, body: NewTask): Promise<Outcome<Task>> {
  return change(client, {
    command: { kind: "create", projectId, body },
    scope: `create-${projectId}`,
    about: body.title,
    told: { text: t`Task added`, undo: (task) => void deleteTask(client, task) },
  });
}

export async function deleteTask(client: QueryClient, task: Task): Promise<void> {
  const fields = { deleted: true };
  putTask(client, { ...task, ...fields });
  await change(client, {
    command: { kind: "delete", id: task.id },
    scope: task.id,
    about: task.key,
    shows: { id: task.id, fields },
    rollback: () => putTask(client, task, true),
    told: { text: t`${task.key} deleted`, undo: (result) => void restoreTask(client, result) },
  });
}

export async function restoreTask(client: QueryClient, task: Task): Promise<void> {
  await change(client, {
    command: { kind: "restore", id: task.id },
    scope: task.id,
    about: task.key,
    told: { text: t`${task.key} restored`, undo: (result) => void deleteTask(client, result) },
  });
}

/** Answers whether the comment is on its way; one that was refused belongs into its field again. */
export async function addComment(client: QueryClient, task: Task, body: string): Promise<boolean> {
  const outcome = await change(client, {
    command: { kind: "comment", id: task.id, body },
    scope: task.id,
    about: task.key,
    told: { text: t`Comment added`, undo: (result) => void deleteComment(client, task, result) },
  });
  return outcome.state !== "refused";
}

export async function editComment(client: QueryClient, task: Task, comment: Comment, body: string): Promise<boolean> {
  const outcome = await change(client, {
    command: { kind: "edit-comment", id: task.id, commentId: comment.id, body },
    scope: task.id,
    about: task.key,
    told: { text: t`Comment changed`, undo: (result) => void editComment(client, task, result, comment.body) },
  });
  return outcome.state !== "refused";
}

export async function deleteComment(client: QueryClient, task: Task, comment: Comment): Promise<void> {
  await change(client, {
    command: { kind: "delete-comment", id: task.id, commentId: comment.id },
    scope: task.id,
    about: task.key,
    // A deleted comment stays deleted: it is written once more.
    told: { text: t`Comment deleted`, undo: () => void addComment(client, task, comment.body) },
  });
}

/** Marks an item of the inbox as read, or all of them. */
export async function read(client: QueryClient, which: Notification | "all"): Promise<void> {
  const hit = (item: Notification) => which === "all" || item.id === which.id;
  client.setQueriesData<InfiniteData<Inbox>>(
    { queryKey: keys.inbox, predicate: (query) => typeof query.queryKey[1] === "object" },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map((item) => (hit(item) ? { ...item, read: true } : item)),
        })),
      },
  );
  client.setQueryData<number>(keys.unread, (count = 0) => (which === "all" ? 0 : Math.max(0, count - 1)));
  await change(client, {
    command: which === "all" ? { kind: "read-all" } : { kind: "read", notice: which.id },
    scope: "inbox",
    about: which === "all" ? t`Inbox` : which.task_key,
    rollback: () => void client.invalidateQueries({ queryKey: keys.inbox }),
  });
}
