// Owns how answers and errors of one request become an ApiFailure.
// Never sends the request.

import type { ApiFailure } from "../core/api_failure.ts";
import { isObject } from "./json_shape.ts";

/** An ApiFailure with what only this folder looks at. */
export interface RequestFailure extends ApiFailure {
  /** `reason` of the Status object that came with it, for example NotFound. */
  readonly reason?: string;
}

/** Longest part of a server's text that goes into a message. */
const MAX_DETAIL_LENGTH = 300;

export interface FailedAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
  /** For a Retry-After that names a date. */
  readonly wallMs: number;
}

/** `what` is what was tried, for example "update leases cardano/forge-leader". */
export function failureOfAnswer(what: string, answer: FailedAnswer): RequestFailure {
  const { status } = answer;
  const body = parseStatus(answer.text);
  const detail = oneLine(body?.message ?? answer.text);
  const retryAfterMs = parseRetryAfterMs(answer.retryAfter, answer.wallMs) ??
    body?.retryAfterMs;
  return {
    kind: kindOfStatus(status),
    status,
    message: `Cannot ${what}: HTTP ${status}${detail === "" ? "" : `, ${detail}`}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(body?.reason === undefined ? {} : { reason: body.reason }),
  };
}

/** An ERROR event of a watch: a Status object in place of an answer. */
export function failureOfStatusObject(what: string, object: unknown): RequestFailure {
  const status = isObject(object) && typeof object.code === "number" ? object.code : undefined;
  if (status === undefined) return malformed(what, "an ERROR event without a code");
  return failureOfAnswer(what, {
    status,
    text: JSON.stringify(object),
    retryAfter: null,
    wallMs: 0,
  });
}

/** What `fetch` threw: the connection was refused, reset or not trusted. */
export function failureOfError(what: string, error: unknown): RequestFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  // Deno begins with the address, which `what` does not need: the useful part is at the end.
  const detail = text.replace(/^error sending request.*?\): (?=client error)/, "");
  return { kind: "unreachable", message: `Cannot ${what}: ${oneLine(detail)}` };
}

/** Nothing was sent, since nothing could prove who we are. */
export function noCredentials(what: string, error: unknown): RequestFailure {
  const text = error instanceof Error ? error.message : String(error);
  return { kind: "unauthorized", message: `Cannot ${what}: no credentials, ${text}` };
}

export function timedOut(what: string, timeoutMs: number): RequestFailure {
  return { kind: "timed_out", message: `Cannot ${what}: no answer within ${timeoutMs} ms` };
}

export function malformed(what: string, found: string): RequestFailure {
  return { kind: "malformed", message: `Cannot ${what}: the answer is ${found}` };
}

function kindOfStatus(status: number): ApiFailure["kind"] {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 410:
      return "gone";
    case 408: // given up while it waited for us: nobody knows how far it came
      return "server_error";
    case 429:
      return "throttled";
  }
  if (status >= 500) return "server_error";
  if (status >= 400) return "invalid";
  return "malformed"; // a redirect or the like, which no API server sends
}

interface StatusBody {
  readonly message: string | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;
}

function parseStatus(text: string): StatusBody | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined; // proxies and the API server's own 404 answer in plain text
  }
  if (!isObject(body) || body.kind !== "Status") return undefined;
  const details = isObject(body.details) ? body.details : {};
  const seconds = details.retryAfterSeconds;
  return {
    message: typeof body.message === "string" ? body.message : undefined,
    reason: typeof body.reason === "string" ? body.reason : undefined,
    retryAfterMs: typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined,
  };
}

/** Seconds or an HTTP date; undefined for anything else. */
export function parseRetryAfterMs(header: string | null, wallMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2}, /.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - wallMs);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_DETAIL_LENGTH ? `${line.slice(0, MAX_DETAIL_LENGTH)}…` : line;
}
