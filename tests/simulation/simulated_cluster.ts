// Owns one simulated cluster: its API store, its settings, its replicas, and what is true of it.
// Never tells the machines what is true: they have to find out.

import type { ClusterReport, ClusterSpec } from "../../lib/core/cluster.ts";
import type { Timings } from "../../lib/config/timings.ts";
import type { ClusterPod } from "./cluster_pod.ts";
import { LeaseStore } from "./store.ts";

export interface ClusterPlan {
  /** As the story calls it. */
  readonly label: string;
  /** Of the CardanoForgeCluster, which two clusters may share by mistake. */
  readonly name: string;
  readonly forgeTimings: Timings;
  readonly heartbeatIntervalMs: number;
  readonly staleAfterMs: number;
  readonly failbackDelayMs: number;
  readonly firstSpec: ClusterSpec;
}

export class SimulatedCluster {
  readonly plan: ClusterPlan;
  readonly store: LeaseStore;
  readonly pods: ClusterPod[] = [];
  endpointOk = true;
  farBehind = false;
  /** Its nodes ignore every start. */
  isBarren = false;
  /** Its role lacks the right to write the forge lease. */
  isForbidden = false;
  staysForbidden = false;

  constructor(plan: ClusterPlan) {
    this.plan = plan;
    this.store = new LeaseStore(`uid-${plan.label}`);
  }

  get label(): string {
    return this.plan.label;
  }

  get name(): string {
    return this.plan.name;
  }
}

export function newSpec(region: string, priority: number): ClusterSpec {
  return {
    network: "mainnet",
    poolIdHex: undefined,
    region,
    forgeState: "Priority-based",
    priority,
    healthCheck: {
      enabled: true,
      endpoint: "http://health",
      intervalMs: 10_000,
      timeoutMs: 2_000,
      failureThreshold: 3,
      headers: {},
    },
    override: NO_OVERRIDE,
  };
}

/** Of a cluster that is able in every way, and does not forge. */
export const ABLE_REPORT: ClusterReport = {
  lastHeartbeatTime: "",
  forgeEpoch: 1,
  ready: true,
  activeLeader: "",
  betterSince: undefined,
  consecutiveFailures: 0,
  healthy: true,
  farBehind: false,
};

export const NO_OVERRIDE: ClusterSpec["override"] = {
  enabled: false,
  reason: "",
  expiresAt: undefined,
  forcePriority: undefined,
  forceState: undefined,
};
