// Owns the table "What the guard sees" of DESIGN.md, row by row.
// Never looks at how the machine comes to it: only at what it says and what it wants done.

import { assertEquals } from "@std/assert";
import {
  deadManVerdict,
  forgingVerdict,
  isFencing,
  isVerified,
  owesSignal,
  socketIsOverdue,
  unfitness,
} from "../../../lib/core/guard_verdicts.ts";
import { GuardUnderTest, SETTINGS } from "./forging_support.ts";

interface Row {
  readonly node: string;
  readonly guard: () => GuardUnderTest;
  readonly forging: "forging" | "stopped" | "unknown";
  /** Why it may not lead; undefined when it may. */
  readonly unfit: string | undefined;
  readonly live: boolean;
}

function ready(): GuardUnderTest {
  return new GuardUnderTest().credentials().lookInVain().files("installed").later(500).look(false)
    .later(500).look(true).files("absent");
}

const ROWS: readonly Row[] = [
  {
    node: "never identified",
    guard: () => new GuardUnderTest().credentials().lookInVain(),
    forging: "unknown",
    unfit: "node_not_found",
    live: true,
  },
  {
    node: "running, socket refuses, flag",
    guard: () => new GuardUnderTest().credentials().lookInVain().files("installed").look(false),
    forging: "stopped",
    unfit: "node_starting",
    live: true,
  },
  {
    node: "running, socket refuses, no flag",
    guard: () =>
      new GuardUnderTest().credentials().lookInVain().files("installed").look(false, {
        flag: false,
      }),
    forging: "unknown",
    unfit: "node_starts_producing",
    live: true,
  },
  {
    node: "ready, before our first SIGHUP took effect",
    guard: () => ready().signalled(),
    forging: "unknown",
    unfit: "forging_unconfirmed",
    live: true,
  },
  {
    node: "ready, gauge 0 in a scrape begun after our last signal",
    guard: () => ready().signalled().later(100).scrape(0),
    forging: "stopped",
    unfit: undefined,
    live: true,
  },
  {
    node: "ready, gauge 1, permit",
    guard: () => GuardUnderTest.leader(),
    forging: "forging",
    unfit: undefined,
    live: true,
  },
  {
    node: "ready, gauge 1, no permit, within S",
    guard: () => GuardUnderTest.follower().scrape(1),
    forging: "forging",
    unfit: "forging_unconfirmed",
    live: true,
  },
  {
    node: "ready, gauge 1, no permit, beyond S",
    guard: () => GuardUnderTest.follower().scrape(1).later(4_000),
    forging: "forging",
    unfit: "forging_unconfirmed",
    live: false,
  },
  {
    node: "ready, metrics never readable, settled after the SIGHUP",
    guard: () => ready().signalled().scrapeInVain().later(1_000).tick(),
    forging: "stopped",
    unfit: undefined,
    live: true,
  },
  {
    node: "ready, metrics readable before, not now, stop wanted",
    guard: () =>
      GuardUnderTest.leader().take({
        kind: "revoked",
        reason: "lease_lost",
        killFrom: "half_fence",
      }).files("absent")
        .signalled().later(1_500).scrapeInVain(),
    forging: "forging",
    unfit: "forging_unconfirmed",
    live: true,
  },
  {
    node: "gone, files there still",
    guard: () => GuardUnderTest.leader().lookInVain(),
    forging: "stopped",
    unfit: "node_gone",
    live: true,
  },
  {
    node: "refusing, after it was ready",
    guard: () => GuardUnderTest.follower().look(false),
    forging: "stopped",
    unfit: "node_refusing",
    live: true,
  },
];

for (const { node, guard, forging, unfit, live } of ROWS) {
  Deno.test(`node ${node}: ${forging}, ${unfit ?? "may lead"}, ${live ? "live" : "not live"}`, () => {
    const { state, now } = guard();
    assertEquals(forgingVerdict(state), forging);
    assertEquals(unfitness(state, now.monotonic)?.code, unfit);
    assertEquals(deadManVerdict(state, now).live, live);
  });
}

