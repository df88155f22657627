// Owns this replica's dealings with the coordination API: the forge lease, the clusters, our own resource.
// Never acts but while this replica is the local leader.

import type { Config } from "../config.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { ForgeTier } from "../core/forge_tier.ts";
import type { Standing } from "../core/lease.ts";
import type { ManagerEffect, ManagerEvent } from "../core/manager_state.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { FailureLog } from "../kubernetes/failure_log.ts";
import { forgeClusterApi } from "../kubernetes/forge_cluster.ts";
import type { Log } from "../log.ts";
import { clusterView } from "./cluster_findings.ts";
import { ClusterResources } from "./cluster_resources.ts";
import { ClusterStatusWriter } from "./cluster_status_writer.ts";
import { HealthLoop } from "./health_loop.ts";
import { LeaseCalls, type LeaseEffect } from "./lease_calls.ts";
import type { Snapshot } from "./snapshot.ts";

export type CoordinationEffect =
  | LeaseEffect
  | Extract<ManagerEffect, { kind: "watch_clusters" | "unwatch_clusters" }>;

export interface CoordinationOptions {
  readonly config: Config;
  readonly cluster: ClusterConfig;
  readonly client: ApiClient;
  readonly failures: FailureLog;
  readonly log: Log;
  readonly dispatch: (event: ManagerEvent) => void;
}

/** What the machine knows of the second tier at the end of a turn. */
export interface TierView {
  readonly snapshot: Snapshot;
  readonly tier: ForgeTier;
  readonly standing: Standing;
  readonly duplicateName: boolean;
  readonly poolIdHex: string | undefined;
}

export class Coordination {
  readonly #options: CoordinationOptions;
  readonly #leases: LeaseCalls;
  readonly #resources: ClusterResources;
  readonly #status: ClusterStatusWriter;
  readonly #health: HealthLoop;
  #active = false;
  #poolIdHex: string | undefined;

  constructor(options: CoordinationOptions) {
    const { config, cluster, client, failures, log, dispatch } = options;
    this.#options = options;
    const { namespace } = cluster.coordination;
    const api = forgeClusterApi(client, { ...cluster.resource, namespace });
    this.#leases = new LeaseCalls({
      namespace,
      apiTimeoutMs: config.apiTimeoutMs,
      client,
      failures,
      dispatch,
    });
    this.#resources = new ClusterResources({ config, cluster, api, failures, log, dispatch });
    this.#status = new ClusterStatusWriter({ config, cluster, api, failures });
    this.#health = new HealthLoop(dispatch);
  }

  /** Whether the last word to the coordination API got through. */
  get reaches(): boolean {
    return this.#status.reaches;
  }

  start(effect: CoordinationEffect): void {
    switch (effect.kind) {
      case "watch_clusters":
        this.#active = true;
        return this.#resources.start(this.#poolIdHex);
      case "unwatch_clusters":
        this.#active = false;
        this.#resources.stop();
        this.#health.stop();
        return this.#status.forget();
      default:
        return this.#leases.start(effect);
    }
  }

  /** After each turn: what our resource says is brought up to date, and the health calls follow its settings. */
  update({ snapshot, tier, standing, duplicateName, poolIdHex }: TierView): void {
    this.#poolIdHex = poolIdHex;
    if (!this.#active) return;
    const { own } = this.#resources;
    this.#health.follow(own?.kind === "usable" ? own.resource.spec.healthCheck : undefined);
    const view = clusterView({
      snapshot,
      tier,
      standing,
      cluster: this.#options.cluster,
      generation: own?.kind === "usable" ? own.resource.generation : undefined,
      reachesCoordination: tier.resources !== undefined,
      duplicateName,
    });
    this.#status.update(view, own);
  }

  stop(): void {
    this.#leases.stop();
    this.#resources.stop();
    this.#health.stop();
  }
}
