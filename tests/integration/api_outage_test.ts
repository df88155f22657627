// Owns the proof that a broken way to the API stops a leader in time, and costs no more than it must.
// Never judges by what a sidecar says.

import { assert, assertEquals } from "@std/assert";
import type { Replica } from "../support/replica.ts";
import { LEASE_DURATION_MS, type Replicas, startClusterApi } from "../support/replicas.ts";
import { type Stage, theme, untilPassed } from "../support/scenarios.ts";

/** Breaks the leader's way to the API for some time; answers who forges then. */
async function cutOff(
  stage: Stage,
  { replicas, leader, mode, forMs }: {
    replicas: Replicas;
    leader: Replica;
    mode: "hang" | "refuse";
    forMs: number;
  },
): Promise<Replica> {
  const sinceMs = Date.now();
  leader.network.setMode(mode);
  const renewedAtMs = await replicas.renewedAtMs();
  const others = replicas.others(leader);
  const next = await replicas.untilOneForges(others);
  const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
  stage.note("forges after the last renewal, ms:", afterMs);
  stage.note("gap ms:", replicas.longestGapMs(sinceMs));
  assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
  await untilPassed(forMs, sinceMs);
  const healedAtMs = Date.now();
  leader.network.setMode("ok");
  await untilPassed(10_000, healedAtMs);
  assert(next.forges());
  assertEquals(replicas.longestGapMs(healedAtMs), 0);
  assertEquals(leader.record.count("able", sinceMs), 0);
  return next;
}

theme("API outages", {
  "a leader whose API connection hangs for 70 s stops in time and follows afterwards": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    await cutOff(stage, { replicas, leader, mode: "hang", forMs: 70_000 });
  },

  "a leader whose API connection is refused for 40 s stops in time and follows afterwards": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    await cutOff(stage, { replicas, leader, mode: "refuse", forMs: 40_000 });
  },

  "an API connection that hangs for 3 s costs nothing": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    for (const { network } of replicas.all) network.setMode("hang");
    await untilPassed(3_000, sinceMs);
    for (const { network } of replicas.all) network.setMode("ok");
    await untilPassed(LEASE_DURATION_MS + 5_000, sinceMs);
    assert(leader.forges());
    assertEquals(replicas.longestGapMs(sinceMs), 0);
  },

  "an API connection that is slow by 1.5 s costs nothing": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    for (const { network } of replicas.all) network.setMode({ slowMs: 1_500 });
    await untilPassed(60_000, sinceMs);
    assert(leader.forges());
    assertEquals(replicas.longestGapMs(sinceMs), 0);
  },

  "followers that are cut off change nothing": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    const [hanging, refused] = replicas.others(leader);
    hanging!.network.setMode("hang");
    refused!.network.setMode("refuse");
    await untilPassed(40_000, sinceMs);
    hanging!.network.setMode("ok");
    refused!.network.setMode("ok");
    await untilPassed(60_000, sinceMs);
    assert(leader.forges());
    assertEquals(replicas.longestGapMs(sinceMs), 0);
  },

  "an API server that is away for 40 s stops all forging, and one forges when it is back": async (
    stage,
  ) => {
    await using server = await startClusterApi(); // of its own, since the others need theirs
    const replicas = await stage.start({ server });
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    await server.kill();
    await leader.untilNotForging();
    stage.note("forges on for ms:", Date.now() - sinceMs);
    await untilPassed(40_000, sinceMs);
    assertEquals(replicas.forger(), undefined);
    await server.restart();
    const backAtMs = Date.now();
    const next = await replicas.untilOneForges();
    stage.note("forges after it is back, ms:", replicas.nextAbleMs(sinceMs) - backAtMs);
    await untilPassed(20_000, backAtMs);
    assert(next.forges());
  },

  "an API server that hangs for 40 s stops all forging, and one forges when it answers": async (
    stage,
  ) => {
    await using server = await startClusterApi();
    const replicas = await stage.start({ server });
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    server.freeze();
    await leader.untilNotForging();
    await untilPassed(40_000, sinceMs);
    assertEquals(replicas.forger(), undefined);
    server.thaw(); // what was sent meanwhile is carried out late
    const backAtMs = Date.now();
    const next = await replicas.untilOneForges();
    stage.note("forges after it is back, ms:", replicas.nextAbleMs(sinceMs) - backAtMs);
    await untilPassed(20_000, backAtMs);
    assert(next.forges());
  },
}, { atOnce: 7 });
