// Owns the proof that the guard starts, keeps and stops a real process by files and signals.
// Never asks the guard alone: the node's own record tells what it did.

import { assert, assertEquals, assertGreater } from "@std/assert";
import { makeDemoKeys } from "../../lib/demo/keys.ts";
import { wallTime } from "../../lib/core/time.ts";
import { until } from "../support/until.ts";
import { GuardStage } from "../unit/guard/guard_stage.ts";

Deno.test("the guard provisions before the node starts, and takes the keys away when it is up", async () => {
  await using stage = await GuardStage.make();
  assertEquals(stage.installed.length, 3);
  assertEquals([stage.report.startupReady, stage.report.unfit?.code], [true, "node_not_found"]);
  stage.startNode();
  await stage.untilFit();
  assertEquals(stage.installed, []);
  assertEquals(stage.nodeEvents, ["started", "socket_open", "sighup"]);
  assertEquals(stage.report.signals.startup_cleanup, 1);
  assert(stage.report.fencedSecond !== undefined);
});

Deno.test("the guard starts the node under a permit only, and stops it when that is revoked", async () => {
  await using stage = await GuardStage.make();
  stage.startNode();
  await stage.untilFit();
  stage.grant();
  await stage.untilForging();
  assertEquals(stage.nodeEvents.at(-1), "able");
  stage.guard.receive({ kind: "revoke", reason: "shutdown", killFrom: "half_fence" });
  assertEquals(stage.installed, []); // before anything else is awaited
  await stage.untilReport("the stop", ({ forging }) => forging === "stopped");
  assertEquals(stage.nodeEvents.at(-1), "unable");
  assert(stage.report.fencedSecond !== undefined);
  assertEquals(stage.report.fences, 1);
  assertGreater(stage.report.fenceMarginsMs[0] ?? 0, 0);
});

Deno.test("a start is not signalled when the machine slept its permit away since the grant", async () => {
  await using stage = await GuardStage.make();
  stage.startNode();
  await stage.untilFit();
  // Then nothing is left to wait for, and the start is decided with the grant.
  const fenced = stage.report.fencedSecond ?? 0;
  await until("a later second than the stop's", () => Date.now() >= (fenced + 1) * 1_000);
  stage.onPermitKept = () => stage.sleptMs = 60_000;
  stage.grant();
  await stage.untilReport("the permit to be over", ({ permitLeftMs }) => permitLeftMs === 0);
  await stage.untilReport("the files to be gone", ({ files }) => files === "absent");
  assertEquals(stage.report.signals.enable_forging, 0);
  assertEquals(stage.nodeEvents.includes("able"), false);
});

Deno.test("a grant by a stamp from before a revoke starts nothing", async () => {
  await using stage = await GuardStage.make();
  stage.startNode();
  await stage.untilFit();
  stage.guard.receive({ kind: "stamp_request", id: 1, nonce: "n" });
  const stamp = stage.told.findLast(({ kind }) => kind === "stamp");
  assert(stamp?.kind === "stamp");
  stage.guard.receive({ kind: "revoke", reason: "lease_lost", killFrom: "half_fence" });
  const late = { holdMs: 9_000, nonce: "n", fencedSecond: undefined };
  stage.guard.receive({ kind: "grant", stamp: stamp.stamp, ...late });
  assertEquals(stage.report.permitLeftMs, 0);
  assertEquals(stage.messages.at(-1), "Grant refused");
});

Deno.test("the permit's end stops the node by itself when no renewal comes", async () => {
  await using stage = await GuardStage.make({ renewDeadlineMs: 2_500 });
  stage.startNode();
  await stage.untilFit();
  stage.grant();
  await stage.untilForging();
  await stage.untilReport("the end of the permit", ({ permitLeftMs }) => permitLeftMs === 0);
  await stage.untilReport("the stop", ({ forging }) => forging === "stopped");
  assertEquals([stage.nodeEvents.at(-1), stage.installed], ["unable", []]);
  assert(stage.messages.includes("Permit ends"));
});

Deno.test("a node that refuses to stop is killed within the fence's time", async () => {
  await using stage = await GuardStage.make();
  stage.startNode({ misbehaviours: ["refuse-stop"] });
  await until("the node to be asked", () => stage.nodeEvents.includes("sighup"), {
    timeoutMs: 30_000,
  });
  await stage.untilFit(); // it said that it does not forge, by its metrics
  stage.grant();
  await stage.untilForging();
  const revokedMs = performance.now();
  stage.guard.receive({ kind: "revoke", reason: "lease_lost", killFrom: "half_fence" });
  await stage.node?.exited;
  await stage.untilReport("its end", ({ forging }) => forging === "stopped");
  assert(performance.now() - revokedMs < stage.config.fenceTimeoutMs);
  assert(stage.messages.includes("Killing the node"));
  assertEquals(stage.report.fencing, false);
});

Deno.test("fenced() waits for the stop that a shutdown asks for", async () => {
  await using stage = await GuardStage.make();
  await stage.guard.fenced(); // nothing to wait for
  stage.startNode();
  await stage.untilFit();
  stage.grant();
  await stage.untilForging();
  stage.guard.dispatch({ kind: "shutdown" });
  assertEquals(stage.guard.isFencing, true);
  await stage.guard.fenced();
  assertEquals([stage.guard.isFencing, stage.nodeEvents.at(-1)], [false, "unable"]);
});

Deno.test("a restarted guard lets a forging node go on, and fences it when the permit is over", async () => {
  await using stage = await GuardStage.make({ renewDeadlineMs: 4_000 });
  stage.startNode();
  await stage.untilFit();
  stage.grant();
  await stage.untilForging();
  const before = stage.nodeEvents;
  await stage.restartGuard();
  assertGreater(stage.report.permitLeftMs, 0);
  assertEquals(stage.guard.nonces, ["nonce-1"]);
  await stage.untilForging();
  assertEquals(stage.nodeEvents, before); // not signalled, and not stopped
  await stage.untilReport("the stop", ({ forging }) => forging === "stopped");
  assertEquals(stage.nodeEvents.at(-1), "unable");
});

Deno.test("a carried permit starts no node", async () => {
  await using stage = await GuardStage.make();
  stage.startNode();
  await stage.untilFit();
  stage.grant();
  await stage.untilForging();
  await stage.node?.stop();
  stage.startNode();
  await stage.restartGuard();
  await stage.untilReport(
    "the end of the carried permit",
    ({ permitLeftMs, unfit }) => permitLeftMs === 0 && unfit === undefined,
  );
  assertEquals(stage.nodeEvents.filter((event) => event === "able").length, 1);
});

Deno.test("newer credentials are installed on a forging node by a stop and a start", async () => {
  await using stage = await GuardStage.make({ renewDeadlineMs: 60_000 });
  stage.startNode();
  await stage.untilFit();
  stage.grant();
  await stage.untilForging();
  const now = wallTime(Date.now());
  stage.putSources(await makeDemoKeys({ network: "preview", now, previous: stage.keys }));
  await stage.untilReport("the signal", ({ signals }) => signals.credentials_changed === 1);
  await stage.untilForging();
  assertEquals(stage.nodeEvents.slice(-4), ["sighup", "unable", "sighup", "able"]);
  const { credentials } = stage.report;
  assertEquals(credentials.kind === "valid" && credentials.certificateCounter, 1);
});
