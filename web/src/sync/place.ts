/** How far this browser has come in the live stream. */
import { BEGAN } from "./cache";

const KEPT = "live-place";
const HEARD = "live-heard";
/** What is older is not made up for change by change, but by loading everything. */
const MOST_MILLISECONDS = 3_600_000;
/** A page that begins now may load lists that are some moments behind the stream. */
const LAG_MILLISECONDS = 5000;

/** How far one person's tabs had heard at a time, in milliseconds since 1970. */
interface Kept {
  user: string;
  id: string;
  at: number;
}

/** The place in the stream that this tab knows everything up to; the next page goes on from a little before it. */
export class Place {
  id: string | null;
  /** Whether another tab has gone on since this page began to load: what it told then was not heard here. */
  readonly passed: boolean;
  private keeping = false;

  constructor(private readonly user: string) {
    const kept = JSON.parse(stored(KEPT) ?? "null") as Kept | null;
    this.id = kept?.user === user && Date.now() - kept.at < MOST_MILLISECONDS ? kept.id : null;
    this.passed = Number(stored(HEARD)) > BEGAN;
  }

  moveTo(id: string): void {
    this.id = id;
    store(HEARD, `${Date.now()}`);
    if (!this.keeping) this.keep(id);
  }

  private keep(id: string): void {
    this.keeping = true;
    const kept: Kept = { user: this.user, id, at: Date.now() };
    setTimeout(() => {
      store(KEPT, JSON.stringify(kept));
      this.keeping = false;
      if (this.id !== null && this.id !== id) this.keep(this.id);
    }, LAG_MILLISECONDS);
  }
}

// Storage may be full or closed: then the next page begins anew.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}
