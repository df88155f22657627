// Owns schedules that once broke the manager's machine, each as it was found by simulation.
// Never repeats what the tables of the other tests say.

import { assertEquals } from "@std/assert";
import { ANNOTATION } from "../../../lib/core/lease_record.ts";
import { LeaseStore } from "../../simulation/store.ts";
import { ManagerUnderTest, settingsOf } from "./manager_support.ts";

const throttled = { kind: "throttled", status: 429, message: "Simulated" } as const;

Deno.test("though renewals were refused five times, the lease stays known as ours", () => {
  const leader = ManagerUnderTest.leader();
  leader.answersAtOnce = false;
  leader.later(3_750);
  for (let i = 0; i < 5; i++) leader.answer(throttled).later(1_000);
  leader.since();
  leader.answer();
  assertEquals(leader.since(), ["wrote renew", "grant"]);
});

Deno.test("a receipt names the latest stop, also when its writer only passed the lease on", () => {
  const leader = ManagerUnderTest.leader();
  const second = 1_790_000_115;
  leader.report({ epoch: 2, unfit: { code: "node_gone", message: "" } });
  leader.report({ epoch: 3, unfit: { code: "node_gone", message: "" }, fencedSecond: second });
  const passer = new ManagerUnderTest(settingsOf("pod-1"), leader.store);
  passer.nowMs = leader.nowMs;
  passer.report().see();
  assertEquals(passer.grants.at(-1)?.request.fencedSecond, second);
  passer.report({ epoch: 2, unfit: { code: "install_failed", message: "" } });
  passer.report({
    epoch: 3,
    unfit: { code: "install_failed", message: "" },
    fencedSecond: second - 1,
  });
  const last = new ManagerUnderTest(settingsOf("pod-2"), leader.store).report().see();
  assertEquals(last.grants.at(-1)?.request.fencedSecond, second);
});

Deno.test("a claim whose answer was lost still waits for the second in the receipt", () => {
  const leader = ManagerUnderTest.leader();
  leader.report({ epoch: 2, unfit: { code: "node_gone", message: "" } });
  leader.report({
    epoch: 3,
    unfit: { code: "node_gone", message: "" },
    fencedSecond: 1_790_000_150,
  });
  const claimer = new ManagerUnderTest(settingsOf("pod-1"), leader.store).report();
  claimer.answersAtOnce = false;
  claimer.see().answer({ kind: "unreachable", message: "reset" }, { applied: true });
  claimer.answersAtOnce = true;
  claimer.later(2_000);
  assertEquals(claimer.grants.at(-1)?.request.fencedSecond, 1_790_000_150);
});

Deno.test("of two locks marked as replaced by each other only one is claimed", () => {
  const store = new LeaseStore();
  // The lock was renamed from old to new, and pods of both names live while that is rolled back.
  const first = new ManagerUnderTest(
    settingsOf("new-0", { name: "new", previousNames: ["old"] }),
    store,
  );
  first.report().see().later(15_000).later(15_000);
  assertEquals(store.get("new")?.spec?.holderIdentity, "new-0");
  const waiting = new ManagerUnderTest(
    settingsOf("new-1", { name: "new", previousNames: ["old"] }),
    store,
  ).report().see();
  // It sees the old lock as left, and remembers.
  waiting.later(3_000);
  first.report({ epoch: 2, unfit: { code: "shutting_down", message: "" } });
  first.report({
    epoch: 3,
    unfit: { code: "shutting_down", message: "" },
    fencedSecond: 1_790_000_100,
  });
  const back = new ManagerUnderTest(settingsOf("old-0", { name: "old" }), store).report().see();
  back.later(3_000);
  assertEquals(store.get("old")?.spec?.holderIdentity, "old-0");
  waiting.see("new").later(3_000).see("new").later(3_000);
  assertEquals(store.get("new")?.spec?.holderIdentity, "", "new-1 must wait for old-0");
});

Deno.test("a previous lock that was deleted while held is waited for before it is marked", () => {
  const store = new LeaseStore();
  ManagerUnderTest.leader(settingsOf("old-0", { name: "old" }), store);
  store.remove("old");
  const next = new ManagerUnderTest(
    settingsOf("new-0", { name: "new", previousNames: ["old"] }),
    store,
  );
  next.report().see().later(14_000);
  assertEquals(store.get("old")?.metadata.annotations?.[ANNOTATION.movedTo], undefined);
  next.later(1_000).later(3_000);
  assertEquals(store.get("old")?.metadata.annotations?.[ANNOTATION.movedTo], "new");
  assertEquals(store.get("new")?.spec?.holderIdentity, "new-0");
});