Deno.test("a follower's node is given the files before its start, and loses them when it is up", () => {
  const guard = new GuardUnderTest().credentials().lookInVain();
  guard.files("absent");
  assertEquals(guard.acts, ["install_files"]);
  guard.files("installed").later(250).look(false);
  assertEquals(guard.acts, []);
  guard.later(250).look(true);
  assertEquals(guard.acts, ["remove_files"]);
  guard.files("absent");
  assertEquals(guard.acts, ["sighup startup_cleanup"]);
});

Deno.test("the winner signals also when its files are in place already", () => {
  const guard = GuardUnderTest.follower().grant();
  assertEquals(guard.acts, ["keep_permit", "install_files"]);
  guard.files("installed");
  assertEquals(guard.acts, ["sighup enable_forging"]);
});

Deno.test("the winner signals only in a later second than the last holder's stop", () => {
  const guard = GuardUnderTest.follower();
  const second = Math.floor(guard.nowMs / 1_000);
  guard.grant(guard.stamp(), { fencedSecond: second });
  assertEquals(guard.acts, ["keep_permit"]);
  guard.later((second + 1) * 1_000 - guard.nowMs).tick();
  assertEquals(guard.acts, ["install_files"]);
});

Deno.test("a second far ahead holds the start up for two seconds at most", () => {
  const guard = GuardUnderTest.follower();
  guard.grant(guard.stamp(), { fencedSecond: 9_999_999 });
  guard.later(1_999).tick();
  assertEquals(guard.acts, []);
  guard.later(1).tick();
  assertEquals(guard.acts, ["install_files"]);
});

Deno.test("a permit that ended fences at the next event of any kind", () => {
  const guard = GuardUnderTest.leader().later(9_000);
  guard.take({ kind: "stamp_requested", id: 1, nonce: "n" });
  assertEquals(guard.acts, ["keep_permit", "keep_permit", "answer_stamp", "remove_files"]);
  assertEquals(isFencing(guard.state), true);
});

