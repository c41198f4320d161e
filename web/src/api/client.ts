/** One door to the services: same-origin cookies, problem+json as {@link ApiError}, one retry after a refresh. */

export interface FieldError {
  field: string;
  message: string;
}

/** A refused or failed call. `status` 0 and code `offline` mean that no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /** The message for one field of a 422, where the service named it. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.field === name || error.field.endsWith(`.${name}`))?.message;
  }
}

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined | string[]>;
  body?: unknown;
  /** The version that a text edit was based on. */
  version?: number | undefined;
  /** The idempotency key; one is made for each call that changes something and brings none. */
  key?: string | undefined;
  signal?: AbortSignal;
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

let signedOut: () => void = () => {};

/** Registers what happens when the session has ended and cannot be refreshed. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler;
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const key = options.key ?? (method === "GET" ? undefined : crypto.randomUUID());
  const started = Date.now();
  let response = await send(method, path, options, key);
  if (response.status === 401 && !path.startsWith("/auth/") && (await refresh(started))) {
    response = await send(method, path, options, key);
  }
  if (response.status === 401 && path === "/auth/me" && (await refresh(started))) {
    response = await send(method, path, options, key);
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const error = await problem(response);
  if (error.status === 401 && !path.startsWith("/auth/")) signedOut();
  throw error;
}

async function send(method: Method, path: string, options: CallOptions, key: string | undefined): Promise<Response> {
  const url = new URL(`/api${path}`, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) url.searchParams.append(name, `${one}`);
  }
  const headers = new Headers({ Accept: "application/json" });
  if (key) headers.set("Idempotency-Key", key);
  if (options.version !== undefined) headers.set("If-Match", `"${options.version}"`);
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "offline", "");
  }
}

async function problem(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  const body = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    errors?: FieldError[];
  };
  return new ApiError(
    response.status,
    body.code ?? "unknown",
    body.detail ?? body.title ?? response.statusText,
    body.errors ?? [],
    retryAfter,
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
    const response = await send("POST", "/auth/refresh", {}, undefined);
    if (response.ok) localStorage.setItem(REFRESHED, `${Date.now()}`);
    return response.ok;
  };
  return navigator.locks ? navigator.locks.request("taskledger-refresh", work) : work();
}
