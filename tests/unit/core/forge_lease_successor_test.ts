// Owns the story of a local leader that was succeeded without knowing, and the forge lease under its successor.
// Never plays the guard: what it reports is given.

import { assert, assertEquals } from "@std/assert";
import type { ClusterResource } from "../../../lib/core/cluster.ts";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { ANNOTATION } from "../../../lib/core/lease_record.ts";
import { grant } from "../../../lib/core/manager_forge.ts";
import type { Managing } from "../../../lib/core/manager_state.ts";
import type { Turn } from "../../../lib/core/manager_turn.ts";
import { monotonic, wallTime } from "../../../lib/core/time.ts";
import { fail, LeaseStore } from "../../simulation/store.ts";
import { newSpec } from "../../simulation/simulated_cluster.ts";
import { FORGE_TIER_SETTINGS } from "./forge_tier_support.ts";
import { ManagerUnderTest, settingsOf } from "./manager_support.ts";

type ForgeState = "Priority-based" | "Disabled";

function resources(forgeState: ForgeState = "Priority-based"): ClusterResource[] {
  return [{
    name: "a",
    generation: 1,
    spec: { ...newSpec("a", 1), forgeState },
    report: undefined,
  }];
}

function replica(name: string, store: LeaseStore): ManagerUnderTest {
  const settings = { ...settingsOf(name), forge: FORGE_TIER_SETTINGS };
  return new ManagerUnderTest(settings, store);
}

/** Second by second, as time goes by with nothing else happening. */
function pass(manager: ManagerUnderTest, seconds: number): void {
  for (let second = 0; second < seconds; second++) manager.later(1_000);
}

/** Leads cluster "a", holds the forge lease by a claim after both waits, and forges. */
function forger(store: LeaseStore): ManagerUnderTest {
  const leader = replica("pod-0", store).report().see();
  pass(leader, 16);
  assert(leader.state.leads);
  leader.take({ kind: "clusters_seen", resources: resources(), unusable: [] });
  leader.see("forge");
  pass(leader, 31);
  assertEquals(holderOf(store), "a@uid-1");
  leader.report({ forging: "forging" });
  assert(leader.grants.length > 0);
  leader.since();
  return leader;
}

function holderOf(store: LeaseStore, name = "forge") {
  return store.get(name)?.spec?.holderIdentity;
}

function receiptOf(store: LeaseStore): string | undefined {
  return store.get("forge")?.metadata.annotations?.[ANNOTATION.receipt];
}

/** Leads cluster "a" after it waited for whoever led before, and forges by the inherited lease. */
function successorOf(store: LeaseStore): { successor: ManagerUnderTest; inherited: LeaseObject } {
  const successor = replica("pod-1", store).report().see();
  successor.nowMs = 500_000;
  successor.report().see("lock");
  pass(successor, 16);
  successor.take({ kind: "clusters_seen", resources: resources(), unusable: [] });
  successor.see("forge");
  assertEquals(holderOf(store, "lock"), "pod-1");
  assert(successor.grants.length > 0);
  return { successor, inherited: store.get("forge")! };
}

/** An operator disables the cluster, and its node has stopped. */
function stopToYield(leader: ManagerUnderTest): void {
  leader.take({ kind: "clusters_seen", resources: resources("Disabled"), unusable: [] });
  assertEquals(leader.since(), ["yielding", "revoke disabled"]);
  leader.report({ epoch: 2, fencedSecond: 1_790_000_500, forging: "stopped" });
}

/** For two seconds the coordination API answers, and the own one does not. */
function withoutOwnApi(leader: ManagerUnderTest): void {
  leader.answersAtOnce = false;
  for (let turn = 0; turn < 20; turn++) {
    leader.later(100);
    for (const request of leader.underWay) {
      if (request.endsWith("lock")) leader.answer(fail("timed_out"), { applied: false });
      else leader.answer();
    }
  }
}

Deno.test("a leader that was suspended and succeeded leaves its successor's forge lease alone", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  const { inherited } = successorOf(store);
  leader.suspendedMs = 36_000;
  leader.answersAtOnce = false;
  stopToYield(leader);
  withoutOwnApi(leader);
  assertEquals(store.get("forge"), inherited);
  assertEquals(leader.since().filter((line) => line.endsWith("forge")), []);
  // Its own API tells it what happened.
  leader.answersAtOnce = true;
  leader.later(2_000);
  assert(leader.since().includes("revoke lease_lost"));
  pass(leader, 12);
  assertEquals(store.get("forge"), inherited);
});

Deno.test("nor does it renew it, whatever it read of it meanwhile", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  const { inherited } = successorOf(store);
  leader.suspendedMs = 36_000;
  leader.take({ kind: "lease_seen", name: "forge", object: inherited, by: "watch" });
  pass(leader, 14);
  assertEquals(store.get("forge"), inherited);
  assertEquals(leader.state.leads, false);
});

