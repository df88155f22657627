// Owns the registries of the metrics and their exposition; what they show is in the groups beside it.
// Never keeps a value between scrapes: all of them are filled from a snapshot at the moment.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Snapshot } from "../manager/snapshot.ts";
import type { ApiMetrics } from "./api_metrics.ts";
import { CertificateMetrics } from "./certificate_metrics.ts";
import { ClusterMetrics } from "./cluster_metrics.ts";
import { GuardMetrics } from "./guard_metrics.ts";
import type { MetricMaker } from "./metric_maker.ts";
import { ReplicaMetrics } from "./replica_metrics.ts";
import { RequestMetrics } from "./request_metrics.ts";

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export interface MetricDescription {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly meaning: string;
}

export class Metrics {
  readonly #registry = new Registry();
  /** Shown only with cluster management, whose alerts look for series that are absent. */
  readonly #clusterRegistry = new Registry();
  readonly #maker = makerIn(this.#registry);
  readonly #replica = new ReplicaMetrics(this.#maker);
  readonly #guard = new GuardMetrics(this.#maker);
  readonly #certificate = new CertificateMetrics(this.#maker);
  readonly #requests = new RequestMetrics(this.#maker);
  readonly #clusters = new ClusterMetrics(makerIn(this.#clusterRegistry));
  readonly #apiMetrics: ApiMetrics;

  constructor(apiMetrics: ApiMetrics) {
    this.#apiMetrics = apiMetrics;
  }

  /** Name, kind, labels and meaning of each, for the documentation. */
  describe(): readonly MetricDescription[] {
    const registries = [this.#registry, this.#clusterRegistry];
    return registries.flatMap((one) => one.getMetricsAsArray()).map((metric) => {
      const { name, help, type, labelNames = [] } = metric as unknown as {
        name: string;
        help: string;
        type?: string;
        labelNames?: string[];
      };
      const kind = type ?? metric.constructor.name.toLowerCase();
      return { name, kind, labels: labelNames, meaning: help };
    });
  }

  /** The exposition of this moment. */
  async render(snapshot: Snapshot): Promise<string> {
    this.#replica.fill(snapshot);
    this.#guard.fill(snapshot);
    this.#certificate.fill(snapshot);
    this.#requests.fill(this.#apiMetrics);
    const { tier } = snapshot;
    if (tier === undefined) return await this.#registry.metrics();
    this.#clusters.fill(snapshot, tier);
    const parts = await Promise.all([this.#registry.metrics(), this.#clusterRegistry.metrics()]);
    return parts.join("");
  }
}

function makerIn(registry: Registry): MetricMaker {
  const registers = [registry];
  return {
    gauge: (name, help, labelNames = []) =>
      new Gauge({ name, help, labelNames: [...labelNames], registers }),
    counter: (name, help, labelNames = []) =>
      new Counter({ name, help, labelNames: [...labelNames], registers }),
    histogram: (name, help, { labelNames = [], bucketsSeconds }) =>
      new Histogram({
        name,
        help,
        labelNames: [...labelNames],
        buckets: [...bucketsSeconds],
        registers,
      }),
  };
}
