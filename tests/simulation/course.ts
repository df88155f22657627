// Owns the course of every run: a world is built, faults strike for a while, all is healed, and the
// right one forges within the bound and stays.
// Never keeps anything between two runs.

import type { Core } from "./core.ts";
import { type RunSummary, summarize } from "./summary.ts";
import type { GuardBug, World } from "./world.ts";

export interface RunOptions {
  readonly core?: Core;
  readonly bug?: GuardBug | undefined;
  /** Of faults; healing comes on top. */
  readonly hours?: number;
  readonly verbose?: boolean;
  /** In a world of one cluster so many instead of two to five by chance. */
  readonly replicas?: number | undefined;
  /** Keys of the faults that strike; undefined: all. */
  readonly keepsOnly?: ReadonlySet<string> | undefined;
  /** Another day in the same world: the same faults, other latencies. */
  readonly salt?: number;
}

export interface Course {
  readonly populate: () => void;
  readonly newWeather: () => { heal(): void };
  /** After healing all is to be well within this, and to stay so for `steadyMs`. */
  readonly recoveryMsMax: () => number;
  readonly steadyMs: number;
  readonly isWell: () => boolean;
  readonly blame: () => void;
  readonly storyMs: number;
}

const LOOK_MS = 1_000;

export function runCourse(
  world: World,
  course: Course,
  { hours = 0.25, salt = 0 }: RunOptions,
): RunSummary {
  let recoveredMs: number | undefined;
  try {
    course.populate();
    const weather = course.newWeather();
    if (salt !== 0) world.reseed(salt);
    recoveredMs = play(world, { course, weather, foulMs: hours * 3_600_000 });
  } catch (error) {
    world.violate("exception", error instanceof Error ? error.stack ?? error.message : `${error}`);
  }
  return summarize(world, { recoveredMs, storyMs: course.storyMs });
}

function play(
  world: World,
  { course, weather, foulMs }: { course: Course; weather: { heal(): void }; foulMs: number },
): number | undefined {
  const { agenda } = world;
  const over = () => world.isOver;
  agenda.runUntil(foulMs, over);
  if (over()) return undefined;
  weather.heal();
  // Faults end by themselves some time after healing, which the bound allows for.
  const healedAt = agenda.now;
  const until = healedAt + course.recoveryMsMax() + course.steadyMs;
  let wellSince: number | undefined;
  for (let at = healedAt; at <= until; at += LOOK_MS) {
    agenda.runUntil(at, over);
    if (over()) return undefined;
    if (!course.isWell()) wellSince = undefined;
    else wellSince ??= at;
    if (wellSince !== undefined && at - wellSince >= course.steadyMs) return wellSince - healedAt;
  }
  course.blame();
  return undefined;
}
