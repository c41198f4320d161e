/**
 * Writing: each change shows at once, is sent with a key of its own (so a lost answer can be asked for again), is kept
 * while the network is away, and is taken back with a message when the service refuses it.
 */
import { t } from "@lingui/core/macro";
import type { QueryClient } from "@tanstack/react-query";
import { type Place, placeOf, rankAt } from "../lib/order";
import { explain } from "../ui/bits";
import { toast } from "../ui/toast";
import { keys, putTask, showTasks } from "./cache";
import { ApiError } from "./client";
import * as api from "./endpoints";
import type { Comment, Task, TaskChanges, User } from "./types";

/** Sends one change under a key of its own; those of one scope go in their order. Raises what the service answers. */
export function send<T>(client: QueryClient, scope: string, work: (key: string) => Promise<T>): Promise<T> {
  const key = crypto.randomUUID();
  const mutation = client.getMutationCache().build<T, Error, void, unknown>(client, {
    mutationFn: () => work(key),
    scope: { id: scope },
    retry: (count, error) => count < 3 && error instanceof ApiError && (error.status === 0 || error.status === 503),
  });
  return mutation.execute();
}

/** Runs one change. Answers undefined when it was refused. */
async function change<T>(
  client: QueryClient,
  scope: string,
  work: (key: string) => Promise<T>,
  rollback: () => void,
): Promise<T | undefined> {
  try {
    return await send(client, scope, work);
  } catch (error) {
    rollback();
    toast(explain(error), { kind: "error" });
    return undefined;
  }
}

/** Shows new fields of a task before the service has confirmed them. */
function show(client: QueryClient, id: string, fields: Partial<Task>): void {
  showTasks(client, new Map([[id, fields]]));
}

function settled(client: QueryClient, task: Task): void {
  putTask(client, task);
  void client.invalidateQueries({ queryKey: keys.history(task.id) });
  void client.invalidateQueries({ queryKey: keys.activity(task.project_id) });
}

/** Changes fields of a task; `done` is what the toast says, with the way back. */
export async function editTask(client: QueryClient, task: Task, changes: TaskChanges, done?: string): Promise<void> {
  const before = Object.fromEntries(Object.keys(changes).map((field) => [field, task[field as keyof TaskChanges]]));
  show(client, task.id, changes);
  const result = await change(
    client,
    task.id,
    (key) => api.editTask(task.id, changes, { key }),
    () => show(client, task.id, before),
  );
  if (!result) return;
  settled(client, result);
  if (done) toast(done, { undo: () => void editTask(client, result, before) });
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
  show(client, task.id, { status, rank: rankAt(task, place, tasks) });
  const result = await change(
    client,
    // One after the other: the next move may name this task as its neighbour.
    `order-${task.project_id}`,
    (key) => api.editTask(task.id, { ...place, ...(status !== before.status && { status }) }, { key }),
    () => show(client, task.id, before),
  );
  if (!result) return;
  settled(client, result);
  toast(done, { undo: () => void placeTask(client, result, before.status, back, done) });
}

/**
 * Saves a text that someone typed. The version that the typing began from goes with it; if the same text was changed by
 * someone else meanwhile, nothing is written and their task is answered as `theirs`.
 */
export async function saveText(
  client: QueryClient,
  base: Task,
  field: "title" | "description",
  text: string,
): Promise<{ saved: boolean; theirs?: Task }> {
  let version: number = base.version;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const result = await api.editTask(base.id, { [field]: text }, { version });
      settled(client, result);
      return { saved: true };
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        const theirs = await api.task(base.id);
        putTask(client, theirs);
        if (theirs[field] !== base[field]) return { saved: false, theirs };
        version = theirs.version; // Only other fields were changed: both changes stand.
      } else {
        toast(explain(error), { kind: "error" });
        return { saved: false };
      }
    }
  }
  toast(t`Others are changing this task right now. Try again in a moment.`, { kind: "error" });
  return { saved: false };
}

export async function setAssignee(client: QueryClient, task: Task, userId: string, assigned: boolean): Promise<void> {
  const assignees = assigned ? [...task.assignees, userId] : task.assignees.filter((id) => id !== userId);
  show(client, task.id, { assignees });
  const result = await change(
    client,
    task.id,
    (key) => (assigned ? api.assign : api.unassign)(task.id, userId, key),
    () => show(client, task.id, { assignees: task.assignees }),
  );
  if (!result) return;
  settled(client, result);
  const name = client.getQueryData<User>(keys.user(userId))?.name ?? "";
  toast(assigned ? t`${task.key} assigned to ${name}` : t`${name} taken off ${task.key}`, {
    undo: () => void setAssignee(client, result, userId, !assigned),
  });
}

export async function createTask(
  client: QueryClient,
  projectId: string,
  fields: TaskChanges & { title: string; assignees?: string[] },
): Promise<Task | undefined> {
  const result = await change(
    client,
    `create-${projectId}`,
    (key) => api.createTask(projectId, fields, key),
    () => {},
  );
  if (result) settled(client, result);
  return result;
}

export async function deleteTask(client: QueryClient, task: Task): Promise<boolean> {
  putTask(client, { ...task, deleted: true });
  const result = await change(
    client,
    task.id,
    (key) => api.deleteTask(task.id, key),
    () => putTask(client, task, true),
  );
  if (!result) return false;
  // The answer to a deletion is the deleted task; an older service may answer nothing.
  settled(client, result.id ? result : { ...task, deleted: true, version: task.version + 1 });
  toast(t`${task.key} deleted`, { undo: () => void restoreTask(client, task) });
  return true;
}

export async function restoreTask(client: QueryClient, task: Task): Promise<void> {
  const result = await change(
    client,
    task.id,
    (key) => api.restoreTask(task.id, key),
    () => {},
  );
  if (!result) return;
  settled(client, result);
  toast(t`${task.key} restored`);
}

export async function addComment(client: QueryClient, task: Task, body: string, author: string): Promise<boolean> {
  const id = `sending-${crypto.randomUUID()}`;
  const shown: Comment = {
    id,
    author,
    author_name: null,
    body,
    mentions: [],
    created_at: new Date().toISOString(),
    edited_at: null,
    deleted: false,
  };
  client.setQueryData<Comment[]>(keys.comments(task.id), (list) => [...(list ?? []), shown]);
  const without = (list: Comment[] | undefined) => list?.filter((comment) => comment.id !== id);
  const result = await change(
    client,
    task.id,
    (key) => api.addComment(task.id, body, key),
    () => client.setQueryData(keys.comments(task.id), without),
  );
  await client.invalidateQueries({ queryKey: keys.comments(task.id) });
  void client.invalidateQueries({ queryKey: keys.history(task.id) });
  return result !== undefined;
}
