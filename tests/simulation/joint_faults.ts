// Owns faults that strike one replica together, where chance alone would hardly ever let them meet.
// Never joins what is beyond the stated assumptions.

import { elapsedMs } from "../../lib/core/time.ts";
import type { Fault } from "./fault.ts";
import { FAIR } from "./link.ts";
import { foul } from "./link_faults.ts";
import type { Pod } from "./pod.ts";
import { misbehave, seesMetrics } from "./process_faults.ts";
import type { World } from "./world.ts";

/** Until no renewal can be under way any more. */
const IN_FLIGHT_MS = 1_500;

/**
 * Its way to the API is cut, its node refuses to stop, and the sidecar ends before it kills the node:
 * the next one has to know how long the node was asked already.
 */
function interruptFence(world: World, pod: Pod): boolean | void {
  const { sidecar } = pod;
  if (!sidecar?.isAlive || !pod.permitRuns() || !world.oracle.isAble(pod) || !pod.link.isFair) {
    return false;
  }
  if (!seesMetrics(pod) || misbehave(world, pod, { refusesStop: true }) === false) return false;
  foul(world, [pod], { ...FAIR, down: "hole" }, world.random.between(25_000, 60_000));
  const { fenceTimeoutMs } = pod.timings;
  const beforeKillMs = world.random.between(0, fenceTimeoutMs / 2);
  const restartMs = world.random.between(100, fenceTimeoutMs / 4 + 150);
  world.agenda.after(IN_FLIGHT_MS, () => {
    const { permit } = sidecar.guard.state;
    if (!sidecar.isAlive || permit === undefined) return;
    const leftMs = elapsedMs(sidecar.guard.seenInstant().permit, permit.until);
    world.agenda.after(Math.max(0, leftMs) + beforeKillMs, () => {
      pod.kubelet.sidecarRestartMs = restartMs;
      sidecar.end("is killed in its fence");
    });
  });
}

export const JOINT_FAULTS: readonly Fault[] = [
  { name: "fence_interrupted", weight: 2, strike: interruptFence },
];
