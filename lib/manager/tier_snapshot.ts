// Owns the read-only view of the second tier, for /status, metrics, log and CardanoLeader.
// Never shows what a former leadership knew: only the local leader follows the clusters.

import type { ClusterConfig } from "../config/cluster.ts";
import type { ForgeState } from "../core/cluster.ts";
import { holdRuns } from "../core/election_moves.ts";
import { forgeStanding, hasDuplicateName, ownVerdict } from "../core/forge_tier.ts";
import type { ForgeTier } from "../core/forge_tier_state.ts";
import { clusterOf, isExhausted } from "../core/lease.ts";
import { forgeContextOf } from "../core/manager_forge.ts";
import type { ManagerInstant, Managing } from "../core/manager_state.ts";
import type { ClusterVerdict } from "../core/policy_verdict.ts";
import { elapsedMs, type WallTime } from "../core/time.ts";
import type { Hold } from "../core/permit.ts";
import type { Monotonic } from "../core/time.ts";
import { certificateOf } from "../credentials/verdict.ts";
import type { GuardReport } from "../door.ts";
import type { Reach } from "./api_outcomes.ts";
import { describeForgeStanding } from "./standing_text.ts";

export interface TierSnapshot {
  readonly cluster: string;
  readonly region: string;
  /** This replica is the local leader, and follows the clusters: only then is the rest more than names. */
  readonly active: boolean;
  readonly coordination: {
    /** False: only clusters of the local API server are coordinated. */
    readonly shared: boolean;
    readonly namespace: string;
    readonly reach: Reach["kind"];
    /** Why it is not reached, or cannot be tried at all. */
    readonly problem: string | undefined;
  };
  readonly forgeLease: {
    readonly name: string;
    /** The cluster that its record names; empty: vacant, or not known. */
    readonly holder: string;
    readonly transitions: number;
    /** Under a running hold of this replica. */
    readonly isHeld: boolean;
    readonly standing: string;
    readonly otherPool: string | undefined;
    /** A hand edit used its leaseTransitions up: to be deleted. */
    readonly isExhausted: boolean;
    /** Another cluster holds it under our name. */
    readonly duplicateName: boolean;
    /** Whether this cluster could claim it, as a trial found; undefined: not tried in this epoch. */
    readonly claim: string | undefined;
  };
  /** What is left of each hold; a node forges until the first of them ends. */
  readonly permitLeftMs: { readonly local: number; readonly forge: number };
  /** The whole in one sentence. */
  readonly summary: string | undefined;
  /** Why nobody forges, as far as is known here; undefined while somebody does. */
  readonly nobodyForges: string | undefined;
  /** In the order in which they would forge, then those that are excluded. */
  readonly clusters: readonly ClusterSnapshot[];
  readonly own: OwnClusterSnapshot | undefined;
  /** Of the operational certificates: ours as it is, the others' as reported; by cluster. */
  readonly certificateCounters: Readonly<Record<string, number>>;
  /** How often the forge lease moved from or to this replica's cluster, by reason. */
  readonly moves: Readonly<Record<string, number>>;
}

export interface ClusterSnapshot {
  readonly name: string;
  /** From 1; undefined: excluded. */
  readonly rank: number | undefined;
  readonly reason: string;
  readonly effectiveState: ForgeState | undefined;
  readonly effectivePriority: number | undefined;
  readonly canForge: boolean;
  readonly forges: boolean;
  readonly override: string | undefined;
  readonly heartbeat: string;
  /** Since its report was last seen to change; undefined of ours, and where there is none. */
  readonly heartbeatAgeMs: number | undefined;
}

export interface OwnClusterSnapshot {
  readonly forges: boolean;
  readonly reason: string;
  readonly effectiveState: ForgeState | undefined;
  readonly effectivePriority: number | undefined;
  readonly health: ForgeTier["health"];
  readonly farBehind: boolean;
  /** Why it holds on, or for whom it waits, while it holds the forge lease. */
  readonly yields: string | undefined;
  readonly givingUp: string | undefined;
  readonly betterSince: string | undefined;
}

export interface TierSources {
  readonly cluster: ClusterConfig;
  readonly state: Managing;
  readonly now: ManagerInstant;
  readonly reach: Reach;
  readonly accessProblem: string | undefined;
  readonly moves: ReadonlyMap<string, number>;
  readonly guard: Pick<GuardReport, "credentials"> | undefined;
  /** Of the certificates that the clusters' statuses name. */
  readonly reportedCounters: ReadonlyMap<string, number>;
}

