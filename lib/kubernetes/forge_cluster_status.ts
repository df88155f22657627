// Owns the status of a CardanoForgeCluster: what it says, and whether that is more than a heartbeat.
// Never writes it, and never judges a cluster by it: core/policy.ts does.

import type { ForgeState } from "../core/cluster.ts";
import { parseRfc3339 } from "../config/rfc3339.ts";
import type { WallTime } from "../core/time.ts";
import {
  areSaid,
  type Condition,
  conditionsOf,
  type Finding,
  isCondition,
  observed,
  secondsTimestamp,
} from "./conditions.ts";
import { isObject } from "./json_shape.ts";

export interface ForgeClusterStatus {
  readonly effectiveState: ForgeState;
  readonly effectivePriority: number;
  /** Empty unless this cluster forges: scripts read it so. */
  readonly activeLeader: string;
  readonly forgingEnabled: boolean;
  /** When activeLeader or forgingEnabled last changed. All times are RFC 3339 in whole seconds. */
  readonly lastTransition: string;
  readonly reason: string;
  readonly message: string;
  readonly healthStatus: {
    readonly healthy: boolean;
    readonly consecutiveFailures: number;
    readonly message: string;
    readonly lastProbeTime?: string;
    /** `120ms` */
    readonly responseTime?: string;
  };
  readonly conditions: readonly Condition[];
  readonly observedGeneration?: number;
  readonly lastHeartbeatTime: string;
  readonly forgeEpoch?: number;
  readonly betterSince?: string;
  readonly nodeFarBehind: boolean;
  readonly credentials?: {
    readonly kesPeriodStart: number;
    readonly kesPeriodEnd: number;
    /** Absent on a custom network whose genesis the cluster does not know. */
    readonly expiresAt?: string;
    readonly certificateCounter: number;
  };
}

/** In the order in which they are shown. */
export const FORGE_CLUSTER_CONDITIONS = [
  "Ready",
  "Healthy",
  "LeaderElected",
  "Forging",
  "OverrideActive",
  "CoordinationReachable",
  "CoordinationShared",
  "DuplicateClusterName",
  "KesExpiring",
  "CertificateCountersAgree",
] as const;

export type ForgeClusterCondition = typeof FORGE_CLUSTER_CONDITIONS[number];

/** What a local leader knows of its cluster. */
export interface ForgeClusterView {
  readonly at: WallTime;
  /** metadata.generation of the resource as last seen. */
  readonly generation: number | undefined;
  readonly effectiveState: ForgeState;
  /** With all penalties. */
  readonly effectivePriority: number;
  /** The leading pod; not shown while it does not forge. */
  readonly leaderPod: string;
  /** As confirmed, not as intended. */
  readonly forgingEnabled: boolean;
  readonly reason: string;
  readonly message: string;
  readonly health: {
    readonly healthy: boolean;
    readonly consecutiveFailures: number;
    /** Must not tell what changes with every call. */
    readonly message: string;
    readonly lastProbeAt: WallTime | undefined;
    readonly responseMs: number | undefined;
  };
  readonly findings: Readonly<Record<ForgeClusterCondition, Finding>>;
  /** Transitions of the forge lease for which it was found that we could claim; undefined: we cannot. */
  readonly forgeEpoch: number | undefined;
  readonly betterSince: WallTime | undefined;
  readonly farBehind: boolean;
  readonly credentials: ClusterCredentials | undefined;
}

export interface ClusterCredentials {
  readonly kesPeriodStart: number;
  readonly kesPeriodEnd: number;
  /** Undefined on a custom network whose genesis is not configured. */
  readonly expiresAt: WallTime | undefined;
  readonly certificateCounter: number;
}

export interface ForgeClusterStatusStep {
  readonly status: ForgeClusterStatus;
  /** Whether it says anything that `previous` did not. If not, it is worth writing as a heartbeat only. */
  readonly differs: boolean;
}

