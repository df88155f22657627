// Owns what a guard does about a node whose permit ended under the process before it.
// Never restarts a process: what the permit file said comes in at the start.

import { assertEquals } from "@std/assert";
import { permitTime } from "../../../lib/core/time.ts";
import { GuardUnderTest, SETTINGS } from "./forging_support.ts";

const HALF_MS = SETTINGS.fenceTimeoutMs / 2;
const QUARTER_MS = SETTINGS.fenceTimeoutMs / 4;
const LOST = { kind: "revoked", reason: "lease_lost", killFrom: "half_fence" } as const;

/** A sidecar that was restarted beside a node which forges on, and which was asked to stop. */
function restarted(stopOwedForMs?: number): GuardUnderTest {
  const owed = stopOwedForMs === undefined ? {} : { stopOwedForMs };
  const guard = new GuardUnderTest(owed).credentials().files("installed").look(true);
  assertEquals(guard.acts, ["remove_files"]);
  return guard.files("absent").signalled();
}

/** What the last `keep_permit` put on file: how long after then the permit ends. */
function keptMs(guard: GuardUnderTest): number | undefined | "nothing" {
  const kept = guard.effects.findLast((one) => one.kind === "keep_permit");
  if (kept === undefined) return "nothing";
  return kept.until === undefined ? undefined : kept.until - guard.now.permit;
}

const KILLS: readonly [ago: string, owedForMs: number | undefined, killedAfterMs: number][] = [
  ["never", undefined, HALF_MS],
  ["this moment", 0, HALF_MS],
  ["half a second ago", 500, HALF_MS - 500],
  ["as long ago as half of FENCE_TIMEOUT", HALF_MS, QUARTER_MS],
  ["a minute ago", 60_000, QUARTER_MS],
];
for (const [ago, owedForMs, killedAfterMs] of KILLS) {
  Deno.test(`a node whose permit ended ${ago} and that forges on is killed ${killedAfterMs} ms after the restart`, () => {
    const guard = restarted(owedForMs);
    const bornMs = guard.nowMs;
    while (!guard.acts.includes("sigkill")) guard.later(50).scrape(1);
    assertEquals(guard.nowMs - bornMs, killedAfterMs);
  });
}

Deno.test("a node that obeys a restarted guard is not killed, though half of FENCE_TIMEOUT is long over", () => {
  const guard = restarted(60_000).later(QUARTER_MS - 100).scrape(0);
  for (let ms = 0; ms < 400; ms += 50) {
    assertEquals(guard.later(50).scrape(0).acts.includes("sigkill"), false);
  }
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("a node without metrics is not killed before its signal has settled", () => {
  const guard = restarted(60_000);
  for (let ms = 0; ms < 1_000; ms += 50) {
    assertEquals(guard.later(50).scrapeInVain().acts.includes("sigkill"), false);
  }
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("the end of a permit is on file until the stop is confirmed, and no longer", () => {
  const guard = GuardUnderTest.leader().grant().later(3_000).take(LOST);
  assertEquals(keptMs(guard), 0);
  guard.files("absent").signalled().later(700);
  guard.stamp();
  assertEquals(keptMs(guard), -700, "also while the lease is renewed without a permit");
  guard.scrape(0);
  assertEquals(keptMs(guard), undefined);
  assertEquals(guard.state.stopOwedSince, undefined);
});

Deno.test("what a restarted guard took over is cleared from the file by its own confirmation", () => {
  const guard = restarted(500).later(1_000).scrape(0);
  assertEquals(keptMs(guard), undefined);
  assertEquals(guard.state.stopOwedSince, undefined);
});

Deno.test("a successor that has to be asked anew is on file as such", () => {
  const guard = GuardUnderTest.leader().take(LOST);
  const successor = { identity: { pid: 8, startTicks: 800 }, flag: false };
  guard.files("absent").signalled().later(500).look(false, successor);
  guard.later(9_000).look(true, successor);
  assertEquals(keptMs(guard), 0);
  assertEquals(guard.state.stopOwedSince, permitTime(guard.nowMs));
});

const STARTING = { flag: false };

/** A sidecar that was restarted beside a node without the flag whose socket refuses, and which shows no forging. */
function besideRefusing(aboutToLead: number): GuardUnderTest {
  const guard = new GuardUnderTest({ stopOwedForMs: 500 }).credentials().files("installed");
  guard.take({ kind: "stamp_requested", id: 1, nonce: "of the last renewal" });
  guard.look(false, STARTING).files("absent").signalled();
  return guard.later(1_100).scrape(0, { aboutToLead });
}

Deno.test("a node without the flag that is yet to come up is not taken for stopped, and not killed", () => {
  const guard = besideRefusing(0);
  assertEquals(guard.state.node.suspicion, "likely", "it will forge when it is up");
  for (let ms = 0; ms < 60_000; ms += 500) {
    assertEquals(guard.later(500).look(false, STARTING).scrape(0).acts, []);
  }
  assertEquals(guard.state.fence !== undefined, true, "and its lease is not given away till then");
  guard.later(500).look(true, STARTING);
  assertEquals(guard.acts, ["keep_permit", "sighup disable_forging"]);
  guard.signalled().later(1_100).scrape(0);
  assertEquals(guard.state.node.suspicion, "none");
});

Deno.test("one that shows itself before its socket accepts is asked once more, and then killed", () => {
  const guard = besideRefusing(0).later(60_000).look(false, STARTING).scrape(1);
  assertEquals(guard.acts, ["keep_permit", "sighup disable_forging"]);
  guard.signalled().later(HALF_MS - 1).scrape(1);
  assertEquals(guard.acts, []);
  assertEquals(guard.later(1).scrape(1).acts, ["sigkill"]);
});

Deno.test("one that checked slots already was up: its gauge confirms the stop, whatever its socket does", () => {
  const guard = besideRefusing(17);
  assertEquals(guard.state.node.suspicion, "none");
  assertEquals(guard.state.fence, undefined);
});
