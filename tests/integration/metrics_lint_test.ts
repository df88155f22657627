// Owns the proof that Prometheus itself finds nothing to say against our exposition.
// Never without promtool: then it is skipped by name.

import { assert, assertEquals } from "@std/assert";
import { ApiMetrics } from "../../lib/http/api_metrics.ts";
import { Metrics } from "../../lib/http/metrics.ts";
import { PROMTOOL, promtool } from "../support/promtool.ts";
import { report, snapshot } from "../unit/http/sample.ts";
import { TIER } from "../unit/http/tier_sample.ts";

const NAME = "promtool check metrics is clean over every metric, with several clusters";
if (PROMTOOL === undefined) console.log(`skipped, promtool is not installed: ${NAME}`);

Deno.test({
  name: NAME,
  ignore: PROMTOOL === undefined,
  fn: async () => {
    const apiMetrics = new ApiMetrics();
    apiMetrics.note({ verb: "update", resource: "leases", code: "200", ms: 20 });
    const unfit = { code: "node_gone", message: "its process ended" } as const;
    const guard = report({ unfit, fences: 1, fenceMarginsMs: [5_500] });
    const metrics = new Metrics(apiMetrics);
    const text = await metrics.render(snapshot({ guard, tier: TIER }));
    for (const { name } of metrics.describe()) {
      const sample = new RegExp(`^${name}(_count)?(\\{.*\\})? `, "m");
      assert(sample.test(text), `the sample lacks ${name}: nothing of it is checked`);
    }
    assertEquals(await promtool(["check", "metrics"], text), "");
  },
});
