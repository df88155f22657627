// Owns what an operator wishes of a cluster now: its spec, with an unexpired override laid over it.
// Never looks at what the cluster reports.

import type { ClusterSpec, ForgeState } from "./cluster.ts";
import { isBefore, type WallTime } from "./time.ts";

export type OverrideStanding = "none" | "active" | "expired";

export interface ClusterWish {
  readonly state: ForgeState;
  /** Before penalties; smaller is better. */
  readonly priority: number;
  readonly override: OverrideStanding;
  /** The override in force replaces something, and does not merely give a reason. */
  readonly forced: boolean;
}

const STATE_ORDER: Readonly<Record<ForgeState, number>> = {
  "Enabled": 0,
  "Priority-based": 1,
  "Disabled": 2,
};

/** An override replaces exactly what it names; its end brings back what the spec says beside it. */
export function wishOf(
  { forgeState, priority, override }: ClusterSpec,
  now: WallTime,
): ClusterWish {
  const standing = overrideStanding(override, now);
  if (standing !== "active") {
    return { state: forgeState, priority, override: standing, forced: false };
  }
  const { forceState, forcePriority } = override;
  return {
    state: forceState ?? forgeState,
    priority: forcePriority ?? priority,
    override: standing,
    forced: forceState !== undefined || forcePriority !== undefined,
  };
}

function overrideStanding(
  { enabled, expiresAt }: ClusterSpec["override"],
  now: WallTime,
): OverrideStanding {
  if (!enabled) return "none";
  return expiresAt === undefined || isBefore(now, expiresAt) ? "active" : "expired";
}

/** Below zero: the first is wished to come before the second, all else being equal. */
function compareWishes(a: ClusterWish, b: ClusterWish): number {
  return STATE_ORDER[a.state] - STATE_ORDER[b.state] || a.priority - b.priority;
}

/** An operator's act, or an override's end, in favour of the cluster: also one that only affirms. */
export function isPromoted(before: ClusterWish, after: ClusterWish): boolean {
  const order = compareWishes(after, before);
  return order < 0 || (order === 0 && after.forced && !before.forced);
}

export function isDemoted(before: ClusterWish, after: ClusterWish): boolean {
  return compareWishes(after, before) > 0;
}