export function takeTierSnapshot(sources: TierSources): TierSnapshot | undefined {
  const { cluster, state, now, reach, accessProblem } = sources;
  const tier = state.forge;
  if (tier === undefined) return undefined;
  const { seen } = tier.election.view;
  const record = typeof seen === "object" ? seen : undefined;
  const context = forgeContextOf(state, { now });
  const standing = forgeStanding(tier, context);
  const active = state.leads;
  const unreached = reach.kind === "unreachable" ? reach.message : undefined;
  const problem = accessProblem ?? (active ? unreached : undefined);
  return {
    cluster: cluster.name,
    region: cluster.region,
    active,
    coordination: {
      shared: cluster.coordination.kubernetes !== undefined,
      namespace: cluster.coordination.namespace,
      reach: active ? reach.kind : "unknown",
      problem,
    },
    forgeLease: {
      name: tier.settings.lease.name,
      holder: active && record !== undefined ? clusterOf(record.holder) : "",
      transitions: record?.transitions ?? 0,
      isHeld: holdRuns(tier.election, now.monotonic) && tier.givingUp === undefined,
      standing: describeForgeStanding(standing, { tier, active, now: now.monotonic }),
      otherPool: standing.kind === "other_pool" ? standing.poolId : undefined,
      isExhausted: isExhausted(tier.election.view),
      duplicateName: active && hasDuplicateName(tier, context),
      claim: describeTrial(tier, record?.transitions),
    },
    permitLeftMs: {
      local: holdLeftMs(state.local.hold, now.monotonic),
      forge: holdLeftMs(tier.election.hold, now.monotonic),
    },
    summary: active ? tier.verdict?.summary : undefined,
    nobodyForges: active ? nobodyForges(sources, { tier, problem }) : undefined,
    clusters: active ? clustersOf(sources, tier) : [],
    own: active ? ownOf(sources, tier) : undefined,
    certificateCounters: active ? certificateCounters(sources) : {},
    moves: Object.fromEntries(sources.moves),
  };
}

/** Our own report may be older than the certificate. */
function certificateCounters(
  { cluster, reportedCounters, guard }: TierSources,
): Record<string, number> {
  const own = guard && certificateOf(guard.credentials)?.certificateCounter;
  const counters = new Map(reportedCounters);
  if (own !== undefined) counters.set(cluster.name, own);
  return Object.fromEntries(counters);
}

function holdLeftMs(
  hold: (Hold & { readonly sentAt: Monotonic }) | undefined,
  now: Monotonic,
): number {
  return hold === undefined ? 0 : Math.max(0, hold.holdMs - elapsedMs(hold.sentAt, now));
}

function describeTrial({ trial }: ForgeTier, transitions: number | undefined): string | undefined {
  if (trial === undefined || trial.transitions !== transitions) return undefined;
  return trial.outcome === "possible" ? "possible" : `impossible: ${trial.problem ?? "refused"}`;
}

/** The others by what they report, ours by what the guard says. */
function forges(name: string, { state, cluster }: TierSources): boolean {
  if (name === cluster.name) return state.guard?.forging === "forging";
  const report = state.forge?.resources?.find((one) => one.name === name)?.report;
  return report !== undefined && report.activeLeader !== "";
}

function nobodyForges(
  sources: TierSources,
  { tier, problem }: { tier: ForgeTier; problem: string | undefined },
): string | undefined {
  const { verdict } = tier;
  if (forges(sources.cluster.name, sources)) return undefined;
  if (problem !== undefined) return `the coordination API cannot be used: ${problem}`;
  if (verdict === undefined) return "the clusters are not known yet";
  // A report that is stale says what was.
  const isForging = verdict.clusters.some(({ name, heartbeat }) =>
    (heartbeat === "fresh" || heartbeat === "found") && forges(name, sources)
  );
  if (isForging) return undefined;
  const { holder } = verdict.lease;
  if (holder === undefined) return verdict.summary;
  return `${holder} holds the forge lease, and its node is not confirmed to forge; ${verdict.summary}`;
}

function clustersOf(sources: TierSources, tier: ForgeTier): ClusterSnapshot[] {
  return (tier.verdict?.clusters ?? []).map((one) => {
    const since = one.name === sources.cluster.name
      ? undefined
      : tier.heartbeats.get(one.name)?.since;
    return {
      name: one.name,
      rank: one.rank === undefined ? undefined : one.rank + 1,
      reason: one.reason,
      effectiveState: one.effectiveState,
      effectivePriority: one.effectivePriority,
      canForge: one.canForge,
      forges: forges(one.name, sources),
      override: overrideOf(one),
      heartbeat: one.heartbeat,
      heartbeatAgeMs: since === undefined ? undefined : elapsedMs(since, sources.now.monotonic),
    };
  });
}

function overrideOf({ wish }: ClusterVerdict): string | undefined {
  return wish === undefined || wish.override === "none" ? undefined : wish.override;
}

function ownOf(sources: TierSources, tier: ForgeTier): OwnClusterSnapshot {
  const own = ownVerdict(tier);
  return {
    forges: forges(sources.cluster.name, sources),
    reason: own?.reason ?? "the clusters are not known yet",
    effectiveState: own?.effectiveState,
    effectivePriority: own?.effectivePriority,
    health: tier.health,
    farBehind: tier.farBehind,
    yields: tier.yieldReason,
    givingUp: tier.givingUp?.reason,
    betterSince: isoTime(tier.betterSince),
  };
}

function isoTime(at: WallTime | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
