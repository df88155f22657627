// Owns reading an object out of a request: what is dropped, what is refused, and with which status.
// Never looks at what is stored.

import { isObject } from "./apply.ts";
import { validateEvent } from "./event_rules.ts";
import { ApiError, badRequest, invalid } from "./failure.ts";
import { decodeLeaseSpec, validateLeaseSpec } from "./lease_rules.ts";
import { apiVersionOf, type Resource } from "./resources.ts";
import type { JsonObject } from "./store.ts";

/** An object whose identity may still be missing. */
export interface PatchedObject extends JsonObject {
  readonly metadata: JsonObject & {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Answers 400 where the object cannot be read, but 422 where a patch made it unreadable. */
export function decodeObject(
  resource: Resource,
  body: unknown,
  { asPatch = false }: { readonly asPatch?: boolean } = {},
): PatchedObject {
  if (!isObject(body)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
  }
  const apiVersion = apiVersionOf(resource);
  if (resource.isCustom && (body["kind"] === undefined || body["apiVersion"] === undefined)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing`,
    );
  }
  if (
    (body["kind"] ?? resource.kind) !== resource.kind ||
    (body["apiVersion"] ?? apiVersion) !== apiVersion
  ) {
    throw badRequest(
      `${body["kind"]} in version "${body["apiVersion"]}" cannot be handled as a ${resource.kind}`,
    );
  }
  const metadata = withoutNulls(isObject(body["metadata"]) ? body["metadata"] : {});
  const { managedFields: _, ...kept } = metadata;
  const decoded = { ...body, apiVersion, kind: resource.kind, metadata: kept };
  if (resource.kind !== "Lease") return decoded;
  const spec = decodeLeaseSpec(body["spec"]);
  if (typeof spec === "string") {
    if (asPatch) {
      throw new ApiError(422, "Invalid", ` "" is invalid: patch: Invalid value: ${spec}`);
    }
    throw badRequest(`Lease in version "v1" cannot be handled as a Lease: ${spec}`);
  }
  return { apiVersion, kind: resource.kind, metadata: kept, spec };
}

export function validateObject(resource: Resource, object: PatchedObject): void {
  const name = object.metadata.name ?? "";
  const causes = [];
  if (name === "") {
    causes.push({
      field: "metadata.name",
      message: "Required value: name or generateName is required",
    });
  } else if (!NAME.test(name) || name.length > 253) {
    causes.push({
      field: "metadata.name",
      message: `Invalid value: "${name}": a lowercase RFC 1123 subdomain is needed`,
    });
  }
  if (resource.kind === "Lease") causes.push(...validateLeaseSpec(object["spec"] as JsonObject));
  if (resource.group === "events.k8s.io") causes.push(...validateEvent(object));
  if (causes.length > 0) throw invalid(resource, name, { causes });
}

function withoutNulls(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
