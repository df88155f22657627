// Owns the proof that each change is told once, with its code, and that no change tells nothing.
// Never asserts on whole texts: they are for people.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Notice } from "../../../lib/manager/event_budget.ts";
import { Happenings } from "../../../lib/manager/happenings.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { report, snapshot, VALID } from "../http/sample.ts";
import type { TierSnapshot } from "../../../lib/manager/tier_snapshot.ts";
import { TIER } from "../http/tier_sample.ts";

const STOPPED = report({ forging: "stopped", files: "absent" });
const FOLLOWER = snapshot({ leads: false, guard: STOPPED });
const LEADER = snapshot({ guard: STOPPED });

function tier(change: Partial<TierSnapshot> = {}): TierSnapshot {
  return { ...TIER, ...change };
}

function told(notices: readonly Notice[]): string[] {
  return notices.map(({ about, type, reason }) => `${about} ${type} ${reason}`);
}

function between(before: Snapshot, after: Snapshot): string[] {
  const happenings = new Happenings({ fenceTimeoutMs: 4_000 });
  happenings.since(before, 0);
  const first = told(happenings.since(after, 100));
  assertEquals(told(happenings.since(after, 200)), [], "told once");
  return first;
}

const invalid = { kind: "invalid", problems: [] } as const;
const expired = {
  kind: "invalid",
  problems: [{ file: "opcert", code: "kes_expired", message: "it ended" }],
} as const;
const unread = snapshot({ leads: false, guard: report({ ...STOPPED, credentials: invalid }) });

const CASES: readonly (readonly [string, Snapshot, Snapshot, readonly string[]])[] = [
  ["nothing", FOLLOWER, FOLLOWER, []],
  ["elected", FOLLOWER, LEADER, ["pod Normal LeaderElected", "resource Normal LeaderElected"]],
  [
    "the node forges",
    LEADER,
    snapshot(),
    ["pod Normal ForgingConfirmed", "resource Normal ForgingConfirmed"],
  ],
  [
    "what is unknown is no stop",
    snapshot(),
    snapshot({ guard: report({ forging: "unknown" }) }),
    [],
  ],
  [
    "an ordered end",
    snapshot(),
    snapshot({ leads: false, givingUp: "shutdown", guard: STOPPED }),
    [
      "pod Normal LeadershipLost",
      "resource Normal LeadershipLost",
      "pod Normal ForgingStopped",
      "resource Normal ForgingStopped",
    ],
  ],
  [
    "a lost lease",
    LEADER,
    snapshot({ leads: false, guard: STOPPED, lease: { ...LEADER.lease, isOurs: false } }),
    ["pod Warning LeadershipLost", "resource Warning LeadershipLost"],
  ],
  [
    "a deletion",
    FOLLOWER,
    snapshot({ ...FOLLOWER, ownPod: { isWatched: false, isDeleting: true } }),
    ["pod Normal PodDeleting"],
  ],
  ["a kill", LEADER, snapshot({ guard: { ...STOPPED, kills: 1 } }), ["pod Warning NodeKilled"]],
  [
    "a node that ended",
    FOLLOWER,
    snapshot({
      leads: false,
      guard: { ...STOPPED, unfit: { code: "node_gone", message: "its process ended" } },
    }),
    ["pod Warning NodeGone"],
  ],
  [
    "a node that hangs",
    FOLLOWER,
    snapshot({ leads: false, guard: { ...STOPPED, unfit: { code: "node_silent", message: "" } } }),
    ["pod Warning NodeSilent"],
  ],
  [
    "a node that starts",
    FOLLOWER,
    snapshot({
      leads: false,
      guard: { ...STOPPED, unfit: { code: "node_starting", message: "" } },
    }),
    [],
  ],
  ["the first reading of credentials", unread, FOLLOWER, []],
  [
    "expired credentials",
    FOLLOWER,
    snapshot({ leads: false, guard: { ...STOPPED, credentials: expired } }),
    ["pod Warning CredentialsInvalid"],
  ],
  [
    "valid ones again",
    snapshot({ leads: false, guard: { ...STOPPED, credentials: expired } }),
    FOLLOWER,
    ["pod Normal CredentialsValid"],
  ],
  [
    "a rotation",
    FOLLOWER,
    snapshot({
      leads: false,
      guard: { ...STOPPED, credentials: { ...VALID, certificateCounter: 4 } },
    }),
    ["pod Normal CredentialsChanged"],
  ],
  [
    "a newer set that is not used",
    FOLLOWER,
    snapshot({
      leads: false,
      guard: { ...STOPPED, rejectedSource: expired.problems },
    }),
    ["pod Warning NewerSetRejected"],
  ],
];

