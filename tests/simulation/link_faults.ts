// Owns what may befall the way to the API server, for one replica or for all.
// Never changes what the API server holds.

import { type Fault, lasting } from "./fault.ts";
import { FAIR, type LinkWeather } from "./link.ts";
import type { Pod } from "./pod.ts";
import type { World } from "./world.ts";

function foul(world: World, pods: readonly Pod[], weather: LinkWeather, ms: number): void {
  for (const pod of pods) {
    pod.trouble();
    pod.link.set(weather);
    world.note(pod.label, `link: ${describe(weather)} for ${Math.round(ms)} ms`);
    world.agenda.after(ms, () => {
      if (pod.link.weather !== weather) return;
      pod.trouble();
      pod.link.set(FAIR);
      world.note(pod.label, "link: fair");
    });
  }
}

function describe({ down, mishaps, latencyMs, status }: LinkWeather): string {
  return `down ${down}, mishaps ${mishaps.toFixed(2)}, latency to ${
    latencyMs[1].toFixed(0)
  } ms, status ${status ?? "none"}`;
}

export const LINK_FAULTS: readonly Fault[] = [
  {
    name: "link_hole",
    weight: 6,
    isMild: true,
    strike: (world, pod) =>
      foul(
        world,
        [pod],
        { ...FAIR, down: "hole" },
        lasting(world, { max: 90_000, mildMax: 4_000 }),
      ),
  },
  {
    name: "link_refused",
    weight: 2,
    isMild: true,
    strike: (world, pod) =>
      foul(
        world,
        [pod],
        { ...FAIR, down: "refused" },
        lasting(world, {
          max: 60_000,
          mildMax: 4_000,
        }),
      ),
  },
  {
    name: "api_down",
    weight: 2,
    isMild: true,
    strike: (world) =>
      foul(
        world,
        world.pods,
        { ...FAIR, down: world.random.pick(["hole", "refused"]) },
        lasting(world, { max: 60_000, mildMax: 4_000 }),
      ),
  },
  {
    name: "link_mishaps",
    weight: 6,
    strike: (world, pod) =>
      foul(
        world,
        world.random.chance(0.5) ? world.pods : [pod],
        {
          ...FAIR,
          mishaps: world.random.between(0.1, 0.9),
          latencyMs: [1, world.random.skewed(10, 1_500)],
        },
        lasting(world, { max: 120_000, mildMax: 0 }),
      ),
  },
  {
    name: "link_slow",
    weight: 3,
    isMild: true,
    strike: (world, pod) =>
      foul(
        world,
        world.random.chance(0.5) ? world.pods : [pod],
        { ...FAIR, latencyMs: [20, world.isMild ? 700 : world.random.skewed(100, 2_500)] },
        lasting(world, { max: 120_000, mildMax: 10_000 }),
      ),
  },
  {
    name: "link_status",
    weight: 2,
    isMild: true,
    strike: (world, pod) =>
      foul(
        world,
        [pod],
        {
          ...FAIR,
          status: world.random.pick(["unauthorized", "forbidden", "throttled", "server_error"]),
        },
        lasting(world, { max: 60_000, mildMax: 4_000 }),
      ),
  },
  {
    name: "watch_breaks",
    weight: 2,
    isMild: true,
    strike: (world) => {
      for (const watch of world.watches) if (world.random.chance(0.6)) watch.breakOff();
    },
  },
  {
    name: "watch_lags",
    weight: 2,
    isMild: true,
    strike: (world) => {
      world.watchLagMs = world.random.skewed(50, 8_000);
      world.agenda.after(30_000, () => world.watchLagMs = 20);
    },
  },
];
