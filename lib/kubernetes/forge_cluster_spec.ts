// Owns a CardanoForgeCluster as the environment makes it: name, labels, spec; and what was edited since.
// Never overwrites an edit: the environment fills a new resource in, and nothing else.

import type { ClusterConfig, Config } from "../config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Selector } from "./collection_watch.ts";
import { isObject, type JsonObject } from "./json_shape.ts";

export const CLUSTER_LABEL = {
  network: "cardano.io/network",
  poolId: "cardano.io/pool-id",
  poolTicker: "cardano.io/pool-ticker",
  region: "cardano.io/region",
  application: "cardano.io/application",
} as const;

/** What a new resource is made of. */
export interface NewForgeCluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: JsonObject;
}

export interface ClusterIdentity extends Pick<Config, "pool" | "applicationType"> {
  readonly network: Pick<Config["network"], "name" | "magic">;
}

export interface FirstSpecOptions {
  readonly cluster: ClusterConfig;
  /** Of the operational certificate, where POOL_ID is a mere name. */
  readonly certifiedIdHex?: string | undefined;
}

export function firstForgeCluster(
  identity: ClusterIdentity,
  { cluster, certifiedIdHex }: FirstSpecOptions,
): NewForgeCluster {
  const { network, applicationType } = identity;
  const { environment, priority, healthCheck } = cluster.atFirst;
  const { endpoint, intervalMs, timeoutMs, failureThreshold } = healthCheck;
  const pool = poolSpec(identity.pool, certifiedIdHex);
  return {
    name: cluster.name,
    labels: labelsOf(identity, cluster.region),
    spec: {
      network: { name: networkName(network.name), magic: network.magic },
      ...(Object.keys(pool).length === 0 ? {} : { pool }),
      application: { type: applicationType, environment },
      region: cluster.region,
      priority,
      healthCheck: {
        enabled: endpoint !== undefined,
        ...(endpoint === undefined ? {} : { endpoint }),
        interval: formatDuration(intervalMs),
        timeout: formatDuration(timeoutMs),
        failureThreshold,
      },
    },
  };
}

/** All clusters of the pool, and of no other. */
export function forgeClusterSelector({ network, pool }: ClusterIdentity): Selector {
  const ofPool = pool.id === undefined
    ? `!${CLUSTER_LABEL.poolId}`
    : `${CLUSTER_LABEL.poolId}=${pool.id}`;
  return { labelSelector: `${CLUSTER_LABEL.network}=${network.name},${ofPool}` };
}

/** Paths of what the environment says otherwise than the resource, such as `spec.priority`. */
export function editedFields(first: JsonObject, found: JsonObject, path = "spec"): string[] {
  return Object.entries(first).flatMap(([name, wanted]) => {
    const value = found[name];
    const field = `${path}.${name}`;
    if (isObject(wanted)) return editedFields(wanted, isObject(value) ? value : {}, field);
    return value === wanted ? [] : [field];
  });
}

/** The field by which a resource of our name is another pool's or network's; names are shortened. */
export function foreignField(
  found: {
    readonly labels: Readonly<Record<string, string>>;
    readonly rawSpec: JsonObject | undefined;
  },
  ours: NewForgeCluster,
): string | undefined {
  const label = [CLUSTER_LABEL.network, CLUSTER_LABEL.poolId].find((name) =>
    name in found.labels && found.labels[name] !== ours.labels[name]
  );
  if (label !== undefined) return `metadata.labels[${label}]`;
  const fields = [["network", "magic"], ["pool", "id"], ["pool", "idHex"]] as const;
  const field = fields.find((path) => {
    const [theirs, wanted] = [valueAt(found.rawSpec, path), valueAt(ours.spec, path)];
    return theirs !== undefined && wanted !== undefined && theirs !== wanted;
  });
  return field === undefined ? undefined : `spec.${field.join(".")}`;
}

function valueAt(spec: JsonObject | undefined, [outer, inner]: readonly [string, string]): unknown {
  const value = spec?.[outer];
  const found = isObject(value) ? value[inner] : undefined;
  return inner === "idHex" && typeof found === "string" ? found.toLowerCase() : found ?? undefined;
}

function labelsOf(
  { network, pool, applicationType }: ClusterIdentity,
  region: string,
): Readonly<Record<string, string>> {
  return {
    [CLUSTER_LABEL.network]: network.name,
    ...(pool.id === undefined ? {} : { [CLUSTER_LABEL.poolId]: pool.id }),
    ...(pool.ticker === undefined ? {} : { [CLUSTER_LABEL.poolTicker]: pool.ticker }),
    [CLUSTER_LABEL.region]: region,
    [CLUSTER_LABEL.application]: applicationType,
    "app.kubernetes.io/name": "cardano-forge-manager",
    "app.kubernetes.io/component": "forge-cluster",
    "app.kubernetes.io/managed-by": "cardano-forge-manager",
  };
}

/** Id and idHex go together; a POOL_ID alone is in the label only. */
function poolSpec(pool: ClusterIdentity["pool"], certifiedIdHex: string | undefined): JsonObject {
  const { id, name, ticker } = pool;
  const idHex = pool.idHex ?? certifiedIdHex;
  return {
    ...(id === undefined || idHex === undefined ? {} : { id, idHex }),
    ...(name === undefined ? {} : { name }),
    ...(ticker === undefined ? {} : { ticker }),
  };
}

function networkName(name: string): string {
  return ["mainnet", "preprod", "preview"].includes(name) ? name : "custom";
}
