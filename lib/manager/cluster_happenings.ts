// Owns what happened to this cluster among the others, in the words of Events.
// Never tells of another cluster, and of ours only as its local leader.

import { reasonWord } from "../reason.ts";
import type { Notice } from "./event_budget.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TierSnapshot } from "./tier_snapshot.ts";

export function clusterHappenings(
  was: TierSnapshot | undefined,
  { tier, pod }: Snapshot,
): readonly Notice[] {
  // What a new leader finds is as it was under the last one.
  if (tier === undefined || !tier.active) return [];
  const before = was?.active === true ? was : undefined;
  return [
    ...move(before, tier, pod),
    ...health(before, tier),
    ...duplicate(before, tier),
    ...reach(before, tier, pod),
  ];
}

function move(before: TierSnapshot | undefined, tier: TierSnapshot, pod: string): Notice[] {
  const { cluster, forgeLease: { name, isHeld, holder }, own } = tier;
  if (isHeld === (before?.forgeLease.isHeld ?? false)) return [];
  const moved = (notice: Omit<Notice, "about" | "action">): Notice[] => [
    { about: "pod", action: "Move", ...notice },
    { about: "resource", action: "Move", ...notice },
  ];
  if (isHeld) {
    const note =
      `Cluster ${cluster} holds forge lease ${name}; the node of ${pod} is about to forge.`;
    return moved({ type: "Normal", reason: "ForgeLeaseAcquired", note });
  }
  const why = own?.givingUp;
  if (why !== undefined) {
    const note = `Cluster ${cluster} gives forge lease ${name} up (${reasonWord(why)}); ` +
      "a better cluster takes over when the stop is confirmed.";
    return moved({ type: "Normal", reason: "ForgeLeaseGivenUp", note });
  }
  const to = holder === "" || holder === cluster ? "the best cluster that can" : holder;
  const note = `Cluster ${cluster} holds forge lease ${name} no more: its node stops, and ${to} ` +
    "takes over.";
  return moved({ type: "Warning", reason: "ForgeLeaseLost", note });
}

function health(before: TierSnapshot | undefined, { own, cluster }: TierSnapshot): Notice[] {
  const is = own?.health;
  const was = before?.own?.health;
  if (is === undefined || is.healthy === (was?.healthy ?? true)) return [];
  const found = is.lastCheck?.message ?? "no check was made";
  if (is.healthy) {
    const note = `Cluster ${cluster} is healthy again: every failed check is lived down.`;
    return [{ about: "resource", type: "Normal", reason: "Healthy", action: "Check", note }];
  }
  const note = `Cluster ${cluster} is unhealthy after ${is.consecutiveFailures} failed checks: ` +
    `${found}. Its priority falls by 100 until no failure is left.`;
  return [{ about: "resource", type: "Warning", reason: "Unhealthy", action: "Check", note }];
}

function duplicate(before: TierSnapshot | undefined, tier: TierSnapshot): Notice[] {
  const { forgeLease: { duplicateName, name }, cluster } = tier;
  if (!duplicateName || before?.forgeLease.duplicateName === true) return [];
  const note = `Forge lease ${name} is held under the name ${cluster} by another cluster: give ` +
    "each cluster a CLUSTER_REGION or CLUSTER_IDENTIFIER of its own.";
  const reason = "DuplicateClusterName";
  return [{ about: "resource", type: "Warning", reason, action: "Check", note }];
}

function reach(before: TierSnapshot | undefined, tier: TierSnapshot, pod: string): Notice[] {
  const [was, is] = [before?.coordination.reach, tier.coordination.reach];
  const about = { about: "pod", action: "Check" } as const;
  if (is === "unreachable" && was !== "unreachable") {
    const note = `${pod} cannot reach the coordination API: ${tier.coordination.problem ?? "?"}. ` +
      "Forging goes on until the permit ends.";
    return [{ ...about, type: "Warning", reason: "CoordinationUnreachable", note }];
  }
  if (is !== "reached" || was !== "unreachable") return [];
  const note = `${pod} reaches the coordination API again.`;
  return [{ ...about, type: "Normal", reason: "CoordinationReachable", note }];
}
