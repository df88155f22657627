// Owns the metrics of requests to the Kubernetes APIs, as api_metrics.ts counted them.
// Never counts a request itself.

import type { ApiMetrics } from "./api_metrics.ts";
import type { MetricMaker } from "./metric_maker.ts";

/** API_TIMEOUT is 2 s by default. */
const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4];

export class RequestMetrics {
  readonly #metrics: ReturnType<typeof makeMetrics>;

  constructor(maker: MetricMaker) {
    this.#metrics = makeMetrics(maker);
  }

  fill(counted: ApiMetrics): void {
    const { requests, latency } = this.#metrics;
    requests.reset();
    for (const { verb, resource, code, count } of counted.counts) {
      requests.inc({ verb, resource, code }, count);
    }
    for (const { verb, resource, seconds } of counted.takeLatencies()) {
      latency.observe({ verb, resource }, seconds);
    }
  }
}

function makeMetrics({ counter, histogram }: MetricMaker) {
  return {
    requests: counter(
      "cardano_forge_manager_api_requests_total",
      "Requests to the Kubernetes API; code is the HTTP status or the kind of failure",
      ["verb", "resource", "code"],
    ),
    latency: histogram(
      "cardano_forge_manager_api_request_duration_seconds",
      "Duration of requests to the Kubernetes API; of a watch, until it began",
      { labelNames: ["verb", "resource"], bucketsSeconds: LATENCY_BUCKETS_SECONDS },
    ),
  };
}
