/**
 * The points of checklists in a Markdown text: `- [ ] open`, `- [x] done`
 * (https://github.github.com/gfm/#task-list-items-extension-). Found line by line, without a parser: boards ask for the
 * progress of thousands of tasks.
 */

export interface Point {
  /** Where the mark between the brackets is in the text. */
  at: number;
  done: boolean;
  /** What stands behind the box. */
  text: string;
}

/** A point as someone ticked it: its words, and how many points of the same words come before it. */
export interface Named {
  text: string;
  nth: number;
}

export interface Progress {
  done: number;
  total: number;
}

const POINT = /^((?:[ \t]*>)*[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[)([ xX])\](?:[ \t]+(.*)|[ \t]*)$/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/;
const FENCE = /^(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})/;

/** In the order of the text, those in code left out. */
export function points(text: string): Point[] {
  const found: Point[] = [];
  if (!text.includes("[")) return found;
  let fence = "";
  let inList = false;
  let at = 0;
  for (const raw of text.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const mark = FENCE.exec(line)?.[1];
    if (fence) {
      if (mark?.startsWith(fence) && line.trim().endsWith(mark)) fence = "";
    } else if (mark) {
      fence = mark;
    } else {
      // Four spaces are code, but for what belongs to a list.
      const indented = /^(?: {4}|\t)/.test(line);
      if (ITEM.test(line) && (inList || !indented)) inList = true;
      else if (/^\S/.test(line)) inList = false;
      const point = indented && !inList ? null : POINT.exec(line);
      if (point)
        found.push({ at: at + (point[1]?.length ?? 0), done: point[2] !== " ", text: (point[3] ?? "").trim() });
    }
    at += raw.length + 1;
  }
  return found;
}

/** Null of a text without a checklist. */
export function progress(text: string): Progress | null {
  const all = points(text);
  return all.length > 0 ? { done: all.filter((point) => point.done).length, total: all.length } : null;
}

export function named(all: readonly Point[], index: number): Named {
  const text = all[index]?.text ?? "";
  return { text, nth: all.slice(0, index).filter((point) => point.text === text).length };
}

/** The text with that point ticked or not, whatever else it says; null if it has no such point. */
export function ticked(text: string, { text: words, nth }: Named, done: boolean): string | null {
  const point = points(text).filter((one) => one.text === words)[nth];
  if (!point) return null;
  return point.done === done ? text : text.slice(0, point.at) + (done ? "x" : " ") + text.slice(point.at + 1);
}
