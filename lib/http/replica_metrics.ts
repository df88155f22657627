// Owns the metrics of this replica: what it is, what it leads, and for how long it may forge.
// Never counts anything itself: every value comes from a snapshot at the moment of the scrape.

import type { Snapshot } from "../manager/snapshot.ts";
import { flag, type MetricMaker, setCounter } from "./metric_maker.ts";

const REPLICA = ["pod", "network", "pool_id", "application"];

export class ReplicaMetrics {
  readonly #metrics: ReturnType<typeof makeMetrics>;

  constructor(maker: MetricMaker) {
    this.#metrics = makeMetrics(maker);
  }

  fill(snapshot: Snapshot): void {
    const metrics = this.#metrics;
    const { guard, pod, network, pool, application, version } = snapshot;
    const labels = { pod, network, pool_id: pool.id, application };
    for (const gauge of [metrics.forgingEnabled, metrics.leaderStatus, metrics.info]) gauge.reset();
    metrics.forgingEnabled.set(labels, flag(guard?.forging === "forging"));
    metrics.leaderStatus.set(labels, flag(snapshot.leads));
    metrics.info.set({
      pod_name: pod,
      namespace: snapshot.namespace,
      version,
      network,
      pool_id: pool.id,
      pool_ticker: pool.ticker,
      application_type: application,
    }, 1);
    const { deno, v8 } = Deno.version;
    metrics.buildInfo.set({ version, deno, v8 }, 1);
    metrics.permitLeft.set(snapshot.permitLeftMs / 1_000);
    metrics.renewDeadline.set(snapshot.renewDeadlineMs / 1_000);
    metrics.lastRenewal.set(snapshot.lastRenewalSeconds ?? 0);
    metrics.ownPodWatched.set(flag(snapshot.ownPod.isWatched));
    setCounter(metrics.leadershipChanges, snapshot.leadershipChanges);
    setCounter(metrics.eventsDropped, snapshot.eventsDropped);
    setCounter(metrics.workerRestarts, snapshot.workerRestarts);
  }
}

function makeMetrics({ gauge, counter }: MetricMaker) {
  return {
    forgingEnabled: gauge(
      "cardano_forging_enabled",
      "1 while the node of this pod is confirmed to forge, 0 otherwise",
      REPLICA,
    ),
    leaderStatus: gauge(
      "cardano_leader_status",
      "1 while this pod holds the local lease, 0 otherwise",
      REPLICA,
    ),
    leadershipChanges: counter(
      "cardano_leadership_changes_total",
      "Times this pod gained or lost the local lease",
    ),
    info: gauge(
      "cardano_forge_manager_info",
      "Always 1; what this replica is, in its labels",
      ["pod_name", "namespace", "version", "network", "pool_id", "pool_ticker", "application_type"],
    ),
    buildInfo: gauge(
      "cardano_forge_manager_build_info",
      "Always 1; what this program was built with, in its labels",
      ["version", "deno", "v8"],
    ),
    permitLeft: gauge(
      "cardano_forge_manager_permit_left_seconds",
      "Seconds until forging must stop unless the lease is renewed, 0 without a permit",
    ),
    renewDeadline: gauge(
      "cardano_forge_manager_renew_deadline_seconds",
      "How long a permit lasts from the sending of its renewal: the shorter deadline of its leases",
    ),
    lastRenewal: gauge(
      "cardano_forge_manager_last_renewal_timestamp_seconds",
      "When this pod last renewed the lease successfully, 0 if never",
    ),
    ownPodWatched: gauge(
      "cardano_forge_manager_own_pod_watched",
      "1 while a watch of this pod is open, so that its deletion is noticed before its node has ended",
    ),
    eventsDropped: counter(
      "cardano_forge_manager_events_dropped_total",
      "Occurrences that no Event tells of: too many, not taken, or no right to create Events",
    ),
    workerRestarts: counter(
      "cardano_forge_manager_worker_restarts_total",
      "Times the manager's isolate was started again after a failure",
    ),
  };
}
