// Owns a simulated world of several clusters: each with its own API store, and one coordination API.
// Never judges, and never hurts anybody.

import type { ClusterPod } from "./cluster_pod.ts";
import { ClusterOracle } from "./cluster_oracle.ts";
import { ClusterStore } from "./cluster_store.ts";
import type { ClusterWatch } from "./cluster_watch.ts";
import type { SimulatedCluster } from "./simulated_cluster.ts";
import { LeaseStore } from "./store.ts";
import type { Watch } from "./watch.ts";
import { World, type WorldOptions } from "./world.ts";

export const FORGE_LEASE = "cardano-forge-pool";

export class ClusterWorld extends World {
  /** Of the coordination API: the forge lease. */
  readonly hub = new LeaseStore("uid-hub");
  readonly clusterStore = new ClusterStore();
  readonly clusterWatches = new Set<ClusterWatch>();
  readonly clusters: SimulatedCluster[] = [];
  readonly clusterOracle: ClusterOracle;
  override readonly marginsMean = false;

  constructor(options: WorldOptions) {
    super(options);
    this.isMild = false;
    this.renames = false;
    this.follow(this.hub, "hub");
    this.clusterStore.onChange.push((change) => {
      for (const watch of this.clusterWatches) watch.hear(change);
    });
    this.clusterOracle = new ClusterOracle(this);
  }

  override everyWatch(): Watch[] {
    return [...this.watches, ...this.clusterWatches];
  }

  /** Two clusters go by one name, and share a resource. */
  get hasTwins(): boolean {
    return new Set(this.clusters.map(({ name }) => name)).size < this.clusters.length;
  }

  clusterPods(): ClusterPod[] {
    return this.clusters.flatMap(({ pods }) => pods);
  }

  /** Its watches hear of every change, and the story of changes of hands. */
  follow(store: LeaseStore, label: string): void {
    store.onChange.push((change) => {
      for (const watch of this.watches) if (watch.store === store) watch.hear(change);
      const { holderIdentity, leaseTransitions } = change.after?.spec ?? {};
      if (holderIdentity === change.before?.spec?.holderIdentity && change.after) return;
      this.note(
        label,
        change.after === undefined
          ? `${change.name}: deleted`
          : `${change.name}: holder "${holderIdentity ?? ""}", transitions ${
            leaseTransitions ?? 0
          }`,
      );
    });
  }
}
