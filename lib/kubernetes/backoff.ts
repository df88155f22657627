// Owns how long to wait before the next try.
// Never waits, and never reads a clock.

import type { ApiFailure } from "../core/api_failure.ts";

const BASE_MS = 500;
const CAP_MS = 15_000;
/** Longest Retry-After that is obeyed: a server that asks for an hour would switch us off. */
const RETRY_AFTER_CAP_MS = 60_000;

/**
 * Milliseconds before try `attempt` (0 for the first one after a failure): between 0.5 s and a
 * ceiling that doubles up to 15 s. Spread over the whole range, so that replicas which failed
 * together do not come back together. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  const ceilingMs = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt + 1, 16));
  return Math.round(BASE_MS + random * (ceilingMs - BASE_MS));
}

/** As backoffMs, and no earlier than the server asked for. */
export function retryInMs(
  failure: ApiFailure,
  { attempt, random }: { readonly attempt: number; readonly random: number },
): number {
  const askedMs = Math.min(failure.retryAfterMs ?? 0, RETRY_AFTER_CAP_MS);
  return Math.max(backoffMs(attempt, random), askedMs);
}