Deno.test("a stop that is not confirmed at half of FENCE_TIMEOUT ends in a kill", () => {
  const guard = GuardUnderTest.leader().take({
    kind: "revoked",
    reason: "lease_lost",
    killFrom: "half_fence",
  });
  guard.files("absent").signalled();
  for (let ms = 150; ms < 2_000; ms += 150) {
    guard.later(150).scrape(1);
    assertEquals(guard.acts, ms + 150 < 2_000 ? [] : guard.acts);
  }
  guard.later(200).tick();
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("key files that cannot be removed end in a kill at once: a SIGHUP would start the node", () => {
  const guard = GuardUnderTest.leader().take({
    kind: "revoked",
    reason: "lease_lost",
    killFrom: "half_fence",
  });
  guard.files("installed", 1, "EROFS");
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("one file gone is enough for the signal to stop the node", () => {
  const guard = GuardUnderTest.leader().take({
    kind: "revoked",
    reason: "lease_lost",
    killFrom: "half_fence",
  });
  guard.take({ kind: "files", inPlace: "partial", generation: undefined, problem: "EBUSY" });
  assertEquals(guard.acts, ["sighup disable_forging"]);
});

Deno.test("a stop waits until the start before it has settled", () => {
  const guard = GuardUnderTest.follower().grant().files("installed").signalled();
  guard.later(50).take({ kind: "revoked", reason: "lease_lost", killFrom: "half_fence" }).files(
    "absent",
  );
  assertEquals(guard.acts, []);
  assertEquals(owesSignal(guard.state), true);
  guard.later(950).tick();
  assertEquals(guard.acts, ["sighup disable_forging"]);
});

Deno.test("a gauge that stood at 0 confirms a stop only when the signal has settled", () => {
  const guard = GuardUnderTest.follower().grant().files("installed").signalled().later(1_000);
  guard.take({ kind: "revoked", reason: "lease_lost", killFrom: "half_fence" }).files("absent")
    .signalled();
  guard.later(100).scrape(0);
  assertEquals(isFencing(guard.state), true);
  guard.later(900).scrape(0);
  assertEquals(isFencing(guard.state), false);
  assertEquals(guard.state.fencedSecond, Math.floor(guard.nowMs / 1_000));
});

Deno.test("slot checks after a confirmed stop are forging, whatever the gauge says", () => {
  const guard = GuardUnderTest.follower();
  guard.scrape(0, { aboutToLead: 5 }).later(5_000).scrape(0, { aboutToLead: 8 });
  assertEquals(forgingVerdict(guard.state), "forging");
});

Deno.test("a start without effect gives leadership up after ten seconds and backs off", () => {
  const guard = GuardUnderTest.follower().grant().files("installed").signalled();
  guard.later(5_000).grant().later(5_000).tick();
  assertEquals(guard.state.permit, undefined);
  guard.files("absent").signalled().later(1_000).scrape(0);
  const unfit = unfitness(guard.state, guard.now.monotonic);
  assertEquals(unfit?.code, "start_failed");
  guard.later(3_000).tick();
  // Each second in it would be a write of the status.
  assertEquals(unfitness(guard.state, guard.now.monotonic), unfit);
  guard.later(27_000).tick();
  assertEquals(unfitness(guard.state, guard.now.monotonic), undefined);
});

Deno.test("changed credentials are a stop and a start in a later second, under the permit", () => {
  const guard = GuardUnderTest.leader().credentials(2);
  assertEquals(guard.acts, ["remove_files"]);
  guard.files("absent").signalled().later(100).scrape(0);
  const second = Math.floor(guard.nowMs / 1_000);
  assertEquals(guard.acts, [], "the slot is not over");
  guard.later((second + 1) * 1_000 - guard.nowMs + 1).tick().files("installed", 2);
  assertEquals(guard.acts, ["sighup credentials_changed"]);
});

Deno.test("no grant is taken while a stop is unconfirmed, or in a shutdown", () => {
  const guard = GuardUnderTest.leader();
  guard.take({ kind: "revoked", reason: "lease_lost", killFrom: "half_fence" }).files("absent")
    .signalled().grant();
  assertEquals(guard.state.permit, undefined);
  guard.later(100).scrape(0).take({ kind: "shutdown" }).grant();
  assertEquals(guard.state.permit, undefined);
});

Deno.test("what the guard says is verified only where the node's metrics say it too", () => {
  assertEquals(isVerified(GuardUnderTest.leader().state), true);
  assertEquals(isVerified(ready().signalled().scrapeInVain().later(1_000).tick().state), false);
  assertEquals(isVerified(GuardUnderTest.follower().lookInVain().state), true);
});

Deno.test("a socket is overdue after SOCKET_WAIT_TIMEOUT, and a node that is up is not", () => {
  const guard = new GuardUnderTest().lookInVain().later(SETTINGS.socketWaitTimeoutMs);
  assertEquals(socketIsOverdue(guard.state, guard.now.monotonic), true);
  const up = GuardUnderTest.follower().later(SETTINGS.socketWaitTimeoutMs);
  assertEquals(socketIsOverdue(up.state, up.now.monotonic), false);
});

Deno.test("a trial without a node keeps the files by the permit alone", () => {
  const settings = { ...SETTINGS, nodeRequired: false, metricsConfigured: false };
  const guard = new GuardUnderTest({ settings }).credentials().files("absent").lookInVain().grant();
  assertEquals(guard.acts, ["keep_permit", "install_files"]);
  guard.files("installed");
  assertEquals(forgingVerdict(guard.state), "forging");
  guard.take({ kind: "revoked", reason: "shutdown", killFrom: "half_fence" });
  assertEquals(guard.acts, ["keep_permit", "remove_files"]);
  guard.files("absent");
  assertEquals(forgingVerdict(guard.state), "stopped");
});

Deno.test("a node started without the flag is given no files again after it ended", () => {
  const guard = new GuardUnderTest().credentials().lookInVain().files("installed");
  guard.look(true, { flag: false }).files("absent").signalled().later(1_100).scrape(0);
  guard.later(1_000).lookInVain();
  assertEquals(guard.acts, []);
  assertEquals(guard.state.files.inPlace, "absent");
});
