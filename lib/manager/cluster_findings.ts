// Owns what our CardanoForgeCluster says of this cluster: words for people, codes for machines.
// Never words that change by themselves, such as seconds left: each change is a write.

import type { ClusterConfig } from "../config/cluster.ts";
import { claimableEpoch, type ForgeTier, ownVerdict } from "../core/forge_tier.ts";
import type { Standing } from "../core/lease.ts";
import { wallTime } from "../core/time.ts";
import type { Finding } from "../kubernetes/conditions.ts";
import type {
  ClusterCredentials,
  ForgeClusterCondition,
  ForgeClusterView,
} from "../kubernetes/forge_cluster_status.ts";
import { parseRfc3339 } from "../kubernetes/rfc3339.ts";
import { reasonWord } from "../reason.ts";
import type { Snapshot } from "./snapshot.ts";

export interface ClusterViewSources {
  readonly snapshot: Snapshot;
  readonly tier: ForgeTier;
  readonly standing: Standing;
  readonly cluster: ClusterConfig;
  readonly generation: number | undefined;
  readonly reachesCoordination: boolean;
  readonly duplicateName: boolean;
}

export function clusterView(sources: ClusterViewSources): ForgeClusterView {
  const { snapshot, tier, standing, generation } = sources;
  const { guard, leads, pod } = snapshot;
  const own = ownVerdict(tier);
  const forging = leads && guard?.forging === "forging" && standing.kind === "mine";
  const { health } = tier;
  return {
    at: wallTime(Date.now()),
    generation,
    effectiveState: own?.effectiveState ?? "Priority-based",
    effectivePriority: own?.effectivePriority ?? sources.cluster.atFirst.priority,
    leaderPod: leads ? pod : "",
    forgingEnabled: forging,
    reason: summaryReason(sources, forging),
    message: tier.yieldReason ?? own?.reason ?? "the clusters are not known yet",
    health: {
      healthy: health.healthy,
      consecutiveFailures: health.consecutiveFailures,
      message: health.lastCheck?.message ?? "no check was made",
      lastProbeAt: health.lastCheck?.at,
      responseMs: health.lastCheck?.responseMs,
    },
    findings: findings(sources, forging),
    forgeEpoch: guard?.unfit === undefined ? claimableEpoch(tier, standing) : undefined,
    betterSince: tier.betterSince,
    farBehind: tier.farBehind,
    credentials: credentials(snapshot),
  };
}

function summaryReason({ tier, snapshot }: ClusterViewSources, forging: boolean): string {
  if (forging) return "Forging";
  if (tier.givingUp !== undefined) return "Yielding";
  const own = ownVerdict(tier);
  if (own?.excluded !== undefined) return reasonWord(own.excluded);
  return snapshot.guard?.unfit === undefined ? "Waiting" : reasonWord(snapshot.guard.unfit.code);
}

function findings(
  { snapshot, tier, standing, cluster, reachesCoordination, duplicateName }: ClusterViewSources,
  forging: boolean,
): Readonly<Record<ForgeClusterCondition, Finding>> {
  const { guard, leads, pod } = snapshot;
  const own = ownVerdict(tier);
  const { health } = tier;
  const isOverridden = own?.wish?.override === "active";
  const unfit = guard?.unfit;
  return {
    Ready: unfit === undefined && guard !== undefined
      ? found("True", "CanForge", "node, keys and leader are in order")
      : found("False", reasonWord(unfit?.code ?? "no_report"), unfit?.message ?? "no report yet"),
    Healthy: health.healthy
      ? found("True", health.consecutiveFailures > 0 ? "Failing" : "Healthy", healthText(tier))
      : found("False", "Unhealthy", healthText(tier)),
    LeaderElected: leads
      ? found("True", "LeaseHeld", `${pod} holds lease ${snapshot.lease.name}`)
      : found("False", "LeaseReleased", `${pod} gave lease ${snapshot.lease.name} up`),
    Forging: forging
      ? found("True", guard?.verified === true ? "SeenInMetrics" : "Unverified", `${pod} forges`)
      : found("False", "NotForging", own?.reason ?? "the clusters are not known yet"),
    OverrideActive: isOverridden
      ? found("True", "Overridden", "an override is in force")
      : found("False", "NoOverride", "no override is in force"),
    CoordinationReachable: reachesCoordination
      ? found("True", "Reachable", "the coordination API answers")
      : found("False", "Unreachable", "the coordination API does not answer"),
    CoordinationShared: cluster.coordination.kubernetes === undefined
      ? found(
        "False",
        "LocalApiOnly",
        "without COORDINATION_KUBECONFIG only clusters of this API server are coordinated",
      )
      : found("True", "OwnCoordinationApi", "clusters meet on the coordination API"),
    DuplicateClusterName: duplicateName
      ? found("True", "NameTaken", `the forge lease is held under our name: ${holderOf(standing)}`)
      : found("False", "Unique", "no other cluster goes by this name"),
  };
}

function healthText({ health }: ForgeTier): string {
  const { consecutiveFailures, lastCheck } = health;
  if (lastCheck === undefined) return "no check was made";
  return consecutiveFailures === 0
    ? "checks succeed"
    : `${consecutiveFailures} failures to live down`;
}

function holderOf(standing: Standing): string {
  return "record" in standing ? standing.record.holder : "";
}

function credentials({ guard }: Snapshot): ClusterCredentials | undefined {
  if (guard?.credentials.kind !== "valid") return undefined;
  const { kesPeriodStart, kesPeriodEnd, expiresAt, certificateCounter } = guard.credentials;
  const at = expiresAt === undefined ? undefined : parseRfc3339(expiresAt);
  if (at === undefined) return undefined;
  return { kesPeriodStart, kesPeriodEnd, expiresAt: at, certificateCounter };
}

function found(status: Finding["status"], reason: string, message: string): Finding {
  return { status, reason, message };
}
