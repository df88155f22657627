// Owns the checks of the cluster: API reachable, each call we make allowed, CardanoLeader known.
// Never writes an object: a review of access is asked and forgotten.

import type { Config } from "../../config.ts";
import { type Clock, openCluster } from "../../kubernetes/access.ts";
import { ApiClient } from "../../kubernetes/client.ts";
import { errorText } from "../../log.ts";
import { USER_AGENT } from "../../version.ts";
import { type Check, failed, ok, unknown } from "./check.ts";

export interface NeededCall {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Undefined for create, which RBAC cannot bind to a name. */
  readonly name?: string;
}

/** Every call of `run`, as a Role must allow it. */
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
  ];
}

export async function checkCluster(config: Config): Promise<Check[]> {
  const clock: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  let client: ApiClient;
  let origin: string;
  try {
    const access = await openCluster(config.kubernetes, { clock });
    origin = `${access.server} by ${access.origin}`;
    client = new ApiClient({ access, userAgent: USER_AGENT, clock });
  } catch (error) {
    return [failed("the API server is reachable", errorText(error))];
  }
  try {
    const reachable = await apiReachable(client, { origin, timeoutMs: config.apiTimeoutMs });
    if (reachable.verdict !== "ok") return [reachable];
    const calls = neededCalls(config).map((call) => callAllowed(client, { call, config }));
    return [reachable, ...await Promise.all([...calls, leaderKnown(client, config)])];
  } finally {
    client.close();
  }
}

export async function apiReachable(
  client: ApiClient,
  { origin, timeoutMs }: { readonly origin: string; readonly timeoutMs: number },
): Promise<Check> {
  const name = "the API server is reachable";
  const answer = await client.request({ verb: "get", path: "/version", timeoutMs });
  if (answer.kind !== "ok") return failed(name, answer.message);
  const { gitVersion = "an unknown version" } = answer.body as { gitVersion?: string };
  return ok(name, `${gitVersion} at ${origin}`);
}

export async function callAllowed(
  client: ApiClient,
  { call, config }: { readonly call: NeededCall; readonly config: Config },
): Promise<Check> {
  const { verb, group, resource, subresource, name: object } = call;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const name = `the role allows ${verb} ${full}${object === undefined ? "" : ` ${object}`}`;
  const answer = await client.request({
    verb: "create",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    timeoutMs: config.apiTimeoutMs,
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          namespace: config.namespace,
          verb,
          group,
          resource,
          ...(subresource === undefined ? {} : { subresource }),
          ...(object === undefined ? {} : { name: object }),
        },
      },
    },
  });
  if (answer.kind === "not_found") return unknown(name, "this API server does not tell");
  if (answer.kind !== "ok") return unknown(name, answer.message);
  const { status } = answer.body as { status?: { allowed?: boolean; reason?: string } };
  if (status?.allowed === true) return ok(name, "yes");
  return failed(name, status?.reason || `no rule allows it in namespace ${config.namespace}`);
}

/** By discovery, which everybody may read: a Role for CustomResourceDefinitions is not needed. */
export async function leaderKnown(client: ApiClient, config: Config): Promise<Check> {
  const { group, version, plural } = config.leaderResource;
  const name = `the API knows ${plural}.${group}/${version}`;
  const answer = await client.request({
    verb: "get",
    path: `/apis/${group}/${version}`,
    timeoutMs: config.apiTimeoutMs,
  });
  if (answer.kind !== "ok" && answer.kind !== "not_found") return unknown(name, answer.message);
  const { resources = [] } = answer.kind === "ok"
    ? answer.body as { resources?: { name: string }[] }
    : {};
  return resources.some((resource) => resource.name === plural)
    ? ok(name, "yes")
    : failed(name, "no: cardano-forge-manager crds | kubectl apply -f -");
}
