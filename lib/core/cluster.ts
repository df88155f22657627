// Owns what one CardanoForgeCluster says, as far as decisions need it.
// Never parses an object of the API: kubernetes/forge_cluster.ts does, and says what is wrong with it.

import type { WallTime } from "./time.ts";

export type ForgeState = "Enabled" | "Disabled" | "Priority-based";

/** The operator's wishes. */
export interface ClusterSpec {
  readonly network: string;
  readonly poolIdHex: string | undefined;
  readonly region: string;
  readonly forgeState: ForgeState;
  /** 1–999, smaller is better. */
  readonly priority: number;
  readonly healthCheck: ClusterHealthCheck;
  readonly override: ClusterOverride;
}

export interface ClusterHealthCheck {
  readonly enabled: boolean;
  readonly endpoint: string | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ClusterOverride {
  readonly enabled: boolean;
  readonly reason: string;
  /** Undefined: valid until removed. */
  readonly expiresAt: WallTime | undefined;
  readonly forcePriority: number | undefined;
  readonly forceState: "Enabled" | "Disabled" | undefined;
}

/** What a cluster's local leader reports of it. */
export interface ClusterReport {
  /** Changes with every heartbeat; compared for equality only, since other clocks wrote it. */
  readonly lastHeartbeatTime: string;
  /** Transitions of the forge lease for which this cluster found that it could claim; undefined: it cannot. */
  readonly forgeEpoch: number | undefined;
  /** Its node, keys and leader are in order, apart from who holds the lease. */
  readonly ready: boolean;
  readonly activeLeader: string;
  /** Since when a better cluster could forge, as its leader saw it. */
  readonly betterSince: WallTime | undefined;
  readonly consecutiveFailures: number;
  readonly healthy: boolean;
  /** The node's tip is far behind: a penalty, not a ban. */
  readonly farBehind: boolean;
}

export interface ClusterResource {
  readonly name: string;
  /** Rises with every edit of the spec. */
  readonly generation: number;
  readonly spec: ClusterSpec;
  readonly report: ClusterReport | undefined;
}

/** One resource that cannot be used, and why, by field: it excludes that cluster only. */
export interface UnusableCluster {
  readonly name: string;
  readonly field: string;
  readonly problem: string;
}
