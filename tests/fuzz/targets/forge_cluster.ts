// Owns the fuzz targets of what operators and other clusters write: resources, statuses, marks.
// Never takes a limit that cannot be read for none.

import { MARK, readMark } from "../../../lib/cli/clusters/mark.ts";
import type { ClusterOverride } from "../../../lib/core/cluster.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { parseForgeCluster } from "../../../lib/kubernetes/forge_cluster_parse.ts";
import {
  FORGE_CLUSTER_CONDITIONS,
  type ForgeClusterCondition,
  forgeClusterStatus,
  parseForgeClusterStatus,
  reportedCounter,
  reportedExpiry,
} from "../../../lib/kubernetes/forge_cluster_status.ts";
import { leaderStatus, parseLeaderStatus } from "../../../lib/kubernetes/leader_status.ts";
import { broken, bytes, type FuzzTarget, json, text } from "../target.ts";

const SPEC = {
  network: { name: "preview", magic: 2, era: "conway" },
  pool: { id: "pool", idHex: "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735" },
  region: "us-east-1",
  forgeState: "Priority-based",
  priority: 1,
  healthCheck: {
    enabled: true,
    endpoint: "http://health/",
    interval: "30s",
    timeout: "10s",
    failureThreshold: 3,
    headers: { accept: "text/plain" },
  },
  override: {
    enabled: true,
    reason: "maintenance",
    expiresAt: "2026-12-31T23:59:59Z",
    forcePriority: 1,
    forceState: "Enabled",
  },
};
const CONDITION = {
  type: "Ready",
  status: "True",
  lastTransitionTime: "2026-01-02T03:04:05Z",
  reason: "Fine",
  message: "all is well",
};
const STATUS = {
  effectiveState: "Enabled",
  effectivePriority: 1,
  activeLeader: "bp-0",
  forgingEnabled: true,
  lastTransition: "2026-01-02T03:04:05Z",
  reason: "Fine",
  message: "",
  healthStatus: { healthy: true, consecutiveFailures: 0, message: "" },
  conditions: [CONDITION],
  lastHeartbeatTime: "2026-01-02T03:04:05Z",
  forgeEpoch: 3,
  betterSince: "2026-01-02T03:04:05Z",
  nodeFarBehind: false,
  credentials: { kesPeriodStart: 1, kesPeriodEnd: 63, certificateCounter: 4 },
};
const RESOURCE = {
  apiVersion: "cardano.io/v1",
  kind: "CardanoForgeCluster",
  metadata: { name: "preview-pool-us-east-1", uid: "u", resourceVersion: "5", generation: 2 },
  spec: SPEC,
  status: STATUS,
};
const WORDS = ['"override":', '"expiresAt":', '"priority":', "Disabled", "99999999s", "+24:00"];

const forgeCluster: FuzzTarget = {
  name: "forge-cluster",
  holds:
    "a usable resource is within its definition, and an override's end that is written is kept",
  seeds: [bytes(JSON.stringify(RESOURCE))],
  words: WORDS,
  isJson: true,
  check(input) {
    const value = json(text(input));
    const cluster = parseForgeCluster(value, { apiVersion: "cardano.io/v1" });
    if (cluster === undefined) return;
    if (cluster.kind === "unusable") {
      if (cluster.problem.problem.length > 300) broken("an endless problem", cluster.problem.field);
      return;
    }
    const { priority, region, override, healthCheck, forgeState } = cluster.resource.spec;
    const written = value.spec.override ?? {};
    if ((written.expiresAt ?? undefined) !== undefined && !isTime(override.expiresAt)) {
      broken("an end that is lost", written);
    }
    if (override.enabled && written.enabled !== true) broken("an override from nothing", written);
    if (forgeState !== (value.spec.forgeState ?? "Priority-based")) broken("a state", forgeState);
    const isWithin = priority >= 1 && priority <= 999 && /^[a-z0-9-]{2,20}$/.test(region) &&
      [healthCheck.intervalMs, healthCheck.timeoutMs].every((ms) => ms >= 1_000 && ms < 4e12);
    if (!isWithin) broken("not within its definition", cluster.resource.spec);
  },
};

function isTime(at: number | undefined): boolean {
  return at !== undefined && Number.isFinite(at);
}

const FINE = { status: "True", reason: "Fine", message: "" } as const;
const VIEW = {
  at: wallTime(1_790_000_000_000),
  generation: 1,
  leaderPod: "bp-0",
  forgingEnabled: true,
  reason: "fine",
  message: "",
};
const LEADER_VIEW = {
  ...VIEW,
  leaderElected: FINE,
  forgingConfirmed: FINE,
  credentialsValid: FINE,
  nodeReady: FINE,
  kesExpiring: FINE,
};
const CLUSTER_VIEW = {
  ...VIEW,
  effectiveState: "Enabled",
  effectivePriority: 1,
  health: {
    healthy: true,
    consecutiveFailures: 0,
    message: "",
    lastProbeAt: undefined,
    responseMs: undefined,
  },
  findings: Object.fromEntries(FORGE_CLUSTER_CONDITIONS.map((type) => [type, FINE])) as Record<
    ForgeClusterCondition,
    typeof FINE
  >,
  forgeEpoch: 3,
  betterSince: undefined,
  farBehind: false,
  credentials: undefined,
} as const;

const status: FuzzTarget = {
  name: "status",
  holds: "any status of another writer can be read and followed by one of ours",
  seeds: [STATUS, { ...STATUS, leaderPod: "bp-0", lastTransitionTime: "2026-01-02T03:04:05Z" }]
    .map((one) => bytes(JSON.stringify(one))),
  words: ['"conditions":', '"credentials":', "null", "[]"],
  isJson: true,
  check(input) {
    const value = json(text(input));
    const cluster = parseForgeClusterStatus(value);
    const counter = reportedCounter(cluster);
    if (counter !== undefined && !Number.isSafeInteger(counter)) broken("no counter", counter);
    const expiry = reportedExpiry(cluster);
    if (expiry !== undefined && !Number.isFinite(expiry)) broken("no time", expiry);
    const { conditions } = forgeClusterStatus(CLUSTER_VIEW, cluster).status;
    if (conditions.length !== FORGE_CLUSTER_CONDITIONS.length) broken("conditions", conditions);
    const next = leaderStatus(LEADER_VIEW, parseLeaderStatus(value)).status;
    if (next.conditions.length !== 5 || next.leaderPod !== "bp-0") broken("another status", next);
  },
};

const PRESENT: ClusterOverride = {
  enabled: true,
  reason: "failover",
  expiresAt: undefined,
  forcePriority: 1,
  forceState: undefined,
};

const mark: FuzzTarget = {
  name: "failover-mark",
  holds: `${MARK} counts only beside the override that it was written with, and whole`,
  seeds: [
    { reason: "failover", before: null },
    { reason: "failover", before: { ...SPEC.override } },
  ].map((one) => bytes(JSON.stringify(one))),
  words: ['"before":', '"reason":', "failover", "null", '"expiresAt":'],
  isJson: true,
  check(input) {
    const found = readMark(text(input), PRESENT);
    if (found === undefined) return;
    const value = json(text(input));
    if (value.reason !== "failover") broken("another failover's", value.reason);
    if ((value.before?.expiresAt ?? undefined) !== undefined && !isTime(found.before?.expiresAt)) {
      broken("an end that is lost", value);
    }
  },
};

export const CLUSTER_TARGETS = [forgeCluster, status, mark];
