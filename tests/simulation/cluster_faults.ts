// Owns what may befall several clusters: ways to either API, resources, leases, whole clusters.
// Never outlives the healing by more than the time it was given.

import type { ClusterSpec } from "../../lib/core/cluster.ts";
import { wallTime } from "../../lib/core/time.ts";
import type { ClusterPod } from "./cluster_pod.ts";
import { type ClusterWorld, FORGE_LEASE } from "./cluster_world.ts";
import type { Fault } from "./fault.ts";
import { EPOCH_MS } from "./host.ts";
import { FAIR, type Link, type LinkWeather } from "./link.ts";
import { stallWatches } from "./link_faults.ts";
import { NO_OVERRIDE, type SimulatedCluster } from "./simulated_cluster.ts";

export type ClusterFault = Fault<ClusterWorld, ClusterPod>;

type Api = "own API" | "hub";

export function cut(
  world: ClusterWorld,
  { pods, api, weather, ms }: {
    pods: readonly ClusterPod[];
    api: Api;
    weather: LinkWeather;
    ms: number;
  },
): void {
  const links: Link[] = pods.map((pod) => api === "hub" ? pod.hubLink : pod.link);
  world.note(
    pods.map(({ label }) => label).join("+"),
    `${api}: ${weather.status ?? weather.down}, mishaps ${weather.mishaps.toFixed(2)} for ${
      Math.round(ms)
    } ms`,
  );
  set(world, pods, links, weather);
  world.agenda.after(ms, () => {
    const still = links.filter((link) => link.weather === weather);
    set(world, pods, still, FAIR);
  });
}

function set(
  world: ClusterWorld,
  pods: readonly ClusterPod[],
  links: readonly Link[],
  weather: LinkWeather,
): void {
  world.clusterOracle.troubledAt = world.agenda.now;
  for (const pod of pods) pod.trouble();
  for (const link of links) link.set(weather);
}

function anyWeather({ random }: ClusterWorld): LinkWeather {
  return random.pick<() => LinkWeather>([
    () => ({ ...FAIR, down: "hole" }),
    () => ({ ...FAIR, down: "hole" }),
    () => ({ ...FAIR, down: "refused" }),
    () => ({ ...FAIR, down: "deaf" }),
    () => ({
      ...FAIR,
      mishaps: random.between(0.1, 0.9),
      latencyMs: [1, random.skewed(10, 1_500)],
    }),
    () => ({ ...FAIR, latencyMs: [20, random.skewed(100, 2_500)] }),
    () => ({
      ...FAIR,
      status: random.pick(["unauthorized", "forbidden", "throttled", "server_error"]),
    }),
  ])();
}

function cutSome(
  world: ClusterWorld,
  api: Api,
  pods: readonly ClusterPod[],
): void {
  cut(world, { pods, api, weather: anyWeather(world), ms: world.random.skewed(200, 120_000) });
}

function editSpec(
  world: ClusterWorld,
  { name }: SimulatedCluster,
  { what, change }: { what: string; change: (spec: ClusterSpec) => ClusterSpec },
): boolean {
  world.note("operator", `${name}: ${what}`);
  return world.clusterStore.edit(name, change);
}

function override(world: ClusterWorld, cluster: SimulatedCluster): boolean {
  const { random, agenda } = world;
  const lastsMs = random.chance(0.7) ? random.skewed(2_000, 200_000) : undefined;
  const forceState = random.chance(0.3) ? undefined : random.pick(["Enabled", "Disabled"] as const);
  const forcePriority = random.chance(0.6) ? 1 + random.below(9) : undefined;
  return editSpec(world, cluster, {
    what: `override ${forceState} ${forcePriority} for ${lastsMs?.toFixed(0)} ms`,
    change: (spec) => ({
      ...spec,
      override: {
        enabled: true,
        reason: "drill",
        expiresAt: lastsMs === undefined
          ? undefined
          : wallTime(EPOCH_MS + Math.floor(agenda.now + lastsMs)),
        forcePriority,
        forceState,
      },
    }),
  });
}

