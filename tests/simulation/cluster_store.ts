// Owns the CardanoForgeClusters of one simulated coordination API: spec by people, status by leaders.
// Never delays or loses anything: the link does.

import type { ApiFailure } from "../../lib/core/api_failure.ts";
import type { ClusterReport, ClusterResource, ClusterSpec } from "../../lib/core/cluster.ts";
import { fail } from "./store.ts";

export interface StoredCluster {
  readonly uid: string;
  readonly resource: ClusterResource;
}

export interface ClusterChange {
  readonly name: string;
  readonly before: StoredCluster | undefined;
  readonly after: StoredCluster | undefined;
}

export type ClusterOutcome = { readonly kind: "cluster" } | ApiFailure;

export class ClusterStore {
  readonly #clusters = new Map<string, StoredCluster>();
  #uids = 0;
  readonly onChange: ((change: ClusterChange) => void)[] = [];

  get(name: string): StoredCluster | undefined {
    return this.#clusters.get(name);
  }

  all(): StoredCluster[] {
    return [...this.#clusters.values()];
  }

  /** What is there stays as it is, whoever made it. */
  ensure(name: string, spec: ClusterSpec): ClusterOutcome {
    if (!this.#clusters.has(name)) {
      const resource = { name, generation: 1, spec, report: undefined };
      this.#put({ uid: `cfc-${++this.#uids}`, resource });
    }
    return { kind: "cluster" };
  }

  report(name: string, report: ClusterReport): ClusterOutcome {
    const present = this.#clusters.get(name);
    if (present === undefined) return fail("not_found", 404);
    this.#put({ ...present, resource: { ...present.resource, report } });
    return { kind: "cluster" };
  }

  edit(name: string, change: (spec: ClusterSpec) => ClusterSpec): boolean {
    const present = this.#clusters.get(name);
    if (present === undefined) return false;
    const { resource } = present;
    const generation = resource.generation + 1;
    this.#put({ ...present, resource: { ...resource, generation, spec: change(resource.spec) } });
    return true;
  }

  remove(name: string): boolean {
    const before = this.#clusters.get(name);
    if (before === undefined) return false;
    this.#clusters.delete(name);
    this.#tell({ name, before, after: undefined });
    return true;
  }

  #put(after: StoredCluster): void {
    const { name } = after.resource;
    const before = this.#clusters.get(name);
    this.#clusters.set(name, after);
    this.#tell({ name, before, after });
  }

  #tell(change: ClusterChange): void {
    for (const told of this.onChange) told(change);
  }
}
