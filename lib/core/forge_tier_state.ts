// Owns the state of the second tier: what one local leader knows of forge lease and clusters, and of itself.
// Never decides anything: forge_tier.ts and forge_tier_wish.ts do.

import type { ClusterResource, UnusableCluster } from "./cluster.ts";
import { type Election, type ElectionSettings, newElection } from "./election_state.ts";
import { type Health, resumeHealth, UNCHECKED_HEALTH } from "./health.ts";
import type { LeaseWriter } from "./lease_writes.ts";
import { type Heartbeats, observeHeartbeats } from "./policy_heartbeat.ts";
import type { PolicyInput, Verdict } from "./policy_verdict.ts";
import type { YieldMemory } from "./policy_yield_memory.ts";
import type { Monotonic, WallTime } from "./time.ts";

export interface ForgeTierSettings {
  /** Name of our CardanoForgeCluster. */
  readonly cluster: string;
  readonly lease: ElectionSettings;
  readonly staleAfterMs: number;
  readonly failbackDelayMs: number;
}

export interface ForgeTier {
  readonly settings: ForgeTierSettings;
  readonly election: Election;
  /** Undefined until they were listed once. */
  readonly resources: readonly ClusterResource[] | undefined;
  readonly unusable: readonly UnusableCluster[];
  readonly heartbeats: Heartbeats;
  readonly health: Health;
  readonly farBehind: boolean;
  readonly memory: YieldMemory | undefined;
  readonly betterSince: WallTime | undefined;
  readonly verdict: Verdict | undefined;
  /** The verdict and what it was made of. */
  readonly judged: { readonly input: PolicyInput; readonly verdict: Verdict } | undefined;
  /** Why we hold on, or whom we wait for, in words. */
  readonly yieldReason: string | undefined;
  readonly heldSince: WallTime | undefined;
  /** When the wait for a yield ends, if nothing else happens. */
  readonly yieldAt: WallTime | undefined;
  /** Until when the lease is renewed without forging. */
  readonly renewUntil: Monotonic | undefined;
  readonly givingUp: ForgeGiveUp | undefined;
  /** The last dry run of a claim: whether we could, and in which epoch of the lease. */
  readonly trial: ClaimTrial | undefined;
  readonly trying: boolean;
  readonly watching: boolean;
  readonly watchingClusters: boolean;
}

export interface ForgeGiveUp {
  /** The guard's epoch before the revoke. */
  readonly epoch: number;
  readonly reason: string;
  /** For whose sake, where for anybody's. */
  readonly to: string | undefined;
  /** Our own node could not be started: we go last at the next claim. */
  readonly lapses: boolean;
}

export interface ClaimTrial {
  readonly transitions: number;
  readonly outcome: "possible" | "impossible";
  readonly problem: string | undefined;
  readonly at: Monotonic;
}

export interface ForgeContext {
  readonly localHolds: boolean;
  readonly writer: LeaseWriter | undefined;
  readonly guard: {
    readonly epoch: number;
    readonly fencing: boolean;
    readonly fencedSecond: number | undefined;
    readonly forging: "forging" | "stopped" | "unknown";
    readonly isFit: boolean;
    readonly isUnconfirmed: boolean;
  } | undefined;
  /** The local lease is being given up, for a cause of this replica or of the whole cluster. */
  readonly localGivesUp: "no" | "replica" | "cluster";
  readonly localEpoch: number;
  readonly now: { readonly monotonic: Monotonic; readonly wall: WallTime };
}

export function newForgeTier(settings: ForgeTierSettings): ForgeTier {
  return {
    settings,
    election: newElection(settings.lease, []),
    resources: undefined,
    unusable: [],
    heartbeats: new Map(),
    health: UNCHECKED_HEALTH,
    farBehind: false,
    memory: undefined,
    betterSince: undefined,
    verdict: undefined,
    judged: undefined,
    yieldReason: undefined,
    heldSince: undefined,
    yieldAt: undefined,
    renewUntil: undefined,
    givingUp: undefined,
    trial: undefined,
    trying: false,
    watching: false,
    watchingClusters: false,
  };
}

/** The tier after a list of all clusters of the pool; the first one resumes what our own status says. */
export function seeClusters(
  tier: ForgeTier,
  { resources, unusable, at }: {
    resources: readonly ClusterResource[];
    unusable: readonly UnusableCluster[];
    at: Monotonic;
  },
): ForgeTier {
  const own = resources.find(({ name }) => name === tier.settings.cluster);
  const isFirst = tier.resources === undefined;
  const resumed = isFirst && own?.report !== undefined ? resumeHealth(own.report) : tier.health;
  // Nobody checks any more: a verdict of the past must not outlive the checks.
  const health = own?.spec.healthCheck.enabled === false ? UNCHECKED_HEALTH : resumed;
  return {
    ...tier,
    resources,
    unusable,
    health,
    heartbeats: observeHeartbeats(tier.heartbeats, { resources, at }),
  };
}

/** Local leadership ended: what was known of the clusters is of the past when it begins again. */
export function forgetClusters(tier: ForgeTier): ForgeTier {
  const { election, watching, watchingClusters } = tier;
  return { ...newForgeTier(tier.settings), election, watching, watchingClusters };
}
