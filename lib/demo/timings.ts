// Owns the demo's timings: about a third of the defaults, so that a newcomer need not wait.
// Never breaks the rules that keep two leaders apart: a test holds them to those of `run`.

import type { LivenessProbe } from "./probe.ts";

export const LEASE_MS = 5_000;
/** How long a leader may forge after the last renewal that succeeded was sent. */
export const PERMIT_MS = 2_500;
const FENCE_TIMEOUT_MS = 2_000;
export const API_TIMEOUT_MS = 500;
export const RENEW_INTERVAL_MS = 500;
/** From the end of a container until it runs again. */
export const RESTART_DELAY_MS = 200;
/** From a node's start until it could forge: minutes for a real one. */
export const NODE_REPLAY_MS = 1_500;

/**
 * How the stand-in for the kubelet restarts a node that nobody guards, so that it stops forging
 * before the lease is free. Kubernetes probes in whole seconds, too coarse for a lease of 5 s.
 */
export const LIVENESS: LivenessProbe = {
  periodMs: 800,
  timeoutMs: 400,
  failureThreshold: 3,
  graceMs: 300,
};

export const TIMING_SETTINGS: Readonly<Record<string, string>> = {
  LEASE_DURATION: seconds(LEASE_MS),
  RENEW_DEADLINE: seconds(PERMIT_MS),
  FENCE_TIMEOUT: seconds(FENCE_TIMEOUT_MS),
  API_TIMEOUT: seconds(API_TIMEOUT_MS),
  SLEEP_INTERVAL: seconds(RENEW_INTERVAL_MS),
};

export const FORGE_LEASE_MS = 6_000;
/** How long a region may forge after the last renewal of the forge lease was sent. */
export const FORGE_PERMIT_MS = 3_500;
const HEARTBEAT_INTERVAL_MS = 1_000;
const CLUSTER_STALE_AFTER_MS = 5_000;
const FAILBACK_DELAY_MS = 3_000;

export const CLUSTER_TIMING_SETTINGS: Readonly<Record<string, string>> = {
  FORGE_LEASE_DURATION: seconds(FORGE_LEASE_MS),
  FORGE_RENEW_DEADLINE: seconds(FORGE_PERMIT_MS),
  HEARTBEAT_INTERVAL: seconds(HEARTBEAT_INTERVAL_MS),
  CLUSTER_STALE_AFTER: seconds(CLUSTER_STALE_AFTER_MS),
  FAILBACK_DELAY: seconds(FAILBACK_DELAY_MS),
};

function seconds(ms: number): string {
  return String(ms / 1_000);
}
