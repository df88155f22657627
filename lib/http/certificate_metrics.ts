// Owns the metrics of the operational certificate: names, help texts and how a snapshot fills them.
// Never shows a figure that is not known: a series that is absent says so.

import type { Gauge } from "prom-client";
import type { Snapshot } from "../manager/snapshot.ts";
import type { MetricMaker } from "./metric_maker.ts";

const REPLICA: readonly string[] = ["pod", "network", "pool_id"];

export class CertificateMetrics {
  readonly #gauges: ReturnType<typeof makeGauges>;

  constructor(maker: MetricMaker) {
    this.#gauges = makeGauges(maker);
  }

  fill({ pod, network, pool, kesPeriod, certificate }: Snapshot): void {
    const gauges = this.#gauges;
    const labels = { pod, network, pool_id: pool.id };
    const fill = (gauge: Gauge, value: number | undefined) => {
      gauge.reset();
      if (value !== undefined) gauge.set(labels, value);
    };
    fill(gauges.kesPeriod, kesPeriod);
    fill(gauges.kesPeriodStart, certificate?.kesPeriodStart);
    fill(gauges.kesPeriodEnd, certificate?.kesPeriodEnd);
    fill(gauges.kesExpiry, certificate?.expirySeconds);
    fill(gauges.counter, certificate?.counter);
    const matches = certificate?.poolIdMatches;
    fill(gauges.poolIdMatches, matches === undefined ? undefined : Number(matches));
  }
}

function makeGauges(maker: MetricMaker) {
  const gauge = (name: string, help: string) =>
    maker.gauge(`cardano_forge_manager_${name}`, help, REPLICA);
  return {
    kesPeriod: gauge(
      "kes_period",
      "KES period by the clock and the genesis; absent where the genesis is not known",
    ),
    kesPeriodStart: gauge(
      "kes_period_start",
      "First KES period of the operational certificate; absent without one, as what follows",
    ),
    kesPeriodEnd: gauge(
      "kes_period_end",
      "First KES period in which the operational certificate is over",
    ),
    kesExpiry: gauge(
      "kes_expiry_timestamp_seconds",
      "When the operational certificate is over; absent where the genesis is not known",
    ),
    counter: gauge(
      "operational_certificate_counter",
      "Counter of the operational certificate",
    ),
    poolIdMatches: gauge(
      "pool_id_matches",
      "1 while the certificate is of POOL_ID, 0 while not; absent where that is no full pool id",
    ),
  };
}
