// Owns the proof that a heartbeat is judged by whether it changes, on our own clock.
// Never reads what a heartbeat says.

import { assertEquals } from "@std/assert";
import type { ClusterResource } from "../../../lib/core/cluster.ts";
import {
  type Heartbeats,
  heartbeatStanding,
  observeHeartbeats,
} from "../../../lib/core/policy_heartbeat.ts";
import { monotonic } from "../../../lib/core/time.ts";
import { resourceOf } from "./policy_support.ts";

function withHeartbeat(name: string, lastHeartbeatTime: string): ClusterResource {
  const resource = resourceOf(name);
  return { ...resource, report: { ...resource.report!, lastHeartbeatTime } };
}

/** Heartbeats of one cluster, seen at these seconds; "-" is a resource without a report. */
function observe(...seen: readonly [atSeconds: number, text: string][]): Heartbeats {
  return seen.reduce<Heartbeats>((before, [atSeconds, text]) => {
    const resource = text === "-"
      ? resourceOf("a", { silent: undefined })
      : withHeartbeat("a", text);
    return observeHeartbeats(before, { resources: [resource], at: monotonic(atSeconds * 1_000) });
  }, new Map());
}

const CASES: readonly [
  fact: string,
  heartbeats: Heartbeats,
  atSeconds: number,
  standing: string,
][] = [
  ["never reported", observe([0, "-"]), 0, "none"],
  ["found, which does not prove a life", observe([0, "x"]), 59, "found"],
  ["found and silent since", observe([0, "x"]), 60, "stale"],
  ["found, and seen again unchanged", observe([0, "x"], [50, "x"]), 60, "stale"],
  ["seen to change", observe([0, "x"], [50, "y"]), 109, "fresh"],
  ["silent since it changed", observe([0, "x"], [50, "y"], [90, "y"]), 110, "stale"],
  ["set back, which is a change too", observe([0, "y"], [50, "x"]), 60, "fresh"],
  ["changed after a long silence", observe([0, "x"], [500, "y"]), 501, "fresh"],
  ["gone and back: found", observe([0, "x"], [1, "y"], [2, "-"], [3, "z"]), 4, "found"],
];

for (const [fact, heartbeats, atSeconds, standing] of CASES) {
  Deno.test(`a heartbeat ${fact}: ${standing}`, () => {
    const now = monotonic(atSeconds * 1_000);
    assertEquals(heartbeatStanding(heartbeats.get("a"), { now, staleAfterMs: 60_000 }), standing);
  });
}

Deno.test("observeHeartbeats() forgets whoever is gone", () => {
  const gone = observeHeartbeats(observe([0, "x"]), { resources: [], at: monotonic(1) });
  assertEquals(gone.size, 0);
});
