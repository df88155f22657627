// Owns a world of one cluster by its seed: its replicas, their settings, and when all is well in it.
// Never keeps anything between two runs.

import {
  defaultRenewDeadlineMs,
  longestRenewDeadlineMs,
  type Timings,
} from "../../lib/config/timings.ts";
import { PRODUCTION } from "./core.ts";
import { runCourse, type RunOptions } from "./course.ts";
import { Pod } from "./pod.ts";
import { DEFAULT_LOCK, LOCKS, OTHER_LOCK } from "./rename.ts";
import type { RunSummary } from "./summary.ts";
import { Weather } from "./weather.ts";
import { World } from "./world.ts";

/** After the last fault ended: the longest wait (300 s), a slow start and a back-off at most. */
const RECOVERY_MS_MAX = 700_000;
const STEADY_MS = 60_000;

export function runSeed(seed: number, options: RunOptions = {}): RunSummary {
  const { core = PRODUCTION, verbose = false, keepsOnly, bug } = options;
  const world = new World({ core, seed, verbose, keepsOnly, bug });
  let spells = 0;
  return runCourse(world, {
    populate: () => populate(world, options.replicas),
    newWeather: () => new Weather(world),
    recoveryMsMax: () => RECOVERY_MS_MAX,
    steadyMs: STEADY_MS,
    isWell: () => {
      const before = spells;
      spells = world.oracle.spells.length;
      return world.oracle.ableCount() > 0 && spells === before;
    },
    blame: () => world.violate("nobody_forges", "nobody forges steadily though all is healed"),
    storyMs: 90_000,
  }, options);
}

function populate(world: World, replicas: number | undefined): void {
  const { random, agenda } = world;
  const drawn = 2 + random.below(4);
  const count = replicas ?? drawn;
  const common = drawTimings(world);
  const unequal = world.isUnequal = random.chance(0.25);
  const twins = random.chance(0.12) && count > 2;
  const unflagged = random.chance(0.1) && count > 2 ? random.below(count - 1) : -1;
  const stranger = random.chance(0.1) && count > 2 && !world.isMild ? count - 1 : -1;
  // From the kill of a node that refuses to stop to the earliest claim it is half of FENCE_TIMEOUT and
  // 300 ms: with the shortest one, that is a slot and as much more as clocks may then differ.
  const tameMs = unequal || common.fenceTimeoutMs < 4_000 ? 100 : 300;
  const tameWithinMs = world.isTame ? tameMs : undefined;
  // Most pools never gave their lock another name; where none is given now, a few did before.
  const leaseName = random.chance(world.renames ? 0.5 : 0.8) ? DEFAULT_LOCK : OTHER_LOCK;
  world.lockNames = [leaseName];
  for (let index = 0; index < count; index++) {
    const pod = new Pod(world, {
      label: `pod-${index}`,
      name: twins && index === 1 ? "pod-0" : `pod-${index}`,
      poolId: index === stranger ? "pool-b" : "pool-a",
      timings: unequal ? drawTimings(world) : common,
      leaseName,
      previousNames: leaseName === DEFAULT_LOCK ? [] : [DEFAULT_LOCK],
      nodeHasFlag: index !== unflagged,
      tameWithinMs,
    });
    world.pods.push(pod);
    agenda.after(random.between(0, 8_000), () => pod.kubelet.startPod());
  }
  if (stranger < 0 && world.renames) world.lockNames = LOCKS;
  else world.renames = false;
}

function drawTimings({ random }: World): Timings {
  const durationMs = random.pick([15_000, 15_000, 15_000, 20_000, 30_000]);
  const fenceTimeoutMs = random.pick([4_000, 4_000, 2_000]);
  const apiTimeoutMs = durationMs > 15_000 ? random.pick([2_000, 4_000]) : 2_000;
  const renewDeadlineMs = random.chance(0.6)
    ? defaultRenewDeadlineMs(durationMs, fenceTimeoutMs)
    : longestRenewDeadlineMs(durationMs, fenceTimeoutMs);
  return {
    durationMs,
    fenceTimeoutMs,
    apiTimeoutMs,
    renewDeadlineMs,
    renewIntervalMs: Math.min(5_000, durationMs / 4),
  };
}
