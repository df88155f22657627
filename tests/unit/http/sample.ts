// Owns a snapshot of a healthy leader, for tests that change a part of it.
// Never taken from a running manager.

import type { GuardReport } from "../../../lib/door.ts";
import type { CertificateLife } from "../../../lib/credentials/certificate_life.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";

export const VALID = {
  kind: "valid",
  poolId: "pool1leader",
  poolIdHex: "ab".repeat(28),
  poolIdMatches: true,
  certificateCounter: 3,
  kesPeriodStart: 100,
  kesPeriodEnd: 162,
  expiresAt: "2027-02-22T00:00:00Z",
  warnings: [],
} as const;

export const CERTIFICATE: CertificateLife = {
  counter: 3,
  poolIdMatches: true,
  kesPeriodStart: 100,
  kesPeriodEnd: 162,
  expiresAt: "2027-02-22T00:00:00Z",
  expirySeconds: 1_803_254_400,
  daysLeft: 77,
  stage: { kind: "fresh" },
};

export function report(change: Partial<GuardReport> = {}): GuardReport {
  return {
    epoch: 2,
    node: {
      phase: "ready",
      pid: 7,
      startsNonProducing: true,
      searchNote: undefined,
      socketOverdue: false,
    },
    forging: "forging",
    verified: true,
    fencedSecond: undefined,
    permitLeftMs: 8_000,
    signalOwed: false,
    unfit: undefined,
    fencing: false,
    startFailed: false,
    files: "installed",
    credentials: VALID,
    rejectedSource: [],
    startupReady: true,
    deadMan: { live: true, reason: "the node holds a permit" },
    signals: { enable_forging: 1, disable_forging: 2, startup_cleanup: 3, credentials_changed: 4 },
    kills: 0,
    fileOperations: {
      copy_kes: 1,
      copy_vrf: 2,
      copy_opcert: 3,
      remove_kes: 4,
      remove_vrf: 5,
      remove_opcert: 6,
    },
    fenceMarginsMs: [],
    fences: 0,
    nodeMetricsReadable: true,
    tipSlot: undefined,
    memory: { residentBytes: 78_000_000, anonymousBytes: 31_000_000 },
    ...change,
  };
}

export function nodeIn(
  phase: GuardReport["node"]["phase"],
  change: Partial<GuardReport["node"]> = {},
): GuardReport["node"] {
  return { ...report().node, phase, ...change };
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    version: "1.2.3",
    pod: "bp-0",
    namespace: "cardano",
    network: "preview",
    pool: { id: "pool1leader", ticker: "LEAD" },
    application: "block-producer",
    kesPeriod: 110,
    certificate: CERTIFICATE,
    leads: true,
    givingUp: undefined,
    lease: {
      name: "cardano-node-leader",
      holder: "bp-0",
      transitions: 4,
      isOurs: true,
      isWaitedFor: false,
      otherPool: undefined,
      exhausted: [],
      standing: "held by this replica",
      olderManagerRenews: false,
    },
    guard: report(),
    guardReportAgeMs: 100,
    permitLeftMs: 7_900,
    renewDeadlineMs: 9_000,
    lastRenewalSeconds: 1_790_000_000.25,
    leadershipChanges: 5,
    workerRestarts: 1,
    turnAgeMs: 20,
    accessProblem: undefined,
    watchConnected: false,
    ownPod: { isWatched: true, isDeleting: false },
    eventsDropped: 0,
    tier: undefined,
    ...change,
  };
}
