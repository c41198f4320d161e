/** Which rows of a list are chosen, and where the last choice was made: a range begins there. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchor: string;
}

export const NOTHING: Selection = { ids: new Set(), anchor: "" };

/** Chooses a row or lets it go. */
export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** Chooses everything between the last choice and this row, both included; without a last choice this row alone. */
export function extended({ ids, anchor }: Selection, id: string, order: readonly string[]): Selection {
  const to = order.indexOf(id);
  const from = order.includes(anchor) ? order.indexOf(anchor) : to;
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...ids, ...range]), anchor: from === to ? id : anchor };
}

/** Chooses all rows, or none when all are chosen already. */
export function everything({ ids }: Selection, order: readonly string[]): Selection {
  return order.length > 0 && order.every((id) => ids.has(id)) ? NOTHING : { ids: new Set(order), anchor: "" };
}
