// Owns one request to an API server, real or emulated, as tests send it.
// Never retries, and never goes through the program's own client.

const REQUEST_DEADLINE_MS = 10_000;

// deno-lint-ignore no-explicit-any -- tests reach into answers of any shape
export type Json = any;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where the answer is JSON, else its text. */
  readonly body: Json;
}

export interface ApiRequestOptions {
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** Content-Type; application/json by default. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bearer token; the administrator's by default, none when empty. */
  readonly token?: string;
}

export type ApiRequest = (
  method: string,
  path: string,
  options?: ApiRequestOptions,
) => Promise<ApiAnswer>;

/** Sends one request with a deadline and reads the whole answer. */
export async function requestJson(
  send: (path: string, init: RequestInit) => Promise<Response>,
  o: ApiRequestOptions & { readonly method: string; readonly path: string },
): Promise<ApiAnswer> {
  const headers: Record<string, string> = { ...o.headers };
  if (o.body !== undefined) headers["content-type"] = o.contentType ?? "application/json";
  if (o.token !== undefined) headers["authorization"] = o.token === "" ? "" : `Bearer ${o.token}`;
  const response = await send(o.path, {
    method: o.method,
    headers,
    signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
    ...(o.body === undefined
      ? {}
      : { body: typeof o.body === "string" ? o.body : JSON.stringify(o.body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

export function expectStatus(statuses: number | readonly number[], answer: ApiAnswer): void {
  if ([statuses].flat().includes(answer.status)) return;
  throw new Error(
    `Expected HTTP ${statuses}, found ${answer.status}: ${JSON.stringify(answer.body)}`,
  );
}
