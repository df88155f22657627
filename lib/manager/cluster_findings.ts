// Owns what our CardanoForgeCluster says of this cluster: words for people, codes for machines.
// Never words that change by themselves, such as seconds left: each change is a write.

import type { ClusterConfig } from "../config/cluster.ts";
import { claimableEpoch, ownVerdict } from "../core/forge_tier.ts";
import type { ForgeTier } from "../core/forge_tier_state.ts";
import type { UnfitVerdict } from "../core/guard_verdicts.ts";
import type { Standing } from "../core/lease.ts";
import { wallTime } from "../core/time.ts";
import type { Finding } from "../kubernetes/conditions.ts";
import type {
  ClusterCredentials,
  ForgeClusterCondition,
  ForgeClusterView,
} from "../kubernetes/forge_cluster_status.ts";
import { reasonWord } from "../reason.ts";
import type { Reach } from "./api_outcomes.ts";
import { countersAgree, kesExpiring } from "./certificate_findings.ts";
import type { Snapshot } from "./snapshot.ts";

export interface ClusterViewSources {
  readonly snapshot: Snapshot;
  readonly tier: ForgeTier;
  readonly standing: Standing;
  readonly cluster: ClusterConfig;
  readonly generation: number | undefined;
  readonly reach: Reach;
  readonly duplicateName: boolean;
  /** Paths of the spec that say otherwise than the environment; empty where none does. */
  readonly editedFields: string;
}

export function clusterView(sources: ClusterViewSources): ForgeClusterView {
  const { snapshot, tier, standing, generation } = sources;
  const { guard, pod } = snapshot;
  const own = ownVerdict(tier);
  const { health } = tier;
  return {
    at: wallTime(Date.now()),
    generation,
    effectiveState: own?.effectiveState ?? "Priority-based",
    effectivePriority: own?.effectivePriority ?? sources.cluster.atFirst.priority,
    leaderPod: pod,
    // What the node does, by whatever right: whoever looks for two forgers must find both.
    forgingEnabled: guard?.forging === "forging",
    reason: summaryReason(sources),
    message: tier.yieldReason ?? own?.reason ?? NOT_KNOWN,
    health: {
      healthy: health.healthy,
      consecutiveFailures: health.consecutiveFailures,
      message: health.lastCheck?.message ?? "no check was made",
      lastProbeAt: health.lastCheck?.at,
      responseMs: health.lastCheck?.responseMs,
    },
    findings: findings(sources),
    // Of this replica nobody can expect a claim while it hands the cluster over to another.
    forgeEpoch: isReady(snapshot) ? claimableEpoch(tier, standing) : undefined,
    betterSince: tier.betterSince,
    farBehind: tier.farBehind,
    credentials: credentials(snapshot),
  };
}

const NOT_KNOWN = "the clusters are not known yet";

function isReady({ guard, givingUp }: Snapshot): boolean {
  return guard !== undefined && guard.unfit === undefined && givingUp === undefined;
}

function summaryReason({ tier, snapshot: { guard, givingUp } }: ClusterViewSources): string {
  if (guard?.forging === "forging") return "Forging";
  if (givingUp !== undefined) return reasonWord(givingUp);
  if (tier.givingUp !== undefined) return "Yielding";
  const own = ownVerdict(tier);
  if (own?.excluded !== undefined) return reasonWord(own.excluded);
  return guard?.unfit === undefined ? "Waiting" : reasonWord(guard.unfit.code);
}

function findings(sources: ClusterViewSources): Readonly<Record<ForgeClusterCondition, Finding>> {
  const { snapshot, tier, standing, cluster, duplicateName } = sources;
  const { guard, leads, pod } = snapshot;
  const own = ownVerdict(tier);
  const { health } = tier;
  return {
    Ready: ready(snapshot),
    Healthy: health.healthy
      ? found("True", health.consecutiveFailures > 0 ? "Failing" : "Healthy", healthText(tier))
      : found("False", "Unhealthy", healthText(tier)),
    LeaderElected: leads
      ? found("True", "LeaseHeld", `${pod} holds lease ${snapshot.lease.name}`)
      : found("False", "LeaseReleased", `${pod} gives lease ${snapshot.lease.name} up`),
    Forging: guard?.forging === "forging"
      ? found("True", guard.verified ? "SeenInMetrics" : "Unverified", `${pod} forges`)
      : found("False", "NotForging", own?.reason ?? NOT_KNOWN),
    OverrideActive: overrideActive(sources),
    CoordinationReachable: coordinationReachable(sources.reach),
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
    KesExpiring: kesExpiring(snapshot),
    CertificateCountersAgree: countersAgree(snapshot.tier),
  };
}

/** What was seen instead of a node changes with every process that comes and goes: /status lists it. */
export function unfitText({ code, message }: UnfitVerdict): string {
  return code === "node_not_found" ? "no process was identified as the node, see /status" : message;
}

function ready(snapshot: Snapshot): Finding {
  const { guard, givingUp, pod } = snapshot;
  if (isReady(snapshot)) return found("True", "CanForge", "node, keys and leader are in order");
  if (guard === undefined) return found("False", "NoReport", "no report yet");
  if (guard.unfit !== undefined) {
    return found("False", reasonWord(guard.unfit.code), unfitText(guard.unfit));
  }
  return found("False", reasonWord(givingUp ?? ""), `${pod} gives leadership up`);
}

function overrideActive({ tier, editedFields }: ClusterViewSources): Finding {
  const edits = editedFields === ""
    ? ""
    : `; edited, and winning over the environment: ${editedFields}`;
  return ownVerdict(tier)?.wish?.override === "active"
    ? found("True", "Overridden", `an override is in force${edits}`)
    : found("False", "NoOverride", `no override is in force${edits}`);
}

/** Written only by a request that came through: its times tell when an outage began and ended. */
function coordinationReachable(reach: Reach): Finding {
  return reach.kind === "unreachable"
    ? found("False", reasonWord(reach.why), "the last request to the coordination API failed")
    : found("True", "Reachable", "the coordination API answers");
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

/** Also of a certificate that is over: what the cluster holds is what others must see. */
function credentials({ certificate }: Snapshot): ClusterCredentials | undefined {
  if (certificate === undefined) return undefined;
  const { kesPeriodStart, kesPeriodEnd, expirySeconds, counter } = certificate;
  return {
    kesPeriodStart,
    kesPeriodEnd,
    expiresAt: expirySeconds === undefined ? undefined : wallTime(expirySeconds * 1_000),
    certificateCounter: counter,
  };
}

function found(status: Finding["status"], reason: string, message: string): Finding {
  return { status, reason, message };
}
