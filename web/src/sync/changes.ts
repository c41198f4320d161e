/** Changes of tasks and comments: what each sends, what it shows meanwhile, and the change that takes it back. */
import { t } from "@lingui/core/macro";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Comment, Inbox, Notification, Task, TaskChanges, User } from "../http/types";
import { type Named, ticked } from "../lib/checklist";
import { type Place, rankAt } from "../lib/order";
import { keys, knownTask, listDeleted, putTask, showTasks } from "./cache";
import { type Change, change, type Outcome } from "./change";
import { type CommandOf, type NewTask, TextConflict, type TextField } from "./commands";
import { byElements, takingBack, touched } from "./edits";
import { toast } from "./toasts";

function fieldsOf(task: Task, fields: Partial<Task>): Partial<Task> {
  return Object.fromEntries(Object.keys(fields).map((field) => [field, task[field as keyof Task]]));
}

/** New fields of a task, shown before the service has confirmed them. */
function shown(client: QueryClient, task: Task, fields: Partial<Task>) {
  const show = (these: Partial<Task>) => showTasks(client, new Map([[task.id, these]]));
  return {
    scope: task.id,
    about: task.key,
    shows: { id: task.id, fields },
    show: () => show(fields),
    rollback: () => show(fieldsOf(task, fields)),
  };
}

/** Takes back what a change of `fields` made of a task; null if it made nothing. */
function undoing(client: QueryClient, before: Task, after: Task, fields: string[], told: string, scope = after.id) {
  const now = knownTask(client, after.id) ?? after;
  const taking = takingBack(before, after, fields, now);
  if (!taking) return null;
  const { command, shows } = taking;
  const what: Change<CommandOf<"undo">> = {
    ...shown(client, now, shows),
    ...(shows.deleted !== undefined && leaving(client, now, shows.deleted)),
    command,
    scope,
    told,
    before,
    back: (result) => undoing(client, now, result, fields, told, scope),
  };
  return what;
}

function editing(client: QueryClient, task: Task, changes: TaskChanges, told: string): Change<CommandOf<"edit">> {
  return {
    ...shown(client, task, changes),
    command: { kind: "edit", id: task.id, body: byElements(task, changes) },
    told,
    back: (now) => undoing(client, task, now, touched(changes), told),
  };
}

/** Changes fields of a task; `told` is what the toast says. */
export async function editTask(client: QueryClient, task: Task, changes: TaskChanges, told: string): Promise<void> {
  await change(client, editing(client, task, changes, told));
}

function placing(
  client: QueryClient,
  task: Task,
  status: string,
  place: Place,
  told: string,
): Change<CommandOf<"edit">> {
  const tasks = client.getQueryData<Task[]>(keys.tasks(task.project_id)) ?? [];
  return {
    ...shown(client, task, { status, rank: rankAt(task, place, tasks) }),
    command: { kind: "edit", id: task.id, body: { ...place, ...(status !== task.status && { status }) } },
    // One after the other: the next move may name this task as its neighbour.
    scope: `order-${task.project_id}`,
    told,
    back: (now) => undoing(client, task, now, ["status", "rank"], told, `order-${task.project_id}`),
  };
}

/** Puts a task somewhere else on the board: into a column, between two of its tasks. */
export async function placeTask(
  client: QueryClient,
  task: Task,
  status: string,
  place: Place,
  told: string,
): Promise<void> {
  await change(client, placing(client, task, status, place, told));
}

function writing(
  client: QueryClient,
  base: Task,
  field: TextField,
  text: string,
  told: string,
): Change<CommandOf<"text">> {
  return {
    ...shown(client, base, { [field]: text }),
    command: { kind: "text", id: base.id, field, text, base: base[field], version: base.version },
    told,
    // Over a text that somebody else has written since nothing is put; there is no question to ask.
    back: (now) =>
      field === "title" ? undoing(client, base, now, [field], told) : writing(client, now, field, base[field], told),
  };
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
  told: string,
): Promise<{ saved: boolean; theirs?: Task }> {
  const outcome = await change(client, writing(client, base, field, text, told));
  if (outcome.state !== "refused") return { saved: true };
  if (!(outcome.error instanceof TextConflict)) return { saved: false };
  return { saved: false, theirs: outcome.error.theirs };
}

function ticking(
  client: QueryClient,
  task: Task,
  description: string,
  point: Named,
  done: boolean,
): Change<CommandOf<"tick">> {
  return {
    ...shown(client, task, { description }),
    command: { kind: "tick", id: task.id, point, done, text: task.description, version: task.version },
    told: done ? t`Ticked: ${point.text}` : t`No longer ticked: ${point.text}`,
    back: (now) => ticking(client, now, ticked(now.description, point, !done) ?? now.description, point, !done),
  };
}

