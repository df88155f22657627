// Owns this replica's dealings with the coordination API: the forge lease, the clusters, our own resource.
// Never acts but while this replica is the local leader.

import type { Config } from "../config.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { ForgeTier } from "../core/forge_tier_state.ts";
import type { Standing } from "../core/lease.ts";
import type { ManagerEffect, ManagerEvent } from "../core/manager_state.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { forgeClusterApi } from "../kubernetes/forge_cluster.ts";
import type { Log } from "../log.ts";
import type { ApiOutcomes } from "./api_outcomes.ts";
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
  readonly outcomes: ApiOutcomes;
  readonly log: Log;
  readonly dispatch: (event: ManagerEvent) => void;
  /** Of the certificate in use. */
  readonly poolIdHex: () => string | undefined;
}

/** What the machine knows of the second tier at the end of a turn. */
export interface TierView {
  readonly snapshot: Snapshot;
  readonly tier: ForgeTier;
  readonly standing: Standing;
}

export class Coordination {
  readonly #options: CoordinationOptions;
  readonly #leases: LeaseCalls;
  readonly #resources: ClusterResources;
  readonly #status: ClusterStatusWriter;
  readonly #health: HealthLoop;
  #active = false;
  #ownUid: string | undefined;

  constructor(options: CoordinationOptions) {
    const { config, cluster, client, outcomes, dispatch } = options;
    const { apiTimeoutMs } = config;
    const { namespace } = cluster.coordination;
    const api = forgeClusterApi(client, { ...cluster.resource, namespace });
    this.#options = options;
    this.#leases = new LeaseCalls({ namespace, apiTimeoutMs, client, outcomes, dispatch });
    this.#resources = new ClusterResources({ ...options, api });
    this.#status = new ClusterStatusWriter({
      cluster,
      apiTimeoutMs,
      api,
      outcomes,
      nowMs: () => performance.now(),
      random: Math.random,
      onEnd: () => dispatch({ kind: "tick" }),
    });
    this.#health = new HealthLoop(dispatch);
  }

  get reportedCounters(): ReadonlyMap<string, number> {
    return this.#resources.reportedCounters;
  }

  /** Of our own CardanoForgeCluster as last seen, also when this replica leads no more. */
  get ownUid(): string | undefined {
    return this.#ownUid;
  }

  start(effect: CoordinationEffect): void {
    switch (effect.kind) {
      case "watch_clusters":
        this.#active = true;
        return this.#resources.start();
      case "unwatch_clusters":
        return this.#deactivate();
      default:
        return this.#leases.start(effect);
    }
  }

  /**
   * After each turn: what our resource says is brought up to date, and the health calls follow its
   * settings. Answers in how long it wants a turn, though nothing happens until then.
   */
  update({ snapshot, tier, standing }: TierView): number | undefined {
    if (!this.#active) return undefined;
    const { cluster, outcomes } = this.#options;
    const { own, editedFields } = this.#resources;
    this.#ownUid = own?.uid ?? this.#ownUid;
    const resource = own?.kind === "usable" ? own.resource : undefined;
    this.#health.follow(resource?.spec.healthCheck);
    const view = clusterView({
      snapshot,
      tier,
      standing,
      cluster,
      generation: resource?.generation,
      reach: outcomes.reach,
      duplicateName: snapshot.tier?.forgeLease.duplicateName === true,
      editedFields,
    });
    return this.#status.update(view, own);
  }

  /** Leaves no watch, no timer and no request behind. */
  stop(): void {
    this.#leases.stop();
    this.#deactivate();
  }

  #deactivate(): void {
    this.#active = false;
    this.#resources.stop();
    this.#health.stop();
    this.#status.forget();
  }
}
