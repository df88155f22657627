// Owns one run: a world by its seed, faults for a while, healing, and what came of it.
// Never keeps anything between two runs.

import {
  defaultRenewDeadlineMs,
  longestRenewDeadlineMs,
  type Timings,
} from "../../lib/config/timings.ts";
import type { ApartClass } from "./apart.ts";
import { type Core, PRODUCTION } from "./core.ts";
import type { Fault } from "./fault.ts";
import { Pod } from "./pod.ts";
import { DEFAULT_LOCK, LOCKS, OTHER_LOCK } from "./rename.ts";
import { Weather } from "./weather.ts";
import { type Violation, World } from "./world.ts";

/** After the last fault ended: the longest wait (300 s), a slow start and a back-off at most. */
export const RECOVERY_MS_MAX = 700_000;
const STEADY_MS = 60_000;

export interface RunResult {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly apart: readonly ApartClass[];
  readonly digest: string;
  readonly story: readonly string[];
  readonly simulatedMs: number;
  readonly spells: number;
  readonly recoveredMs: number | undefined;
  readonly faults: ReadonlyMap<string, number>;
  readonly gapsMs: readonly number[];
  readonly steps: number;
}

export interface RunOptions {
  readonly core?: Core;
  readonly hours?: number;
  readonly verbose?: boolean;
  /** So many instead of two to five by chance. */
  readonly replicas?: number | undefined;
  /** Beside those of every world. */
  readonly moreFaults?: readonly Fault[];
}

export function runSeed(
  seed: number,
  { core = PRODUCTION, hours = 0.25, verbose = false, moreFaults = [], replicas }: RunOptions = {},
): RunResult {
  const world = new World({ core, seed, verbose });
  let recoveredMs: number | undefined;
  try {
    populate(world, replicas);
    recoveredMs = play(world, { foulMs: hours * 3_600_000, moreFaults });
  } catch (error) {
    world.violate("exception", error instanceof Error ? error.stack ?? error.message : `${error}`);
  }
  const { spells } = world.oracle;
  return {
    seed,
    violation: world.violation,
    apart: world.apart,
    digest: world.story.digest,
    story: world.violation === undefined ? [] : world.story.tail(90_000),
    simulatedMs: world.agenda.now,
    spells: spells.length,
    recoveredMs,
    faults: world.faults,
    gapsMs: spells.slice(1).map((spell, index) => spell.from - (spells[index]?.to ?? spell.from)),
    steps: world.steps,
  };
}

function play(
  world: World,
  { foulMs, moreFaults }: { foulMs: number; moreFaults: readonly Fault[] },
): number | undefined {
  const { agenda, oracle } = world;
  const over = () => world.isOver;
  const weather = new Weather(world, moreFaults);
  agenda.runUntil(foulMs, over);
  if (over()) return undefined;
  weather.heal();
  // Faults end by themselves some time after healing, and only then does the clock of recovery run.
  const healedAt = agenda.now;
  let ableSince: number | undefined;
  let moves = oracle.spells.length;
  for (let at = healedAt; at <= healedAt + RECOVERY_MS_MAX; at += 1_000) {
    agenda.runUntil(at, over);
    if (over()) return undefined;
    const steady = oracle.ableCount() > 0 && moves === oracle.spells.length;
    if (!steady) ableSince = undefined;
    else ableSince ??= at;
    moves = oracle.spells.length;
    if (ableSince !== undefined && at - ableSince >= STEADY_MS) return ableSince - healedAt;
  }
  world.violate("nobody_forges", "nobody forges steadily though all is healed");
  return undefined;
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
  const tameWithinMs = world.isTame ? 300 : undefined;
  const leaseName = random.chance(0.5) ? DEFAULT_LOCK : OTHER_LOCK;
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
