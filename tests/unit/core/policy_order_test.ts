// Owns the proof of the order of clusters, one line a case.
// Never checks words: policy_reason_test.ts does.

import { assertEquals } from "@std/assert";
import { NOW, orderOf, OURS, verdictOf, type World } from "./policy_support.ts";

const ORDER: readonly [fact: string, world: World, order: string][] = [
  ["no cluster", { clusters: {} }, ""],
  ["priority", { clusters: { eu: { priority: 2 }, us: { priority: 1 } } }, "us eu"],
  ["name when all is equal", { clusters: { us: {}, eu: {}, ap: {} } }, "ap eu us"],
  ["holder before name", { clusters: { eu: {}, us: {} }, lease: { holder: "us" } }, "us eu"],
  [
    "priority before holder",
    { clusters: { eu: { priority: 1 }, us: { priority: 2 } }, lease: { holder: "us" } },
    "eu us",
  ],
  [
    "Enabled before priority",
    { clusters: { eu: {}, us: { state: "Enabled", priority: 999 } } },
    "us eu",
  ],
  [
    "priority among Enabled",
    { clusters: { eu: { state: "Enabled", priority: 9 }, us: { state: "Enabled", priority: 8 } } },
    "us eu",
  ],
  [
    "ready before Enabled",
    { clusters: { eu: {}, us: { state: "Enabled", ready: false } } },
    "eu us",
  ],
  ["reporting before silent", { clusters: { eu: { priority: 1, silent: 60 }, us: {} } }, "us eu"],
  ["59 s of silence are none", { clusters: { eu: { priority: 1, silent: 59 }, us: {} } }, "eu us"],
  ["found is enough to be ranked", { clusters: { eu: { found: true }, us: {} } }, "eu us"],
  ["never reported is last", { clusters: { eu: { silent: undefined }, us: {} } }, "us eu"],
  ["Disabled is out", { clusters: { eu: { state: "Disabled", priority: 1 }, us: {} } }, "us"],
  ["all Disabled", { clusters: { eu: { state: "Disabled" }, us: { state: "Disabled" } } }, ""],
  ["one failure is +10", { clusters: { eu: { failures: 1 }, us: { priority: 109 } } }, "us eu"],
  ["one failure is no more", { clusters: { eu: { failures: 1 }, us: { priority: 111 } } }, "eu us"],
  ["unhealthy is +100", { clusters: { eu: { failures: 3 }, us: { priority: 199 } } }, "us eu"],
  ["unhealthy is no more", { clusters: { eu: { failures: 3 }, us: { priority: 201 } } }, "eu us"],
  [
    "unhealthy until the last failure is gone",
    { clusters: { eu: { failures: 1, healthy: false }, us: { priority: 199 } } },
    "us eu",
  ],
  ["far behind is +50", { clusters: { eu: { farBehind: true }, us: { priority: 149 } } }, "us eu"],
  [
    "far behind is no more",
    { clusters: { eu: { farBehind: true }, us: { priority: 151 } } },
    "eu us",
  ],
  [
    "penalties add",
    { clusters: { eu: { farBehind: true, failures: 3 }, us: { priority: 249 } } },
    "us eu",
  ],
  [
    "all unhealthy: the least bad",
    { clusters: { eu: { failures: 3, priority: 1 }, us: { failures: 1, priority: 50 } } },
    "us eu",
  ],
  [
    "unhealthy but able before well but unable",
    { clusters: { eu: { failures: 9, farBehind: true }, us: { ready: false } } },
    "eu us",
  ],
  [
    "a forced priority",
    { clusters: { eu: { priority: 1 }, us: { override: { forcePriority: 1 } }, ap: {} } },
    "eu us ap",
  ],
  [
    "penalties upon a forced priority",
    { clusters: { eu: { priority: 2 }, us: { failures: 1, override: { forcePriority: 1 } } } },
    "eu us",
  ],
  [
    "a forced state over Disabled",
    { clusters: { eu: {}, us: { state: "Disabled", override: { forceState: "Enabled" } } } },
    "us eu",
  ],
  [
    "an override that ended",
    { clusters: { eu: {}, us: { override: { forceState: "Disabled", expiresAt: NOW } } } },
    "eu us",
  ],
  [
    "whoever let the lease run out is last of the able",
    {
      clusters: { eu: { priority: 1 }, us: {}, ap: { ready: false } },
      lease: { lapsedBy: "eu" },
    },
    "us eu ap",
  ],
  [
    "a lapse is forgotten as soon as somebody holds",
    { clusters: { eu: { priority: 1 }, us: {} }, lease: { lapsedBy: "eu", holder: "us" } },
    "eu us",
  ],
  [
    "whoever it was yielded to is first",
    { clusters: { eu: { priority: 1 }, us: {} }, lease: { yieldedTo: "us" } },
    "us eu",
  ],
  [
    "to whom it was yielded is forgotten as soon as somebody holds",
    { clusters: { eu: { priority: 1 }, us: {} }, lease: { yieldedTo: "us", holder: "us" } },
    "eu us",
  ],
  [
    "unless it cannot forge",
    { clusters: { eu: {}, us: { ready: false } }, lease: { yieldedTo: "us" } },
    "eu us",
  ],
  [
    "a cluster that cannot be read is out",
    { clusters: { eu: {} }, unusable: [{ name: "us", field: "spec.priority", problem: "is 0" }] },
    "eu",
  ],
  [
    "also when an older state of it can",
    { clusters: { eu: {}, us: {} }, unusable: [{ name: "us", field: "spec", problem: "is 0" }] },
    "eu",
  ],
  [
    "our own state is the live one",
    { clusters: { eu: { ready: false, failures: 9, silent: 600 }, us: {} }, own: OURS },
    "eu us",
  ],
  [
    "also when it is worse than reported",
    { clusters: { eu: { priority: 1 }, us: {} }, own: { ...OURS, ready: false } },
    "us eu",
  ],
];

for (const [fact, world, order] of ORDER) {
  Deno.test(`order: ${fact}`, () => assertEquals(orderOf(verdictOf(world)), order));
}
