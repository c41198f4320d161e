/**
 * The same change to many tasks: each is a command of its own with a key of its own, so nothing is half done and a lost
 * answer can be asked for again. All of it shows at once and is told once, with one way back; what was refused is taken
 * back and named.
 */
import { t } from "@lingui/core/macro";
import type { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../http/client";
import { explain } from "../http/explain";
import type { Task, TaskChanges } from "../http/types";
import { ask, conflictsOf, theirs as isNow } from "./asking";
import { keys, putTasks, showTasks } from "./cache";
import type { CommandOf } from "./commands";
import { byElements, forced, takingBack, touched } from "./edits";
import { Withdrawn } from "./queue";
import { queue } from "./sending";
import { progress, toast } from "./toasts";
import type { Undoable } from "./undo";
import { tell, undoStack } from "./undoStack";

type TaskCommand = CommandOf<"edit" | "assign" | "unassign" | "delete" | "restore" | "undo">;

/** One command on one task: what it shows, and what would take it back. */
export interface Step {
  task: Task;
  shows: Partial<Task>;
  command: TaskCommand;
  /** Of an undo: how the task was before what is taken back. */
  before?: Task;
  back: (now: Task) => Step | null;
}

export function edit(task: Task, changes: TaskChanges): Step {
  return {
    task,
    shows: changes,
    command: { kind: "edit", id: task.id, body: byElements(task, changes) },
    back: (now) => undo(task, now, touched(changes)),
  };
}

export function assign(task: Task, userId: string, assigned: boolean): Step {
  const others = task.assignees.filter((id) => id !== userId);
  return {
    task,
    shows: { assignees: assigned ? [...others, userId] : others },
    command: { kind: assigned ? "assign" : "unassign", id: task.id, userId },
    back: (now) => undo(task, now, ["assignees"]),
  };
}

export function remove(task: Task): Step {
  return {
    task,
    shows: { deleted: true },
    command: { kind: "delete", id: task.id },
    back: (now) => undo(task, now, ["deleted"]),
  };
}

function undo(before: Task, after: Task, fields: string[]): Step | null {
  const taking = takingBack(before, after, fields);
  return taking && { task: after, ...taking, before, back: (now) => undo(after, now, fields) };
}

const SHOWN_EVERY_MILLISECONDS = 150;

/** Carries the steps out; `told` says for a number of tasks what was done. */
export async function changeMany(client: QueryClient, steps: Step[], told: (count: number) => string): Promise<void> {
  if (steps.length === 0) {
    toast(t`Nothing to change: it is so already`);
    return;
  }
  const undoable: Undoable = { text: told(steps.length), long: steps.length > 1, turn: async () => false };
  undoStack.add(undoable);
  if (await carry(client, steps, undoable, told)) tell(undoable);
}

/** Carries the steps out as a part of a greater change, which tells them; null if all were refused. */
export async function partOfMany(client: QueryClient, steps: Step[]): Promise<Undoable | null> {
  const undoable: Undoable = { text: "", turn: async () => false };
  return (await carry(client, steps, undoable, () => "")) ? undoable : null;
}

/**
 * Answers, when all are done or when they have to wait for the network, whether any is done or kept. `left` are those
 * that the way back has found unsent: nothing was to be taken back there, but they belong to the way forward.
 */
function carry(
  client: QueryClient,
  steps: Step[],
  undoable: Undoable,
  told: (count: number) => string,
  left: Step[] = [],
): Promise<boolean> {
  const done: { step: Step; result: Task }[] = [];
  const refused: { step: Step; error: unknown }[] = [];
  const waiting = new Map<string, Step>();
  const bar = progress(t`Changing the tasks`);
  let shown = 0;
  let held = false;
  let turned = false;
  const show = () => {
    putTasks(
      client,
      done.slice(shown).map(({ result }) => result),
    );
    shown = done.length;
    bar.to((done.length + refused.length) / steps.length);
  };
  undoable.turn = async () => {
    turned = true;
    const unsent = new Set(waiting.values());
    queue().withdraw([...waiting.keys()]);
    await all;
    const back = [...done.flatMap(({ step, result }) => step.back(result) ?? []), ...left];
    const withdrawn = refused.filter(({ step, error }) => error instanceof Withdrawn && unsent.has(step));
    const again = withdrawn.map(({ step }) => step);
    if (back.length > 0) return carry(client, back, undoable, told, again);
    undoable.turn = () => carry(client, again, undoable, told);
    return again.length > 0;
  };
  let onHeld = () => {};
  const kept = new Promise<boolean>((resolve) => {
    onHeld = () => {
      held = true;
      bar.end();
      resolve(true);
    };
  });
  const send = async (step: Step) => {
    const { id, key } = step.task;
    const what = { command: step.command, scope: id, about: key, shows: { id, fields: step.shows } };
    const sending = queue().send(what, () => onHeld());
    waiting.set(sending.key, step);
    try {
      done.push({ step, result: await sending.done });
    } catch (error) {
      refused.push({ step, error });
      // Whoever may not change one task of a project may change none: the rest need not be asked.
      if (error instanceof ApiError && error.status === 403) queue().withdraw([...waiting.keys()]);
    }
    waiting.delete(sending.key);
  };
  const work = steps.map(send);
  showTasks(client, new Map(steps.map((step) => [step.task.id, step.shows])));
  const timer = setInterval(show, SHOWN_EVERY_MILLISECONDS);
  const all = Promise.all(work).then(async () => {
    clearInterval(timer);
    show();
    bar.end();
    if (!held) await askAbout();
    showTasks(client, new Map(refused.map(({ step }) => [step.task.id, before(step)])));
    void client.invalidateQueries({ queryKey: [keys.history("")[0]] });
    void client.invalidateQueries({ queryKey: [keys.activity("")[0]] });
    if (turned) return true;
    if (done.length === 0) undoStack.forget(undoable);
    if (held) return true;
    if (done.length > 0) undoable.text = told(done.length);
    if (refused.length > 0) toast(refusal(refused, steps.length), { kind: "error" });
    return done.length > 0;
  });
  /** Those that somebody else has changed since are one question. What is kept was no failure. */
  async function askAbout(): Promise<void> {
    const theirs = refused.filter(({ error }) => conflictsOf(error).length > 0);
    if (theirs.length === 0) return;
    showTasks(client, new Map(theirs.map(({ step, error }) => [step.task.id, isNow(conflictsOf(error))])));
    const asked = theirs.map(({ step, error }) => ({
      task: step.task,
      conflicts: conflictsOf(error),
      before: step.before ?? step.task,
    }));
    const putBack = await ask(asked);
    for (const one of theirs) refused.splice(refused.indexOf(one), 1);
    const again = theirs.flatMap(({ step: { command, ...step }, error }) =>
      command.kind === "undo" ? { ...step, command: forced(command, conflictsOf(error)) } : [],
    );
    if (putBack) await Promise.all(again.map(send));
    show();
  }
  return Promise.race([all, kept]);
}

function before({ task, shows }: Step): Partial<Task> {
  return Object.fromEntries(Object.keys(shows).map((field) => [field, task[field as keyof Task]]));
}

function refusal(refused: { step: Step; error: unknown }[], total: number): string {
  const count = refused.length;
  const named = refused.slice(0, 3).map(({ step }) => step.task.key);
  const which = named.join(", ") + (count > named.length ? " …" : "");
  const reason = explain(refused.find(({ error }) => !(error instanceof Withdrawn))?.error);
  return t`${count} of ${total} tasks stayed as they were (${which}): ${reason}`;
}
