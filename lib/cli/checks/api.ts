// Owns what is asked of one API server: whether it answers, has a namespace, allows a call, knows a type.
// Never writes an object: a review of access is asked and forgotten, a dry run leaves nothing.

import { type Clock, openCluster } from "../../kubernetes/access.ts";
import { ApiClient } from "../../kubernetes/client.ts";
import type { KubernetesAccess } from "../../config.ts";
import { USER_AGENT } from "../../version.ts";
import { type Check, failed, ok, unknown, warning } from "./check.ts";

export interface NeededCall {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Undefined for create, and for what is followed as a whole: RBAC cannot bind these to a name. */
  readonly name?: string;
  /** What is done without where it is not allowed; undefined: it is needed. */
  readonly without?: string;
}

/** One API server as it is checked. */
export interface CheckedApi {
  readonly client: ApiClient;
  /** `API server` or `coordination API`, for people. */
  readonly what: string;
  readonly origin: string;
  readonly namespace: string;
  readonly timeoutMs: number;
}

/** Throws what stands in the way of any request at all. */
export async function openClient(
  access: KubernetesAccess,
): Promise<{ readonly client: ApiClient; readonly origin: string }> {
  const clock: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const opened = await openCluster(access, { clock });
  return {
    origin: `${opened.server} by ${opened.origin}`,
    client: new ApiClient({ access: opened, userAgent: USER_AGENT, clock }),
  };
}

export function reachability(what: string): string {
  return `the ${what} is reachable`;
}

export async function apiReachable(
  { client, what, origin, timeoutMs }: CheckedApi,
): Promise<Check> {
  const name = reachability(what);
  const answer = await client.request({ verb: "get", path: "/version", timeoutMs });
  if (answer.kind !== "ok") return failed(name, answer.message);
  const { gitVersion = "an unknown version" } = answer.body as { gitVersion?: string };
  return ok(name, `${gitVersion} at ${origin}`);
}

/** By a dry run, since a Role in a namespace cannot allow to read the namespace itself. */
export async function namespaceThere(
  { client, what, namespace, timeoutMs }: CheckedApi,
): Promise<Check> {
  const name = `the ${what} has namespace ${namespace}`;
  const answer = await client.request({
    verb: "create",
    path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    query: { dryRun: "All" },
    timeoutMs,
    body: {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { generateName: "forge-manager-check-" },
    },
  });
  if (answer.kind === "ok") return ok(name, "yes, by a dry run");
  return answer.kind === "not_found" ? failed(name, answer.message) : unknown(name, answer.message);
}

export async function callAllowed(
  { client, what, namespace, timeoutMs }: CheckedApi,
  { verb, group, resource, subresource, name: object, without }: NeededCall,
): Promise<Check> {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = what === LOCAL_API ? "" : ` on the ${what}`;
  const name = `the role allows ${verb} ${full}${object === undefined ? "" : ` ${object}`}${where}`;
  const answer = await client.request({
    verb: "create",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    timeoutMs,
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          namespace,
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
  const found = status?.reason || `no rule allows it in namespace ${namespace}`;
  return without === undefined ? failed(name, found) : warning(name, `${found}: ${without}`);
}

/** By discovery, which everybody may read: a Role for CustomResourceDefinitions is not needed. */
export async function typeKnown(
  { client, what, timeoutMs }: CheckedApi,
  { group, version, plural }: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
  },
): Promise<Check> {
  const name = `the ${what === LOCAL_API ? "API" : what} knows ${plural}.${group}/${version}`;
  const answer = await client.request({
    verb: "get",
    path: `/apis/${group}/${version}`,
    timeoutMs,
  });
  if (answer.kind !== "ok" && answer.kind !== "not_found") return unknown(name, answer.message);
  const { resources = [] } = answer.kind === "ok"
    ? answer.body as { resources?: { name: string }[] }
    : {};
  return resources.some((resource) => resource.name === plural) ? ok(name, "yes") : failed(
    name,
    "no: install chart cardano-forge-crds, or cardano-forge-manager crds | kubectl apply -f -",
  );
}

/** What happened is told by Events, where a Role allows it. */
export const EVENT_CALLS: readonly NeededCall[] = ["create", "patch"].map((verb) => ({
  verb,
  group: "events.k8s.io",
  resource: "events",
  without: "no Events are written there",
}));

export const LOCAL_API = "API server";
