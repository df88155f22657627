// Owns the CardanoForgeCluster that these tests change field by field.
// Never says what becomes of one.

import type { ClusterConfig } from "../../../lib/config.ts";
import { wallTime } from "../../../lib/core/time.ts";
import type { Finding } from "../../../lib/kubernetes/conditions.ts";
import type { ClusterIdentity } from "../../../lib/kubernetes/forge_cluster_spec.ts";
import type { ForgeClusterView } from "../../../lib/kubernetes/forge_cluster_status.ts";

export const POOL_HEX = "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735";
export const NAME = "mainnet-pool1abc12-us-east-1";
export const FIRST = "2026-01-02T03:04:05Z";
export const LATER = "2026-01-02T03:05:05Z";

export const IDENTITY: ClusterIdentity = {
  network: { name: "mainnet", magic: 764_824_073 },
  pool: { id: "pool1abc12", idHex: POOL_HEX, name: "A pool", ticker: "POOL1" },
  applicationType: "block-producer",
};

export const CLUSTER: ClusterConfig = {
  name: NAME,
  region: "us-east-1",
  atFirst: {
    environment: "production",
    priority: 1,
    healthCheck: {
      endpoint: "https://health.example/us",
      intervalMs: 120_000,
      timeoutMs: 5_000,
      failureThreshold: 4,
    },
  },
  resource: { group: "cardano.io", version: "v1", plural: "cardanoforgeclusters" },
  coordination: { kubernetes: undefined, namespace: "forge" },
  forgeLease: {
    name: "cardano-forge-mainnet-pool1abc12",
    durationMs: 30_000,
    renewDeadlineMs: 18_000,
    renewIntervalMs: 5_000,
  },
  failbackDelayMs: 300_000,
  heartbeatIntervalMs: 10_000,
  staleAfterMs: 60_000,
};

const YES: Finding = { status: "True", reason: "Yes", message: "it is" };
const NO: Finding = { status: "False", reason: "No", message: "it is not" };

export const VIEW: ForgeClusterView = {
  at: wallTime(Date.parse(FIRST) + 789),
  generation: 3,
  effectiveState: "Priority-based",
  effectivePriority: 11,
  leaderPod: "bp-0",
  forgingEnabled: true,
  reason: "Forging",
  message: "bp-0 forges",
  health: {
    healthy: true,
    consecutiveFailures: 1,
    message: "HTTP 503",
    lastProbeAt: wallTime(Date.parse(FIRST)),
    responseMs: 119.6,
  },
  findings: {
    Ready: YES,
    Healthy: YES,
    LeaderElected: YES,
    Forging: YES,
    OverrideActive: NO,
    CoordinationReachable: YES,
    CoordinationShared: YES,
    DuplicateClusterName: NO,
    KesExpiring: NO,
    CertificateCountersAgree: YES,
  },
  forgeEpoch: 7,
  betterSince: wallTime(Date.parse(FIRST) - 5_000),
  farBehind: false,
  credentials: {
    kesPeriodStart: 100,
    kesPeriodEnd: 162,
    expiresAt: wallTime(Date.parse("2026-03-01T00:00:00Z")),
    certificateCounter: 4,
  },
};
