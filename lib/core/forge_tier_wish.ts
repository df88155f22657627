// Owns what one local leader wishes of the forge lease: keep, lead, lapse or release.
// Never wishes to lead without the local lease, nor to release without the guard's word that a stop is confirmed.

import { holdRuns } from "./election_moves.ts";
import type { Wish } from "./election_state.ts";
import { forgeStanding, ranOutAt } from "./forge_tier.ts";
import type { ForgeContext, ForgeGiveUp, ForgeTier } from "./forge_tier_state.ts";
import { silentFrom } from "./lease.ts";
import { claimDelayMs } from "./policy.ts";
import { addMs, isBefore, type Monotonic } from "./time.ts";

/** What is wished of the forge lease, and when that may change by time alone. */
export function forgeWish(
  tier: ForgeTier,
  context: ForgeContext,
): { wish: Wish; wakeAt: Monotonic | undefined } {
  const { guard } = context;
  const now = context.now.monotonic;
  const only = (wish: Wish) => ({ wish, wakeAt: undefined });
  if (!context.localHolds || guard === undefined) return only({ kind: "lapse" });
  const givingUp = tier.givingUp ?? localGiveUp(context);
  if (givingUp !== undefined) return only(wishWhileGivingUp(givingUp, guard));
  // Another replica of this cluster inherits what this one cannot use.
  if (context.localGivesUp !== "no") return only({ kind: "lapse" });
  if (guard.isUnconfirmed) return only({ kind: "keep" });
  if (!guard.isFit) return only({ kind: "lapse" });
  const standing = forgeStanding(tier, context);
  const openSince = ranOutAt(tier, { standing, now });
  if (standing.kind === "mine" && openSince === undefined) {
    const wish = wishForOurs(tier, { guard, now });
    const silentAt = silentFrom(tier.election.view, tier.settings.lease.durationMs);
    const opens = wish.kind === "lapse" && silentAt !== undefined && isBefore(now, silentAt);
    return { wish, wakeAt: opens ? silentAt : undefined };
  }
  if (holdRuns(tier.election, now)) return only({ kind: "lead" });
  const since = standing.kind === "claimable" ? standing.since : openSince;
  // What is still ours would be renewed by who keeps it.
  const waits: Wish = { kind: openSince === undefined ? "keep" : "lapse" };
  if (since === undefined || tier.verdict === undefined) return only(waits);
  const delayMs = claimDelayMs(tier.verdict, tier.settings.cluster);
  if (delayMs === undefined) return only(waits);
  const claimFrom = addMs(since, delayMs);
  return isBefore(now, claimFrom) ? { wish: waits, wakeAt: claimFrom } : only({ kind: "lead" });
}

function localGiveUp(context: ForgeContext): ForgeGiveUp | undefined {
  if (context.localGivesUp !== "cluster") return undefined;
  return { epoch: context.localEpoch, reason: "start_failed", to: undefined, lapses: true };
}

function wishWhileGivingUp(
  { epoch, to, lapses }: ForgeGiveUp,
  guard: NonNullable<ForgeContext["guard"]>,
): Wish {
  if (guard.epoch <= epoch || guard.fencing) return { kind: "keep" };
  if (guard.fencedSecond === undefined) return { kind: "lapse" };
  return { kind: "release", fencedSecond: guard.fencedSecond, preferredCluster: to, lapses };
}

/** Renewed only while the node forges or is about to: a cluster that cannot forge lets it run out. */
function wishForOurs(
  tier: ForgeTier,
  { guard, now }: { guard: NonNullable<ForgeContext["guard"]>; now: Monotonic },
): Wish {
  const isNew = tier.renewUntil === undefined;
  const mayStill = tier.renewUntil !== undefined && isBefore(now, tier.renewUntil);
  return guard.forging === "forging" || isNew || mayStill ? { kind: "lead" } : { kind: "lapse" };
}
