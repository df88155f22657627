// Owns the settings of a cluster's forge tier and who writes for it, as the tests of it have them.
// Never anything that a test is about.

import type { LeaseWriter } from "../../../lib/core/lease_writes.ts";

/** Of cluster "a": W 30 s, H 18 s. */
export const FORGE_TIER_SETTINGS = {
  cluster: "a",
  lease: {
    name: "forge",
    namespace: "cardano",
    durationMs: 30_000,
    holdMs: 18_000,
    renewIntervalMs: 5_000,
    inherits: true,
  },
  staleAfterMs: 60_000,
  failbackDelayMs: 300_000,
};

/** The local leader of cluster "a". */
export const FORGE_WRITER: LeaseWriter = {
  holder: "a@uid-a",
  holderUid: "uid-a",
  poolId: "pool",
  durationSeconds: 30,
};
