// Owns the names of everything that can go wrong with one request to an API server.
// Never sends one.

/**
 * Why a request did not succeed. The first group was refused and changed nothing; after the second
 * nobody knows whether it was applied, so the object must be read again before the next write.
 */
export interface ApiFailure {
  readonly kind:
    | "unauthorized" // 401
    | "forbidden" // 403
    | "not_found" // 404
    | "conflict" // 409: another resourceVersion or uid, or the object exists already
    | "gone" // 410: the resourceVersion of a watch or list is too old
    | "invalid" // 400, 405, 406, 413, 415, 422: our request does not fit the API
    | "throttled" // 429
    | "server_error" // 5xx: outcome unknown
    | "unreachable" // refused, reset, no route, TLS: outcome unknown
    | "timed_out" // no answer within the deadline: outcome unknown
    | "malformed"; // an answer that is not the JSON it should be: outcome unknown
  /** HTTP status where there was an answer. */
  readonly status?: number;
  /** What was tried, on what, and what was found; one line, no full stop. */
  readonly message: string;
  /** From Retry-After, uncapped. */
  readonly retryAfterMs?: number;
}

const UNKNOWN_OUTCOMES: ReadonlySet<ApiFailure["kind"]> = new Set([
  "server_error",
  "unreachable",
  "timed_out",
  "malformed",
]);

/** Whether the request may have been applied although it failed. */
export function outcomeIsUnknown(failure: ApiFailure): boolean {
  return UNKNOWN_OUTCOMES.has(failure.kind);
}
