// Owns `deno task chaos`: real processes, random faults from one seed, a verdict and a report.
// Never leaves a process, a mount or a limit behind, however it ends.

import { Random } from "../simulation/random.ts";
import { managerBinary, whyNoReplicas } from "../support/manager_binary.ts";
import { beginReport } from "../support/report_head.ts";
import { runCampaign } from "./campaign.ts";
import { faultsOf } from "./faults.ts";
import { keep } from "./keepsake.ts";
import { startOneCluster } from "./one_cluster.ts";
import { parseOptions } from "./options.ts";
import { type Campaign, report } from "./report.ts";
import { startTwoClusters } from "./two_clusters.ts";

const INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, () => crypto.getRandomValues(new Uint32Array(1))[0]! % 1e9);
  if (typeof options === "string") {
    console.error(options);
    return 64;
  }
  const why = whyNoReplicas();
  if (why !== undefined) {
    console.log(`skipped: chaos, since ${why}`);
    return 0;
  }
  const { seed, minutes, clusters } = options;
  console.log(`seed ${seed}, ${minutes} minutes, ${clusters ? "two clusters" : "one cluster"}`);
  const command = `deno task chaos --minutes ${minutes} --seed ${seed}${
    clusters ? " --clusters" : ""
  }`;
  const head = await beginReport(command, { binary: managerBinary() });
  const interrupted = interruption();
  await using world = await (clusters ? startTwoClusters : startOneCluster)(new Random(seed));
  const result = await runCampaign({
    world,
    faults: faultsOf(world.kind),
    seed,
    minutes,
    tell: (line) => console.log(line),
    signal: interrupted,
  });
  const campaign: Campaign = {
    head,
    world: world.kind,
    seed,
    recoveryBoundMs: world.recoveryBoundMs,
    nodes: world.pods.length,
  };
  const text = report(campaign, result);
  console.log(`\n${text}`);
  if (options.report !== undefined) await Deno.writeTextFile(options.report, text);
  const isLate = result.recoveries.some(({ tookMs }) => tookMs === undefined);
  const failed = result.violations.length > 0 || isLate && !interrupted.aborted;
  const folder = options.keep ??
    (failed ? await Deno.makeTempDir({ prefix: "chaos-" }) : undefined);
  if (folder !== undefined) {
    await keep(folder, world, result);
    console.log(`Journal, records and logs are in ${folder}`);
  }
  if (failed) {
    console.log(`FAILED: --seed ${seed} plans the same faults again`);
    return 1;
  }
  return interrupted.aborted ? INTERRUPTED : 0;
}

/** Aborts at SIGINT or SIGTERM, so that everything is ended in order. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupted.abort());
  }
  return interrupted.signal;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
