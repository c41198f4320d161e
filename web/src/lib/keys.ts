/** Whether Enter belongs to the input method (Korean, Japanese, Chinese) that is still composing a syllable. */
export function composing(event: { nativeEvent?: unknown; isComposing?: boolean; keyCode?: number }): boolean {
  const native = (event.nativeEvent ?? event) as KeyboardEvent;
  // Safari ends the composition before the key arrives and marks it only by this code.
  return native.isComposing || native.keyCode === 229;
}

const WITHOUT_TEXT = new Set(["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"]);

/** Whether the keyboard is writing into something, so that single-letter shortcuts must be quiet. */
export function typing(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !WITHOUT_TEXT.has(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName));
}

/**
 * The key as a Latin layout names it: by what it writes, or by its place where that is no Latin letter, as with a Korean or
 * Cyrillic layout, or where the input method keeps it to itself.
 */
export function keyOf({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">): string {
  if (key !== "Process" && (!/^\p{L}$/u.test(key) || /^\p{Script=Latin}$/u.test(key))) return key;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (!letter) return key;
  return shiftKey ? letter : letter.toLowerCase();
}
