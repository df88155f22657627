// Owns the checks of the coordination API: reachable, each call we make allowed, CardanoForgeCluster known.
// Never asks anything while cluster management is off.

import type { ClusterConfig, Config } from "../../config.ts";
import { errorText } from "../../log.ts";
import {
  apiReachable,
  callAllowed,
  type CheckedApi,
  EVENT_CALLS,
  namespaceThere,
  type NeededCall,
  openClient,
  reachability,
  typeKnown,
} from "./api.ts";
import { type Check, failed, ok, unknown } from "./check.ts";

const COORDINATION_API = "coordination API";

/** Every call of `run` to the coordination API, as a Role there must allow it. */
export function coordinationCalls({ name, resource, forgeLease }: ClusterConfig): NeededCall[] {
  const leases = { group: "coordination.k8s.io", resource: "leases" };
  const clusters = { group: resource.group, resource: resource.plural };
  return [
    { ...leases, verb: "create" },
    ...["get", "update", "list", "watch"].map((verb) => ({
      ...leases,
      verb,
      name: forgeLease.name,
    })),
    // All clusters of the pool are followed, by their labels.
    ...["list", "watch", "create"].map((verb) => ({ ...clusters, verb })),
    ...["get", "patch"].map((verb) => ({ ...clusters, verb, name })),
    { ...clusters, verb: "patch", subresource: "status", name },
    ...EVENT_CALLS,
  ];
}

export async function checkCoordination(config: Config): Promise<Check[]> {
  const { cluster, apiTimeoutMs } = config;
  if (cluster === undefined) return [];
  const { kubernetes, namespace } = cluster.coordination;
  const shared = sharing(cluster);
  let api: CheckedApi;
  try {
    const opened = await openClient(kubernetes ?? config.kubernetes);
    api = { ...opened, what: COORDINATION_API, namespace, timeoutMs: apiTimeoutMs };
  } catch (error) {
    return [shared, failed(reachability(COORDINATION_API), errorText(error))];
  }
  try {
    const reachable = await apiReachable(api);
    if (reachable.verdict !== "ok") return [shared, reachable];
    const calls = coordinationCalls(cluster).map((call) => callAllowed(api, call));
    const known = typeKnown(api, cluster.resource);
    return [shared, reachable, ...await Promise.all([namespaceThere(api), ...calls, known])];
  } finally {
    api.client.close();
  }
}

function sharing({ coordination }: ClusterConfig): Check {
  const name = "clusters with API servers of their own are coordinated";
  return coordination.kubernetes === undefined
    ? unknown(name, "only those of this API server are, since COORDINATION_KUBECONFIG is not set")
    : ok(name, `in namespace ${coordination.namespace} of the coordination API`);
}
