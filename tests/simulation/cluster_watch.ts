// Owns one leader's watch of all clusters.
// Never makes up a state that a cluster did not have.

import type { ClusterChange, StoredCluster } from "./cluster_store.ts";
import type { ClusterWorld } from "./cluster_world.ts";
import type { Link } from "./link.ts";
import { Watch } from "./watch.ts";

export class ClusterWatch extends Watch {
  readonly #world: ClusterWorld;
  readonly #onSeen: (all: ReadonlyMap<string, StoredCluster>) => void;
  #all = new Map<string, StoredCluster>();

  constructor({ world, link, onSeen }: {
    world: ClusterWorld;
    link: Link;
    onSeen: (all: ReadonlyMap<string, StoredCluster>) => void;
  }) {
    super(world, link);
    this.#world = world;
    this.#onSeen = onSeen;
    world.clusterWatches.add(this);
  }

  override close(): void {
    super.close();
    this.#all = new Map();
  }

  dispose(): void {
    this.close();
    this.#world.clusterWatches.delete(this);
  }

  hear({ name, after }: ClusterChange): void {
    if (!this.isFollowing) return;
    this.deliver(() => {
      if (after === undefined) this.#all.delete(name);
      else this.#all.set(name, after);
      this.#onSeen(this.#all);
    });
  }

  protected override read(): () => void {
    const listed = this.#world.clusterStore.all();
    return () => {
      this.#all = new Map(listed.map((one) => [one.resource.name, one]));
      this.#onSeen(this.#all);
    };
  }
}
