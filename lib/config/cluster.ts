// Owns the settings of one cluster among several: its name, its resource, and where clusters meet.
// Never looks at them unless ENABLE_CLUSTER_MANAGEMENT is true, but for the type of each value.

import type { KubernetesAccess } from "./access.ts";
import { type Network, poolShort } from "./identity.ts";
import type { SettingReader } from "./reader.ts";
import { REGION } from "./settings.ts";
import { checkTimings, FORGE_LEASE, readTimings } from "./timings.ts";

export interface ClusterConfig {
  /** Of the CardanoForgeCluster: the cluster's name towards the others. */
  readonly name: string;
  readonly region: string;
  /** For the resource when it is created; later the resource decides. */
  readonly atFirst: {
    readonly environment: string;
    readonly priority: number;
    readonly healthCheck: {
      readonly endpoint: string | undefined;
      readonly intervalMs: number;
      readonly timeoutMs: number;
      readonly failureThreshold: number;
    };
  };
  readonly resource: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
  };
  readonly coordination: {
    /** Undefined: the local API server. Then only clusters that share it are coordinated. */
    readonly kubernetes: KubernetesAccess | undefined;
    readonly namespace: string;
  };
  readonly forgeLease: {
    readonly name: string;
    /** W of the forge lease. Whole seconds. */
    readonly durationMs: number;
    /** H of the forge lease. */
    readonly renewDeadlineMs: number;
    readonly renewIntervalMs: number;
  };
  readonly failbackDelayMs: number;
  readonly heartbeatIntervalMs: number;
  readonly staleAfterMs: number;
}

export interface ClusterSurroundings {
  readonly network: Network;
  readonly namespace: string;
  /** Names of the local lock, of now and before: the forge lease is another one. */
  readonly localLeases: readonly string[];
}

/** Undefined where cluster management is off. */
export function readCluster(
  reader: SettingReader,
  { network, namespace, localLeases }: ClusterSurroundings,
): ClusterConfig | undefined {
  const poolId = reader.text("POOL_ID");
  const scope = poolId === undefined ? network.name : `${network.name}-${poolShort(poolId)}`;
  const forgeLeaseDefault = reader.derive("FORGE_LEASE_NAME", `cardano-forge-${scope}`);
  const timings = readTimings(reader, FORGE_LEASE);
  if (!reader.isTrue("ENABLE_CLUSTER_MANAGEMENT")) return undefined;
  checkTimings(reader, FORGE_LEASE, timings);
  const cluster: ClusterConfig = {
    ...readClusterName(reader, scope),
    atFirst: {
      environment: reader.text("CLUSTER_ENVIRONMENT") ?? "",
      priority: reader.number("CLUSTER_PRIORITY"),
      healthCheck: {
        endpoint: reader.text("HEALTH_CHECK_ENDPOINT"),
        intervalMs: reader.number("HEALTH_CHECK_INTERVAL"),
        timeoutMs: reader.number("HEALTH_CHECK_TIMEOUT"),
        failureThreshold: reader.number("HEALTH_CHECK_FAILURE_THRESHOLD"),
      },
    },
    resource: {
      group: reader.text("CLUSTER_CRD_GROUP") ?? "",
      version: reader.text("CLUSTER_CRD_VERSION") ?? "",
      plural: reader.text("CLUSTER_CRD_PLURAL") ?? "",
    },
    coordination: readCoordination(reader, namespace),
    forgeLease: {
      name: reader.text("FORGE_LEASE_NAME") ?? forgeLeaseDefault,
      durationMs: timings.durationMs,
      renewDeadlineMs: timings.renewDeadlineMs,
      renewIntervalMs: timings.renewIntervalMs,
    },
    failbackDelayMs: reader.number("FAILBACK_DELAY"),
    heartbeatIntervalMs: reader.number("HEARTBEAT_INTERVAL"),
    staleAfterMs: reader.number("CLUSTER_STALE_AFTER"),
  };
  checkTheRest(reader, cluster, localLeases);
  return cluster;
}

