// Owns one replica of a cluster among several: as any replica, with a way to the coordination API.
// Never knows of another cluster.

import type { ManagerSettings } from "../../lib/core/manager_state.ts";
import { ClusterManager } from "./cluster_manager.ts";
import { type ClusterWorld, FORGE_LEASE } from "./cluster_world.ts";
import { FAIR, Link } from "./link.ts";
import { GOOD_MANNERS, type NodeManners } from "./node.ts";
import { Pod, type PodPlan } from "./pod.ts";
import type { Sidecar } from "./sidecar.ts";
import type { SimulatedCluster } from "./simulated_cluster.ts";

export const BARREN_MANNERS: NodeManners = { ...GOOD_MANNERS, refusesStart: true };

export class ClusterPod extends Pod {
  readonly cluster: SimulatedCluster;
  readonly clusterWorld: ClusterWorld;
  readonly hubLink: Link;

  constructor(
    world: ClusterWorld,
    { plan, cluster }: { plan: PodPlan; cluster: SimulatedCluster },
  ) {
    super(world, plan);
    this.clusterWorld = world;
    this.cluster = cluster;
    this.hubLink = new Link(world);
  }

  override get goodManners(): NodeManners {
    return this.cluster.isBarren ? BARREN_MANNERS : GOOD_MANNERS;
  }

  override heal(): void {
    super.heal();
    this.hubLink.set(FAIR);
  }

  override newManager(sidecar: Sidecar): ClusterManager {
    return new ClusterManager(sidecar, this);
  }

  override managerSettings(): Omit<ManagerSettings, "nonceBase"> {
    const { name, forgeTimings, staleAfterMs, failbackDelayMs } = this.cluster.plan;
    const { durationMs, renewDeadlineMs, renewIntervalMs } = forgeTimings;
    return {
      ...super.managerSettings(),
      forge: {
        cluster: name,
        lease: {
          name: FORGE_LEASE,
          namespace: "cardano",
          durationMs,
          holdMs: renewDeadlineMs,
          renewIntervalMs,
          inherits: true,
        },
        staleAfterMs,
        failbackDelayMs,
      },
    };
  }
}