export const CLUSTER_FAULTS: readonly ClusterFault[] = [
  { name: "hub_way_of_a_pod", weight: 4, strike: (w, pod) => cutSome(w, "hub", [pod]) },
  {
    name: "hub_way_of_a_cluster",
    weight: 6,
    strike: (world, pod) => cutSome(world, "hub", pod.cluster.pods),
  },
  { name: "hub_down", weight: 3, strike: (w) => cutSome(w, "hub", w.clusterPods()) },
  { name: "own_api_of_a_pod", weight: 3, strike: (w, pod) => cutSome(w, "own API", [pod]) },
  {
    name: "own_api_of_a_cluster",
    weight: 4,
    strike: (world, pod) => cutSome(world, "own API", pod.cluster.pods),
  },
  {
    name: "watches_break",
    weight: 3,
    strike: (world) => {
      world.clusterOracle.troubledAt = world.agenda.now;
      for (const watch of world.everyWatch()) if (world.random.chance(0.6)) watch.breakOff();
    },
  },
  {
    name: "watches_lag",
    weight: 3,
    strike: (world) => {
      world.clusterOracle.troubledAt = world.agenda.now;
      world.watchLagMs = world.random.skewed(50, 8_000);
      world.agenda.after(30_000, () => {
        world.clusterOracle.troubledAt = world.agenda.now;
        world.watchLagMs = 20;
      });
    },
  },
  {
    name: "watches_stall",
    weight: 3,
    strike: (world) => {
      world.clusterOracle.troubledAt = world.agenda.now;
      stallWatches(world);
      world.agenda.after(60_000, () => world.clusterOracle.troubledAt = world.agenda.now);
    },
  },
  {
    name: "priority_edited",
    weight: 3,
    strike: (world, { cluster }) => {
      const priority = 1 + world.random.below(5);
      return editSpec(world, cluster, {
        what: `priority ${priority}`,
        change: (spec) => ({ ...spec, priority }),
      });
    },
  },
  {
    name: "state_edited",
    weight: 3,
    strike: (world, { cluster }) => {
      const forgeState = world.random.pick(
        ["Enabled", "Disabled", "Priority-based", "Priority-based"] as const,
      );
      return editSpec(world, cluster, {
        what: forgeState,
        change: (spec) => ({ ...spec, forgeState }),
      });
    },
  },
  { name: "override_set", weight: 3, strike: (world, { cluster }) => override(world, cluster) },
  {
    name: "override_removed",
    weight: 2,
    strike: (world, { cluster }) =>
      editSpec(world, cluster, {
        what: "no override",
        change: (spec) => ({ ...spec, override: NO_OVERRIDE }),
      }),
  },
  {
    name: "all_disabled",
    weight: 0.7,
    strike: (world) => {
      for (const cluster of world.clusters) {
        editSpec(world, cluster, {
          what: "Disabled with all",
          change: (spec) => ({ ...spec, forgeState: "Disabled" }),
        });
      }
      world.agenda.after(world.random.skewed(500, 60_000), () => {
        for (const cluster of world.clusters) {
          editSpec(world, cluster, {
            what: "enabled with all",
            change: (spec) => ({ ...spec, forgeState: "Priority-based" }),
          });
        }
      });
    },
  },
  {
    name: "resource_deleted",
    weight: 2,
    strike: (world, { cluster }) => {
      world.note("operator", `deletes resource ${cluster.name}`);
      return world.clusterStore.remove(cluster.name);
    },
  },
  {
    name: "health_flaps",
    weight: 4,
    strike: (world, { cluster }) => {
      world.note(cluster.label, `endpoint ${cluster.endpointOk ? "fails" : "answers"}`);
      cluster.endpointOk = !cluster.endpointOk;
    },
  },
  {
    name: "tip_far_behind",
    weight: 1,
    strike: (_world, { cluster }) => {
      cluster.farBehind = !cluster.farBehind;
    },
  },
  {
    name: "local_lease_deleted",
    weight: 3,
    strike: (_world, pod) => pod.cluster.store.remove(pod.leaseName),
  },
  {
    name: "forge_lease_deleted",
    weight: 2,
    strike: (world) => world.hub.remove(FORGE_LEASE),
  },
  {
    name: "forge_lease_emptied",
    weight: 2,
    strike: (world) => {
      if (world.hub.get(FORGE_LEASE) === undefined) return false;
      world.note("operator", "empties the forge lease by hand");
      world.hub.edit(
        FORGE_LEASE,
        (lease) => ({ ...lease, spec: { ...lease.spec, holderIdentity: "" } }),
      );
    },
  },
  {
    name: "forge_lease_given_to_a_cluster",
    weight: 1,
    strike: (world, { cluster, leaseName }) => {
      const uid = cluster.store.get(leaseName)?.metadata.uid;
      if (uid === undefined || world.hub.get(FORGE_LEASE) === undefined) return false;
      const holderIdentity = `${cluster.name}@${uid}`;
      world.note("operator", `gives the forge lease to ${holderIdentity} by hand`);
      world.hub.edit(
        FORGE_LEASE,
        (lease) => ({ ...lease, spec: { ...lease.spec, holderIdentity } }),
      );
    },
  },
  {
    name: "role_lost",
    weight: 1,
    strike: (world, { cluster }) => {
      if (cluster.isForbidden) return false;
      world.note(cluster.label, "may not write the forge lease");
      world.clusterOracle.troubledAt = world.agenda.now;
      cluster.isForbidden = true;
      world.agenda.after(world.random.skewed(1_000, 120_000), () => {
        world.clusterOracle.troubledAt = world.agenda.now;
        if (!cluster.staysForbidden) cluster.isForbidden = false;
      });
    },
  },
  {
    name: "cluster_lost",
    weight: 2,
    strike: (world, { cluster }) => {
      const ms = world.random.skewed(500, 90_000);
      world.note(cluster.label, `lost for ${Math.round(ms)} ms`);
      for (const pod of cluster.pods) pod.replace(ms);
    },
  },
  {
    name: "cluster_rolled",
    weight: 1,
    strike: (world, { cluster }) => {
      for (const [index, pod] of cluster.pods.entries()) {
        world.agenda.after(index * 15_000, () => pod.delete(world.random.skewed(500, 5_000)));
      }
    },
  },
];