/** `previous` is what the resource says, whoever wrote it; a new leader takes its times over. */
export function forgeClusterStatus(
  view: ForgeClusterView,
  previous: ForgeClusterStatus | undefined,
): ForgeClusterStatusStep {
  const now = secondsTimestamp(view.at);
  const { forgingEnabled, generation, forgeEpoch, betterSince, credentials } = view;
  const activeLeader = forgingEnabled ? view.leaderPod : "";
  const hasMoved = previous?.activeLeader !== activeLeader ||
    previous.forgingEnabled !== forgingEnabled;
  const findings = FORGE_CLUSTER_CONDITIONS.map((type) => [type, view.findings[type]] as const);
  const status: ForgeClusterStatus = {
    effectiveState: view.effectiveState,
    effectivePriority: view.effectivePriority,
    activeLeader,
    forgingEnabled,
    lastTransition: hasMoved ? now : previous.lastTransition,
    reason: view.reason,
    message: view.message,
    healthStatus: healthStatus(view.health),
    conditions: conditionsOf(findings, { previous: previous?.conditions, now, generation }),
    ...observed(generation),
    lastHeartbeatTime: now,
    ...(forgeEpoch === undefined ? {} : { forgeEpoch }),
    ...(betterSince === undefined ? {} : { betterSince: secondsTimestamp(betterSince) }),
    nodeFarBehind: view.farBehind,
    ...(credentials === undefined ? {} : { credentials: credentialsStatus(credentials) }),
  };
  return { status, differs: !isSameBesidesHeartbeat(status, previous) };
}

function credentialsStatus(
  { expiresAt, ...rest }: ClusterCredentials,
): NonNullable<ForgeClusterStatus["credentials"]> {
  return expiresAt === undefined ? rest : { ...rest, expiresAt: secondsTimestamp(expiresAt) };
}

function healthStatus(health: ForgeClusterView["health"]): ForgeClusterStatus["healthStatus"] {
  const { healthy, consecutiveFailures, message, lastProbeAt, responseMs } = health;
  return {
    healthy,
    consecutiveFailures,
    message,
    ...(lastProbeAt === undefined ? {} : { lastProbeTime: secondsTimestamp(lastProbeAt) }),
    ...(responseMs === undefined ? {} : { responseTime: `${Math.round(responseMs)}ms` }),
  };
}

/** Undefined for anything but a status that we could have written, as far as the next one needs it. */
export function parseForgeClusterStatus(value: unknown): ForgeClusterStatus | undefined {
  if (!isObject(value) || !Array.isArray(value.conditions)) return undefined;
  const { activeLeader, forgingEnabled, lastTransition, healthStatus, credentials } = value;
  const isStatus = typeof activeLeader === "string" && typeof forgingEnabled === "boolean" &&
    typeof lastTransition === "string" && isObject(healthStatus) &&
    (credentials === undefined || isObject(credentials)) && value.conditions.every(isCondition);
  return isStatus ? value as unknown as ForgeClusterStatus : undefined;
}

/** The counter of a cluster's certificate; whoever wrote it, only a number counts. */
export function reportedCounter(status: ForgeClusterStatus | undefined): number | undefined {
  const counter: unknown = status?.credentials?.certificateCounter;
  return typeof counter === "number" && Number.isSafeInteger(counter) ? counter : undefined;
}

/** When a cluster's certificate ends, as far as it is reported. */
export function reportedExpiry(status: ForgeClusterStatus | undefined): WallTime | undefined {
  const text: unknown = status?.credentials?.expiresAt;
  return typeof text === "string" ? parseRfc3339(text) : undefined;
}

/** Times of calls and heartbeats apart, and the times that follow from what else is compared. */
function isSameBesidesHeartbeat(a: ForgeClusterStatus, b: ForgeClusterStatus | undefined): boolean {
  return b !== undefined && areSaid(a.conditions, b.conditions) &&
    told(a) === told(b);
}

function told(status: ForgeClusterStatus): string {
  const { healthStatus: { healthy, consecutiveFailures, message }, credentials } = status;
  return JSON.stringify([
    status.effectiveState,
    status.effectivePriority,
    status.activeLeader,
    status.forgingEnabled,
    status.reason,
    status.message,
    [healthy, consecutiveFailures, message],
    status.observedGeneration,
    status.forgeEpoch,
    status.betterSince,
    status.nodeFarBehind,
    credentials?.kesPeriodStart,
    credentials?.kesPeriodEnd,
    credentials?.expiresAt,
    credentials?.certificateCounter,
  ]);
}
