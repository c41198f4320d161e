/** Undo and redo of what was done on this page, also after its toast has gone. */
import { t } from "@lingui/core/macro";
import { dismissOf, refreshToasts, toast } from "./toasts";
import { together, type Undoable, UndoStack, type Way } from "./undo";

export const undoStack = new UndoStack(refreshToasts);

/** Says what was done, with the way back, unless it is being taken back already. */
export function tell(of: Undoable): void {
  if (undoStack.wayOf(of) === "undo") toast(of.text, { of });
}

/** Tells several parts of a change as one, once they are done; those that were refused are not among them. */
export async function tellTogether(text: string, parts: Promise<readonly Undoable[]>): Promise<void> {
  const whole = together(text, parts);
  undoStack.add(whole);
  if ((await parts).length > 0) tell(whole);
  else undoStack.forget(whole);
}

/** Takes back the latest change or the one that is named, or does it again; says so. */
export async function turn(way: Way, named?: Undoable): Promise<void> {
  const turning = undoStack.go(way, named);
  if (!turning) {
    if (!named) toast(way === "undo" ? t`Nothing to undo` : t`Nothing to redo`);
    return;
  }
  const { one, done } = turning;
  dismissOf(one);
  if (await done) toast(way === "undo" ? t`Undone: ${one.text}` : one.text, { of: one });
}
