// Owns schedules that once broke the guard's machine, each as it was found by simulation.
// Never repeats what the tables of the other tests say.

import { assertEquals } from "@std/assert";
import { GuardUnderTest, NODE } from "./forging_support.ts";

Deno.test("a scrape answered after its process ended starts no quarrel over the key files", () => {
  const guard = GuardUnderTest.leader();
  const begunAt = guard.nowMs;
  guard.later(300).lookInVain().files("absent");
  assertEquals(guard.acts, ["install_files"], "for the node's restart");
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

Deno.test("a node that was starting while its fence began is asked before it is killed", () => {
  const guard = new GuardUnderTest().credentials().files("installed").look(false);
  guard.grant().later(9_000).tick();
  guard.later(11_000).look(true);
  assertEquals(guard.acts, ["remove_files"]);
  guard.files("absent");
  assertEquals(guard.acts, ["sighup startup_cleanup"]);
  guard.signalled().later(500).scrape(1).later(2_000).tick();
  assertEquals(guard.acts, ["sigkill"], "it had its time to obey");
  assertEquals(guard.state.node.identity, NODE);
});
