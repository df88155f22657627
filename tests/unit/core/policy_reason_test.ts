// Owns the proof of what operators are told of each cluster and of all, one line a case.
// Never checks the order: policy_order_test.ts does.

import { assertEquals } from "@std/assert";
import { wallTime } from "../../../lib/core/time.ts";
import { NOW, OURS, reasonOf, type Sketches, verdictOf, type World } from "./policy_support.ts";

const later = wallTime(NOW + 3_600_000);
const AHEAD: Sketches = { "us-east-1": { priority: 1 }, "eu-west-1": { priority: 2 } };
const maintenance = { reason: "maintenance", forceState: "Disabled" as const };

const REASONS: readonly [name: string, world: World, reason: string][] = [
  [
    "eu-west-1",
    { clusters: AHEAD, lease: { holder: "us-east-1" } },
    "eu-west-1 waits: us-east-1 has better effective priority (1 < 2)",
  ],
  [
    "us-east-1",
    { clusters: AHEAD, lease: { holder: "us-east-1" } },
    "us-east-1 holds the forge lease: it has better effective priority (1 < 2)",
  ],
  [
    "us-east-1",
    { clusters: AHEAD },
    "us-east-1 goes first: it has better effective priority (1 < 2)",
  ],
  [
    "us-east-1",
    { clusters: AHEAD, lease: { holder: "eu-west-1" } },
    "us-east-1 is the best and waits for the holder to yield: " +
    "it has better effective priority (1 < 2)",
  ],
  [
    "eu-west-1",
    { clusters: AHEAD, lease: { holder: "eu-west-1" } },
    "eu-west-1 holds the forge lease until us-east-1 can take over: " +
    "us-east-1 has better effective priority (1 < 2)",
  ],
  [
    "us",
    { clusters: { us: { priority: 1, epoch: undefined }, eu: {} }, lease: { holder: "eu" } },
    "us is the best but cannot claim: it has not reported that it could write the forge lease: " +
    "see its role and its access to the coordination API",
  ],
  [
    "us",
    { clusters: { us: { priority: 1, epoch: 6 }, eu: {} }, lease: { holder: "eu" } },
    "us is the best but cannot claim: " +
    "it has not answered epoch 7 of the forge lease yet (its last was 6)",
  ],
  ["us", { clusters: { us: {} } }, "us goes first: it is the only candidate"],
  [
    "us",
    { clusters: { us: {} }, lease: { holder: "us" } },
    "us holds the forge lease: it is the only candidate",
  ],
  [
    "eu",
    { clusters: { us: { state: "Enabled" }, eu: {} } },
    "eu waits: us is Enabled and eu Priority-based",
  ],
  [
    "us",
    { clusters: { us: {}, eu: {} }, lease: { holder: "eu" } },
    "us waits: eu has the same effective priority (100) and holds the forge lease",
  ],
  [
    "us",
    { clusters: { us: {}, eu: {} } },
    "us waits: eu has the same effective priority (100) and comes first by name",
  ],
  [
    "eu",
    { clusters: { us: { failures: 1 }, eu: { priority: 200, failures: 3, farBehind: true } } },
    "eu waits: us has better effective priority (110 < 350); " +
    "us bears +10 as its health checks fail; " +
    "eu bears +100 as it is unhealthy, +50 as its node is far behind the tip",
  ],
  [
    "eu",
    { clusters: { us: {}, eu: {} }, lease: { lapsedBy: "eu" } },
    "eu waits: eu let the forge lease run out",
  ],
  [
    "eu",
    { clusters: { us: {}, eu: {} }, lease: { yieldedTo: "us" } },
    "eu waits: the last holder yielded to us",
  ],
  ["eu", { clusters: { us: {}, eu: { silent: 75 } } }, "eu has not reported for more than 60 s"],
  [
    "us",
    { clusters: { us: {}, eu: { silent: 75 } } },
    "us goes first: eu has not reported for more than 60 s",
  ],
  ["eu", { clusters: { us: {}, eu: { silent: undefined } } }, "eu has never reported"],
  [
    "eu",
    { clusters: { us: {}, eu: { ready: false } } },
    "eu reports that its node, keys or leader are not in order",
  ],
  [
    "eu",
    { clusters: { us: {}, eu: {} }, own: { ...OURS, ready: false }, lease: { holder: "eu" } },
    "eu cannot forge now: its node, keys or leader are not in order; " +
    "it holds the forge lease until another cluster can take over",
  ],
  [
    "eu",
    { clusters: { eu: { ready: false }, us: { silent: 75 } } },
    "eu reports that its node, keys or leader are not in order, and no other cluster can forge",
  ],
  ["us", { clusters: { us: { state: "Disabled" } } }, "us is disabled by forgeState"],
  [
    "us",
    { clusters: { us: { state: "Disabled" } }, lease: { holder: "us" } },
    "us is disabled by forgeState; it holds the forge lease and gives it up",
  ],
  [
    "us-east-1",
    { clusters: { "us-east-1": { override: { ...maintenance, expiresAt: later } } } },
    "us-east-1 is disabled by override until 2026-09-21T15:13:20Z: maintenance",
  ],
  [
    "us",
    { clusters: { us: { override: maintenance } } },
    "us is disabled by override until it is removed: maintenance",
  ],
  [
    "us",
    {
      clusters: {
        us: { state: "Disabled", override: { reason: "maintenance", expiresAt: later } },
      },
    },
    "us is disabled by forgeState: maintenance",
  ],
  [
    "us",
    {
      clusters: { us: { state: "Disabled", override: { reason: "maintenance", expiresAt: NOW } } },
    },
    "us is disabled by forgeState; its override ended at 2026-09-21T14:13:20Z, which does not enable it",
  ],
  [
    "us",
    {
      clusters: {},
      unusable: [{ name: "us", field: "spec.override.expiresAt", problem: 'is "soon"' }],
    },
    'us cannot be used: spec.override.expiresAt is "soon"',
  ],
  [
    "us",
    {
      clusters: {},
      lease: { holder: "us" },
      unusable: [
        { name: "us", field: "spec.priority", problem: "is 0" },
        { name: "us", field: "spec.forgeState", problem: "is unknown" },
      ],
    },
    "us cannot be used: spec.forgeState is unknown; spec.priority is 0; " +
    "it holds the forge lease until another cluster can take over",
  ],
  [
    "x-1",
    { clusters: { "x-1": { region: "eu" }, "x-2": { region: "us" } } },
    "eu goes first: it has the same effective priority (100) and comes first by name",
  ],
  [
    "x-2",
    { clusters: { "x-1": { region: "eu" }, "x-2": { region: "eu" } } },
    "x-2 waits: x-1 has the same effective priority (100) and comes first by name",
  ],
];

