// Owns what follows when a hand edit used up the numbers by which a Lease is claimed.
// Never asks an API: tests/contract holds what a server takes.

import { assert, assertEquals } from "@std/assert";
import {
  firstTransitions,
  leaseStanding,
  type LeaseView,
  nextTransitions,
  observeLease,
  TRANSITIONS_MAX,
  UNOBSERVED,
} from "../../../lib/core/lease.ts";
import { monotonic } from "../../../lib/core/time.ts";
import { leaseRecord, type LeaseSketch } from "./lease_support.ts";
import { ManagerUnderTest, settingsOf } from "./manager_support.ts";

const SELF = {
  holder: "me",
  holderUid: "my-uid",
  poolId: "pool",
  durationMs: 15_000,
  nonces: ["mine"],
};
const OTHER = { holder: "other", holderUid: "other-uid", nonce: "theirs" };
const RELEASED = { receipt: {} };
const USED_UP = { transitions: TRANSITIONS_MAX };
const ANEW = { uid: "anew", transitions: 0 };
/** For longer than the wait. */
const ANEW_FOR_LONG = Array.from({ length: 20 }, () => ANEW);

/** The records are seen one after the other, 1 s apart; undefined: there is none. */
function see(...sketches: readonly (LeaseSketch | undefined)[]): LeaseView {
  let view = UNOBSERVED;
  for (const [index, sketch] of sketches.entries()) {
    const seen = sketch === undefined ? undefined : leaseRecord(sketch);
    view = observeLease(view, { seen, at: monotonic(1_000 * index), ownDurationMs: 15_000 });
  }
  return view;
}

const CASES: readonly [
  what: string,
  seen: readonly (LeaseSketch | undefined)[],
  atOnce: string,
  after15s: string,
][] = [
  ["held by another", [{ ...OTHER, ...USED_UP }], "exhausted", "exhausted"],
  ["released", [{ ...RELEASED, ...USED_UP }], "exhausted", "exhausted"],
  [
    "ours",
    [{ holder: "me", holderUid: "my-uid", nonce: "mine", ...USED_UP }],
    "mine",
    "mine",
  ],
  ["edited back by hand", [USED_UP, { transitions: 3, ...RELEASED }], "exhausted", "exhausted"],
  ["of another pool", [{ ...USED_UP, pool: "other" }], "other_pool", "other_pool"],
  ["made anew", [USED_UP, undefined, ANEW], "wait", "claimable"],
  ["made anew, claimed and released", [USED_UP, { ...ANEW, ...RELEASED }], "wait", "claimable"],
  [
    "made anew, and replaced by one of a restored store",
    [USED_UP, ...ANEW_FOR_LONG, { uid: "older", transitions: 50, ...RELEASED }],
    "wait",
    "claimable",
  ],
  [
    "made anew, and used up again",
    [USED_UP, ANEW, { ...ANEW, ...USED_UP, ...RELEASED }],
    "exhausted",
    "exhausted",
  ],
];
for (const [what, seen, atOnce, after15s] of CASES) {
  Deno.test(`a lease at its last number, ${what}: ${atOnce}, then ${after15s}`, () => {
    const view = see(...seen);
    const seenAtMs = 1_000 * (seen.length - 1);
    const standings = [0, 15_000].map((laterMs) =>
      leaseStanding(view, { self: SELF, now: monotonic(seenAtMs + laterMs) }).kind
    );
    assertEquals(standings, [atOnce, after15s]);
  });
}

Deno.test("numbers begin anew with the Lease, and rise from there", () => {
  assertEquals(firstTransitions(see({ transitions: 7 }, undefined)), 7);
  assertEquals(firstTransitions(see(USED_UP, undefined)), 0);
  assertEquals(nextTransitions(see(USED_UP, undefined, ANEW)), 1);
  assertEquals(nextTransitions(see(USED_UP, ANEW, { ...ANEW, transitions: 5 }, ANEW)), 6);
});

function setTransitions({ store }: ManagerUnderTest, leaseTransitions: number): void {
  store.edit("lock", (lease) => ({ ...lease, spec: { ...lease.spec, leaseTransitions } }));
}

Deno.test("a leader goes on with a lease at its last number, and claims one made anew", () => {
  const leader = ManagerUnderTest.leader();
  setTransitions(leader, TRANSITIONS_MAX);
  leader.later(3_750).later(200).later(1_000);
  assert(leader.since().includes("wrote renew"));
  assertEquals(leader.store.get("lock")?.spec?.leaseTransitions, TRANSITIONS_MAX);
  leader.store.remove("lock");
  leader.later(3_750).later(200).later(200);
  const told = leader.since().filter((one) => one.startsWith("create") || one.startsWith("wrote"));
  assertEquals(told, ["create lock", "wrote write_back"]);
  assertEquals(leader.store.get("lock")?.spec?.leaseTransitions, 1);
});

Deno.test("a follower claims nothing by a number that the API refuses, and waits for one made anew", () => {
  const leader = ManagerUnderTest.leader();
  setTransitions(leader, TRANSITIONS_MAX);
  const follower = new ManagerUnderTest(settingsOf("pod-1"), leader.store).report().see();
  follower.later(60_000);
  assertEquals(follower.since(), ["watch_lease"]);
  follower.store.remove("lock");
  follower.see().see().later(14_999);
  assert(!follower.since().some((one) => one.startsWith("replace")));
  follower.later(1);
  assert(follower.since().includes("wrote claim"));
  assertEquals(follower.store.get("lock")?.spec?.leaseTransitions, 1);
});
