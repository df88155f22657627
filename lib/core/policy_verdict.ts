// Owns the words of the policy: what it is asked with, and what it says of each cluster.
// Never decides: policy.ts does.

import type { ClusterResource, ForgeState, UnusableCluster } from "./cluster.ts";
import type { HealthScore } from "./health.ts";
import type { Heartbeats, HeartbeatStanding } from "./policy_heartbeat.ts";
import type { ClusterWish } from "./policy_wish.ts";
import type { Monotonic, WallTime } from "./time.ts";

/** Added while the node's tip is far behind. A penalty and no ban: on a stalled chain nobody is in sync. */
export const FAR_BEHIND_PENALTY = 50;

/** What the forge lease says, read before the policy is first asked. */
export interface ForgeLeaseView {
  /** Name of the cluster that holds it; undefined while it is vacant or claimable. */
  readonly holder: string | undefined;
  readonly transitions: number;
  /** Who let it run out last. It goes last among those that can forge, while nobody holds the lease. */
  readonly lapsedBy: string | undefined;
  /** To whom the last holder yielded: it goes first, while nobody holds the lease. */
  readonly yieldedTo: string | undefined;
}

/** The asker's own cluster, of which it knows more than its last report says. */
export interface OwnCluster {
  readonly name: string;
  /** Its node, keys and leader are in order, apart from who holds the forge lease. */
  readonly ready: boolean;
  /** As in its report. */
  readonly forgeEpoch: number | undefined;
  readonly farBehind: boolean;
  readonly health: HealthScore;
}

export interface PolicyInput {
  /** Of one network and one pool only: each has an order of its own. */
  readonly resources: readonly ClusterResource[];
  readonly unusable: readonly UnusableCluster[];
  readonly heartbeats: Heartbeats;
  readonly lease: ForgeLeaseView;
  /** Undefined when an operator asks from outside every cluster. */
  readonly own: OwnCluster | undefined;
  readonly staleAfterMs: number;
  readonly now: { readonly monotonic: Monotonic; readonly wall: WallTime };
}

export type PenaltyKind = "failing" | "unhealthy" | "far_behind";

export interface Penalty {
  readonly kind: PenaltyKind;
  readonly points: number;
}

/** Why a cluster has no rank. Nothing else takes it away: what is broken goes last, and stays in. */
export type Exclusion = "disabled" | "unusable" | "duplicate_name";

/** One cluster, before it is compared with the others. */
export interface JudgedCluster {
  readonly name: string;
  /** For people: the region, where no other cluster has the same. */
  readonly label: string;
  readonly excluded: Exclusion | undefined;
  /** Undefined where the resource does not tell: it cannot be read, or there are two. */
  readonly wish: ClusterWish | undefined;
  readonly effectiveState: ForgeState | undefined;
  readonly effectivePriority: number | undefined;
  readonly penalties: readonly Penalty[];
  /** Its node, keys and leader are in order by a report that is not stale. */
  readonly canForge: boolean;
  /** Why it cannot, or why it is excluded, as a clause about the cluster; empty otherwise. */
  readonly hindrance: string;
  readonly heartbeat: HeartbeatStanding;
  /** The epoch of the forge lease for which it last found that it could claim. */
  readonly forgeEpoch: number | undefined;
  /** By its report: its node is confirmed to forge. */
  readonly forges: boolean;
}

export interface ClusterVerdict extends JudgedCluster {
  /** 0 goes first; undefined: excluded. */
  readonly rank: number | undefined;
  /** Where the cluster stands and why, as a sentence without its full stop. */
  readonly reason: string;
}

export interface Verdict {
  /** Candidates in their order, then the excluded by name. */
  readonly clusters: readonly ClusterVerdict[];
  /** Rank 0; undefined: nobody may forge, and `summary` says why. */
  readonly best: string | undefined;
  readonly lease: ForgeLeaseView;
  /** Who holds, who goes first, or why nobody does. */
  readonly summary: string;
  /** When to judge again: by then a heartbeat may have grown stale, an override ended. */
  readonly changesInMs: number | undefined;
}

export function findCluster(verdict: Verdict, name: string): ClusterVerdict | undefined {
  return verdict.clusters.find((one) => one.name === name);
}
