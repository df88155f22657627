// Owns the scenarios in which clusters start: from nothing, again, twice under one name, or in vain.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Cluster, conditionIn } from "../../support/cluster.ts";
import { expectSteady, expectTakeover } from "../../support/cluster_moves.ts";
import type { ClusterScenarios } from "../../support/cluster_scenarios.ts";
import { FORGE_LEASE_DURATION_MS, MINIMUM_STAY_MS } from "../../support/clusters.ts";
import { LEASE_DURATION_MS } from "../../support/replicas.ts";

/** Of the dry run by which a cluster finds that it may claim again. */
const TRY_AGAIN_MS = 30_000;
const NAMES_TWICE = ["bp-0", "bp-1", "bp-0", "bp-1"].map((name) => ({ name }));

/** As a StatefulSet would: the last first, each ready before the next ends. */
async function restart(cluster: Cluster): Promise<void> {
  for (const index of [1, 0]) {
    await cluster.replicas.at(index).pod.terminate();
    cluster.start(2 + index);
    await cluster.replicas.untilReady(cluster.replicas.at(2 + index));
  }
}

export const STARTS: ClusterScenarios = {
  "a favourite whose nodes do not heed a start costs its time ever more rarely": async (stage) => {
    const deaf = { node: { misbehaviours: ["ignore-sighup"] as const } };
    const clusters = await stage.make({
      env: { FAILBACK_DELAY: "45" },
      east: { replicas: [deaf, deaf] },
    });
    const { east, west } = clusters;
    await stage.oneAtATime(async () => {
      east.start();
      await east.replicas.untilAllAreReady();
      west.start();
      await west.replicas.untilAllAreReady();
    });
    await west.untilForging();
    const firstMs = west.nextAbleMs(0);
    await west.untilNotForging(MINIMUM_STAY_MS + 10_000); // it yields to the better one, once
    await west.untilForging();
    const againMs = Date.now();
    stage.note("a yield in vain costs ms:", clusters.longestGapMs(firstMs));
    assert(clusters.longestGapMs(firstMs) <= 15_000, "nobody forges for too long");
    await expectSteady({ by: west, sinceMs: againMs, forMs: 85_000 });
    assert(east.hasNotBegun(0));
  },

  "a favourite that may not write the forge lease costs its time once, and nothing after": async (
    stage,
  ) => {
    const clusters = await stage.start();
    const { east, west, hub } = clusters;
    const sinceMs = Date.now();
    await hub.setLeaseRights("east", "read");
    await expectTakeover(stage, { clusters, by: west, sinceMs });
    const movedAtMs = Date.now();
    await expectSteady({ by: west, sinceMs: movedAtMs, forMs: 75_000 });
    assert(east.hasNotBegun(sinceMs));
    const { forgeEpoch, lastHeartbeatTime } = await east.status();
    assert(Date.now() - Date.parse(lastHeartbeatTime) < 5_000, "does not report any more");
    assert(forgeEpoch !== (await hub.lease())?.spec?.leaseTransitions);
    assertStringIncludes((await west.status()).message, "reports that it can claim in epoch");
    const healedAtMs = Date.now();
    await hub.setLeaseRights("east", "write");
    await east.untilForging(TRY_AGAIN_MS + 10_000); // it was better all along, and only had to answer
    stage.note("fails back after ms:", east.nextAbleMs(healedAtMs) - healedAtMs);
    stage.note("gap ms:", clusters.longestGapMs(healedAtMs));
  },

  "a rolling restart of both clusters costs a second or two each, and moves nothing": async (
    stage,
  ) => {
    const replicas = NAMES_TWICE;
    const clusters = await stage.start({ east: { replicas }, west: { replicas } });
    const { east, west, hub } = clusters;
    const before = await hub.lease();
    const sinceMs = Date.now();
    await stage.oneAtATime(() => Promise.all(clusters.both.map(restart)));
    await Promise.all(clusters.both.map((one) => one.untilReady()));
    stage.note("nobody forges, ms:", clusters.gapsMs(sinceMs).join(" "));
    assert(clusters.longestGapMs(sinceMs) <= 2_500, "nobody forges for too long");
    await expectSteady({ by: east, sinceMs: Date.now(), forMs: 20_000 });
    assert(west.hasNotBegun(sinceMs));
    assertEquals((await hub.lease())?.spec?.leaseTransitions, before?.spec?.leaseTransitions);
  },

  "both clusters started at once from nothing: one forges after the waits": async (stage) => {
    const clusters = await stage.make({ released: false });
    const startedAtMs = Date.now();
    await stage.oneAtATime(async () => {
      for (const cluster of clusters.both) cluster.start();
      await Promise.all(clusters.both.map(({ replicas }) => replicas.untilAllAreReady()));
    });
    const first = await clusters.untilOneForges();
    const afterMs = first.nextAbleMs(startedAtMs) - startedAtMs;
    stage.note("forges after ms:", afterMs);
    stage.note("by", first.key);
    assert(afterMs >= 0.99 * (LEASE_DURATION_MS + FORGE_LEASE_DURATION_MS));
    assert(afterMs <= LEASE_DURATION_MS + FORGE_LEASE_DURATION_MS + 10_000, "forges too late");
    assert(first === clusters.east, "the worse one forges");
    await expectSteady({ by: first, sinceMs: Date.now(), forMs: 20_000 });
  },

  "two clusters of one region: one forges, the other says why not, and takes over": async (
    stage,
  ) => {
    const region = "one";
    const clusters = await stage.make({ east: { region }, west: { region } });
    const { east, west } = clusters;
    await stage.oneAtATime(async () => {
      east.start();
      await east.untilForging();
      west.start();
      await west.replicas.untilAllAreReady();
    });
    const sinceMs = Date.now();
    const status = await west.untilStatus(
      "the duplicate",
      (status) => conditionIn(status, "DuplicateClusterName")?.status === "True",
    );
    assertStringIncludes(conditionIn(status, "DuplicateClusterName").message, east.name);
    await expectSteady({ by: east, sinceMs, forMs: 40_000 });
    assert(west.hasNotBegun(sinceMs));
    const lostAtMs = Date.now();
    await east.vanish();
    await expectTakeover(stage, { clusters, by: west, sinceMs: lostAtMs });
  },

  "a cluster whose Secret becomes a bad one forges on until its pods are made anew": async (
    stage,
  ) => {
    const clusters = await stage.start({ east: { replicas: NAMES_TWICE } });
    const { east, west, keys } = clusters;
    const badAtMs = Date.now();
    east.replicas.secret.replace({ ...keys, opcert: "not a certificate\n" });
    await east.forger()!.untilLogged("Credentials invalid", { sinceMs: badAtMs });
    await expectSteady({ by: east, sinceMs: badAtMs, forMs: 15_000 });
    const sinceMs = Date.now();
    for (const index of [0, 1]) {
      await east.replicas.at(index).pod.terminate();
      east.start(2 + index);
    }
    await expectTakeover(stage, { clusters, by: west, sinceMs });
    await expectSteady({ by: west, sinceMs: Date.now(), forMs: 15_000 });
    const anew = [2, 3].map((index) => east.replicas.at(index));
    for (const { record } of anew) assertEquals(record.lines(), []); // its node is not started
  },
};