/** Ticks a point of the description's checklist, or takes the tick away; others may write the text meanwhile. */
export async function tickPoint(client: QueryClient, task: Task, point: Named, done: boolean): Promise<void> {
  const description = ticked(task.description, point, done);
  if (description === null) return;
  const outcome = await change(client, ticking(client, task, description, point, done));
  if (outcome.state !== "refused" || !(outcome.error instanceof TextConflict)) return;
  toast(t`Someone else has rewritten this list. Nothing was overwritten: tick it in their text.`, { kind: "error" });
}

function assigning(
  client: QueryClient,
  task: Task,
  userId: string,
  assigned: boolean,
): Change<CommandOf<"assign" | "unassign">> {
  const others = task.assignees.filter((id) => id !== userId);
  const name = client.getQueryData<User>(keys.user(userId))?.name ?? "";
  const told = assigned ? t`${task.key} assigned to ${name}` : t`${name} taken off ${task.key}`;
  return {
    ...shown(client, task, { assignees: assigned ? [...task.assignees, userId] : others }),
    command: { kind: assigned ? "assign" : "unassign", id: task.id, userId },
    told,
    back: (now) => undoing(client, task, now, ["assignees"], told),
  };
}

export async function setAssignee(client: QueryClient, task: Task, userId: string, assigned: boolean): Promise<void> {
  await change(client, assigning(client, task, userId, assigned));
}

export function createTask(client: QueryClient, projectId: string, body: NewTask): Promise<Outcome<Task>> {
  return change(client, {
    command: { kind: "create", projectId, body },
    scope: `create-${projectId}`,
    about: body.title,
    told: t`Task added`,
    back: (task: Task) => deleting(client, task, true),
  });
}

/** It leaves all lists, or is in them again. */
function leaving(client: QueryClient, task: Task, deleted: boolean) {
  const put = (is: boolean) => {
    const now = { ...(knownTask(client, task.id) ?? task), deleted: is };
    putTask(client, now, true);
    listDeleted(client, keys.deletedTasks(task.project_id), now);
  };
  return { show: () => put(deleted), rollback: () => put(!deleted) };
}

/** Deletes a task or restores it. */
function deleting(client: QueryClient, task: Task, deleted: boolean): Change<CommandOf<"delete" | "restore">> {
  const told = deleted ? t`${task.key} deleted` : t`${task.key} restored`;
  return {
    ...shown(client, task, { deleted }),
    command: { kind: deleted ? "delete" : "restore", id: task.id },
    ...leaving(client, task, deleted),
    told,
    back: (now) => undoing(client, { ...task, deleted: !deleted }, now, ["deleted"], told),
  };
}

export async function deleteTask(client: QueryClient, task: Task): Promise<void> {
  await change(client, deleting(client, task, true));
}

export async function restoreTask(client: QueryClient, task: Task): Promise<void> {
  await change(client, deleting(client, task, false));
}

const onComments = (task: Task) => ({ scope: task.id, about: task.key });

function commenting(client: QueryClient, task: Task, body: string, mentions: string[]): Change<CommandOf<"comment">> {
  return {
    ...onComments(task),
    command: { kind: "comment", id: task.id, body, mentions },
    told: t`Comment added`,
    back: (comment) => uncommenting(client, task, comment),
  };
}

function uncommenting(client: QueryClient, task: Task, comment: Comment): Change<CommandOf<"delete-comment">> {
  return {
    ...onComments(task),
    command: { kind: "delete-comment", id: task.id, commentId: comment.id },
    told: t`Comment deleted`,
    // A deleted comment stays deleted: it is written once more.
    back: () => commenting(client, task, comment.body, comment.mentions),
  };
}

function rewording(client: QueryClient, task: Task, comment: Comment, body: string): Change<CommandOf<"edit-comment">> {
  return {
    ...onComments(task),
    command: { kind: "edit-comment", id: task.id, commentId: comment.id, body },
    told: t`Comment changed`,
    back: (now) => rewording(client, task, now, comment.body),
  };
}

/** Answers whether the comment is on its way; one that was refused belongs into its field again. */
export async function addComment(
  client: QueryClient,
  task: Task,
  body: string,
  mentions: string[] = [],
): Promise<boolean> {
  return (await change(client, commenting(client, task, body, mentions))).state !== "refused";
}

export async function editComment(client: QueryClient, task: Task, comment: Comment, body: string): Promise<boolean> {
  return (await change(client, rewording(client, task, comment, body))).state !== "refused";
}

export async function deleteComment(client: QueryClient, task: Task, comment: Comment): Promise<void> {
  await change(client, uncommenting(client, task, comment));
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
