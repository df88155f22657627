// Owns the checks of the pod's own cluster: API reachable, each call we make allowed, CardanoLeader known.
// Never looks at other clusters: coordination.ts does.

import type { Config } from "../../config.ts";
import { errorText } from "../../log.ts";
import {
  apiReachable,
  callAllowed,
  type CheckedApi,
  EVENT_CALLS,
  LOCAL_API,
  namespaceThere,
  type NeededCall,
  openClient,
  reachability,
  typeKnown,
} from "./api.ts";
import { type Check, failed } from "./check.ts";
import { checkCoordination } from "./coordination.ts";

/** Every call of `run` to the API of its own cluster, as a Role must allow it. */
export function neededCalls(config: Config): readonly NeededCall[] {
  const { group, plural, name } = config.leaderResource;
  const leases = { group: "coordination.k8s.io", resource: "leases" };
  const leaders = { group, resource: plural };
  return [
    { ...leases, verb: "create" },
    ...["get", "update", "list", "watch"].map((verb) => ({
      ...leases,
      verb,
      name: config.lease.name,
    })),
    // A lock of an older name is marked as moved before the first claim.
    ...config.lease.previousNames.flatMap((name) =>
      ["get", "update"].map((verb) => ({ ...leases, verb, name }))
    ),
    { ...leaders, verb: "create" },
    { ...leaders, verb: "get", name },
    { ...leaders, verb: "patch", subresource: "status", name },
    ...["list", "watch"].map((verb) => ({
      verb,
      group: "",
      resource: "pods",
      name: config.podName,
      without: "the pod's deletion is noticed by SIGTERM only",
    })),
    ...EVENT_CALLS,
  ];
}

export async function checkCluster(config: Config): Promise<Check[]> {
  return (await Promise.all([checkLocal(config), checkCoordination(config)])).flat();
}

async function checkLocal(config: Config): Promise<Check[]> {
  const { kubernetes, namespace, apiTimeoutMs, leaderResource } = config;
  let api: CheckedApi;
  try {
    const opened = await openClient(kubernetes);
    api = { ...opened, what: LOCAL_API, namespace, timeoutMs: apiTimeoutMs };
  } catch (error) {
    return [failed(reachability(LOCAL_API), errorText(error))];
  }
  try {
    const reachable = await apiReachable(api);
    if (reachable.verdict !== "ok") return [reachable];
    const calls = neededCalls(config).map((call) => callAllowed(api, call));
    const known = typeKnown(api, leaderResource);
    return [reachable, ...await Promise.all([namespaceThere(api), ...calls, known])];
  } finally {
    api.client.close();
  }
}
