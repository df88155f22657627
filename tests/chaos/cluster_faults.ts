// Owns what befalls whole clusters: lost, disabled, preferred by an operator, their resource deleted.
// Never strikes where there is only one.

import type { Cluster } from "../support/cluster.ts";
import { claim, type Fault, type Heal, type Strike } from "./fault.ts";

const POLICY = [claim.policy, claim.api("hub")];
const PREFERRED = 1;

function clusterOf({ world, chance }: Strike): Cluster {
  const cluster = world.clusters[Math.floor(chance * world.clusters.length)];
  if (cluster === undefined) throw new RangeError("There is no cluster");
  return cluster;
}

function podsOf({ key }: Cluster, { world }: Strike) {
  return world.pods.filter(({ label }) => label.startsWith(`${key}/`));
}

export const CLUSTER_FAULTS: readonly Fault[] = [
  {
    name: "cluster_lost",
    weight: 2,
    lastsMs: [1_000, 40_000],
    claims: (strike) =>
      podsOf(clusterOf(strike), strike).flatMap((pod) => [
        claim.processes({ pod }),
        claim.keyFolder({ pod }),
      ]),
    inject: async (strike): Promise<Heal> => {
      const cluster = clusterOf(strike);
      await cluster.vanish();
      return async () => {
        await Promise.all(cluster.replicas.all.map((replica) => replica.replacePod()));
        cluster.start();
      };
    },
  },
  {
    name: "cluster_preferred",
    weight: 3,
    lastsMs: [5_000, 60_000],
    claims: () => POLICY,
    inject: async (strike): Promise<Heal> => {
      const cluster = clusterOf(strike);
      const override = { enabled: true, forcePriority: PREFERRED, reason: "chaos" };
      await cluster.edit({ override });
      return () => cluster.edit({ override: { enabled: false, forcePriority: null } });
    },
  },
  {
    name: "cluster_disabled",
    weight: 2,
    lastsMs: [2_000, 40_000],
    claims: () => POLICY,
    inject: async (strike): Promise<Heal> => {
      const cluster = clusterOf(strike);
      await cluster.edit({ forgeState: "Disabled" });
      return () => cluster.edit({ forgeState: "Priority-based" });
    },
  },
  {
    name: "cluster_resource_deleted",
    weight: 1,
    claims: () => POLICY,
    inject: (strike) => clusterOf(strike).hub.deleteResource(clusterOf(strike).region),
  },
];
