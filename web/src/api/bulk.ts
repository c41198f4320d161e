/**
 * The same change to many tasks: each is a command of its own with a key of its own, so nothing is half done and a lost
 * answer can be asked for again. All of it shows at once and is told once, with one way back; what was refused is taken
 * back and named.
 */
import { t } from "@lingui/core/macro";
import type { QueryClient } from "@tanstack/react-query";
import { explain } from "../ui/bits";
import { progress, toast } from "../ui/toast";
import { keys, putTasks, showTasks } from "./cache";
import { send } from "./changes";
import { ApiError } from "./client";
import * as api from "./endpoints";
import type { Task, TaskChanges } from "./types";

/** One command on one task: what it shows, and what would take it back. */
export interface Step {
  task: Task;
  shows: Partial<Task>;
  send: (key: string) => Promise<Task>;
  back: (now: Task) => Step;
}

export function edit(task: Task, changes: TaskChanges): Step {
  const before = Object.fromEntries(Object.keys(changes).map((field) => [field, task[field as keyof TaskChanges]]));
  return {
    task,
    shows: changes,
    send: (key) => api.editTask(task.id, changes, { key }),
    back: (now) => edit(now, before),
  };
}

export function assign(task: Task, userId: string, assigned: boolean): Step {
  const others = task.assignees.filter((id) => id !== userId);
  return {
    task,
    shows: { assignees: assigned ? [...others, userId] : others },
    send: (key) => (assigned ? api.assign : api.unassign)(task.id, userId, key),
    back: (now) => assign(now, userId, !assigned),
  };
}

export function remove(task: Task): Step {
  return { task, shows: { deleted: true }, send: (key) => api.deleteTask(task.id, key), back: restore };
}

function restore(task: Task): Step {
  return { task, shows: { deleted: false }, send: (key) => api.restoreTask(task.id, key), back: remove };
}

const AT_ONCE = 6;
const SHOWN_EVERY_MILLISECONDS = 150;

/** Carries the steps out; `told` says for a number of tasks what was done. */
export async function changeMany(client: QueryClient, steps: Step[], told: (count: number) => string): Promise<void> {
  if (steps.length === 0) {
    toast(t`Nothing to change: it is so already`);
    return;
  }
  showTasks(client, new Map(steps.map((step) => [step.task.id, step.shows])));
  const done: { step: Step; result: Task }[] = [];
  const refused: { step: Step; error: unknown }[] = [];
  const waiting = [...steps];
  const bar = progress(t`Changing the tasks`);
  let shown = 0;
  const show = () => {
    putTasks(
      client,
      done.slice(shown).map(({ result }) => result),
    );
    shown = done.length;
    bar.to((done.length + refused.length) / steps.length);
  };
  const timer = setInterval(show, SHOWN_EVERY_MILLISECONDS);
  async function work(): Promise<void> {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      try {
        done.push({ step, result: await send(client, step.task.id, step.send) });
      } catch (error) {
        refused.push({ step, error });
        // Whoever may not change one task of a project may change none: the rest need not be asked.
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
          refused.push(...waiting.splice(0).map((unsent) => ({ step: unsent, error })));
        }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  clearInterval(timer);
  show();
  bar.end();
  showTasks(client, new Map(refused.map(({ step }) => [step.task.id, before(step)])));
  void client.invalidateQueries({ queryKey: [keys.history("")[0]] });
  void client.invalidateQueries({ queryKey: [keys.activity("")[0]] });
  const back = () =>
    void changeMany(
      client,
      done.map(({ step, result }) => step.back(result)),
      told,
    );
  if (done.length > 0) toast(told(done.length), { undo: back, long: steps.length > 1 });
  if (refused.length > 0) toast(refusal(refused, steps.length), { kind: "error" });
}

function before({ task, shows }: Step): Partial<Task> {
  return Object.fromEntries(Object.keys(shows).map((field) => [field, task[field as keyof Task]]));
}

function refusal(refused: { step: Step; error: unknown }[], total: number): string {
  const count = refused.length;
  const named = refused.slice(0, 3).map(({ step }) => step.task.key);
  const which = named.join(", ") + (count > named.length ? " …" : "");
  const reason = explain(refused[0]?.error);
  return t`${count} of ${total} tasks stayed as they were (${which}): ${reason}`;
}