Deno.test("one that nobody succeeded yields as soon as it has renewed its own lease", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  leader.suspendedMs = 36_000;
  leader.answersAtOnce = false;
  stopToYield(leader);
  assertEquals(leader.underWay, ["replace lock"]);
  leader.answer();
  assertEquals(leader.underWay, ["replace forge"]);
  leader.answer();
  assert(receiptOf(store) !== undefined);
});

Deno.test("a leader cut off from its own API alone yields while nobody can have succeeded it", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  withoutOwnApi(leader);
  stopToYield(leader);
  withoutOwnApi(leader);
  assert(receiptOf(store) !== undefined);
});

/** Its node cannot be started, which is a cause for the whole cluster: both leases are to be released. */
function failToStart(leader: ManagerUnderTest): void {
  const unfit = { code: "start_failed" as const, message: "" };
  leader.report({ unfit });
  leader.report({ epoch: 2, unfit, fencedSecond: 1_790_000_500 });
}

Deno.test("the local Lease is released after the forge lease, which only a leader may release", () => {
  const leader = forger(new LeaseStore());
  failToStart(leader);
  const done = leader.since();
  assertEquals(done.filter((line) => line.startsWith("replace") || line === "wrote release"), [
    "replace forge",
    "wrote release",
    "replace lock",
    "wrote release",
  ]);
});

Deno.test("where the coordination API does not answer the local Lease is released all the same", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  leader.answersAtOnce = false;
  failToStart(leader);
  assertEquals(leader.since().at(-1), "replace forge");
  leader.answer(fail("timed_out"), { applied: false });
  assert(leader.since().includes("replace lock"));
});

/** Both are to be released; the coordination API answers no more, and the release of the local Lease lands. */
function releaseLocalAlone(leader: ManagerUnderTest): void {
  leader.answersAtOnce = false;
  failToStart(leader);
  leader.answer(fail("timed_out"), { applied: false });
  assertEquals(leader.underWay, ["replace lock"]);
}

Deno.test("who sent its release leaves the forge lease to who claimed by the receipt, heard or not", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  releaseLocalAlone(leader);
  leader.answer(fail("timed_out"), { applied: true });
  assertEquals(holderOf(store, "lock"), "");
  const { inherited } = successorOf(store);
  withoutOwnApi(leader);
  assertEquals(store.get("forge"), inherited);
});

Deno.test("also while the answer to it is still awaited", () => {
  const store = new LeaseStore();
  const leader = forger(store);
  releaseLocalAlone(leader);
  // It lands, and the successor claims and inherits within the API time-out.
  store.edit("lock", (lock) => ({ ...lock, spec: { ...lock.spec, holderIdentity: "" } }));
  const { inherited } = successorOf(store);
  leader.later(1_000);
  assertEquals(leader.underWay, ["replace lock", "read forge"]);
  leader.take({ kind: "lease_seen", name: "forge", object: inherited, by: "read" });
  leader.later(500);
  assertEquals(leader.underWay, ["replace lock", "read forge"]);
});

/** Fenced with its lease renewed meanwhile, and its release is sent; then all is well again. */
function afterReleaseInVain(applied: boolean): ManagerUnderTest {
  const leader = ManagerUnderTest.leader();
  const unfit = { code: "node_gone" as const, message: "" };
  leader.report({ unfit });
  leader.report({ epoch: 2, unfit, fencing: true });
  leader.later(3_750);
  leader.answersAtOnce = false;
  leader.report({ epoch: 2, unfit, fencedSecond: 1_790_000_500 });
  leader.answer(fail("timed_out"), { applied });
  leader.report({ epoch: 2 });
  leader.report({ epoch: 2, unfit: { code: "forging_unconfirmed", message: "" } });
  leader.grants.length = 0;
  return leader.report({ epoch: 2 });
}

Deno.test("nothing is granted by a hold whose release is under way", () => {
  const leader = ManagerUnderTest.leader();
  const granted = (state: Managing) => {
    const now = { monotonic: monotonic(leader.nowMs), wall: wallTime(leader.nowMs) };
    const turn: Turn = { state, effects: [], now, random: 0.5, wakeAt: undefined, serial: 1_000 };
    grant(turn);
    return turn.effects.map(({ kind }) => kind);
  };
  assertEquals(granted(leader.state), ["grant"]);
  leader.answersAtOnce = false;
  leader.take({ kind: "shutdown" }).report({ epoch: 2, fencedSecond: 1_790_000_500 });
  assertEquals(leader.underWay, ["replace lock"]);
  assertEquals(granted({ ...leader.state, givingUp: undefined }), []);
});

Deno.test("what was released buys no permit any more, though its answer was lost", () => {
  assertEquals(afterReleaseInVain(true).grants, []);
});

Deno.test("where the release never came, the next renewal buys one", () => {
  const leader = afterReleaseInVain(false);
  leader.answersAtOnce = true;
  if (leader.underWay.length > 0) leader.answer();
  leader.later(1_000);
  assertEquals(leader.grants.length, 1);
});
