// Owns the proof that two clusters agree by the coordination API who forges, and tell why.
// Never decides for them: the policy's own tests know every rule.

import { assert, assertEquals } from "@std/assert";
import { until } from "../../support/until.ts";
import { conditionOf, HUB, Rig, untilStatus } from "./rig.ts";

Deno.test("an operator's edit moves forging, and both clusters tell of it", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1", { CLUSTER_PRIORITY: "10" });
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => forgingEnabled);
  const us = rig.lead("us-east-1", { CLUSTER_PRIORITY: "20" });
  await untilStatus(rig, us.name, ({ forgeEpoch }) => forgeEpoch !== undefined);
  const waiting = rig.resource(us.name).status;
  assertEquals([waiting.activeLeader, waiting.reason], ["", "Waiting"]);
  assertEquals(
    waiting.message,
    "us-east-1 waits: eu-west-1 has better effective priority (10 < 20)",
  );
  assertEquals(us.tier.nobodyForges, undefined);
  assertEquals(us.tier.clusters.map(({ name, rank, forges }) => [name, rank, forges]), [
    [eu.name, 1, true],
    [us.name, 2, false],
  ]);
  assert(us.tier.clusters[0]!.heartbeatAgeMs! < 2_000);

  await rig.request("PATCH", rig.pathOf(us.name), { spec: { priority: 1 } });
  await untilStatus(rig, us.name, ({ forgingEnabled }) => forgingEnabled);
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => !forgingEnabled);
  assertEquals([eu.tier.moves, us.tier.moves], [{ edit: 1 }, {}]);
  assertEquals(us.tier.forgeLease.holder, us.name);
  await until("the loser to see the holder", () => eu.tier.forgeLease.holder === us.name);
  assertEquals(conditionOf(rig.resource(eu.name), "Forging").status, "False");
  assertEquals(
    eu.logged("Forge lease is given up").map(({ to, reason }) => [to, reason]),
    [[us.name, "Edit"]],
  );
});

Deno.test("with every cluster disabled nobody forges, and each says why", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1");
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => forgingEnabled);
  await rig.request("PATCH", rig.pathOf(eu.name), { spec: { forgeState: "Disabled" } });
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => !forgingEnabled);
  await until("the lease to be released", () => eu.tier.forgeLease.holder === "");
  assertEquals(eu.tier.nobodyForges, "Nobody may forge: eu-west-1 is disabled by forgeState");
  assertEquals(eu.driver.snapshot().leads, true);
  await untilStatus(rig, eu.name, ({ reason }) => reason === "Disabled");
});

Deno.test("a resource that cannot be used is told of by field, and stops its cluster only", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1");
  const us = rig.lead("us-east-1");
  await untilStatus(rig, eu.name, ({ conditions }) => conditions.length > 0);
  await untilStatus(rig, us.name, ({ conditions }) => conditions.length > 0);
  await rig.request("PATCH", rig.pathOf(us.name), { spec: { priority: "first" } });
  const lines = () => eu.logged("Cluster resource cannot be used: its cluster does not take part");
  await until("the log line", () => lines().length > 0);
  assertEquals(lines().map(({ cluster, field }) => [cluster, field]), [[us.name, "spec.priority"]]);
  await untilStatus(rig, us.name, ({ reason }) => reason === "Unusable");
  assert(rig.resource(us.name).status.message.includes("spec.priority"));
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => forgingEnabled);
});

Deno.test("while a better cluster is silent, no second that passes is written", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1", { CLUSTER_STALE_AFTER: "5", CLUSTER_PRIORITY: "20" });
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => forgingEnabled);
  const dead = "preview-mine-us-east-1";
  await rig.request("POST", rig.pathOf("").slice(0, -1), {
    ...rig.resource(eu.name),
    metadata: { name: dead, labels: rig.resource(eu.name).metadata.labels },
    spec: { ...rig.resource(eu.name).spec, region: "us-east-1", priority: 1 },
  });
  const { status } = rig.resource(eu.name);
  await rig.request("PATCH", `${rig.pathOf(dead)}/status`, { status });
  await until(
    "the silence to be noticed",
    () => eu.tier.own?.reason.includes("has not reported for"),
    { timeoutMs: 8_000 },
  );
  await untilStatus(rig, eu.name, ({ message }) => message.includes("for more than 5 s"));
  const begun = rig.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 2_200));
  const writes = rig.requests.slice(begun).filter(({ method, path }) =>
    method === "PATCH" && path.includes(`/${HUB}/`)
  );
  assert(writes.length <= 3, `${writes.length} writes in 2.2 s, where 1 s lies between heartbeats`);
});
