// Owns what a local leader that gives its own lease up does about the forge lease it still holds.
// Never asks an API: the record is given.

import { assertEquals } from "@std/assert";
import { judge } from "../../../lib/core/forge_tier.ts";
import { type ForgeContext, newForgeTier } from "../../../lib/core/forge_tier_state.ts";
import { observeLease, UNOBSERVED } from "../../../lib/core/lease.ts";
import { monotonic, permitTime, wallTime } from "../../../lib/core/time.ts";
import { newSpec } from "../../simulation/simulated_cluster.ts";
import { FORGE_TIER_SETTINGS, FORGE_WRITER } from "./forge_tier_support.ts";
import { leaseRecord } from "./lease_support.ts";

const RECORD = leaseRecord({ ...FORGE_WRITER, seconds: 30 });

/** Why a disabled cluster that holds the forge lease yields it, if it does. */
function yieldReason(localGivesUp: ForgeContext["localGivesUp"]): string | undefined {
  const context: ForgeContext = {
    localHolds: true,
    writer: FORGE_WRITER,
    guard: {
      epoch: 2,
      fencing: true,
      fencedSecond: undefined,
      forging: "unknown",
      isFit: false,
      isUnconfirmed: true,
    },
    localGivesUp,
    localEpoch: 1,
    now: { monotonic: monotonic(5_000), wall: wallTime(1_790_000_000_000) },
  };
  const tier = newForgeTier(FORGE_TIER_SETTINGS);
  const view = observeLease(UNOBSERVED, {
    seen: RECORD,
    at: monotonic(0),
    ownDurationMs: FORGE_TIER_SETTINGS.lease.durationMs,
  });
  const stamp = { at: permitTime(0), epoch: 1, serial: 1 };
  const hold = { stamp, holdMs: 18_000, fencedSecond: undefined, sentAt: monotonic(0) };
  const spec = { ...newSpec("a", 1), forgeState: "Disabled" } as const;
  const known = {
    ...tier,
    election: { ...tier.election, view, hold },
    resources: [{ name: "a", generation: 1, spec, report: undefined }],
    heldSince: wallTime(1_789_999_000_000),
  };
  return judge(known, context).givingUp?.reason;
}

Deno.test("a local leader that stays yields for its disabled cluster", () => {
  assertEquals(yieldReason("no"), "disabled");
});

Deno.test("one that gives the local lease up leaves the forge lease to who leads next", () => {
  assertEquals(yieldReason("replica"), undefined);
});
