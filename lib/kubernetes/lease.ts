// Owns reading and writing one Lease.
// Never patches or applies: every write names the record it replaces.

import type { LeaseObject } from "../core/lease_object.ts";
import type { ApiRequest, RequestLimits } from "./api_request.ts";
import type { ApiClient } from "./client.ts";
import { malformed, type RequestFailure } from "./failure.ts";
import {
  isNonEmptyString,
  isObject,
  isOptionalInteger,
  isOptionalString,
  isOptionalStringMap,
} from "./json_shape.ts";
import { resourcePath } from "./resource_path.ts";

export type LeaseAnswer = { readonly kind: "lease"; readonly lease: LeaseObject } | RequestFailure;

/** One Lease, its name and namespace bound. */
export interface LeaseApi {
  readonly namespace: string;
  readonly name: string;
  read(limits: RequestLimits): Promise<LeaseAnswer>;
  /** `conflict` when it exists already. */
  create(lease: LeaseObject, limits: RequestLimits): Promise<LeaseAnswer>;
  /** `conflict` unless uid and resourceVersion are those of the present record. */
  replace(lease: LeaseObject, limits: RequestLimits): Promise<LeaseAnswer>;
  /** The same as a dry run: the server checks everything, rights included, and changes nothing. */
  tryReplace(lease: LeaseObject, limits: RequestLimits): Promise<LeaseAnswer>;
}

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** Path of the collection, which is also what a watch of one Lease asks for. */
export function leasesPath(namespace: string): string {
  return resourcePath({ group: "coordination.k8s.io", version: "v1", namespace, plural: "leases" });
}

export function leaseApi(client: ApiClient, { namespace, name }: LeaseName): LeaseApi {
  const collection = leasesPath(namespace);
  const path = `${collection}/${encodeURIComponent(name)}`;

  async function send(request: ApiRequest): Promise<LeaseAnswer> {
    const answer = await client.request(request);
    if (answer.kind !== "ok") return answer;
    const lease = parseLease(answer.body, { namespace, name });
    if (lease === undefined) {
      return malformed(`${request.verb} leases ${namespace}/${name}`, "not that Lease");
    }
    return { kind: "lease", lease };
  }

  function checkName({ metadata }: LeaseObject): void {
    if (metadata.name === name && metadata.namespace === namespace) return;
    const found = `${metadata.namespace}/${metadata.name}`;
    throw new TypeError(`Lease ${found} was given to the writer of ${namespace}/${name}`);
  }

  function replace(request: Omit<ApiRequest, "verb" | "path">, lease: LeaseObject) {
    checkName(lease);
    const { uid, resourceVersion } = lease.metadata;
    if (!isNonEmptyString(uid) || !isNonEmptyString(resourceVersion)) {
      // Without uid a PUT re-creates a deleted Lease; without resourceVersion it overwrites anything.
      throw new TypeError(`Lease ${namespace}/${name} must name the record it replaces`);
    }
    return send({ ...request, verb: "update", path, body: lease });
  }

  return {
    namespace,
    name,
    read: (limits) => send({ ...limits, verb: "get", path }),
    create: (lease, limits) => {
      checkName(lease);
      return send({ ...limits, verb: "create", path: collection, body: lease });
    },
    replace: (lease, limits) => replace(limits, lease),
    tryReplace: (lease, limits) => replace({ ...limits, query: { dryRun: "All" } }, lease),
  };
}

/** Undefined unless it is that Lease, with everything we rely on of the type it should be. */
export function parseLease(
  value: unknown,
  { namespace, name }: LeaseName,
): LeaseObject | undefined {
  if (!isObject(value) || !isObject(value.metadata)) return undefined;
  if ((value.kind ?? "Lease") !== "Lease") return undefined; // absent inside a list
  const { metadata, spec } = value;
  const isThisRecord = metadata.name === name && metadata.namespace === namespace &&
    isNonEmptyString(metadata.uid) && isNonEmptyString(metadata.resourceVersion) &&
    isOptionalStringMap(metadata.annotations) && isOptionalStringMap(metadata.labels);
  if (!isThisRecord) return undefined;
  if (spec !== undefined && spec !== null) {
    const isSpec = isObject(spec) &&
      isOptionalString(spec.holderIdentity) && isOptionalString(spec.renewTime) &&
      isOptionalString(spec.acquireTime) && isOptionalInteger(spec.leaseDurationSeconds) &&
      isOptionalInteger(spec.leaseTransitions);
    if (!isSpec) return undefined;
  }
  const { spec: _, ...rest } = value;
  return {
    ...rest,
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata,
    ...(isObject(spec) ? { spec } : {}),
  } as LeaseObject;
}
