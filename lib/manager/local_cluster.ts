// Owns this replica's dealings with its own cluster's API: the local leases, CardanoLeader, our own Pod.
// Never lets one of them wait for another.

import type { Config } from "../config.ts";
import type { ManagerEvent } from "../core/manager_state.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { Log } from "../log.ts";
import type { ApiOutcomes } from "./api_outcomes.ts";
import { LeaderStatusWriter } from "./leader_status_writer.ts";
import { LeaseCalls, type LeaseEffect } from "./lease_calls.ts";
import { OwnPod } from "./own_pod.ts";
import type { Snapshot } from "./snapshot.ts";

export interface LocalClusterOptions {
  readonly config: Config;
  readonly client: ApiClient;
  readonly outcomes: ApiOutcomes;
  readonly log: Log;
  readonly dispatch: (event: ManagerEvent) => void;
}

export class LocalCluster {
  readonly #leases: LeaseCalls;
  readonly #status: LeaderStatusWriter;
  readonly #ownPod: OwnPod;

  constructor({ config, client, outcomes, log, dispatch }: LocalClusterOptions) {
    const { namespace, apiTimeoutMs } = config;
    this.#leases = new LeaseCalls({ namespace, apiTimeoutMs, client, outcomes, dispatch });
    this.#status = new LeaderStatusWriter({ config, client, log, outcomes });
    this.#ownPod = new OwnPod({
      config,
      client,
      log,
      onDeleting: () => dispatch({ kind: "pod_deleting" }),
    });
  }

  get leaseWatched(): boolean {
    return this.#leases.watchConnected;
  }

  get ownPodWatched(): boolean {
    return this.#ownPod.isWatched;
  }

  get podUid(): string | undefined {
    return this.#ownPod.uid;
  }

  /** Of CardanoLeader as last seen. */
  get leaderUid(): string | undefined {
    return this.#status.uid;
  }

  start(effect: LeaseEffect): void {
    this.#leases.start(effect);
  }

  /** Behind the first requests about leases, which are worth more than knowing of a deletion. */
  watchOwnPod(): void {
    void this.#ownPod.follow();
  }

  /** After each turn: CardanoLeader is brought up to date while this replica leads. */
  update(snapshot: Snapshot): void {
    this.#status.update(snapshot);
  }

  /** Leaves no watch behind. */
  stop(): void {
    this.#leases.stop();
    this.#ownPod.stop();
  }
}
