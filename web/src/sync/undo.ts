/** What can be taken back, the latest first, and what was taken back and can be done again. */

export type Way = "undo" | "redo";

export interface Undoable {
  /** What was done, as its toast says. */
  text: string;
  /** Much at once: its toast stays longer. */
  long?: boolean;
  /** Takes it back, and the next time does it again. Answers whether that was done, or is kept to be sent. */
  turn: () => Promise<boolean>;
}

/** Several as one, given in the order in which they were done: the last is taken back first. */
export function together(text: string, parts: Promise<readonly Undoable[]>): Undoable {
  let undone = false;
  async function turn(): Promise<boolean> {
    const all = await parts;
    const order = undone ? all : all.toReversed();
    undone = !undone;
    let turned = false;
    for (const part of order) turned = (await part.turn()) || turned;
    return turned;
  }
  return { text, long: true, turn };
}

export const MOST_UNDOABLE = 100;

const otherWay = { undo: "redo", redo: "undo" } as const;

export class UndoStack {
  private lists: Record<Way, readonly Undoable[]> = { undo: [], redo: [] };
  private last: Promise<unknown> = Promise.resolve();
  private cleared = 0;

  /** `changed` is told when what can be taken back or done again has changed. */
  constructor(private readonly changed: () => void = () => {}) {}

  /** Something new was done: from here nothing leads to what was taken back before. */
  add(one: Undoable): void {
    this.set({ undo: [...this.lists.undo, one].slice(-MOST_UNDOABLE), redo: [] });
  }

  /** It was refused or withdrawn. */
  forget(one: Undoable): void {
    const others = (list: readonly Undoable[]) => list.filter((other) => other !== one);
    this.set({ undo: others(this.lists.undo), redo: others(this.lists.redo) });
  }

  clear(): void {
    this.cleared += 1;
    this.set({ undo: [], redo: [] });
  }

  /** What can be done with it now, if anything. */
  wayOf(one: Undoable): Way | undefined {
    if (this.lists.undo.includes(one)) return "undo";
    return this.lists.redo.includes(one) ? "redo" : undefined;
  }

  /** Takes the latest back, or the one that is named; one after the other, however fast they come. Null: nothing is left. */
  go(way: Way, one = this.lists[way].at(-1)): { one: Undoable; done: Promise<boolean> } | null {
    if (!one || this.wayOf(one) !== way) return null;
    const other = otherWay[way];
    this.forget(one);
    this.set({ ...this.lists, [other]: [...this.lists[other], one] });
    const { cleared } = this;
    const done = this.last.then(async () => {
      const turned = cleared === this.cleared && (await one.turn());
      if (!turned) this.forget(one);
      return turned;
    });
    this.last = done.catch(() => {});
    return { one, done };
  }

  private set(lists: Record<Way, readonly Undoable[]>): void {
    this.lists = lists;
    this.changed();
  }
}
