// Owns the scenarios in which an operator moves the pool, by nothing but edits of the resources.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals } from "@std/assert";
import { conditionIn } from "../../support/cluster.ts";
import { expectPlannedMove, expectSteady, median } from "../../support/cluster_moves.ts";
import type { ClusterScenarios } from "../../support/cluster_scenarios.ts";
import { untilPassed } from "../../support/scenarios.ts";
import { until } from "../../support/until.ts";

export const MOVES: ClusterScenarios = {
  "a planned move takes at most 3 s, by priority, by override, by forgeState": async (stage) => {
    const clusters = await stage.start();
    const { east, west } = clusters;
    const off = { enabled: false, forcePriority: null, forceState: null };
    const moves: [typeof east, () => Promise<void>][] = [
      [west, () => west.edit({ priority: 5 })],
      [east, () => east.edit({ priority: 3 })],
      [west, () => west.edit({ override: { enabled: true, forcePriority: 1, reason: "trial" } })],
      [east, () => west.edit({ override: off })],
      [west, () => east.edit({ forgeState: "Disabled" })],
      [east, () => east.edit({ forgeState: "Priority-based" })],
      [west, () => west.edit({ forgeState: "Enabled" })],
    ];
    const figures: { tookMs: number; gapMs: number }[] = [];
    for (const [to, edit] of moves) {
      figures.push(await expectPlannedMove({ clusters, to, edit }));
      await Promise.all(clusters.both.map((one) => one.untilReady()));
    }
    const status = await west.untilStatus("that it forges", ({ activeLeader }) => {
      return activeLeader === west.forger()?.pod.name;
    });
    assertEquals([status.effectiveState, status.effectivePriority], ["Enabled", 5]);
    // Both tell of their certificate, also the one that only waits.
    for (const one of clusters.both) {
      const { credentials } = await one.untilStatus("that counters agree", (status) => {
        return conditionIn(status, "CertificateCountersAgree")?.status === "True";
      });
      assertEquals(credentials.certificateCounter, clusters.keys.certificateCounter);
      assertEquals(credentials.kesPeriodStart, clusters.keys.kesPeriodStart);
    }
    const [took, gaps] = [figures.map(({ tookMs }) => tookMs), figures.map(({ gapMs }) => gapMs)];
    stage.note("edit to forger, ms:", took.join(" "));
    stage.note("nobody forges, ms:", `${gaps.join(" ")} (median ${median(gaps)})`);
  },

  "an override ends by itself, and the pool goes back at once": async (stage) => {
    const clusters = await stage.start();
    const { east, west } = clusters;
    const expiresAtMs = Math.ceil(Date.now() / 1_000) * 1_000 + 15_000;
    const override = {
      enabled: true,
      reason: "maintenance",
      expiresAt: new Date(expiresAtMs).toISOString().replace(".000", ""),
      forcePriority: 1,
    };
    const { tookMs } = await expectPlannedMove({
      clusters,
      to: west,
      edit: () => west.edit({ override }),
    });
    stage.note("edit to forger, ms:", tookMs);
    const during = await west.untilStatus(
      "the override",
      (status) => conditionIn(status, "OverrideActive")?.status === "True",
    );
    assertEquals(during.effectivePriority, 1);
    await until("its end", () => Date.now() >= expiresAtMs, { timeoutMs: 30_000 });
    await east.untilForging(10_000);
    const afterMs = east.nextAbleMs(expiresAtMs - 1_000) - expiresAtMs;
    stage.note("its end to forger, ms:", afterMs);
    stage.note("gap ms:", clusters.longestGapMs(expiresAtMs - 1_000));
    assert(afterMs >= 0, "ends before its time");
    assert(afterMs <= 3_000, "ends too late");
    assert(clusters.longestGapMs(expiresAtMs - 1_000) <= 2_000);
    await west.untilStatus(
      "that the override is over",
      (status) =>
        conditionIn(status, "OverrideActive")?.status === "False" &&
        status.effectivePriority === 20,
    );
    assertEquals((await clusters.hub.resource("west")).spec.override.enabled, true);
  },

  "all clusters disabled: nobody forges, until one is enabled": async (stage) => {
    const clusters = await stage.start();
    const { east, west } = clusters;
    const sinceMs = Date.now();
    await Promise.all(clusters.both.map((one) => one.edit({ forgeState: "Disabled" })));
    await east.untilNotForging(10_000);
    const stoppedMs = east.lastAbleMs() - sinceMs;
    stage.note("stops after ms:", stoppedMs);
    assert(stoppedMs <= 2_000, "stops too late");
    const status = await east.untilStatus(
      "that it is disabled",
      ({ reason }) => reason === "Disabled",
    );
    assertEquals([status.effectiveState, status.activeLeader], ["Disabled", ""]);
    await untilPassed(20_000, sinceMs);
    assert(east.hasNotBegun(sinceMs) && west.hasNotBegun(sinceMs));
    const backMs = Date.now();
    await Promise.all(clusters.both.map((one) => one.edit({ forgeState: "Priority-based" })));
    await clusters.untilOneForges(10_000);
    const forgesAfterMs = Math.min(...clusters.both.map((one) => one.nextAbleMs(backMs))) - backMs;
    stage.note("forges after ms:", forgesAfterMs);
    assert(forgesAfterMs <= 3_000, "forges too late");
    await until("the favourite to forge", () => east.forges());
    await expectSteady({ by: east, sinceMs: Date.now(), forMs: 10_000 });
  },

  "a deleted resource comes back with its last spec, and nothing moves": async (stage) => {
    const clusters = await stage.start();
    const { hub } = clusters;
    await hub.edit("west", { priority: 30, application: { version: "1.2.3" } });
    await hub.edit("east", { priority: 7, healthCheck: { failureThreshold: 5 } });
    await untilPassed(3_000, Date.now());
    const sinceMs = Date.now();
    for (const cluster of clusters.both) {
      const before = await hub.resource(cluster.region);
      await hub.deleteResource(cluster.region);
      const after = await until(`${cluster.key} to be there again`, async () => {
        const found = await hub.resource(cluster.region);
        return found !== undefined && found.metadata.uid !== before.metadata.uid && found;
      });
      assertEquals([after.spec, after.metadata.labels], [before.spec, before.metadata.labels]);
    }
    await Promise.all(clusters.both.map((one) => one.untilReady()));
    await expectSteady({ by: clusters.east, sinceMs, forMs: 15_000 });
  },
};
