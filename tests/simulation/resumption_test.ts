// Owns the promise that a handler which ends as its machine goes on begins one spell of forging.
// Never starts a sidecar: the node and its machine are enough.

import { assertEquals } from "@std/assert";
import { PRODUCTION } from "./core.ts";
import { SimulatedNode } from "./node.ts";
import { Pod } from "./pod.ts";
import { World } from "./world.ts";

const TIMINGS = {
  durationMs: 15_000,
  fenceTimeoutMs: 4_000,
  apiTimeoutMs: 2_000,
  renewDeadlineMs: 10_000,
  renewIntervalMs: 3_750,
};

/** So that the machine stops at every stage of the handler in one of them. */
const SEEDS = 40;

Deno.test("a node told to forge before a suspension is able once when its machine goes on", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = new World({ core: PRODUCTION, seed, verbose: false });
    world.isMild = false; // where a suspension would be a fault too many
    const { agenda, oracle } = world;
    const pod = new Pod(world, {
      label: "pod-0",
      name: "pod-0",
      poolId: "pool-a",
      timings: TIMINGS,
      leaseName: "cardano-node-leader",
      previousNames: [],
      nodeHasFlag: true,
      tameWithinMs: 300,
    });
    world.pods.push(pod);
    pod.files = { inPlace: "installed", generation: 1 };
    pod.node = new SimulatedNode(pod, { pid: 1, startTicks: 1 }, true);
    while (!pod.node.accepts) agenda.runUntil(agenda.now + 10, () => false);
    pod.node.hangUp();
    agenda.runUntil(agenda.now + 10, () => false);
    const before = oracle.spells.length;
    pod.suspend(500);
    agenda.runUntil(agenda.now + 600, () => false);
    assertEquals(world.violation, undefined);
    const origins = oracle.spells.slice(before).map(({ origin }) => origin);
    assertEquals(origins, [before === 0 ? "signalled" : "resumed"]);
  }
});