for (const [fact, before, after, expected] of CASES) {
  Deno.test(`what happened: ${fact}`, () => assertEquals(between(before, after), expected));
}

Deno.test("a fence is told of only when it takes longer than it should, and once", () => {
  const happenings = new Happenings({ fenceTimeoutMs: 4_000 });
  const fencing = snapshot({ leads: false, guard: report({ fencing: true, forging: "unknown" }) });
  happenings.since(fencing, 0);
  assertEquals(told(happenings.since(fencing, 1_900)), []);
  assertEquals(told(happenings.since(fencing, 2_000)), ["pod Warning FenceUnconfirmed"]);
  assertEquals(told(happenings.since(fencing, 9_000)), []);
});

Deno.test("a certificate near its end is told of at each stage", () => {
  const { certificate } = snapshot();
  assert(certificate !== undefined);
  const at = (withinDays: 7 | 1) =>
    snapshot({ certificate: { ...certificate, stage: { kind: "expiring", withinDays } } });
  const guarded = snapshot({ certificate: { ...certificate, stage: { kind: "fresh" } } });
  assertEquals(between(guarded, at(7)), ["pod Warning KesExpiring"]);
  assertEquals(between(at(7), at(1)), ["pod Warning KesExpiring"]);
});

Deno.test("a leader's election says that forging waits for the forge lease, with several clusters", () => {
  const happenings = new Happenings({ fenceTimeoutMs: 4_000 });
  happenings.since(FOLLOWER, 0);
  const [first] = happenings.since(snapshot({ ...LEADER, tier: tier() }), 1);
  assertStringIncludes(first!.note, "when this cluster holds the forge lease");
});

Deno.test("moves, health and a name taken twice are told of the cluster", () => {
  const base = tier();
  assert(base.own !== undefined);
  const held = tier({ forgeLease: { ...base.forgeLease, isHeld: true } });
  const free = tier({ forgeLease: { ...base.forgeLease, isHeld: false } });
  const yields = tier({ ...free, own: { ...base.own, givingUp: "better_cluster" } });
  const ill = tier({
    ...held,
    own: { ...base.own, health: { ...base.own.health, healthy: false, consecutiveFailures: 3 } },
  });
  const twice = tier({ forgeLease: { ...free.forgeLease, duplicateName: true } });
  const away = tier({
    ...held,
    coordination: { ...base.coordination, reach: "unreachable", problem: "HTTP 503" },
  });
  const cases: [TierSnapshot, TierSnapshot, string[]][] = [
    [free, held, ["pod Normal ForgeLeaseAcquired", "resource Normal ForgeLeaseAcquired"]],
    [held, yields, ["pod Normal ForgeLeaseGivenUp", "resource Normal ForgeLeaseGivenUp"]],
    [held, free, ["pod Warning ForgeLeaseLost", "resource Warning ForgeLeaseLost"]],
    [held, ill, ["resource Warning Unhealthy"]],
    [ill, held, ["resource Normal Healthy"]],
    [free, twice, ["resource Warning DuplicateClusterName"]],
    [held, away, ["pod Warning CoordinationUnreachable"]],
    [away, held, ["pod Normal CoordinationReachable"]],
  ];
  for (const [was, is, expected] of cases) {
    assertEquals(between(snapshot({ tier: was }), snapshot({ tier: is })), expected);
  }
});

Deno.test("a replica that ceases to lead says nothing of the forge lease, which its cluster keeps", () => {
  const base = tier();
  const held = tier({ forgeLease: { ...base.forgeLease, isHeld: true } });
  const passive = tier({ active: false, forgeLease: { ...base.forgeLease, isHeld: false } });
  const after = snapshot({ ...LEADER, leads: false, givingUp: "shutdown", tier: passive });
  assertEquals(between(snapshot({ ...LEADER, tier: held }), after), [
    "pod Normal LeadershipLost",
    "resource Normal LeadershipLost",
  ]);
});
