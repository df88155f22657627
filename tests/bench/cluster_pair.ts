// Owns the two clusters of one measurement: with every setting of the second tier as by default, until both are ready.
// Never measures.

import { Clusters, type ClustersOptions } from "../support/clusters.ts";
import { type BenchServers } from "./cluster_servers.ts";

/** As it is without these settings: tests make them shorter. */
const DEFAULTS = {
  FORGE_LEASE_DURATION: "30",
  FAILBACK_DELAY: "300",
  HEARTBEAT_INTERVAL: "10",
  CLUSTER_STALE_AFTER: "60",
};
export const FORGE_LEASE_DURATION_S = Number(DEFAULTS.FORGE_LEASE_DURATION);

/** In a namespace of their own; the first two pods of each are started, and the favourite forges. */
export async function startPair(
  { servers }: BenchServers,
  options: Pick<ClustersOptions, "namespace" | "east" | "west">,
): Promise<Clusters> {
  const clusters = await Clusters.make({ ...options, servers, env: DEFAULTS });
  try {
    await clusters.startInOrder();
    return clusters;
  } catch (cause) {
    const logs = clusters.both.flatMap(({ key, replicas }) =>
      replicas.all.map((one) => `${key}/${one.key}\n${one.logTail()}`)
    );
    await clusters[Symbol.asyncDispose]();
    const where = options.namespace;
    throw new Error(`Cannot start two clusters in ${where}:\n${logs.join("\n")}`, { cause });
  }
}

/** Until either could take over from the other at its best. */
export async function untilBothReady(clusters: Clusters): Promise<void> {
  await Promise.all(clusters.both.map((one) => one.untilReady()));
  await clusters.untilRenewed();
}

export function twice(clusters: Clusters): string {
  const { overlapMs, slotsForgedTwice, slotsForged } = clusters.judge();
  return `${overlapMs} ms, ${slotsForgedTwice.length} of ${slotsForged} slots`;
}
