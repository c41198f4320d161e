import { describe, expect, it } from "vitest";
import { MOST_UNDOABLE, together, type Undoable, UndoStack } from "./undo";

/** A change that is done as soon as it is made; `log` tells each turn of it. */
function made(stack: UndoStack, text: string, log: string[] = [], turned = true): Undoable {
  let is = "done";
  const one = {
    text,
    turn: async () => {
      is = is === "done" ? "undone" : "done";
      log.push(`${text} ${is}`);
      return turned;
    },
  };
  stack.add(one);
  return one;
}

const allOf = async (stack: UndoStack, way: "undo" | "redo") => {
  const texts: string[] = [];
  for (let next = stack.go(way); next; next = stack.go(way)) {
    texts.push(next.one.text);
    await next.done;
  }
  return texts;
};

describe("what can be undone", () => {
  it("is taken back step by step, the latest first, and done again in its order", async () => {
    const stack = new UndoStack();
    for (const text of ["a", "b", "c"]) made(stack, text);
    expect(await allOf(stack, "undo")).toEqual(["c", "b", "a"]);
    expect(stack.go("undo")).toBeNull();
    expect(await allOf(stack, "redo")).toEqual(["a", "b", "c"]);
    expect(await allOf(stack, "undo")).toEqual(["c", "b", "a"]);
  });

  it("leads to nothing that was taken back before, once something new is done", async () => {
    const stack = new UndoStack();
    made(stack, "a");
    const b = made(stack, "b");
    await stack.go("undo")?.done;
    expect(stack.wayOf(b)).toBe("redo");
    made(stack, "c");
    expect(stack.wayOf(b)).toBeUndefined();
    expect(stack.go("redo")).toBeNull();
    expect(await allOf(stack, "undo")).toEqual(["c", "a"]);
  });

  it("can be one that is not the latest, and once only", async () => {
    const stack = new UndoStack();
    const a = made(stack, "a");
    made(stack, "b");
    await stack.go("undo", a)?.done;
    expect(stack.go("undo", a)).toBeNull();
    expect(await allOf(stack, "undo")).toEqual(["b"]);
    expect(await allOf(stack, "redo")).toEqual(["b", "a"]);
  });

  it("can be several changes as one, the last of them taken back first", async () => {
    const log: string[] = [];
    const parts = new UndoStack();
    const whole = together("all", Promise.resolve([made(parts, "a", log), made(parts, "b", log)]));
    const stack = new UndoStack();
    stack.add(whole);
    expect(await allOf(stack, "undo")).toEqual(["all"]);
    expect(log.splice(0)).toEqual(["b undone", "a undone"]);
    expect(await allOf(stack, "redo")).toEqual(["all"]);
    expect(log).toEqual(["a done", "b done"]);
    expect(stack.wayOf(whole)).toBe("undo");
  });

  it("is not what had nothing to turn", async () => {
    const stack = new UndoStack();
    const whole = together("all", Promise.resolve([made(new UndoStack(), "a", [], false)]));
    stack.add(whole);
    expect(await stack.go("undo")?.done).toBe(false);
    expect(stack.wayOf(whole)).toBeUndefined();
  });

  it("turns one after the other, however fast the key is pressed", async () => {
    const stack = new UndoStack();
    const log: string[] = [];
    let answered = () => {};
    made(stack, "a", log);
    const waits = new Promise<void>((resolve) => {
      answered = resolve;
    });
    stack.add({ text: "b", turn: () => waits.then(() => log.push("b undone") > 0) });
    const turns = [stack.go("undo"), stack.go("undo"), stack.go("redo")];
    expect(turns.map((turn) => turn?.one.text)).toEqual(["b", "a", "a"]);
    answered();
    await Promise.all(turns.map((turn) => turn?.done));
    expect(log).toEqual(["b undone", "a undone", "a done"]);
  });

  it("forgets what was refused, and what could not be taken back", async () => {
    const stack = new UndoStack();
    const refused = made(stack, "refused");
    stack.forget(refused);
    made(stack, "stays", [], false);
    expect(await stack.go("undo")?.done).toBe(false);
    expect([stack.go("undo"), stack.go("redo")]).toEqual([null, null]);
  });

  it("ends with the session, also for what was about to be taken back", async () => {
    const stack = new UndoStack();
    const log: string[] = [];
    made(stack, "a", log);
    made(stack, "b", log);
    const turn = stack.go("undo");
    stack.clear();
    expect(await turn?.done).toBe(false);
    expect(log).toEqual([]);
    expect([stack.go("undo"), stack.go("redo")]).toEqual([null, null]);
  });

  it("is bounded", async () => {
    const stack = new UndoStack();
    for (let number = 0; number < MOST_UNDOABLE + 5; number++) made(stack, String(number));
    const texts = await allOf(stack, "undo");
    expect([texts.length, texts.at(-1)]).toEqual([MOST_UNDOABLE, "5"]);
  });
});
