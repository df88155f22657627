// Owns the benchmark over two clusters and a hub: what is measured in which order, alone or after the others.
// Never fails because of a figure: a benchmark tells, tests judge.

import { whyNoReplicas } from "../support/manager_binary.ts";
import { measureClusterLosses } from "./cluster_losses.ts";
import { measureClusterMoves } from "./cluster_moves.ts";
import { measureClusterRequests } from "./cluster_requests.ts";
import { BenchServers } from "./cluster_servers.ts";
import { type Figure, table } from "./figures.ts";

const PARTS: Readonly<Record<string, (bench: BenchServers) => Promise<readonly Figure[]>>> = {
  requests: measureClusterRequests,
  moves: measureClusterMoves,
  losses: measureClusterLosses,
};

/** The chosen parts, or all. */
export async function measureClusters(chosen: readonly string[] = []): Promise<readonly Figure[]> {
  await using bench = await BenchServers.start();
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    console.error(`measuring: ${name} of clusters`);
    figures.push(...await measure(bench));
  }
  return figures;
}

async function main(chosen: readonly string[]): Promise<number> {
  const why = whyNoReplicas();
  if (why !== undefined) {
    console.log(`skipped: bench of clusters, since ${why}`);
    return 0;
  }
  const unknown = chosen.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined) {
    console.error(`Unknown part "${unknown}"; the parts are ${Object.keys(PARTS).join(", ")}`);
    return 64;
  }
  console.log(table(await measureClusters(chosen)));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
