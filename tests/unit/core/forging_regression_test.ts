// Owns schedules that once broke the guard's machine, each as it was found by simulation.
// Never repeats what the tables of the other tests say.

import { assertEquals } from "@std/assert";
import { deadManVerdict, unfitness } from "../../../lib/core/guard_verdicts.ts";
import { permitTime } from "../../../lib/core/time.ts";
import { GuardUnderTest, SETTINGS } from "./forging_support.ts";

Deno.test("a scrape answered after its process ended starts no quarrel over the key files", () => {
  const guard = GuardUnderTest.leader();
  const begunAt = guard.nowMs;
  guard.later(300).lookInVain().files("absent");
  assertEquals(guard.acts, ["keep_permit", "install_files"], "for the node's restart");
  guard.files("installed").scrape(1, { begunAt });
  assertEquals(guard.acts, []);
  assertEquals(guard.state.node.phase, "gone");
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("a scrape begun before a successor was seen says nothing of the successor", () => {
  const guard = GuardUnderTest.leader();
  const begunAt = guard.nowMs;
  guard.later(300).look(false, { identity: { pid: 8, startTicks: 800 } });
  guard.scrape(1, { begunAt });
  assertEquals(guard.state.node.forging, false);
});

Deno.test("a start signalled to a process that is not there is tried again after a second, not at once", () => {
  const guard = GuardUnderTest.follower().grant().files("installed");
  assertEquals(guard.acts, ["sighup enable_forging"]);
  guard.signalled("absent");
  assertEquals(guard.acts, []);
  guard.later(500).tick();
  assertEquals(guard.acts, []);
  guard.later(500).tick();
  assertEquals(guard.acts, ["sighup enable_forging"]);
});

Deno.test("a start that the kernel refuses to signal gives leadership up", () => {
  const guard = GuardUnderTest.follower().grant().files("installed").signalled("denied");
  assertEquals(guard.state.permit, undefined);
  assertEquals(guard.state.backoff?.failures, 1);
});

Deno.test("no start, and no file, comes before the handler of the first SIGHUP must be through", () => {
  const guard = new GuardUnderTest().credentials().files("absent").lookInVain();
  guard.files("installed").later(500).look(false).later(500).look(true);
  guard.files("absent").signalled().later(100).scrape(0);
  assertEquals(guard.state.node.suspicion, "none", "it may lead");
  guard.later(1_000 - 200).grant();
  assertEquals(guard.acts, ["keep_permit"]);
  guard.later(100).tick();
  assertEquals(guard.acts, ["install_files"]);
});

Deno.test("what was asked of a process that ended is not held against its successor", () => {
  const successor = { pid: 8, startTicks: 800 };
  const guard = GuardUnderTest.leader().later(9_000).tick().files("absent").signalled("absent");
  guard.later(500).look(false, { identity: successor, flag: false });
  guard.later(20_000).look(true, { identity: successor, flag: false });
  assertEquals(guard.acts, ["keep_permit", "sighup startup_cleanup"]);
});

Deno.test("a node whose metrics are not believed is asked to stop all the same", () => {
  const guard = GuardUnderTest.follower();
  guard.scrape(1).signalled().later(2_500).scrape(1);
  assertEquals(guard.acts, ["sigkill"]);
  guard.signalled().later(50).lookInVain().later(1_000).files("installed");
  const next = { pid: 8, startTicks: 800 };
  guard.look(false, { identity: next }).later(1_000).look(true, { identity: next });
  guard.files("absent").signalled().later(500).scrape(1).later(2_000).scrape(1);
  assertEquals(guard.state.metricsUnreliable, true);
  assertEquals(guard.acts, []);
  guard.later(1_000).tick();
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("a refusal of the disk keeps a follower from leading for half a minute, not for ever", () => {
  const guard = GuardUnderTest.follower().grant().files("absent", 1, "EROFS");
  guard.take({ kind: "revoked", reason: "install_failed", killFrom: "half_fence" });
  assertEquals(unfitness(guard.state, guard.now.monotonic)?.code, "install_failed");
  guard.later(30_000).tick();
  assertEquals(unfitness(guard.state, guard.now.monotonic), undefined);
});

Deno.test("a node found refusing beside a restarted sidecar is fenced when the carried permit ends", () => {
  const carried = {
    until: permitTime(14_000),
    sentAt: permitTime(5_000),
    fencedSecond: undefined,
    carried: true,
  };
  const guard = new GuardUnderTest({ carried }).credentials().files("installed").look(false);
  guard.scrapeInVain().later(4_000).tick();
  assertEquals(guard.acts, ["keep_permit", "remove_files"]);
  guard.files("absent").signalled().later(2_000).scrapeInVain();
  // By signal and settle time, as its metrics were never readable.
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("a node found refusing is fenced too when only the nonces on file tell that it led", () => {
  const guard = new GuardUnderTest({ nonces: ["of the last renewal"] }).credentials();
  guard.files("installed").look(false);
  assertEquals(guard.acts, ["remove_files"]);
});

Deno.test("a node found refusing beside a follower's sidecar is left to start", () => {
  const guard = new GuardUnderTest().credentials().files("installed").look(false);
  assertEquals(guard.acts, []);
});

Deno.test("a gauge that falls right after a restart may be the former guard's doing: the signal settles first", () => {
  const guard = new GuardUnderTest().credentials().files("installed").look(true);
  guard.scrape(1).files("absent").signalled().later(60).scrape(0);
  assertEquals(guard.state.node.suspicion, "likely", "our own handler may still come");
  guard.later(940).scrape(0);
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("a gauge that falls later in a guard's life confirms the stop at once", () => {
  const guard = new GuardUnderTest().credentials().files("installed").later(1_000).look(true);
  guard.scrape(1).files("absent").signalled().later(60).scrape(0);
  assertEquals(guard.state.node.suspicion, "none");
});

const SUCCESSOR = { pid: 8, startTicks: 800 };

/** A node that starts producing restarts, while its predecessor's files cannot be removed. */
function successorBesideStuckFiles(): GuardUnderTest {
  const guard = new GuardUnderTest().credentials().lookInVain().files("installed");
  guard.later(500).look(false, { flag: false });
  guard.later(500).look(false, { flag: false, identity: SUCCESSOR });
  assertEquals(guard.acts, ["remove_files"]);
  return guard.files("installed", 1, "EIO").later(500);
}

Deno.test("a node that starts producing is killed once it is up, though what remains of the last one cannot be removed", () => {
  const guard = successorBesideStuckFiles();
  guard.look(true, { flag: false, identity: SUCCESSOR });
  assertEquals(guard.acts, ["remove_files"]);
  guard.files("installed", 1, "EIO");
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("the probe gives such a node up when the kill did not come about either", () => {
  const guard = successorBesideStuckFiles();
  guard.look(true, { flag: false, identity: SUCCESSOR }).files("installed", 1, "EIO");
  guard.signalled("denied").later(SETTINGS.fenceTimeoutMs + 1).tick();
  assertEquals(deadManVerdict(guard.state, guard.now).live, false);
});

Deno.test("a node that starts producing is fenced by its metrics where its socket never accepts", () => {
  const guard = new GuardUnderTest().credentials().lookInVain().files("installed").later(500);
  guard.look(false, { flag: false });
  assertEquals(guard.effects.some(({ kind }) => kind === "scrape"), true);
  guard.scrapeInVain();
  assertEquals(guard.acts, []);
  guard.later(5_000).tick().scrape(1);
  assertEquals(guard.acts, ["remove_files"]);
  guard.files("absent");
  assertEquals(guard.acts, ["sighup startup_cleanup"]);
  guard.signalled().later(SETTINGS.fenceTimeoutMs / 2).tick();
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("a node that shows itself while it starts is asked before it is killed", () => {
  const guard = GuardUnderTest.leader();
  guard.take({ kind: "revoked", reason: "lease_lost", killFrom: "half_fence" });
  guard.files("absent").signalled().later(500);
  guard.look(false, { flag: false, identity: SUCCESSOR }).later(60_000).scrape(1);
  assertEquals(guard.acts, ["keep_permit", "sighup startup_cleanup"]);
  guard.signalled().later(SETTINGS.fenceTimeoutMs / 2 - 1).scrape(1);
  assertEquals(guard.acts, []);
  guard.later(1).scrape(1);
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("a flagged node that starts is not asked for metrics: it cannot forge before it is up", () => {
  const guard = new GuardUnderTest().credentials().lookInVain().files("installed").later(500);
  guard.look(false).later(60_000).tick();
  assertEquals(guard.effects.some(({ kind }) => kind === "scrape"), false);
});

Deno.test("a flagged successor beside files that cannot be removed is neither signalled nor killed", () => {
  const guard = new GuardUnderTest().credentials().lookInVain().files("installed");
  guard.later(500).look(false).later(500).look(false, { identity: SUCCESSOR });
  guard.files("installed", 1, "EIO").later(500).look(true, { identity: SUCCESSOR });
  for (let second = 0; second < 60; second++) {
    guard.later(1_000).tick();
    assertEquals(guard.acts.filter((act) => act !== "remove_files"), []);
    if (guard.acts.includes("remove_files")) guard.files("installed", 1, "EIO");
  }
});