Deno.test("a lock that a mark leads to is asked for too, though nobody listed it", () => {
  const store = new LeaseStore();
  const second = new ManagerUnderTest(
    settingsOf("b", { name: "second", previousNames: ["first"] }),
    store,
  );
  second.report().see().later(15_000).later(15_000);
  assertEquals(store.get("second")?.spec?.holderIdentity, "b");
  const third = new ManagerUnderTest(
    settingsOf("c", { name: "third", previousNames: ["first"] }),
    store,
  );
  third.report().see();
  for (let i = 0; i < 4; i++) {
    second.later(3_750);
    third.later(3_750);
  }
  assertEquals(store.get("third")?.spec?.holderIdentity ?? "", "", "the second lock is held");
});

Deno.test("a state of the past that a second restore brings back is waited for", () => {
  const { store } = ManagerUnderTest.leader();
  const released = [1, 2, 3].map((transitions) => {
    const renewTime = `2026-09-21T00:00:0${transitions}.000000Z`;
    store.edit("lock", (lease) => {
      const receipt = { by: "pod-0", uid: lease.metadata.uid, renewTime, transitions };
      const text = JSON.stringify({ ...receipt, fencedSecond: 1_790_000_100 });
      const annotations = { ...lease.metadata.annotations, [ANNOTATION.receipt]: text };
      const spec = { holderIdentity: "", renewTime, leaseTransitions: transitions };
      return { ...lease, metadata: { ...lease.metadata, annotations }, spec };
    });
    return store.get("lock")!;
  });
  const node = { code: "node_starting", message: "" } as const;
  const watcher = new ManagerUnderTest(settingsOf("pod-2"), store).report({ unfit: node });
  const show = (at: number) => {
    store.edit("lock", () => released[at]!);
    watcher.see();
  };
  watcher.see();
  show(0);
  watcher.later(60_000);
  show(1);
  watcher.report();
  assertEquals(watcher.since(), ["watch_lease"]);
  watcher.later(15_000);
  assertEquals(watcher.since().includes("grant"), true);
});

Deno.test("a holder that wrote a restored lease back goes on renewing it", () => {
  const leader = ManagerUnderTest.leader();
  leader.store.edit("lock", (lease) => ({
    ...lease,
    spec: { ...lease.spec, holderIdentity: "", leaseTransitions: 0 },
  }));
  leader.later(3_750).later(200);
  assertEquals(leader.since().at(-2), "wrote write_back");
  leader.later(3_750);
  assertEquals(leader.since(), ["replace lock", "wrote renew", "grant"]);
});

Deno.test("the second of a receipt outlives the process that claimed by it", () => {
  const leader = ManagerUnderTest.leader();
  leader.report({ epoch: 2, unfit: { code: "node_gone", message: "" } });
  leader.report({
    epoch: 3,
    unfit: { code: "node_gone", message: "" },
    fencedSecond: 1_790_000_150,
  });
  const claimer = new ManagerUnderTest(settingsOf("pod-1"), leader.store).report().see();
  const nonces = claimer.state.local.nonces;
  const again = new ManagerUnderTest(settingsOf("pod-1"), leader.store, [...nonces]);
  again.report({ epoch: 2 }).see();
  assertEquals(again.grants.at(-1)?.request.fencedSecond, 1_790_000_150);
});

Deno.test("a claim writes down the second that another lock's receipt told of", () => {
  const store = new LeaseStore();
  const first = ManagerUnderTest.leader(settingsOf("old-0", { name: "old" }), store);
  const next = new ManagerUnderTest(
    settingsOf("new-0", { name: "new", previousNames: ["old"] }),
    store,
  );
  next.report().see();
  for (let i = 0; i < 5; i++) {
    first.later(3_750);
    next.later(3_750);
  }
  first.report({ epoch: 2, unfit: { code: "node_gone", message: "" } });
  first.report({
    epoch: 3,
    unfit: { code: "node_gone", message: "" },
    fencedSecond: 1_790_000_150,
  });
  next.later(3_000);
  const lease = store.get("new");
  assertEquals(lease?.spec?.holderIdentity, "new-0");
  assertEquals(lease?.metadata.annotations?.[ANNOTATION.fencedSecond], "1790000150");
});

Deno.test("a release whose answer was lost ends the hold: it may have been claimed by", () => {
  const leader = ManagerUnderTest.leader();
  const starting = { unfit: { code: "node_starting", message: "" } } as const;
  leader.report({ epoch: 2, ...starting });
  leader.report({ epoch: 3, ...starting, fencing: true }).later(3_750);
  leader.answersAtOnce = false;
  leader.report({ epoch: 3, ...starting, fencedSecond: 1_790_000_115 });
  leader.answer({ kind: "timed_out", message: "no answer" }, { applied: true });
  assertEquals(leader.store.get("lock")?.spec?.holderIdentity, "");
  // Fit again within the hold, it would get a permit with the next write of the forge lease.
  leader.report({ epoch: 3, fencedSecond: 1_790_000_115 });
  assertEquals([leader.state.givingUp, leader.state.leads], [undefined, false]);
});
