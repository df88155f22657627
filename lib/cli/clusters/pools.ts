// Owns which of the clusters in a namespace belong together: one network, one pool.
// Never judges them.

import { CLUSTER_LABEL } from "../../kubernetes/forge_cluster_spec.ts";
import type { ForgeCluster } from "../../kubernetes/forge_cluster_parse.ts";
import { isObject } from "../../kubernetes/json_shape.ts";
import type { ListedCluster } from "./listed_cluster.ts";

/** The clusters of which one forges: those that find each other by their labels. */
export interface Pool {
  readonly network: string;
  /** The label; undefined: the one pool of a namespace without POOL_ID. */
  readonly poolId: string | undefined;
  /** For people: ticker, else id. */
  readonly title: string;
  readonly clusters: readonly ListedCluster[];
}

export interface Pools {
  /** By network and title. */
  readonly pools: readonly Pool[];
  /** Names of those that no cluster looks at, since they lack the label. */
  readonly unlabelled: readonly string[];
}

export interface PoolFilter {
  readonly pool: string | undefined;
  readonly network: string | undefined;
}

export function poolsOf(listed: readonly ListedCluster[], filter: PoolFilter): Pools {
  const byKey = Map.groupBy(
    listed.filter(({ cluster }) => networkOf(cluster) !== undefined),
    ({ cluster }) => JSON.stringify([networkOf(cluster), cluster.labels[CLUSTER_LABEL.poolId]]),
  );
  const pools = [...byKey.values()].map((clusters): Pool => {
    const { cluster } = clusters[0]!;
    const network = networkOf(cluster) ?? "";
    const poolId = cluster.labels[CLUSTER_LABEL.poolId];
    const tickers = clusters.map((one) => tickerOf(one.cluster));
    const title = tickers.find((ticker) => ticker !== undefined) ?? poolId ?? "–";
    return { network, poolId, title, clusters: clusters.toSorted(byName) };
  });
  return {
    pools: pools.filter((pool) => isMeant(pool, filter)).toSorted((a, b) =>
      order(`${a.network} ${a.title}`, `${b.network} ${b.title}`)
    ),
    unlabelled: listed.filter(({ cluster }) => networkOf(cluster) === undefined)
      .map(({ cluster }) => cluster.name).toSorted(order),
  };
}

/** Pool and network as they can be given to --pool and --network. */
export function poolName({ network, poolId, title }: Pool): string {
  const id = poolId === undefined ? "" : ` --pool ${poolId}`;
  const ticker = title === poolId || poolId === undefined ? "" : ` (${title})`;
  return `--network ${network}${id}${ticker}`;
}

function isMeant(pool: Pool, filter: PoolFilter): boolean {
  if (filter.network !== undefined && filter.network !== pool.network) return false;
  if (filter.pool === undefined) return true;
  const hexes = pool.clusters.map(({ cluster }) => poolField(cluster, "idHex")?.toLowerCase());
  return [pool.poolId, pool.title].includes(filter.pool) ||
    hexes.includes(filter.pool.toLowerCase());
}

function networkOf({ labels }: ForgeCluster): string | undefined {
  return labels[CLUSTER_LABEL.network];
}

function tickerOf(cluster: ForgeCluster): string | undefined {
  return cluster.labels[CLUSTER_LABEL.poolTicker] ?? poolField(cluster, "ticker");
}

function poolField({ rawSpec }: ForgeCluster, name: string): string | undefined {
  const pool = rawSpec?.pool;
  const value = isObject(pool) ? pool[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

function byName(a: ListedCluster, b: ListedCluster): number {
  return order(a.cluster.name, b.cluster.name);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
