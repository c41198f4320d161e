/** Lists that are changed by their elements, so that what two people do to one at the same time both holds. */

/** What came to a list of names, and what went. */
export interface Difference {
  add: string[];
  remove: string[];
}

export const difference = (before: readonly string[], after: readonly string[]): Difference => ({
  add: after.filter((one) => !before.includes(one)),
  remove: before.filter((one) => !after.includes(one)),
});

export const applied = (now: readonly string[], { add, remove }: Difference): string[] =>
  withElements(now, { put: add, remove, order: [] }, (one) => one);

export const inverse = ({ add, remove }: Difference): Difference => ({ add: remove, remove: add });

/** The same of things that have a key: `put` has those that are new or different, `order` all keys if it matters. */
export interface Elements<T> {
  put: T[];
  remove: string[];
  order: string[];
}

export function elements<T>(before: readonly T[], after: readonly T[], key: (one: T) => string): Elements<T> {
  const old = new Map(before.map((one) => [key(one), one]));
  const names = after.map(key);
  const change = {
    put: after.filter((one) => !same(old.get(key(one)), one)),
    remove: before.map(key).filter((name) => !names.includes(name)),
    order: [],
  };
  const anyway = withElements(before, change, key).map(key);
  return anyway.every((name, index) => name === names[index]) ? change : { ...change, order: names };
}

/** The list after a change of its elements, as task-service makes it. */
export function withElements<T>(now: readonly T[], change: Elements<T>, key: (one: T) => string): T[] {
  const byKey = new Map([...now, ...change.put].map((one) => [key(one), one]));
  const there = now.map(key);
  const put = new Set(change.put.map(key));
  // A new one comes in the place of one that goes.
  const fresh = [...put].filter((name) => !there.includes(name));
  const kept = there.flatMap((name) => (put.has(name) || !change.remove.includes(name) ? name : (fresh.shift() ?? [])));
  const all = [...kept, ...fresh];
  const wanted = change.order.filter((name) => all.includes(name));
  const followers = new Map<string | undefined, string[]>();
  let last: string | undefined;
  for (const name of all) {
    if (wanted.includes(name)) last = name;
    else followers.set(last, [...(followers.get(last) ?? []), name]);
  }
  const behind = (name?: string) => followers.get(name) ?? [];
  const ordered = wanted.length === 0 ? all : [...behind(), ...wanted.flatMap((name) => [name, ...behind(name)])];
  return ordered.flatMap((name) => byKey.get(name) ?? []);
}

function same(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) => JSON.stringify(value, Object.keys(Object(value)).sort());
  return sorted(a) === sorted(b);
}
