// Owns the scenarios in which a cluster, or its way to an API, is lost.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals } from "@std/assert";
import { expectFailback, expectSteady, expectTakeover } from "../../support/cluster_moves.ts";
import type { ClusterScenarios } from "../../support/cluster_scenarios.ts";
import { LEASE_DURATION_MS, startClusterApi } from "../../support/replicas.ts";
import { untilPassed } from "../../support/scenarios.ts";

/** As it is without FORGE_LEASE_DURATION. */
const DEFAULT_FORGE_LEASE_MS = 30_000;
const DEFAULT_LEASE = { FORGE_LEASE_DURATION: String(DEFAULT_FORGE_LEASE_MS / 1_000) };

export const LOSSES: ClusterScenarios = {
  "a lost cluster is replaced within the lease, and forges again when it is back": async (
    stage,
  ) => {
    const replicas = ["bp-0", "bp-1", "bp-0", "bp-1"].map((name) => ({ name }));
    const clusters = await stage.start({ env: DEFAULT_LEASE, east: { replicas } });
    const { east, west } = clusters;
    const sinceMs = Date.now();
    await east.vanish(0, 1);
    await expectTakeover(stage, { clusters, by: west, sinceMs, waitMs: DEFAULT_FORGE_LEASE_MS });
    await west.untilStatus("who forges", ({ activeLeader }) => {
      return activeLeader === west.forger()?.pod.name;
    });
    east.start(2, 3);
    await east.untilReady();
    await expectFailback(stage, { clusters, to: east, healedAtMs: Date.now() });
    await west.untilStatus("that it does not forge", ({ activeLeader }) => activeLeader === "");
  },

  "the hub is away for 60 s: nobody forges, and one does when it is back": async (stage) => {
    await using hub = await startClusterApi(); // of its own, since the others need theirs
    const clusters = await stage.start({ servers: { ...stage.servers, hub } });
    const sinceMs = Date.now();
    await hub.kill();
    await clusters.east.untilNotForging();
    stage.note("forges on for ms:", clusters.east.lastAbleMs() - sinceMs);
    await untilPassed(60_000, sinceMs);
    assertEquals(clusters.forging(), undefined);
    await hub.restart();
    const backAtMs = Date.now();
    const next = await clusters.untilOneForges();
    stage.note("forges after it is ready, ms:", Math.max(0, next.nextAbleMs(sinceMs) - backAtMs));
    assert(next.nextAbleMs(sinceMs) - backAtMs <= 20_000, "forges too late");
    stage.note("by", next.key);
    await expectSteady({ by: next, sinceMs: Date.now(), forMs: 20_000 });
  },

  "a cluster cut off from the hub alone stops in time, and the other forges": async (stage) => {
    const clusters = await stage.start();
    const { east, west } = clusters;
    const sinceMs = Date.now();
    east.setHub("hang");
    await expectTakeover(stage, { clusters, by: west, sinceMs });
    await untilPassed(30_000, sinceMs);
    const healedAtMs = Date.now();
    east.setHub("ok");
    await expectSteady({ by: west, sinceMs: healedAtMs, forMs: 20_000 });
    assert(east.hasNotBegun(sinceMs));
    await east.untilReady();
  },

  "a cluster cut off from its own API alone stops in time, and the other forges": async (stage) => {
    const clusters = await stage.start();
    const { east, west } = clusters;
    const sinceMs = Date.now();
    east.setApi("hang");
    await expectTakeover(stage, { clusters, by: west, sinceMs });
    await untilPassed(40_000, sinceMs);
    const healedAtMs = Date.now();
    east.setApi("ok");
    await expectSteady({ by: west, sinceMs: healedAtMs, forMs: 15_000 });
    assert(east.hasNotBegun(sinceMs));
    await east.untilReady();
  },

  "a way to the hub that is refused for 3 s, and ways to all APIs that are slow, cost nothing":
    async (stage) => {
      const clusters = await stage.start();
      const { east, west } = clusters;
      const sinceMs = Date.now();
      for (const one of clusters.both) one.setHub("refuse");
      await untilPassed(3_000, sinceMs);
      for (const one of clusters.both) one.setHub("ok");
      await untilPassed(10_000, sinceMs); // a slow way takes too long for a new TLS connection
      for (const one of clusters.both) {
        one.setHub({ slowMs: 1_000 });
        one.setApi({ slowMs: 1_000 });
      }
      await expectSteady({ by: east, sinceMs, forMs: 45_000 });
      assert(west.hasNotBegun(sinceMs));
    },

  "clusters of unequal FORGE_LEASE_DURATION wait for the longest": async (stage) => {
    const lasting = (seconds: number) => ({ env: { FORGE_LEASE_DURATION: String(seconds) } });
    const clusters = await stage.start({ east: lasting(30), west: lasting(12) });
    const { east, west } = clusters;
    const sinceMs = Date.now();
    east.setHub("hang");
    await expectTakeover(stage, { clusters, by: west, sinceMs, waitMs: 30_000 });
    const healedAtMs = Date.now();
    east.setHub("ok");
    await east.untilWatchesAgain(healedAtMs);
    await clusters.untilRenewed();
    const againMs = Date.now();
    west.setHub("hang");
    await expectTakeover(stage, { clusters, by: east, sinceMs: againMs, waitMs: 30_000 });
  },

  "another replica of the forging cluster takes over, and the cluster does not move": async (
    stage,
  ) => {
    const replicas = [{ name: "bp-0" }, { name: "bp-1" }, { name: "bp-2" }];
    const clusters = await stage.start({ env: DEFAULT_LEASE, east: { replicas } });
    const { east, west, hub } = clusters;
    const before = await hub.lease();
    const first = east.forger()!;
    const endedAtMs = Date.now();
    east.start(2);
    await east.replicas.untilAllAreReady();
    const terminatedAtMs = Date.now();
    await first.pod.terminate();
    const second = await east.untilForging();
    stage.note("gap after a shutdown, ms:", clusters.longestGapMs(terminatedAtMs));
    await east.replicas.untilRenewed();
    const sinceMs = Date.now();
    await second.pod.vanish();
    const renewedAtMs = await east.replicas.renewedAtMs();
    await east.untilNotForging();
    await east.untilForging();
    const afterMs = east.nextAbleMs(sinceMs) - renewedAtMs;
    stage.note("forges after the local lease's last renewal, ms:", afterMs);
    assert(afterMs <= LEASE_DURATION_MS + 1_500, "forges too late");
    await untilPassed(15_000, Date.now());
    assert(west.hasNotBegun(endedAtMs) && east.forges());
    const after = await hub.lease();
    assertEquals(after?.spec?.holderIdentity, before?.spec?.holderIdentity);
    assertEquals(after?.spec?.leaseTransitions, before?.spec?.leaseTransitions);
  },
};
