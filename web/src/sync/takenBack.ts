/** What this page did to tasks and took back, or did again: what of it leaves everything as it was. */
import type { CommandOf } from "./commands";

type Undo = Pick<CommandOf<"undo">, "id" | "versions" | "fields">;

/** A change, its undo, its redo, and so on: the versions that each made. */
interface Turns {
  id: string;
  fields: string[];
  made: number[][];
}

const MOST = 200;
/** The service takes no more. */
const MOST_VERSIONS = 100;

export class TakenBack {
  private all: Turns[] = [];

  clear(): void {
    this.all = [];
  }

  /** The undo of some versions has made others. */
  add({ id, fields, versions }: Undo, made: number[]): void {
    const known = this.all.find((one) => one.id === id && String(one.made.at(-1)) === String(versions));
    if (known) known.made.push(made);
    else this.all = [...this.all, { id, fields, made: [versions, made] }].slice(-MOST);
  }

  /** The versions of an undo, with those behind them that were taken back of the same fields. */
  with({ id, fields, versions }: Undo): number[] {
    const later = (made: number[]) => (made[0] ?? 0) > Math.max(...versions);
    const back = this.all
      .filter((one) => one.id === id && one.fields.every((field) => fields.includes(field)))
      .map(({ made }) => (made.some(later) ? made.slice(made.findIndex(later)) : []))
      // Of an odd number the last still holds.
      .filter((made) => made.length % 2 === 0);
    return [...new Set([...versions, ...back.flat(2)])].slice(0, MOST_VERSIONS);
  }
}

/** Of this page, whoever is signed in: what leaves everything as it was does so for everybody. */
export const takenBack = new TakenBack();
