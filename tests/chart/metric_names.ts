// Owns which series the program exposes, by the metrics of the code, and which an expression asks for.
// Never a list of its own.

import { ApiMetrics } from "../../lib/http/api_metrics.ts";
import { Metrics } from "../../lib/http/metrics.ts";

/** As Prometheus stores them: a histogram is three series. */
export function metricNames(): ReadonlySet<string> {
  const names = new Metrics(new ApiMetrics()).describe().flatMap(({ name, kind }) =>
    kind === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name]
  );
  return new Set(names);
}

/** Every name of ours in a PromQL expression. */
export function namedMetrics(expression: string): readonly string[] {
  return [...expression.matchAll(/\bcardano_\w+/g)].map(([name]) => name);
}
