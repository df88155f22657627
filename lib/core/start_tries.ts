// Owns how long a node was asked in vain to forge, over permits that ended before it did.
// Never outlasts what it was asked with: another process or another set of credentials begins anew.

import { SETTLE_MS, SLOT_WAIT_MS_MAX, START_TIMEOUT_MS } from "./forging_state.ts";
import type { Permit } from "./permit.ts";
import { addMs, elapsedMs, type GuardInstant, isBefore, latest, type Monotonic } from "./time.ts";

/** Starts without effect whose permits ended first: each alone would be too short to be given up. */
export interface StartTries {
  /** Together, in milliseconds. */
  readonly tookMs: number;
  readonly endedAt: Monotonic;
}

/** A sound node needs no longer: the slot rule's wait, and a signal's settle time. */
const LEAST_TRY_MS = SLOT_WAIT_MS_MAX + SETTLE_MS;
/** As long as the longest wait for a lease: what follows later is no succession any more. */
const FORGOTTEN_AFTER_MS = 300_000;

/** With a start that `permit` left unfinished. What a guard that stood still slept through is not counted. */
export function withTry(
  tries: StartTries | undefined,
  { since, permit, now }: { since: Monotonic; permit: Permit; now: GuardInstant },
): StartTries {
  const beyondMs = Math.max(0, elapsedMs(permit.until, now.permit));
  const tookMs = Math.max(0, elapsedMs(since, now.monotonic) - beyondMs);
  return { tookMs: (remembered(tries, since)?.tookMs ?? 0) + tookMs, endedAt: now.monotonic };
}

/** When a start that began at `since` is given up, if it shows no effect. */
export function tryEndsAt(tries: StartTries | undefined, since: Monotonic): Monotonic {
  const leftMs = START_TIMEOUT_MS - (remembered(tries, since)?.tookMs ?? 0);
  return latest(addMs(since, LEAST_TRY_MS), addMs(since, leftMs));
}

function remembered(tries: StartTries | undefined, now: Monotonic): StartTries | undefined {
  if (tries === undefined) return undefined;
  return isBefore(now, addMs(tries.endedAt, FORGOTTEN_AFTER_MS)) ? tries : undefined;
}
