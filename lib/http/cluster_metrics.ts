// Owns the metrics of the second tier: names, help texts and how a snapshot fills them.
// Never shows a cluster's own series but from its local leader: sums over replicas would count twice.

import type { Counter } from "prom-client";
import type { Snapshot } from "../manager/snapshot.ts";
import type { OwnClusterSnapshot, TierSnapshot } from "../manager/tier_snapshot.ts";
import { flag, type MetricMaker } from "./metric_maker.ts";

export class ClusterMetrics {
  readonly #gauges: ReturnType<typeof makeGauges>;
  readonly #moves: Counter;

  constructor(maker: MetricMaker) {
    this.#gauges = makeGauges(maker);
    this.#moves = maker.counter(
      "cardano_forge_manager_cluster_moves_total",
      "Times this replica moved forging: gave the forge lease up, or took it from a silent cluster",
      ["reason"],
    );
  }

  fill(snapshot: Snapshot, tier: TierSnapshot): void {
    const gauges = this.#gauges;
    for (const gauge of Object.values(gauges)) gauge.reset();
    this.#moves.reset();
    for (const [reason, count] of Object.entries(tier.moves)) this.#moves.inc({ reason }, count);
    gauges.coordinationShared.set(flag(tier.coordination.shared));
    for (const [name, ms] of Object.entries(tier.permitLeftMs)) {
      gauges.permitLeft.set({ tier: name }, ms / 1_000);
    }
    if (!tier.active) return;
    const { reach } = tier.coordination;
    const { cluster } = tier;
    if (reach !== "unknown") {
      gauges.coordinationReachable.set({ cluster }, flag(reach === "reached"));
    }
    const { holder, name, duplicateName } = tier.forgeLease;
    if (holder !== "") gauges.leaseHolder.set({ lease: name, holder }, 1);
    gauges.duplicateName.set({ cluster }, flag(duplicateName));
    for (const { name, heartbeatAgeMs } of tier.clusters) {
      if (heartbeatAgeMs === undefined) continue;
      gauges.heartbeatAge.set({ cluster: name }, heartbeatAgeMs / 1_000);
    }
    const { network, pool } = snapshot;
    gauges.forgerKnown.set({ cluster, network, pool_id: pool.id }, flag(!tier.nobodyForges));
    for (const [name, counter] of Object.entries(tier.certificateCounters)) {
      gauges.certificateCounter.set({ cluster: name }, counter);
    }
    if (tier.own !== undefined) this.#fillOwn(tier.own, { snapshot, tier });
  }

  #fillOwn(
    { forges, effectivePriority, health }: OwnClusterSnapshot,
    { snapshot, tier: { cluster, region } }: { snapshot: Snapshot; tier: TierSnapshot },
  ): void {
    const gauges = this.#gauges;
    const labels = { cluster, region, network: snapshot.network, pool_id: snapshot.pool.id };
    gauges.forgeEnabled.set(labels, flag(forges));
    if (effectivePriority !== undefined) gauges.forgePriority.set(labels, effectivePriority);
    gauges.healthStatus.set({ cluster }, flag(health.healthy));
    gauges.healthFailures.set({ cluster }, health.consecutiveFailures);
    const { lastCheck, lastSuccessAt } = health;
    if (lastSuccessAt !== undefined) {
      gauges.healthLastSuccess.set({ cluster }, lastSuccessAt / 1_000);
    }
    if (lastCheck === undefined) return;
    gauges.healthSuccess.set({ cluster }, flag(lastCheck.ok));
    if (lastCheck.responseMs !== undefined) {
      gauges.healthDuration.set({ cluster }, lastCheck.responseMs / 1_000);
    }
  }
}

const POOLS_CLUSTER = ["cluster", "region", "network", "pool_id"];
const CLUSTER = ["cluster"];

function makeGauges({ gauge }: MetricMaker) {
  return {
    forgeEnabled: gauge(
      "cardano_cluster_forge_enabled",
      "1 while the node of this cluster's leader is confirmed to forge, 0 otherwise; from it alone",
      POOLS_CLUSTER,
    ),
    forgePriority: gauge(
      "cardano_cluster_forge_priority",
      "Effective priority of this cluster with override and penalties, 1 goes first",
      POOLS_CLUSTER,
    ),
    healthSuccess: gauge(
      "cardano_cluster_health_check_success",
      "1 when the last call of the health endpoint succeeded, 0 when not; absent before the first",
      CLUSTER,
    ),
    healthFailures: gauge(
      "cardano_cluster_health_check_consecutive_failures",
      "Failed calls of the health endpoint to live down: a success takes one away",
      CLUSTER,
    ),
    healthLastSuccess: gauge(
      "cardano_cluster_health_check_last_success_timestamp",
      "When a call of the health endpoint last succeeded, in seconds since 1970",
      CLUSTER,
    ),
    healthDuration: gauge(
      "cardano_cluster_health_check_duration_seconds",
      "How long the last call of the health endpoint took",
      CLUSTER,
    ),
    healthStatus: gauge(
      "cardano_cluster_health_status",
      "1 while the cluster counts as healthy, 0 from the failure threshold until no failure is left",
      CLUSTER,
    ),
    forgerKnown: gauge(
      "cardano_forge_manager_forger_known",
      "1 while this local leader knows of a cluster that forges: its own, or one that reports it",
      ["cluster", "network", "pool_id"],
    ),
    leaseHolder: gauge(
      "cardano_forge_manager_forge_lease_holder_info",
      "Always 1; the cluster that the forge lease names, as this local leader sees it",
      ["lease", "holder"],
    ),
    duplicateName: gauge(
      "cardano_forge_manager_duplicate_cluster_name",
      "1 while another cluster holds the forge lease under this cluster's name",
      CLUSTER,
    ),
    permitLeft: gauge(
      "cardano_forge_manager_tier_permit_left_seconds",
      "Seconds left of the hold on the lease of each tier, local and forge; forging needs both",
      ["tier"],
    ),
    heartbeatAge: gauge(
      "cardano_forge_manager_cluster_heartbeat_age_seconds",
      "Seconds since another cluster's report was last seen to change by this local leader",
      CLUSTER,
    ),
    certificateCounter: gauge(
      "cardano_forge_manager_cluster_certificate_counter",
      "Counter of each cluster's operational certificate, as this local leader sees it",
      CLUSTER,
    ),
    coordinationReachable: gauge(
      "cardano_forge_manager_coordination_reachable",
      "1 when the last request to the coordination API was answered, 0 when not; local leader only",
      CLUSTER,
    ),
    coordinationShared: gauge(
      "cardano_forge_manager_coordination_shared",
      "0 while only clusters of the local API server are coordinated: set COORDINATION_KUBECONFIG",
    ),
  };
}
