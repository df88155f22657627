// Owns the proof that Prometheus itself finds nothing to say against our exposition.
// Never without promtool: then it is skipped by name.

import { assertEquals } from "@std/assert";
import { ApiMetrics } from "../../lib/http/api_metrics.ts";
import { Metrics } from "../../lib/http/metrics.ts";
import { report, snapshot } from "../unit/http/sample.ts";

const assets = Deno.env.get("KUBEBUILDER_ASSETS");
const promtool = findPromtool();
const NAME = "promtool check metrics is clean";
if (promtool === undefined) console.log(`skipped, promtool is not installed: ${NAME}`);

Deno.test({
  name: NAME,
  ignore: promtool === undefined,
  fn: async () => {
    const apiMetrics = new ApiMetrics();
    apiMetrics.note({ verb: "update", resource: "leases", code: "200", ms: 20 });
    const unfit = { code: "node_gone", message: "its process ended" } as const;
    const guard = report({ unfit, fences: 1, fenceMarginsMs: [5_500] });
    const text = await new Metrics(apiMetrics).render(snapshot({ guard }));
    const child = new Deno.Command(promtool ?? "", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, ...said], [0, "", ""]);
  },
});

/** Beside the API server's programs, or on the PATH. */
function findPromtool(): string | undefined {
  for (const candidate of [...(assets === undefined ? [] : [`${assets}/promtool`]), "promtool"]) {
    try {
      const args = ["--version"];
      const { success } = new Deno.Command(candidate, { args, stdout: "null", stderr: "null" })
        .outputSync();
      if (success) return candidate;
    } catch {
      // not there
    }
  }
  return undefined;
}
