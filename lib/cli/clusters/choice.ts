// Owns the choice of the one pool that an operator's command changes.
// Never chooses among several: it lists them.

import type { ListedCluster } from "./listed_cluster.ts";
import { type Pool, poolName, poolsOf } from "./pools.ts";

export type PoolChoice =
  | { readonly kind: "pool"; readonly pool: Pool }
  | { readonly kind: "none"; readonly why: string };

export function choosePool(
  listed: readonly ListedCluster[],
  { pool, network, namespace }: {
    readonly pool: string | undefined;
    readonly network: string | undefined;
    readonly namespace: string;
  },
): PoolChoice {
  const { pools, unlabelled } = poolsOf(listed, { pool, network });
  const [first, ...others] = pools;
  if (first !== undefined && others.length === 0) return { kind: "pool", pool: first };
  if (first !== undefined) {
    return none([`Namespace ${namespace} has several pools, choose one:`, ...pools.map(named)]);
  }
  const all = poolsOf(listed, { pool: undefined, network: undefined }).pools;
  if (all.length > 0) {
    return none([`Namespace ${namespace} has no such pool, but:`, ...all.map(named)]);
  }
  return none([
    `Namespace ${namespace} has no CardanoForgeCluster` +
    (unlabelled.length === 0
      ? ""
      : ` with the label cardano.io/network; without it are ${unlabelled.join(", ")}`),
  ]);
}

function named(pool: Pool): string {
  const regions = pool.clusters.map(({ cluster }) =>
    cluster.kind === "usable" ? cluster.resource.spec.region : cluster.name
  );
  return `  ${poolName(pool)}: ${regions.join(", ")}`;
}

function none(lines: readonly string[]): PoolChoice {
  return { kind: "none", why: lines.join("\n") };
}
