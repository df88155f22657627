// Owns a fence: since when a node is to stop, and how long it has before it is killed.
// Never says whether it has stopped: that is seen on the node.

import {
  addMs,
  elapsedMs,
  type GuardInstant,
  isBefore,
  latest,
  type Monotonic,
  type PermitTime,
} from "./time.ts";

/**
 * From when a node that does not confirm its stop may be killed.
 * - `half_fence`: half of FENCE_TIMEOUT after it was asked to stop.
 * - `permit_end`: as late as if nothing had been revoked, which is half of FENCE_TIMEOUT after the
 *   permit's own end. For a node that the kubelet is ending in order: it may be closing its database
 *   and answer nobody, and killed in the midst of that it validates everything anew at its next start.
 */
export type KillFrom = "half_fence" | "permit_end";

export interface Fence {
  readonly reason: string;
  /** When the permit ended, or the fear began: before this process did, where it is another's fence. */
  readonly since: GuardInstant;
  /** When this process began to ask. */
  readonly openedAt: Monotonic;
  /** When the wait of others could end, counted from our last renewal. */
  readonly claimableAt: PermitTime | undefined;
  /** End of the permit that was taken back early, while the node may take that long. */
  readonly patientUntil: PermitTime | undefined;
  readonly signalledAt: Monotonic | undefined;
  readonly killedAt: Monotonic | undefined;
}

/**
 * When the node is to be killed: half of FENCE_TIMEOUT after the fence began. Where that was under a
 * process before this one, it is asked for a quarter of it all the same: an obedient node stops in that.
 * Of a patient fence, as it looks now: should the permit clock run ahead of the monotonic one, as over a
 * suspension, it is sooner at the next look. Never later.
 */
export function killDueAt(
  { since, openedAt, patientUntil }: Fence,
  { fenceTimeoutMs, now }: { fenceTimeoutMs: number; now: GuardInstant },
): Monotonic {
  const halfMs = fenceTimeoutMs / 2;
  if (patientUntil === undefined) {
    return latest(addMs(since.monotonic, halfMs), addMs(openedAt, fenceTimeoutMs / 4));
  }
  return addMs(now.monotonic, elapsedMs(now.permit, addMs(patientUntil, halfMs)));
}

/** From when FENCE_TIMEOUT counts: what is not confirmed by its end is the kubelet's matter. */
export function fenceCountsFrom({ since, patientUntil }: Fence): PermitTime {
  return patientUntil ?? since.permit;
}

/**
 * The fence after a cause that leaves no time: half of FENCE_TIMEOUT from now. Once the permit would
 * have ended the kill is nearer than that already, and stays where it is.
 */
export function hurried(fence: Fence, now: GuardInstant): Fence {
  const { patientUntil } = fence;
  if (patientUntil === undefined || !isBefore(now.permit, patientUntil)) return fence;
  return { ...fence, since: now, openedAt: now.monotonic, patientUntil: undefined };
}

/** What was asked of one process was not asked of its successor: its time begins now. */
export function restarted(fence: Fence, now: GuardInstant): Fence {
  return {
    ...fence,
    since: now,
    openedAt: now.monotonic,
    patientUntil: undefined,
    signalledAt: undefined,
    killedAt: undefined,
  };
}
