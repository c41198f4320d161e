/** The shelf of unsent changes in this browser: IndexedDB, shared by the tabs of one person and of several. */
import { createStore, delMany, entries, set, setMany } from "idb-keyval";
import type { Unsent } from "./pending";
import type { Shelf } from "./queue";

const lockOf = (tab: string) => `taskledger-unsent-${tab}`;

/** Opens the shelf for a tab; for as long as the page lives, others leave alone what it has put there. */
export function openShelf(tab: string): Shelf {
  const store = createStore("taskledger", "unsent");
  const locks: LockManager | undefined = navigator.locks;
  void locks?.request(lockOf(tab), () => new Promise(() => {}));

  const awaited = new Set<string>();

  /** Tells when another tab is gone. The page that this one took the place of may still be, for a moment. */
  function awaitEnd(other: string, onLeft: () => void): void {
    if (awaited.has(other)) return;
    awaited.add(other);
    void locks?.request(lockOf(other), () => {}).then(onLeft);
  }

  async function take(user: string, onLeft: () => void): Promise<Unsent[]> {
    const held = new Set((await locks?.query())?.held?.map(({ name }) => name));
    const all = (await entries<string, Unsent>(store)).map(([, unsent]) => unsent);
    const own = all.filter((unsent) => unsent.user === user);
    const left = own.filter((unsent) => unsent.tab === tab || !held.has(lockOf(unsent.tab)));
    for (const unsent of own) if (!left.includes(unsent)) awaitEnd(unsent.tab, onLeft);
    // Only what others have left is written: this tab may have removed its own meanwhile.
    const others = left.filter((unsent) => unsent.tab !== tab).map((unsent) => ({ ...unsent, tab }));
    await setMany(
      others.map((unsent): [string, Unsent] => [unsent.key, unsent]),
      store,
    );
    return left;
  }

  return {
    // One tab at a time, so that two do not take the same.
    take: async (user, onLeft) =>
      locks ? await locks.request("taskledger-unsent-take", () => take(user, onLeft)) : take(user, onLeft),
    put: (unsent) => set(unsent.key, unsent, store),
    remove: (keys) => delMany(keys, store),
  };
}
