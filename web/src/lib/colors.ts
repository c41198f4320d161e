/** The colours that people give to statuses and labels. */
export const COLORS = ["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"] as const;
export type Color = (typeof COLORS)[number];

/** A colour by a name, always the same; gray has to be chosen. */
export function colorOf(name: string): Color {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % (COLORS.length - 1);
  return COLORS[sum + 1] ?? "gray";
}
