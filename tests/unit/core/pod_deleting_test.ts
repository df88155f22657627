// Owns what the manager's machine makes of its own pod's deletion.
// Never ends the guard: its node may run on for the whole grace period.

import { assertEquals } from "@std/assert";
import { ANNOTATION } from "../../../lib/core/lease_record.ts";
import { LeaseStore } from "../../simulation/store.ts";
import { ManagerUnderTest, settingsOf } from "./manager_support.ts";

const DELETED = { kind: "pod_deleting" } as const;
const FENCED = { epoch: 2, fencedSecond: 1_790_000_120 } as const;

function receiptIn(store: LeaseStore): unknown {
  return store.get("lock")?.metadata.annotations?.[ANNOTATION.receipt];
}

Deno.test("a leader whose pod is deleted revokes at once, and releases when the stop is confirmed", () => {
  const leader = ManagerUnderTest.leader().report({ forging: "forging" });
  leader.since();
  leader.take(DELETED);
  assertEquals(leader.since(), ["revoke pod_deleting"]);
  leader.report({ epoch: 2, fencing: true, forging: "unknown" });
  assertEquals([leader.since(), receiptIn(leader.store)], [[], undefined]);
  leader.report(FENCED);
  assertEquals(leader.since(), [
    "replace lock",
    "wrote release",
    "forget_nonces",
    "watch_lease",
  ]);
  assertEquals(receiptIn(leader.store) === undefined, false);
});

Deno.test("another claims at once by that receipt, and the replica that leaves claims no more", () => {
  const leader = ManagerUnderTest.leader();
  leader.take(DELETED).report(FENCED);
  const next = new ManagerUnderTest(settingsOf("pod-1"), leader.store);
  next.nowMs = leader.nowMs;
  next.report().see();
  assertEquals(next.grants.at(-1)?.request.fencedSecond, FENCED.fencedSecond);
  // It too goes, in order: the lease is free, and nobody else asks for it.
  next.take(DELETED).report(FENCED);
  assertEquals(leader.store.get("lock")?.spec?.holderIdentity, "");
  leader.since();
  leader.report({ epoch: 3 }).see().later(60_000).report({ epoch: 4 }).see().later(60_000);
  assertEquals([leader.since(), leader.grants.length], [[], 1]);
});

Deno.test("a replica that never led claims nothing once its pod is deleted", () => {
  const cases: Record<string, (one: ManagerUnderTest) => ManagerUnderTest> = {
    "before the guard's first report": (one) => one.take(DELETED).report({ epoch: 2 }).see(),
    "before the lease was seen": (one) => one.report().take(DELETED).report({ epoch: 2 }).see(),
    "while it waits the lease out": (one) =>
      one.report().see().later(10_000).take(DELETED).report({ epoch: 2 }),
  };
  for (const [name, arrange] of Object.entries(cases)) {
    const { store } = ManagerUnderTest.leader();
    const follower = arrange(new ManagerUnderTest(settingsOf("pod-1"), store));
    follower.later(15_000).report({ epoch: 3 }).later(60_000);
    assertEquals(store.get("lock")?.spec?.holderIdentity, "pod-0", name);
    assertEquals(follower.grants, [], name);
  }
});

Deno.test("a renewal under way when the pod is deleted buys no permit, and is released like any", () => {
  const leader = ManagerUnderTest.leader();
  leader.answersAtOnce = false;
  leader.later(3_750).take(DELETED);
  leader.since();
  leader.answersAtOnce = true;
  leader.answer();
  assertEquals(leader.since().includes("grant"), false);
  leader.report(FENCED);
  assertEquals(receiptIn(leader.store) === undefined, false);
});

Deno.test("while the stop is not confirmed the lease is kept, without a permit", () => {
  const leader = ManagerUnderTest.leader();
  leader.take(DELETED).report({ epoch: 2, fencing: true, forging: "unknown" });
  leader.since();
  leader.later(3_750);
  assertEquals(leader.since(), ["replace lock", "wrote renew"]);
});

Deno.test("a node that ended before counts as fenced, and what was given up for it stays given up", () => {
  const gone = { code: "node_gone", message: "" } as const;
  const leader = ManagerUnderTest.leader().report({ epoch: 2, unfit: gone });
  leader.take(DELETED).report({ epoch: 3, unfit: gone, fencedSecond: FENCED.fencedSecond });
  assertEquals(leader.store.get("lock")?.spec?.holderIdentity, "");
  leader.report({ epoch: 4 }).see().later(60_000);
  assertEquals(leader.store.get("lock")?.spec?.holderIdentity, "");
});

Deno.test("SIGTERM after it finds nothing left to release; a second deletion changes nothing", () => {
  const leader = ManagerUnderTest.leader().take(DELETED).report(FENCED);
  leader.since();
  leader.take(DELETED);
  assertEquals(leader.since(), []);
  leader.take({ kind: "shutdown" });
  assertEquals(leader.since(), ["finished"]);
});

Deno.test("a lock of an older name is not asked for any more by who leaves", () => {
  const settings = settingsOf("pod-0", { name: "new", previousNames: ["old"] });
  const one = new ManagerUnderTest(settings).report().see().take(DELETED);
  one.since();
  one.report({ epoch: 2 }).later(3_000).later(30_000);
  assertEquals(one.since(), []);
});
