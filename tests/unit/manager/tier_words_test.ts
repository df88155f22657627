// Owns the proof of what is said of the second tier: steady words, lines once, why nobody forges, reach.
// Never judges clusters: the policy's tests do.

import { assertEquals } from "@std/assert";
import type { ApiFailure } from "../../../lib/core/api_failure.ts";
import { FailureLog } from "../../../lib/kubernetes/failure_log.ts";
import { ApiOutcomes } from "../../../lib/manager/api_outcomes.ts";
import { unfitText } from "../../../lib/manager/cluster_findings.ts";
import { EffectBacklog } from "../../../lib/manager/effect_backlog.ts";
import type { LeaseEffect } from "../../../lib/manager/lease_calls.ts";
import { TierJournal } from "../../../lib/manager/tier_journal.ts";
import { FOLLOWING, TIER } from "../http/tier_sample.ts";
import { testLog } from "./stage.ts";

Deno.test("unfitText() names no processes, which come and go", () => {
  const unfit = { code: "node_not_found", message: "seen: sh (pid 12), sleep (pid 40)" } as const;
  assertEquals(unfitText(unfit), "no process was identified as the node, see /status");
});

const OUTCOMES: readonly (readonly [kind: ApiFailure["kind"] | undefined, reach: string])[] = [
  [undefined, "reached"],
  ["forbidden", "reached"],
  ["conflict", "reached"],
  ["not_found", "reached"],
  ["gone", "reached"],
  ["invalid", "reached"],
  ["unauthorized", "unreachable"],
  ["throttled", "unreachable"],
  ["server_error", "unreachable"],
  ["unreachable", "unreachable"],
  ["timed_out", "unreachable"],
  ["malformed", "unreachable"],
];
for (const [kind, reach] of OUTCOMES) {
  Deno.test(`an API whose last outcome is ${kind ?? "a success"} is ${reach}`, () => {
    const outcomes = new ApiOutcomes(new FailureLog(() => {}));
    assertEquals(outcomes.reach.kind, "unknown");
    outcomes.note("get leases/a", { kind: "timed_out", message: "" });
    outcomes.note("get leases/b", kind && { kind, message: "" });
    assertEquals(outcomes.reach.kind, reach);
  });
}

Deno.test("a backlog keeps of a watch the last word, and of each lease one request of a kind", () => {
  const backlog = new EffectBacklog<LeaseEffect>();
  const effects: readonly LeaseEffect[] = [
    { kind: "watch_lease", name: "a" },
    { kind: "read_lease", name: "a" },
    { kind: "unwatch_lease", name: "a" },
    { kind: "watch_lease", name: "b" },
    { kind: "read_lease", name: "a" },
  ];
  for (const effect of effects) backlog.add(effect);
  assertEquals(backlog.takeAll(), effects.slice(2));
  assertEquals(backlog.takeAll(), []);
});

function journal() {
  const lines: string[] = [];
  const written = new TierJournal(testLog(lines));
  const messages = () => lines.splice(0).map((line) => JSON.parse(line).message);
  return { journal: written, messages };
}

Deno.test("a journal tells of each change once, and begins anew with each leadership", () => {
  const { journal: written, messages } = journal();
  written.note(TIER);
  written.note(TIER);
  assertEquals(messages(), ["Forge lease acquired", "Clusters compared"]);
  const silent = { ...TIER, summary: "us has not reported for more than 60 s" };
  written.note(silent);
  written.note({ ...silent });
  assertEquals(messages(), ["Clusters compared"]);
  const lost = { ...TIER.forgeLease, holder: "us", isHeld: false, duplicateName: true };
  written.note({ ...TIER, forgeLease: lost });
  written.note({ ...TIER, forgeLease: lost });
  assertEquals(messages(), [
    "Forge lease no longer held",
    "Forge lease held by another cluster",
    "Clusters compared",
    "Forge lease is held under this cluster's name by another cluster",
  ]);
  const usedUp = { ...lost, isExhausted: true };
  written.note({ ...TIER, forgeLease: usedUp });
  written.note({ ...TIER, forgeLease: usedUp });
  assertEquals(messages(), [
    "Forge lease cannot be claimed any more: its leaseTransitions is at the maximum",
  ]);
  written.note(FOLLOWING);
  assertEquals(messages(), []);
  written.note({ ...TIER, forgeLease: lost });
  assertEquals(messages().length, 3);
});

Deno.test("a journal counts yields by reason, and claims from a cluster that fell silent", () => {
  const { journal: written } = journal();
  written.yields("us", "edit");
  written.note({ ...TIER, forgeLease: { ...TIER.forgeLease, holder: "us", isHeld: false } });
  written.claimed("eu");
  written.note(TIER);
  written.claimed("eu"); // our own silence is no move
  written.note({ ...TIER, forgeLease: { ...TIER.forgeLease, holder: "", isHeld: false } });
  written.claimed("eu"); // the one who released it has counted it
  assertEquals([...written.moves], [["edit", 1], ["holder_silent", 1]]);
});
