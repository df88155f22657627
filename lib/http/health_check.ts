// Owns one call of a cluster's health endpoint, and whether its answer is a good one.
// Never throws, never repeats a call, never keeps a connection, and never looks into a body.

import { withDeadline } from "../kubernetes/deadline.ts";
import { failureOfError } from "../kubernetes/failure.ts";
import { USER_AGENT } from "../version.ts";

/** Of a body that is longer the rest is not read: the status says all. */
const BODY_BYTES_MAX = 64 * 1024;

export interface HealthCheckCall {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole call, reading the body included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface HealthCheckAnswer {
  /** The status is 2xx, and the answer came whole. */
  readonly ok: boolean;
  /** Undefined where no answer began. */
  readonly status?: number;
  /** Until the answer was there, or it was given up. */
  readonly responseMs: number;
  /** Why, for people; says the same of the same, so that it changes only with what was found. */
  readonly message: string;
}

type Finding = Omit<HealthCheckAnswer, "responseMs">;

export async function callHealthCheck(call: HealthCheckCall): Promise<HealthCheckAnswer> {
  const begunMs = performance.now();
  const finding = await find(call);
  return { ...finding, responseMs: performance.now() - begunMs };
}

async function find(call: HealthCheckCall): Promise<Finding> {
  const url = URL.parse(call.endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { ok: false, message: "the endpoint is not an http:// or https:// address" };
  }
  const headers = sendable(call.headers);
  if (typeof headers === "string") return { ok: false, message: headers };
  let status: number | undefined;
  try {
    const bounded = await withDeadline(call, (signal) =>
      exchange(call.endpoint, {
        headers,
        signal,
        onStatus: (found) => status = found,
      }));
    if (bounded.kind === "done") return bounded.value;
    const message = bounded.kind === "cancelled"
      ? "given up before an answer came"
      : `${status === undefined ? "no answer" : "no whole answer"} within ${call.timeoutMs} ms`;
    return { ok: false, message, ...known(status) };
  } catch (error) {
    const { message } = failureOfError("call the health check", error);
    return { ok: false, message, ...known(status) };
  }
}

/** What is wrong with them, without a value: it may be a secret. */
function sendable(headers: Readonly<Record<string, string>>): Headers | string {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      sent.set(name, value);
    } catch {
      return `the header ${JSON.stringify(name)} cannot be sent: its name or value is no header's`;
    }
  }
  sent.set("user-agent", USER_AGENT);
  return sent;
}

async function exchange(
  endpoint: string,
  { headers, signal, onStatus }: {
    readonly headers: Headers;
    readonly signal: AbortSignal;
    readonly onStatus: (status: number) => void;
  },
): Promise<Finding> {
  // Of its own, so that each call finds out whether a connection can be made; and HTTP/1.1, since
  // closing it then closes the connection.
  const client = Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 0 });
  try {
    const init = { headers, redirect: "manual", signal, client };
    const response = await fetch(endpoint, init as RequestInit);
    const { status } = response;
    onStatus(status);
    await dropBody(response);
    return { ok: response.ok, status, message: describe(status) };
  } finally {
    client.close();
  }
}

/** Reads what is short, so that a broken answer is seen, and leaves what is long. */
async function dropBody({ body }: Response): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    let bytes = 0;
    while (bytes < BODY_BYTES_MAX) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
  } finally {
    reader.cancel().catch(() => {}); // it may be broken already, which the read has said
  }
}

function describe(status: number): string {
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  return isRedirect ? `HTTP ${status}, redirects are not followed` : `HTTP ${status}`;
}

function known(status: number | undefined): { readonly status?: number } {
  return status === undefined ? {} : { status };
}
