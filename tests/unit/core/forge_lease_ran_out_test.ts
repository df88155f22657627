// Owns what a cluster does with a forge lease that stands under its name and that it let run out.
// Never asks an API: the record is given.

import { assertEquals } from "@std/assert";
import type { ClusterResource } from "../../../lib/core/cluster.ts";
import { judge, noteHold } from "../../../lib/core/forge_tier.ts";
import { type ForgeContext, newForgeTier } from "../../../lib/core/forge_tier_state.ts";
import { forgeWish } from "../../../lib/core/forge_tier_wish.ts";
import { observeLease, UNOBSERVED } from "../../../lib/core/lease.ts";
import { observeHeartbeats } from "../../../lib/core/policy_heartbeat.ts";
import { monotonic, wallTime } from "../../../lib/core/time.ts";
import { ABLE_REPORT, newSpec } from "../../simulation/simulated_cluster.ts";
import { FORGE_TIER_SETTINGS, FORGE_WRITER } from "./forge_tier_support.ts";
import { leaseRecord } from "./lease_support.ts";

function cluster(name: string): ClusterResource {
  const report = { ...ABLE_REPORT, lastHeartbeatTime: "2026-09-21T00:00:00Z", forgeEpoch: 3 };
  return { name, generation: 1, spec: newSpec(name, name === "a" ? 1 : 2), report };
}

/** What cluster a wishes so long after it last saw the record change, being fit and no longer forging. */
function wishAfter(
  seconds: number,
  { names, holderUid = FORGE_WRITER.holderUid }: { names: readonly string[]; holderUid?: string },
): string {
  const context: ForgeContext = {
    localHolds: true,
    writer: FORGE_WRITER,
    guard: {
      epoch: 2,
      fencing: false,
      fencedSecond: 5,
      forging: "stopped",
      isFit: true,
      isUnconfirmed: false,
    },
    localGivesUp: "no",
    localEpoch: 0,
    now: { monotonic: monotonic(1_000 * seconds), wall: wallTime(1_790_000_000_000) },
  };
  const tier = newForgeTier(FORGE_TIER_SETTINGS);
  const resources = names.map(cluster);
  const view = observeLease(UNOBSERVED, {
    seen: leaseRecord({ ...FORGE_WRITER, holderUid, seconds: 30 }),
    at: monotonic(0),
    ownDurationMs: 30_000,
  });
  const known = {
    ...tier,
    election: { ...tier.election, view },
    resources,
    heartbeats: observeHeartbeats(new Map(), { resources, at: context.now.monotonic }),
    renewUntil: monotonic(12_000),
  };
  return forgeWish(judge(noteHold(known, context), context), context).wish.kind;
}

Deno.test("a forge lease that ran out under our name is taken up again when nobody else takes it", () => {
  assertEquals(wishAfter(11, { names: ["a"] }), "lead");
  assertEquals(wishAfter(29, { names: ["a"] }), "lapse");
  assertEquals(wishAfter(31, { names: ["a"] }), "lead");
});

Deno.test("a cluster that let the forge lease run out leaves it to the others first, however good", () => {
  assertEquals(wishAfter(31, { names: ["a", "b", "c"] }), "lapse");
  assertEquals(wishAfter(39, { names: ["a", "b", "c"] }), "lapse");
  assertEquals(wishAfter(41, { names: ["a", "b", "c"] }), "lead");
});

Deno.test("a forge lease put under our name by hand is waited out, since its last holder may forge on", () => {
  assertEquals(wishAfter(1, { names: ["a"], holderUid: "uid-b" }), "keep");
  assertEquals(wishAfter(29, { names: ["a"], holderUid: "uid-b" }), "keep");
  assertEquals(wishAfter(31, { names: ["a"], holderUid: "uid-b" }), "lead");
});
