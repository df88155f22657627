// Owns the scenarios in which a cluster's health endpoint fails, flaps, is slow, or hangs.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals } from "@std/assert";
import { type Cluster, conditionIn } from "../../support/cluster.ts";
import { expectFailback, expectMoveAfterStay, expectSteady } from "../../support/cluster_moves.ts";
import type { ClusterScenarios } from "../../support/cluster_scenarios.ts";
import { startHealthEndpoint } from "../../support/health_endpoint.ts";

/** What an operator writes to have the endpoint called each second. */
function checks(endpoint: string): { healthCheck: Record<string, unknown> } {
  const often = { interval: "1s", timeout: "1s", failureThreshold: 3 };
  return { healthCheck: { enabled: true, endpoint, ...often } };
}

function untilHealthy(cluster: Cluster, healthy: boolean): Promise<unknown> {
  const says = healthy ? "True" : "False";
  return cluster.untilStatus(
    `Healthy ${says}`,
    (status) =>
      status.healthStatus.healthy === healthy && conditionIn(status, "Healthy")?.status === says,
  );
}

export const HEALTH: ClusterScenarios = {
  "a cluster whose health fails gives way after its stay, and forges again when it is well": async (
    stage,
  ) => {
    await using endpoint = startHealthEndpoint();
    const clusters = await stage.start();
    const { east, west } = clusters;
    await east.edit(checks(endpoint.url));
    await east.untilStatus("a check", ({ healthStatus }) => healthStatus.lastProbeTime);
    endpoint.setMode("fail");
    const sinceMs = Date.now();
    await untilHealthy(east, false);
    assertEquals((await east.status()).effectivePriority, 110);
    await expectMoveAfterStay(stage, { clusters, to: west, sinceMs });
    endpoint.setMode("ok");
    await untilHealthy(east, true);
    await expectFailback(stage, { clusters, to: east, healedAtMs: Date.now() });
  },

  "a health endpoint that hangs is one that fails": async (stage) => {
    await using endpoint = startHealthEndpoint();
    const clusters = await stage.start();
    const { east, west } = clusters;
    endpoint.setMode("hang");
    const sinceMs = Date.now();
    await east.edit(checks(endpoint.url));
    await untilHealthy(east, false);
    stage.note("unhealthy after ms:", Date.now() - sinceMs);
    await expectMoveAfterStay(stage, { clusters, to: west, sinceMs });
    assertEquals(endpoint.openAtOnceMax(), 1);
  },

  "a health endpoint that flaps, and one that is slow, move nothing": async (stage) => {
    await using flapping = startHealthEndpoint();
    await using slow = startHealthEndpoint();
    await using slowToo = startHealthEndpoint();
    const clusters = await stage.start();
    const { east, west } = clusters;
    flapping.setMode("flap");
    for (const one of [slow, slowToo]) one.setMode({ slowMs: 700 });
    const sinceMs = Date.now();
    await east.edit(checks(flapping.url));
    await west.edit(checks(slow.url));
    await expectSteady({ by: east, sinceMs, forMs: 45_000 });
    await east.edit(checks(slowToo.url));
    await west.edit(checks(flapping.url));
    await expectSteady({ by: east, sinceMs, forMs: 90_000 });
    assert(west.hasNotBegun(sinceMs));
    const { healthStatus } = await east.status();
    assertEquals([healthStatus.healthy, healthStatus.consecutiveFailures], [true, 0]);
    const responseMs = parseInt(healthStatus.responseTime);
    assert(responseMs >= 700 && responseMs < 1_000, `answers after ${responseMs} ms`);
    assertEquals([slow, slowToo].map((one) => one.openAtOnceMax()), [1, 1]);
  },
};
