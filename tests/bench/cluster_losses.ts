// Owns the time until another cluster forges when the one that did is lost without a word.
// Never from what a sidecar says: the nodes' records and the record of the last renewal decide.

import type { Cluster } from "../support/cluster.ts";
import { FORGE_LEASE_DURATION_S, startPair, twice, untilBothReady } from "./cluster_pair.ts";
import type { Extent } from "./extent.ts";
import type { BenchServers } from "./cluster_servers.ts";
import { type Figure, figure, spread } from "./figures.ts";

/** Pods are lost for good, so each cluster has two more to come back with. */
const PODS = ["bp-0", "bp-1", "bp-0", "bp-1"].map((name) => ({ name }));
const FIRST = [0, 1];
const SPARE = [2, 3];

export async function measureClusterLosses(
  bench: BenchServers,
  extent: Extent,
): Promise<readonly Figure[]> {
  const pods = { replicas: PODS };
  const options = { namespace: "cluster-losses", east: pods, west: pods };
  await using clusters = await startPair(bench, options);
  const { east, west } = clusters;
  const gaps: number[] = [];
  const sinceRenewal: number[] = [];
  const lose = async (lost: Cluster, { numbers, next }: { numbers: number[]; next: Cluster }) => {
    await clusters.untilRenewed();
    const sinceMs = Date.now();
    await lost.vanish(...numbers);
    const renewedAtMs = await clusters.hub.renewedAtMs();
    await next.untilForging();
    gaps.push(clusters.longestGapMs(sinceMs) / 1_000);
    sinceRenewal.push((next.nextAbleMs(sinceMs) - renewedAtMs) / 1_000);
  };
  const losses = [
    { lost: east, numbers: FIRST, next: west },
    { lost: west, numbers: FIRST, next: east },
    { lost: east, numbers: SPARE, next: west },
  ];
  for (const { lost, ...how } of losses.slice(0, extent.clusterLosses)) {
    await untilBothReady(clusters);
    await lose(lost, how);
    if (how.numbers === FIRST) lost.start(...SPARE);
  }
  return [
    figure(`cluster lost: nobody forges (${gaps.length} times)`, spread(gaps, "s")),
    figure(
      "  from the last renewal to the other forging",
      spread(sinceRenewal, "s"),
      `most ${FORGE_LEASE_DURATION_S + 1} s`,
    ),
    figure("  meanwhile two forged", twice(clusters), "0"),
  ];
}