for (const [name, world, reason] of REASONS) {
  Deno.test(`reason: ${reason}`, () => assertEquals(reasonOf(verdictOf(world), name), reason));
}

const SUMMARIES: readonly [world: World, summary: string][] = [
  [{ clusters: {} }, "Nobody may forge: there is no CardanoForgeCluster"],
  [
    { clusters: { us: { state: "Disabled" }, eu: { override: maintenance } } },
    "Nobody may forge: eu is disabled by override until it is removed: maintenance; " +
    "us is disabled by forgeState",
  ],
  [
    { clusters: { us: { silent: 75 }, eu: { ready: false } } },
    "Nobody can forge: eu reports that its node, keys or leader are not in order; " +
    "us has not reported for more than 60 s",
  ],
  [{ clusters: { us: {}, eu: {} } }, "Nobody holds the forge lease, eu goes first"],
  [{ clusters: { us: {} }, lease: { holder: "us" } }, "us holds the forge lease and is the best"],
  [
    { clusters: { us: {}, eu: { priority: 1 } }, lease: { holder: "us" } },
    "us holds the forge lease, eu is better",
  ],
  [
    { clusters: { us: {} }, lease: { holder: "ap" } },
    "ap holds the forge lease and has no CardanoForgeCluster",
  ],
];

for (const [world, summary] of SUMMARIES) {
  Deno.test(`summary: ${summary}`, () => assertEquals(verdictOf(world).summary, summary));
}
