// Owns the proof that metrics found unreliable are believed again when a later process's follow a start, and not before.
// Never judges a process whose past is not known.

import { assertEquals } from "@std/assert";
import { deadManVerdict, forgingVerdict, isVerified } from "../../../lib/core/guard_verdicts.ts";
import type { NodeIdentity } from "../../../lib/core/node_life.ts";
import { GuardUnderTest } from "./forging_support.ts";

/** Two fresh processes in a row showed that they forge, though nobody had told them to. */
function doubting(): GuardUnderTest {
  const guard = GuardUnderTest.follower();
  guard.scrape(1).signalled().later(2_500).scrape(1).signalled();
  successor(guard, 8);
  guard.files("absent").signalled().later(500).scrape(1).later(2_000).scrape(1);
  assertEquals([guard.state.metricsUnreliable, guard.acts], [true, []]);
  return guard.later(2_000).tick();
}

/** The node ends, gets its files, starts again and is up, and knows of no start. */
function successor(guard: GuardUnderTest, pid: number): GuardUnderTest {
  const identity: NodeIdentity = { pid, startTicks: pid * 100 };
  guard.later(50).lookInVain();
  if (guard.acts.includes("remove_files")) guard.files("absent");
  guard.later(1_000).tick().files("installed").look(false, { identity });
  return guard.later(1_000).look(true, { identity });
}

/** As a leader: the slot's second is over, the files are in place and the signal is sent. */
function start(guard: GuardUnderTest): GuardUnderTest {
  guard.later(2_000).grant().files("installed").signalled();
  return guard.later(100);
}

/** Its first signal took effect, as far as can be told without metrics. */
function cleanedUp(guard: GuardUnderTest, gauge: 0 | 1 | undefined): GuardUnderTest {
  guard.files("absent").signalled().later(500).scrape(gauge).later(1_000).tick();
  assertEquals(guard.state.node.suspicion, "none");
  return guard;
}

for (const idle of [0, undefined] as const) {
  Deno.test(`metrics that show ${idle ?? "no gauge"}, and forging after the start, are believed again`, () => {
    const guard = cleanedUp(successor(doubting(), 9), idle);
    assertEquals(guard.state.metricsUnreliable, true);
    start(guard).scrape(1);
    assertEquals([guard.state.metricsUnreliable, isVerified(guard.state)], [false, true]);
    assertEquals(forgingVerdict(guard.state), "forging");
  });
}

Deno.test("metrics believed again guard the stop: a node that shows forging on is killed", () => {
  const guard = start(cleanedUp(successor(doubting(), 9), 0)).scrape(1).later(1_000);
  guard.take({ kind: "revoked", reason: "test", killFrom: "half_fence" }).files("absent")
    .signalled();
  guard.later(1_500).scrape(1);
  assertEquals(guard.state.node.suspicion, "likely", "settle time alone confirms nothing now");
  guard.later(1_000).scrape(1);
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("metrics believed again get a node that starts by itself restarted once more, and watched", () => {
  const guard = start(cleanedUp(successor(doubting(), 9), 0)).scrape(1).later(1_000);
  guard.lookInVain().files("absent");
  successor(guard, 10);
  guard.files("absent").signalled().later(500).scrape(1).later(3_600).scrape(1);
  assertEquals(guard.acts, ["sigkill"]);
  assertEquals(deadManVerdict(guard.state, guard.now).live, false);
});

Deno.test("one process that shows what nobody told it is not believed for the rest of its life", () => {
  const guard = cleanedUp(successor(doubting(), 9), 1);
  guard.scrape(0).later(1_000).scrape(0);
  start(guard).scrape(1).later(1_000).scrape(1);
  assertEquals([guard.state.metricsUnreliable, isVerified(guard.state)], [true, false]);
});

Deno.test("what a scrape from before the start shows is not taken for its effect", () => {
  const guard = cleanedUp(successor(doubting(), 9), 0);
  const begunAt = guard.nowMs;
  start(guard).scrape(1, { begunAt });
  assertEquals(guard.state.metricsUnreliable, true);
});

Deno.test("metrics that stay at 0 through a start are not believed, and do not end it", () => {
  const guard = start(cleanedUp(successor(doubting(), 9), 0)).scrape(0).later(1_000).scrape(0)
    .tick();
  assertEquals([guard.state.metricsUnreliable, guard.state.node.forging], [true, true]);
});

Deno.test("a node that ran before the guard, or starts producing, proves nothing of metrics", () => {
  const guard = doubting();
  const identity = { pid: 9, startTicks: 900 };
  guard.later(50).lookInVain();
  if (guard.acts.includes("remove_files")) guard.files("absent");
  guard.later(1_000).look(true, { identity, flag: false });
  guard.scrape(0).later(1_000).scrape(0).tick();
  assertEquals(guard.state.node.metricsTrial, "open");
});
