// Owns the second tier of a snapshot, for tests that change a part of it.
// Never taken from a running manager.

import { wallTime } from "../../../lib/core/time.ts";
import type { TierSnapshot } from "../../../lib/manager/tier_snapshot.ts";

/** A local leader whose cluster is one of two, and forges. */
export const TIER: TierSnapshot = {
  cluster: "eu",
  region: "eu-west-1",
  active: true,
  coordination: { shared: true, namespace: "hub", reach: "reached", problem: undefined },
  forgeLease: {
    name: "cardano-forge-mainnet-pool1abc12",
    holder: "eu",
    transitions: 7,
    isHeld: true,
    standing: "held by this cluster",
    otherPool: undefined,
    isExhausted: false,
    duplicateName: false,
    claim: undefined,
  },
  permitLeftMs: { local: 8_500, forge: 17_250 },
  summary: "eu-west-1 holds the forge lease and is the best",
  nobodyForges: undefined,
  clusters: [
    {
      name: "eu",
      rank: 1,
      reason: "eu-west-1 holds the forge lease",
      effectiveState: "Priority-based",
      effectivePriority: 11,
      canForge: true,
      forges: true,
      override: undefined,
      heartbeat: "fresh",
      heartbeatAgeMs: undefined,
    },
    {
      name: "us",
      rank: 2,
      reason: "us-east-1 waits",
      effectiveState: "Priority-based",
      effectivePriority: 20,
      canForge: true,
      forges: false,
      override: "active",
      heartbeat: "fresh",
      heartbeatAgeMs: 3_500,
    },
  ],
  own: {
    forges: true,
    reason: "eu-west-1 holds the forge lease",
    effectiveState: "Priority-based",
    effectivePriority: 11,
    health: {
      healthy: true,
      consecutiveFailures: 1,
      lastCheck: { ok: false, at: wallTime(60_000), message: "HTTP 503", responseMs: 45 },
      lastSuccessAt: wallTime(30_000),
    },
    farBehind: false,
    yields: undefined,
    givingUp: undefined,
    betterSince: undefined,
  },
  certificateCounters: { eu: 3, us: 2 },
  moves: { edit: 2, holder_silent: 1 },
};

/** Of a replica that follows. */
export const FOLLOWING: TierSnapshot = {
  ...TIER,
  active: false,
  coordination: { ...TIER.coordination, reach: "unknown" },
  forgeLease: { ...TIER.forgeLease, holder: "", isHeld: false },
  permitLeftMs: { local: 0, forge: 0 },
  summary: undefined,
  clusters: [],
  certificateCounters: {},
  own: undefined,
};
