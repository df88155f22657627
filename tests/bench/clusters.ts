// Owns the benchmark over two clusters and a hub: what is measured in which order.
// Never fails because of a figure: a benchmark tells, tests judge.

import { measureClusterLosses } from "./cluster_losses.ts";
import { measureClusterMoves } from "./cluster_moves.ts";
import { measureClusterRequests } from "./cluster_requests.ts";
import { BenchServers } from "./cluster_servers.ts";
import type { Extent } from "./extent.ts";
import type { Figure } from "./figures.ts";

type Measure = (bench: BenchServers, extent: Extent) => Promise<readonly Figure[]>;

const PARTS: Readonly<Record<string, Measure>> = {
  requests: measureClusterRequests,
  moves: measureClusterMoves,
  losses: measureClusterLosses,
};

export async function measureClusters(extent: Extent): Promise<readonly Figure[]> {
  await using bench = await BenchServers.start();
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    console.error(`measuring: ${name} of clusters`);
    figures.push(...await measure(bench, extent));
  }
  return figures;
}