/** `scope` is network and pool, which the pool's clusters have in common. */
function readClusterName(
  reader: SettingReader,
  scope: string,
): { readonly name: string; readonly region: string } {
  const resource = reader.text("CLUSTER_CRD_NAME");
  const identifier = reader.text("CLUSTER_IDENTIFIER") ?? reader.text("CLUSTER_NAME");
  const region = reader.text("CLUSTER_REGION") ?? regionOf(identifier ?? resource, scope);
  if (region === undefined && reader.allWell("CLUSTER_REGION")) {
    reader.problem(
      "CLUSTER_REGION",
      identifier === undefined && resource === undefined
        ? "this cluster's region, another than every other cluster's (or CLUSTER_IDENTIFIER)"
        : `2 to 20 characters, which cannot be taken from the name "${identifier ?? resource}"`,
    );
  }
  reader.derive("CLUSTER_REGION", region ?? "");
  // Without POOL_ID as the older manager named it: by what names the cluster.
  const isLegacy = reader.text("POOL_ID") === undefined && identifier !== undefined;
  const generated = isLegacy ? identifier : `${scope}-${region ?? ""}`;
  return {
    name: resource ?? reader.derive("CLUSTER_CRD_NAME", generated),
    region: region ?? "",
  };
}

/** The part of a cluster's name that can stand for its region. */
function regionOf(name: string | undefined, scope: string): string | undefined {
  const rest = name?.startsWith(`${scope}-`) ? name.slice(scope.length + 1) : name;
  return rest !== undefined && REGION.test(rest) ? rest : undefined;
}

function readCoordination(
  reader: SettingReader,
  ownNamespace: string,
): ClusterConfig["coordination"] {
  const path = reader.text("COORDINATION_KUBECONFIG");
  const context = reader.text("COORDINATION_CONTEXT");
  const given = reader.text("COORDINATION_NAMESPACE");
  if (path === undefined) {
    if (context !== undefined) {
      reader.warnings.push({
        name: "COORDINATION_CONTEXT",
        message: "has no effect without COORDINATION_KUBECONFIG",
      });
    }
    if (reader.allWell("COORDINATION_KUBECONFIG")) {
      reader.warnings.push({
        name: "COORDINATION_KUBECONFIG",
        message: "is not set, so only clusters that share the local API server are coordinated; " +
          "a cluster with an API server of its own would forge beside them",
      });
    }
    const namespace = given ?? reader.derive("COORDINATION_NAMESPACE", ownNamespace);
    return { kubernetes: undefined, namespace };
  }
  if (path.includes(":")) {
    reader.problem("COORDINATION_KUBECONFIG", "the path of one file, not a list");
  }
  if (given === undefined && reader.allWell("COORDINATION_NAMESPACE")) {
    reader.problem(
      "COORDINATION_NAMESPACE",
      "the namespace on COORDINATION_KUBECONFIG's API server, the same for all clusters",
    );
  }
  return { kubernetes: { kind: "kubeconfig", path, context }, namespace: given ?? "" };
}

function checkTheRest(
  reader: SettingReader,
  { forgeLease, heartbeatIntervalMs, staleAfterMs }: ClusterConfig,
  localLeases: readonly string[],
): void {
  if (localLeases.includes(forgeLease.name) && reader.allWell("FORGE_LEASE_NAME")) {
    reader.problem("FORGE_LEASE_NAME", "another name than the local Lease has or had");
  }
  if (
    staleAfterMs < 2 * heartbeatIntervalMs &&
    reader.allWell("CLUSTER_STALE_AFTER", "HEARTBEAT_INTERVAL")
  ) {
    const least = 2 * heartbeatIntervalMs / 1_000;
    reader.problem(
      "CLUSTER_STALE_AFTER",
      `seconds from ${least}, twice HEARTBEAT_INTERVAL, so that one lost heartbeat is no absence`,
    );
  }
  const identifier = reader.text("CLUSTER_IDENTIFIER");
  const olderName = reader.text("CLUSTER_NAME");
  if (identifier !== undefined && olderName !== undefined && olderName !== identifier) {
    reader.warnings.push({
      name: "CLUSTER_NAME",
      message: "has no effect beside CLUSTER_IDENTIFIER",
    });
  }
}
