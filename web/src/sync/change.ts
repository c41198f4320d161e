/**
 * The way of one change: it shows at once and goes through the queue, which keeps it while the network is away. What a
 * service refuses is taken back with a message; what was done is told, and can be taken back and done again.
 */
import { t } from "@lingui/core/macro";
import type { QueryClient } from "@tanstack/react-query";
import { explain } from "../http/explain";
import type { Task } from "../http/types";
import { ask, conflictsOf, theirs } from "./asking";
import { putTask, showTasks } from "./cache";
import { type Command, type ResultOf, TextConflict } from "./commands";
import { forced } from "./edits";
import type { Unsent } from "./pending";
import { Withdrawn } from "./queue";
import { arrived, queue } from "./sending";
import { toast } from "./toasts";
import type { Undoable } from "./undo";
import { tell, undoStack } from "./undoStack";

/** What has become of a change by the time that its maker can go on. */
export type Outcome<T> =
  | { state: "sent"; result: T }
  /** It waits for the network; whether it is refused later is told in the list of unsent changes. */
  | { state: "kept" }
  | { state: "refused"; error: unknown };

export interface Change<C extends Command = Command> extends Pick<Unsent, "scope" | "about" | "shows"> {
  command: C;
  /** Shows it before a service has confirmed it. */
  show?: () => void;
  /** Shows again what was there before. */
  rollback?: () => void;
  /** What the toast says; nothing is said of what has no text. */
  told?: string;
  /** The change that takes this one back, from what came of it; what has none cannot be undone. */
  back?(result: ResultOf<C>): Change | null;
  /** Of an undo: how the task was before what is taken back. */
  before?: Task;
}

/** Carries a change out and tells it, with the way back. */
export async function change<C extends Command>(client: QueryClient, what: Change<C>): Promise<Outcome<ResultOf<C>>> {
  const { told } = what;
  const undoable = told !== undefined && what.back ? undoableOf(told) : undefined;
  const outcome = await carry(client, what, undoable);
  if (outcome.state === "refused") return outcome;
  if (undoable) tell(undoable);
  else if (told !== undefined) toast(told);
  return outcome;
}

/** Carries a change out as a part of a greater one, which tells it; null if it was refused. */
export async function part(client: QueryClient, what: Change): Promise<Undoable | null> {
  const undoable: Undoable = { text: what.told ?? "", turn: async () => false };
  const outcome = await carry(client, what, undoable);
  return outcome.state === "refused" ? null : undoable;
}

/** Tells what was done without the queue; `back` takes it back. */
export function tellDone(client: QueryClient, told: string, back: Change): void {
  const undoable = undoableOf(told);
  undoable.turn = () => carried(client, back, undoable);
  tell(undoable);
}

/** From now on it can be taken back, also while it is on its way. */
function undoableOf(text: string): Undoable {
  const undoable = { text, turn: async () => false };
  undoStack.add(undoable);
  return undoable;
}

/** Sends a change and shows what has become of it; `undoable` turns the other way from then on. */
function carry<C extends Command>(
  client: QueryClient,
  what: Change<C>,
  undoable: Undoable | undefined,
): Promise<Outcome<ResultOf<C>>> {
  const { command, scope, about, shows } = what;
  return new Promise((resolve) => {
    let kept = false;
    const sending = queue().send({ command, scope, about, shows }, () => {
      kept = true;
      resolve({ state: "kept" });
    });
    // What is unsent shows in its order, so this is the last of it by now.
    what.show?.();
    const turn = async () => {
      if (!undoable || !what.back) return false;
      if (queue().withdraw([sending.key])) {
        undoable.turn = () => carried(client, what, undoable);
        return true;
      }
      const answer = await sending.done.then(
        (result) => ({ result }),
        () => null,
      );
      const back = answer && what.back(answer.result);
      if (answer && !back) toast(t`Nothing to change: it is so already`);
      return back !== null && carried(client, back, undoable);
    };
    if (undoable) undoable.turn = turn;
    sending.done.then(
      (result) => {
        arrived(client, command, result);
        resolve({ state: "sent", result });
      },
      (error: unknown) => {
        what.rollback?.();
        // Whoever waits is asked; the step lives on until then.
        const asks = conflictsOf(error).length > 0 && !kept;
        if (undoable?.turn === turn && !asks) undoStack.forget(undoable);
        if (asks) showTasks(client, new Map([[shows?.id ?? "", theirs(conflictsOf(error))]]));
        else if (error instanceof TextConflict) putTask(client, error.theirs, true);
        else if (!(error instanceof Withdrawn)) toast(explain(error), { kind: "error" });
        resolve({ state: "refused", error });
      },
    );
  });
}

async function carried(client: QueryClient, what: Change, undoable: Undoable): Promise<boolean> {
  const outcome = await carry(client, what, undoable);
  if (outcome.state !== "refused") return true;
  const conflicts = conflictsOf(outcome.error);
  const { command, before } = what;
  if (command.kind === "undo" && before && conflicts.length > 0) {
    if (!(await ask([{ task: before, conflicts, before }]))) return false;
    return carried(client, { ...what, command: forced(command, conflicts) }, undoable);
  }
  if (outcome.error instanceof TextConflict)
    toast(t`Someone else has changed this text meanwhile. Nothing was overwritten.`, { kind: "error" });
  return false;
}
