// Owns one leader's watch of all clusters: a list, then changes in order, late, stalled or broken off.
// Never makes up a state that a cluster did not have.

import type { ClusterChange, StoredCluster } from "./cluster_store.ts";
import type { ClusterWorld } from "./cluster_world.ts";
import type { Link } from "./link.ts";

export class ClusterWatch {
  readonly #world: ClusterWorld;
  readonly #link: Link;
  readonly #onSeen: (all: ReadonlyMap<string, StoredCluster>) => void;
  #all = new Map<string, StoredCluster>();
  #generation = 0;
  #isFollowing = false;
  #lastAt = 0;

  constructor({ world, link, onSeen }: {
    world: ClusterWorld;
    link: Link;
    onSeen: (all: ReadonlyMap<string, StoredCluster>) => void;
  }) {
    this.#world = world;
    this.#link = link;
    this.#onSeen = onSeen;
    world.clusterWatches.add(this);
  }

  open(): void {
    this.#generation++;
    this.#isFollowing = false;
    this.#list();
  }

  close(): void {
    this.#generation++;
    this.#isFollowing = false;
    this.#all = new Map();
  }

  dispose(): void {
    this.close();
    this.#world.clusterWatches.delete(this);
  }

  breakOff(): void {
    if (!this.#isFollowing) return;
    const generation = ++this.#generation;
    this.#isFollowing = false;
    const { agenda, random } = this.#world;
    agenda.after(random.between(0, 2_000), () => this.#ifStill(generation, () => this.#list()));
  }

  hear({ name, after }: ClusterChange): void {
    if (!this.#isFollowing) return;
    this.#deliver((all) => {
      if (after === undefined) all.delete(name);
      else all.set(name, after);
    });
  }

  #deliver(change: (all: Map<string, StoredCluster>) => void): void {
    const generation = this.#generation;
    const { agenda, watchLagMs, random } = this.#world;
    const at = Math.max(this.#lastAt, agenda.now + random.between(0.5, watchLagMs));
    this.#lastAt = at;
    agenda.book(at, () =>
      this.#link.whenUp(() =>
        this.#ifStill(generation, () => {
          change(this.#all);
          this.#onSeen(this.#all);
        })
      ));
  }

  #list(): void {
    const generation = this.#generation;
    const { agenda, clusterStore } = this.#world;
    this.#link.whenUp(() =>
      agenda.after(this.#link.latencyMs(), () =>
        this.#ifStill(generation, () => {
          const listed = clusterStore.all();
          this.#isFollowing = true;
          this.#lastAt = agenda.now;
          this.#deliver((all) => {
            all.clear();
            for (const one of listed) all.set(one.resource.name, one);
          });
        }))
    );
  }

  #ifStill(generation: number, task: () => void): void {
    if (generation === this.#generation) task();
  }
}
