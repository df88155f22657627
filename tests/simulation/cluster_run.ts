// Owns a world of several clusters by its seed: what is in it, and when all is well in it.
// Never keeps anything between two runs.

import { defaultRenewDeadlineMs, type Timings } from "../../lib/config/timings.ts";
import { ClusterPod } from "./cluster_pod.ts";
import { ClusterWeather } from "./cluster_weather.ts";
import { ClusterWorld } from "./cluster_world.ts";
import { PRODUCTION } from "./core.ts";
import { runCourse, type RunOptions } from "./course.ts";
import { DEFAULT_LOCK } from "./rename.ts";
import { newSpec, SimulatedCluster } from "./simulated_cluster.ts";
import type { RunSummary } from "./summary.ts";

/**
 * After the last fault began: the longest fault (120 s), the wait for a local lease and for the forge
 * lease (30 s and 40 s, 1 % slow), a node's back-off and start (60 s), a start that failed (60 s), 20
 * failed health checks lived down (20 × 10.3 s). The delays of a failback come on top.
 */
const RECOVERY_MS_MAX = 520_000;
const MINIMUM_STAY_MS = 60_000;
/** The winner stays for so long. */
const STEADY_MS = 90_000;

export function runClusters(seed: number, options: RunOptions = {}): RunSummary {
  const { core = PRODUCTION, verbose = false, keepsOnly, bug } = options;
  const world = new ClusterWorld({ core, seed, verbose, keepsOnly, bug });
  return runCourse(world, {
    populate: () => populate(world),
    newWeather: () => new ClusterWeather(world),
    recoveryMsMax: () => recoveryMsMax(world),
    steadyMs: STEADY_MS,
    isWell: () => isAsItShouldBe(world),
    blame: () => blame(world),
    storyMs: 120_000,
  }, options);
}

function recoveryMsMax({ clusters, clusterOracle }: ClusterWorld): number {
  const untaken = Math.min(5, Math.max(0, ...clusterOracle.untaken.values()));
  const failbackMs = Math.max(...clusters.map(({ plan }) => plan.failbackDelayMs));
  return RECOVERY_MS_MAX + MINIMUM_STAY_MS + 1.02 * failbackMs * 2 ** untaken;
}

function blame(world: ClusterWorld): void {
  const able = world.clusterPods().filter((pod) => world.oracle.isAble(pod));
  const wanted = world.clusterOracle.winners().map(({ label }) => label).join(" or ");
  world.violate(
    able.length === 0 ? "nobody_forges" : "wrong_winner",
    `all is healed; "${wanted}" should forge, "${able.map(({ label }) => label).join()}" does`,
  );
}

/** One of the best forges; where none is allowed, nobody does. */
function isAsItShouldBe(world: ClusterWorld): boolean {
  const able = world.clusterPods().filter((pod) => world.oracle.isAble(pod));
  const winners = world.clusterOracle.winners();
  if (winners.length === 0) return able.length === 0;
  // Of two that share a resource each reports its own health there: then one of all is enough.
  if (world.hasTwins) return able.length === 1;
  return able.length === 1 && winners.some(({ name }) => name === able[0]?.cluster.name);
}

function populate(world: ClusterWorld): void {
  const { random, agenda } = world;
  const count = 2 + random.below(3);
  const unequal = world.isUnequal = random.chance(0.25);
  const twins = random.chance(0.12);
  // What two of one name are able to do cannot be told apart.
  const [barren, forbidden] = [!twins && random.chance(0.14), !twins && random.chance(0.14)];
  const common = drawPlan(world);
  const [localTimings, samePriority] = [drawTimings(world, LOCAL_MS), random.chance(0.2)];
  for (let index = 0; index < count; index++) {
    const name = `c${twins && index === 1 ? 0 : index}`;
    const label = `c${index}`;
    const cluster = new SimulatedCluster({
      ...(unequal ? drawPlan(world) : common),
      label,
      name,
      firstSpec: newSpec(`region-${index}`, samePriority ? 5 : 1 + random.below(5)),
    });
    cluster.isBarren = barren && index === 0;
    cluster.isForbidden = cluster.staysForbidden = forbidden && index === count - 1;
    world.clusters.push(cluster);
    world.follow(cluster.store, label);
    addPods(world, cluster, unequal ? drawTimings(world, LOCAL_MS) : localTimings);
    for (const pod of cluster.pods) {
      agenda.after(random.between(0, 8_000), () => pod.kubelet.startPod());
    }
  }
}

function addPods(world: ClusterWorld, cluster: SimulatedCluster, timings: Timings): void {
  const replicas = 1 + world.random.below(3);
  for (let index = 0; index < replicas; index++) {
    const pod = new ClusterPod(world, {
      cluster,
      plan: {
        label: `${cluster.label}-${index}`,
        name: `pod-${index}`,
        poolId: "pool-a",
        timings,
        leaseName: DEFAULT_LOCK,
        previousNames: [],
        nodeHasFlag: true,
        tameWithinMs: world.isTame ? 300 : undefined,
      },
    });
    pod.manners = pod.goodManners;
    cluster.pods.push(pod);
    world.pods.push(pod);
  }
}

const LOCAL_MS = [15_000, 15_000, 15_000, 20_000, 30_000];
const FORGE_MS = [30_000, 30_000, 15_000, 20_000, 40_000];

function drawTimings({ random }: ClusterWorld, durationsMs: readonly number[]): Timings {
  const durationMs = random.pick(durationsMs);
  const fenceTimeoutMs = 4_000;
  return {
    durationMs,
    fenceTimeoutMs,
    apiTimeoutMs: 2_000,
    renewDeadlineMs: defaultRenewDeadlineMs(durationMs, fenceTimeoutMs),
    renewIntervalMs: Math.min(5_000, durationMs / 4),
  };
}

function drawPlan(world: ClusterWorld) {
  const { random } = world;
  const heartbeatIntervalMs = random.pick([5_000, 10_000, 10_000]);
  return {
    forgeTimings: drawTimings(world, FORGE_MS),
    heartbeatIntervalMs,
    staleAfterMs: random.pick([3, 6]) * heartbeatIntervalMs,
    failbackDelayMs: random.pick([0, 30_000, 90_000, 180_000]),
  };
}
