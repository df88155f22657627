// Owns what may befall the way to the API server, for one replica or for all, and its watches.
// Never changes what the API server holds.

import { type Fault, lasting } from "./fault.ts";
import { FAIR, type LinkWeather } from "./link.ts";
import type { Pod } from "./pod.ts";
import type { World } from "./world.ts";

export function foul(world: World, pods: readonly Pod[], weather: LinkWeather, ms: number): void {
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

type Whom = (world: World, pod: Pod) => readonly Pod[];

const ONE: Whom = (_world, pod) => [pod];
const ALL: Whom = ({ pods }) => pods;
const ONE_OR_ALL: Whom = ({ random, pods }, pod) => random.chance(0.5) ? pods : [pod];

/** Mild where `mildMax` is given: no longer than that is tolerated without a move. */
function way(
  name: string,
  weight: number,
  { whom, weather, max, mildMax = 0 }: {
    whom: Whom;
    weather: (world: World) => Partial<LinkWeather>;
    max: number;
    mildMax?: number;
  },
): Fault {
  return {
    name,
    weight,
    isMild: mildMax > 0,
    strike: (world, pod) =>
      foul(
        world,
        whom(world, pod),
        { ...FAIR, ...weather(world) },
        lasting(world, { max, mildMax }),
      ),
  };
}

const STATUSES = ["unauthorized", "forbidden", "throttled", "server_error"] as const;

export const LINK_FAULTS: readonly Fault[] = [
  way("link_hole", 6, {
    whom: ONE,
    weather: () => ({ down: "hole" }),
    max: 90_000,
    mildMax: 4_000,
  }),
  // Of a partition that lets through one direction only: all is done, and nothing is heard of it.
  way("link_deaf", 3, {
    whom: ONE_OR_ALL,
    weather: () => ({ down: "deaf" }),
    max: 90_000,
    mildMax: 4_000,
  }),
  way("link_refused", 2, {
    whom: ONE,
    weather: () => ({ down: "refused" }),
    max: 60_000,
    mildMax: 4_000,
  }),
  way("api_down", 2, {
    whom: ALL,
    weather: ({ random }) => ({ down: random.pick(["hole", "refused"]) }),
    max: 60_000,
    mildMax: 4_000,
  }),
  way("link_mishaps", 6, {
    whom: ONE_OR_ALL,
    weather: ({ random }) => ({
      mishaps: random.between(0.1, 0.9),
      latencyMs: [1, random.skewed(10, 1_500)],
    }),
    max: 120_000,
  }),
  way("link_slow", 3, {
    whom: ONE_OR_ALL,
    weather: ({ random, isMild }) => ({
      latencyMs: [20, isMild ? 700 : random.skewed(100, 2_500)],
    }),
    max: 120_000,
    mildMax: 10_000,
  }),
  way("link_status", 2, {
    whom: ONE,
    weather: ({ random }) => ({ status: random.pick(STATUSES) }),
    max: 60_000,
    mildMax: 4_000,
  }),
  {
    name: "watch_breaks",
    weight: 2,
    isMild: true,
    strike: (world) => {
      for (const watch of world.everyWatch()) if (world.random.chance(0.6)) watch.breakOff();
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
  { name: "watch_stalls", weight: 2, isMild: true, strike: (world) => stallWatches(world) },
];

/** Some of them, until each is noticed or the connection ends. */
export function stallWatches(world: World): void {
  for (const watch of world.everyWatch()) {
    if (!world.random.chance(0.5)) continue;
    watch.stall();
    const breaks = world.random.chance(0.5);
    world.agenda.after(lasting(world, { max: 60_000, mildMax: 8_000 }), () => {
      if (breaks) watch.breakOff();
      else watch.goOn();
    });
  }
}
