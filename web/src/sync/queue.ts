/**
 * The way of every change to the services. It is kept on this device before it is sent and until it is answered, so that
 * neither a lost network nor a closed tab loses it; each attempt carries the same idempotency key. Those of one scope go
 * one after the other; after the network was away, all go in the order in which they were made.
 */
import { onlineManager } from "@tanstack/react-query";
import { ApiError } from "../http/client";
import { isAway } from "../http/reach";
import { randomId } from "../lib/ids";
import { type Command, type ResultOf, type Results, TextConflict } from "./commands";
import { pending, type Refusal, setPending, type Unsent } from "./pending";

/** Where changes are kept; `IndexedDB` in a browser. */
export interface Shelf {
  /** What this tab has put there for a person, and what tabs that are gone have left; `onLeft` when another is gone. */
  take: (user: string, onLeft: () => void) => Promise<Unsent[]>;
  put: (unsent: Unsent) => Promise<void>;
  remove: (keys: string[]) => Promise<void>;
}

/** The change was taken back before it was sent. */
export class Withdrawn extends Error {}

type Result = Results[keyof Results];

interface Entry {
  unsent: Unsent;
  running: boolean;
  attempts: number;
  /** It waits for the network, or its maker is gone: a refusal has to be kept until someone looks. */
  held: boolean;
  onHeld: () => void;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export interface Sending<T> {
  key: string;
  /** Settles with the service's answer, however late. Rejects with {@link ApiError} or {@link Withdrawn}. */
  done: Promise<T>;
}

export interface Options {
  user: string;
  tab: string;
  shelf: Shelf;
  carryOut: (command: Command, key: string) => Promise<Result>;
  /** Told of each answer that nobody waits for: the change was made before this page was loaded. */
  onLate: (command: Command, result: Result) => void;
  /** Told of each change that was refused after it had been held. */
  onRefused: (unsent: Unsent) => void;
  /** Told when everything that was held has been answered. */
  onCaughtUp: (sent: number) => void;
  wait?: (milliseconds: number) => Promise<void>;
}

const AT_ONCE = 6;
const ATTEMPTS = 4;

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export class Queue {
  private entries: Entry[] = [];
  /** Every change of this page: what the shelf answers may be older than what has become of them. */
  private readonly known = new Set<string>();
  private catchingUp = false;
  private caughtUp = 0;
  private signedOut = false;
  private readonly stop: () => void;

  constructor(private readonly options: Options) {
    this.stop = onlineManager.subscribe((online) => {
      if (online) void this.adopt();
      this.pump();
    });
  }

  /** Stops sending; what is unsent stays on the shelf for the next time. */
  close(): void {
    this.stop();
    this.signedOut = true;
    this.entries = [];
    setPending([]);
  }

  /** Takes over what earlier pages of this person have left. */
  async adopt(): Promise<void> {
    if (this.signedOut) return;
    const { user, shelf } = this.options;
    const found = await shelf.take(user, () => void this.adopt()).catch(() => []);
    const left = found.filter((unsent) => !this.known.has(unsent.key));
    if (left.length === 0 || this.signedOut) return;
    for (const unsent of left) {
      this.known.add(unsent.key);
      if (unsent.refused) continue;
      const late = (result: Result) => this.options.onLate(unsent.command, result);
      this.entries.push(entryOf(unsent, { held: true, resolve: late }));
    }
    this.entries.sort((one, other) => one.unsent.at - other.unsent.at);
    this.catchingUp = true;
    setPending([...pending(), ...left].sort((one, other) => one.at - other.at));
    this.pump();
  }

  /** Sends a change, now or when it can be. `onHeld` is told if it has to wait for the network. */
  send<C extends Command>(
    what: { command: C } & Pick<Unsent, "scope" | "about" | "shows">,
    onHeld: () => void = () => {},
  ): Sending<ResultOf<C>> {
    const { user, tab, shelf } = this.options;
    const unsent: Unsent = { ...what, key: randomId(), user, tab, at: now() };
    const done = new Promise<ResultOf<C>>((resolve, reject) => {
      this.entries.push(entryOf(unsent, { onHeld, resolve: resolve as (result: Result) => void, reject }));
    });
    this.known.add(unsent.key);
    setPending([...pending(), unsent]);
    void shelf.put(unsent).catch(() => {});
    this.pump();
    return { key: unsent.key, done };
  }

  /** Takes back those changes that are not on their way yet; answers whether it were all of them. */
  withdraw(keys: string[]): boolean {
    const wanted = new Set(keys);
    const found = this.entries.filter(({ unsent, running }) => wanted.has(unsent.key) && !running);
    this.drop(found);
    for (const entry of found) entry.reject(new Withdrawn());
    return found.length === wanted.size;
  }

  /** Sends a refused change once more, perhaps changed. */
  retry(unsent: Unsent, command: Command = unsent.command): void {
    this.discard(unsent);
    const { scope, about, shows } = unsent;
    const sending = this.send({ command, scope, about, shows });
    const entry = this.entries.find((one) => one.unsent.key === sending.key);
    if (entry) entry.held = true;
    sending.done.then(
      (result) => this.options.onLate(command, result),
      () => {},
    );
  }

  /** Forgets a refused change. */
  discard(unsent: Unsent): void {
    setPending(pending().filter(({ key }) => key !== unsent.key));
    void this.options.shelf.remove([unsent.key]).catch(() => {});
  }

  private pump(): void {
    if (this.signedOut) return;
    if (!onlineManager.isOnline()) {
      for (const entry of this.entries) if (!entry.running) this.hold(entry);
      return;
    }
    const busy = new Set<string>();
    let running = this.entries.filter((entry) => entry.running).length;
    for (const entry of this.entries) {
      const { scope } = entry.unsent;
      if (running >= (this.catchingUp ? 1 : AT_ONCE)) return;
      if (!entry.running && !busy.has(scope)) {
        running += 1;
        void this.attempt(entry);
      }
      busy.add(scope);
    }
    if (this.entries.length === 0 && this.catchingUp) {
      this.catchingUp = false;
      if (this.caughtUp > 0) this.options.onCaughtUp(this.caughtUp);
      this.caughtUp = 0;
    }
  }

  private hold(entry: Entry): void {
    this.catchingUp = true;
    if (entry.held) return;
    entry.held = true;
    entry.onHeld();
  }

  private async attempt(entry: Entry): Promise<void> {
    entry.running = true;
    const { command, key } = entry.unsent;
    try {
      const result = await this.options.carryOut(command, key);
      if (entry.held) this.caughtUp += 1;
      this.drop([entry]);
      entry.resolve(result);
    } catch (error) {
      const status = error instanceof ApiError ? error.status : -1;
      if (status === 401) {
        // Kept for when this person is signed in again.
        this.signedOut = true;
      } else if (isAway(status) || status === 429) {
        await this.again(entry, error);
      } else if (status !== 0) {
        this.refuse(entry, error);
      }
    }
    entry.running = false;
    this.pump();
  }

  private async again(entry: Entry, error: unknown): Promise<void> {
    entry.attempts += 1;
    if (entry.attempts >= ATTEMPTS) return this.refuse(entry, error);
    const seconds = (error instanceof ApiError && error.retryAfter) || 2 ** (entry.attempts - 1);
    await (this.options.wait ?? pause)(seconds * 1000);
  }

  private refuse(entry: Entry, error: unknown): void {
    if (entry.held) {
      this.remove([entry]);
      const unsent = { ...entry.unsent, refused: refusalOf(error, entry.unsent.command) };
      setPending([...pending(), unsent]);
      // In the place of the one that was not refused yet: a page that ends now has left either of them.
      void this.options.shelf.put(unsent).catch(() => {});
      this.options.onRefused(unsent);
    } else {
      this.drop([entry]);
    }
    entry.reject(error);
  }

  private drop(gone: Entry[]): void {
    void this.options.shelf.remove(this.remove(gone)).catch(() => {});
  }

  /** Takes changes out of what is to be sent; answers their keys. They stay on the shelf. */
  private remove(gone: Entry[]): string[] {
    const keys = new Set(gone.map(({ unsent }) => unsent.key));
    this.entries = this.entries.filter(({ unsent }) => !keys.has(unsent.key));
    setPending(pending().filter(({ key }) => !keys.has(key)));
    return [...keys];
  }
}

function entryOf(unsent: Unsent, given: Partial<Entry>): Entry {
  const nothing = () => {};
  return {
    unsent,
    running: false,
    attempts: 0,
    held: false,
    onHeld: nothing,
    resolve: nothing,
    reject: nothing,
    ...given,
  };
}

function refusalOf(error: unknown, command: Command): Refusal {
  if (!(error instanceof ApiError)) return { status: -1, code: "unknown", detail: String(error) };
  const { status, code, conflicts, errors, reason } = error;
  const refusal = { status, code, detail: error.message, conflicts, errors, ...(reason && { reason }) };
  if (!(error instanceof TextConflict) || command.kind !== "text") return refusal;
  return { ...refusal, theirs: { text: error.theirs[command.field], version: error.theirs.version } };
}

let last = 0;

/** Milliseconds since 1970, each call later than the one before. */
function now(): number {
  last = Math.max(last + 1, Date.now());
  return last;
}
