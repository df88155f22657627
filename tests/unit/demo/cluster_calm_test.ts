// Owns the proof that the story of two clusters goes on only where what comes next can be shown.
// Never starts a replica.

import { assertEquals } from "@std/assert";
import { areCalm, type Look } from "../../../lib/demo/cluster_calm.ts";
import type { ReplicaView } from "../../../lib/demo/replica_view.ts";

const STANDBY: ReplicaView = {
  name: "us-1",
  pod: "up",
  node: "ready",
  leads: false,
  forging: "no",
  permitLeftMs: 0,
  waitsFor: "us-0 to be silent for 5 s",
  isForger: false,
  isStandby: true,
};
const LEADER: ReplicaView = { ...STANDBY, leads: true, isStandby: false };
const FORGER: ReplicaView = { ...LEADER, forging: "confirmed", isForger: true };
type Tier = NonNullable<Look["tier"]>;
const ABLE = { canForge: true, heartbeatAgeMs: 900 };
const BOTH: Tier["clusters"] = [{ name: "us", ...ABLE }, { name: "eu", canForge: true }];
const LEASE = { transitions: 3, isHeld: false, standing: "held by us" };

function tier(more: Partial<Tier> = {}): Tier {
  return {
    coordination: { reach: "reached" },
    forgeLease: { ...LEASE, claim: "possible" },
    clusters: BOTH,
    ...more,
  };
}

const FORGING: Look = { view: FORGER, tier: tier({ forgeLease: { ...LEASE, isHeld: true } }) };
const WAITING: Look = { view: LEADER, tier: tier() };
const FOLLOWING: Look = { view: STANDBY, tier: undefined };

const CASES: readonly [fact: string, regions: readonly (readonly Look[])[], isCalm: boolean][] = [
  ["one forges and all others could follow", [[FORGING, FOLLOWING], [FOLLOWING, WAITING]], true],
  ["nobody forges", [[WAITING, FOLLOWING], [WAITING, FOLLOWING]], false],
  ["both forge", [[FORGING, FOLLOWING], [FORGING, FOLLOWING]], false],
  ["the other region has no leader", [[FORGING, FOLLOWING], [FOLLOWING, FOLLOWING]], false],
  [
    "the forger's neighbour could not follow",
    [[FORGING, { ...FOLLOWING, view: { ...STANDBY, isStandby: false } }], [WAITING, FOLLOWING]],
    false,
  ],
  [
    "the forger's sidecar is gone",
    [[{ ...FORGING, view: { ...FORGER, pod: "no sidecar" } }, FOLLOWING], [WAITING, FOLLOWING]],
    false,
  ],
  [
    "the other did not try yet whether it may claim",
    [[FORGING, FOLLOWING], [{ ...WAITING, tier: tier({ forgeLease: LEASE }) }, FOLLOWING]],
    false,
  ],
  [
    "the other tried it before the last move",
    [[FORGING, FOLLOWING], [
      { ...WAITING, tier: tier({ forgeLease: { ...LEASE, transitions: 2, claim: "possible" } }) },
      FOLLOWING,
    ]],
    false,
  ],
  [
    "the other does not reach the hub",
    [[FORGING, FOLLOWING], [
      { ...WAITING, tier: tier({ coordination: { reach: "unreachable" } }) },
      FOLLOWING,
    ]],
    false,
  ],
  [
    "a heartbeat is old",
    [[FORGING, FOLLOWING], [
      {
        ...WAITING,
        tier: tier({ clusters: [{ name: "us", ...ABLE, heartbeatAgeMs: 3_000 }, BOTH[1]!] }),
      },
      FOLLOWING,
    ]],
    false,
  ],
  [
    "one cluster is not known",
    [[{ ...FORGING, tier: { ...FORGING.tier!, clusters: BOTH.slice(1) } }, FOLLOWING], [
      WAITING,
      FOLLOWING,
    ]],
    false,
  ],
];
for (const [fact, regions, isCalm] of CASES) {
  Deno.test(`two clusters are ${isCalm ? "calm" : "not calm"} where ${fact}`, () => {
    assertEquals(areCalm(regions), isCalm);
  });
}
