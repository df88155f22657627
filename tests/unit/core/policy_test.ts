// Owns the proof of what a verdict says besides order and reasons.
// Never checks those: policy_order_test.ts and policy_reason_test.ts do.

import { assertEquals } from "@std/assert";
import { claimDelayMs, explain } from "../../../lib/core/policy.ts";
import { wallTime } from "../../../lib/core/time.ts";
import {
  NOW,
  orderOf,
  OURS,
  reasonOf,
  resourceOf,
  type Sketches,
  verdictOf,
  verdictOn,
} from "./policy_support.ts";

Deno.test("two resources of one name exclude each other and nobody else", () => {
  const resources = [resourceOf("us"), resourceOf("eu"), resourceOf("us", { priority: 1 })];
  const verdict = verdictOn(resources, { clusters: { us: {}, eu: {} } });
  assertEquals(orderOf(verdict), "eu");
  const reason = "us is the name of two clusters: give each a CLUSTER_REGION of its own";
  assertEquals(reasonOf(verdict, "us"), reason);
});

Deno.test("what a cluster's effective state and priority are is said of it", () => {
  const { clusters } = verdictOf({
    clusters: { us: { failures: 3, farBehind: true, override: { forcePriority: 5 } } },
    unusable: [{ name: "eu", field: "spec.region", problem: "is absent" }],
  });
  assertEquals(
    clusters.map(({ name, effectiveState, effectivePriority }) => [
      name,
      effectiveState,
      effectivePriority,
    ]),
    [["us", "Priority-based", 155], ["eu", undefined, undefined]],
  );
});

Deno.test("claimDelayMs() leaves 5 s to each better cluster, and no time to one that may not claim", () => {
  const verdict = verdictOf({
    clusters: { a: {}, b: {}, c: {}, off: { state: "Disabled" }, sick: { ready: false } },
  });
  const delays = ["a", "b", "c", "off", "sick", "gone"].map((name) => claimDelayMs(verdict, name));
  assertEquals(delays, [0, 5_000, 10_000, undefined, undefined, undefined]);
});

Deno.test("a verdict says when to look again, since time alone may change it", () => {
  const soon = { forcePriority: 1, expiresAt: wallTime(NOW + 9_000) };
  const cases: [Sketches, number | undefined][] = [
    [{}, undefined],
    [{ us: { silent: 20 } }, 40_000],
    [{ us: { silent: 20 }, ap: { silent: 50 } }, 10_000],
    [{ us: { silent: 75 } }, undefined],
    [{ us: { silent: 20, override: soon } }, 9_000],
    [{ us: { silent: 75, override: { ...soon, expiresAt: wallTime(NOW + 1e12) } } }, 60_000],
    [{ us: { silent: 75, override: { ...soon, enabled: false } } }, undefined],
    [{ us: { silent: 75, override: { ...soon, expiresAt: NOW } } }, undefined],
    [{ eu: { silent: 20 } }, undefined],
  ];
  for (const [clusters, expected] of cases) {
    assertEquals(verdictOf({ clusters, own: OURS }).changesInMs, expected);
  }
});

Deno.test("explain() gives the summary and one line for each cluster", () => {
  const verdict = verdictOf({
    clusters: {
      "us-east-1": { priority: 1 },
      "eu-west-1": { priority: 2 },
      "ap-south-1": { state: "Disabled" },
    },
    lease: { holder: "us-east-1" },
  });
  assertEquals(explain(verdict), [
    "us-east-1 holds the forge lease and is the best",
    "1. us-east-1 holds the forge lease: it has better effective priority (1 < 2)",
    "2. eu-west-1 waits: us-east-1 has better effective priority (1 < 2)",
    "– ap-south-1 is disabled by forgeState",
  ]);
});
