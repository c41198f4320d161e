/**
 * One door to the services: paths, bodies and answers typed by their OpenAPI document, same-origin cookies, problem+json
 * as {@link ApiError}, one retry after a refresh.
 */
import { randomId } from "../lib/ids";
import { learn } from "./faults";
import { doubted, isAway, lost } from "./reach";
import type { paths } from "./schema";

/** A field that somebody has changed since: what one left there, what is there now, by whom. */
export interface Conflict {
  task_id: string;
  field: string;
  yours: unknown;
  now: unknown;
  by: string | null;
  at: string;
}

/** What is wrong with a field; `limit` is its bound. */
export interface FieldError {
  field: string;
  message: string;
  code: string;
  limit?: number;
}

/** A refused or failed call. `status` 0 and code `offline` mean that no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    readonly retryAfter: number | null = null,
    /** Of `changed_since`. */
    readonly conflicts: Conflict[] = [],
    /** More than `code` says, where there is more. */
    readonly reason?: string,
  ) {
    super(detail);
  }

  /** What is wrong with one field of a 422, where the service named it. */
  field(name: string): FieldError | undefined {
    return this.errors.find((error) => error.field === name || error.field.endsWith(`.${name}`));
  }
}

export type Method = "get" | "post" | "patch" | "put" | "delete";

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Param<O, In extends string> = O extends { parameters: { [K in In]?: infer P } } ? Exclude<P, undefined> : never;

/** The operation of a path, as the services describe it. */
type Operation<M extends Method, P extends keyof paths> = paths[P][M];
export type PathOf<M extends Method> = {
  [P in keyof paths]: Operation<M, P> extends { responses: unknown } ? P : never;
}[keyof paths];
export type Answer<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 204)]> : never;
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } }
  ? { body: B }
  : { body?: undefined };
type PathPart<O> = [Param<O, "path">] extends [never] ? { path?: undefined } : { path: Param<O, "path"> };
type QueryPart<O> = [Param<O, "query">] extends [never] ? { query?: undefined } : { query?: Loose<Param<O, "query">> };
type Loose<T> = { [K in keyof T]?: T[K] | undefined };

interface Extras {
  /** The version that a text edit was based on. */
  version?: number | undefined;
  /** The idempotency key; one is made for each call that changes something and brings none. */
  key?: string | undefined;
}

export type CallOptions<M extends Method, P extends keyof paths> = Extras &
  Body<Operation<M, P>> &
  PathPart<Operation<M, P>> &
  QueryPart<Operation<M, P>>;

/** The same without types, as it goes over the wire. */
interface Wire extends Extras {
  body?: unknown;
  path?: Record<string, string> | undefined;
  query?: Record<string, unknown> | undefined;
}

let signedOut: () => void = () => {};

/** Registers what happens when the session has ended and cannot be refreshed. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler;
}

const made = new WeakMap<object, number[]>();

/** The versions of the events that the change made to which this is the answer; none if it changed nothing. */
export const versionsOf = (answer: object): number[] => made.get(answer) ?? [];

/** Calls an operation of the services. Raises {@link ApiError}. */
export async function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ...[given]: Record<string, never> extends CallOptions<M, P> ? [CallOptions<M, P>?] : [CallOptions<M, P>]
): Promise<Answer<M, P>> {
  const wire = given as Wire | undefined;
  const options: Wire = { ...wire, key: wire?.key ?? (method === "get" ? undefined : randomId()) };
  const started = Date.now();
  let response = await send(method, path, options);
  // A 401 of these is about what was typed, or about a session that has ended already.
  const renewable = path === "/api/auth/me" || !path.startsWith("/api/auth/");
  if (response.status === 401 && renewable && (await refresh(started))) response = await send(method, path, options);
  if (response.ok) {
    const answer = response.status === 204 ? undefined : await response.json();
    const [first = 1, last = 0] = response.headers.get("Taskledger-Versions")?.split("-").map(Number) ?? [];
    if (first <= last)
      made.set(
        answer,
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      );
    return answer as Answer<M, P>;
  }
  const error = await problem(response);
  if (error.status === 401 && !path.startsWith("/api/auth/")) signedOut();
  throw error;
}

const PATIENCE_MILLISECONDS = 20_000;
const UPLOAD_MILLISECONDS = 300_000;

async function send(method: Method, path: string, options: Wire): Promise<Response> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(options.path?.[name] ?? ""));
  const url = new URL(filled, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) url.searchParams.append(name, `${one}`);
    }
  }
  const headers = new Headers({ Accept: "application/json" });
  if (options.key) headers.set("Idempotency-Key", options.key);
  if (options.version !== undefined) headers.set("If-Match", `"${options.version}"`);
  const file = options.body instanceof Blob;
  const init: RequestInit = {
    method: method.toUpperCase(),
    headers,
    credentials: "same-origin",
    signal: AbortSignal.timeout(file ? UPLOAD_MILLISECONDS : PATIENCE_MILLISECONDS),
  };
  if (options.body !== undefined) {
    headers.set("Content-Type", file ? "application/octet-stream" : "application/json");
    init.body = file ? (options.body as Blob) : JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    lost();
    throw new ApiError(0, "offline", "");
  }
  if (isAway(response.status)) doubted();
  return response;
}

async function problem(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  const body = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    errors?: FieldError[];
    conflicts?: Conflict[];
    reason?: string;
  };
  if (body.errors || body.reason) await learn();
  return new ApiError(
    response.status,
    body.code ?? "unknown",
    body.detail ?? body.title ?? response.statusText,
    body.errors ?? [],
    retryAfter,
    body.conflicts,
    body.reason,
  );
}

const REFRESHED = "refreshed-at";

/**
 * Renews the session once for all tabs: whoever holds the lock asks, the others see that it was done since their call
 * began. Answers whether the session lives.
 */
async function refresh(since: number): Promise<boolean> {
  const work = async (): Promise<boolean> => {
    if (Number(localStorage.getItem(REFRESHED) ?? 0) >= since) return true;
    const response = await send("post", "/api/auth/refresh", {});
    if (response.ok) localStorage.setItem(REFRESHED, `${Date.now()}`);
    return response.ok;
  };
  return navigator.locks ? navigator.locks.request("taskledger-refresh", work) : work();
}
