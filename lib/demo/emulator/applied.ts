// Owns how a configuration of server-side apply is read, and what it makes of an object.
// Never writes it.

import { applyPatch, isObject } from "./apply.ts";
import { ApiError, badRequest, conflict, notFound } from "./failure.ts";
import { decodeObject, type PatchedObject } from "./objects.ts";
import { applyConflict, requireNoNulls, type Target } from "./preconditions.ts";
import type { Entry, JsonObject, Owners } from "./store.ts";

export interface ApplyOptions {
  readonly fieldManager?: string | undefined;
  readonly force?: boolean;
}

/** The object as the configuration wants it, and who owns which field of it then. */
export function appliedTo(
  target: Target,
  entry: Entry | undefined,
  { config, options }: { config: unknown; options: ApplyOptions },
): { readonly wanted: PatchedObject; readonly owners: Owners } {
  const { resource, name, namespace, subresource } = target;
  const { apiVersion, kind, metadata, fields } = readConfig(target, { config, options });
  if (entry === undefined && subresource) throw notFound(resource, name);
  if (resource.isCustom) requireNoNulls(target, ownFields(target, fields), entry?.object);
  const { name: _, namespace: __, uid, resourceVersion, ...labelsAndSuch } = metadata;
  if (entry === undefined && uid !== undefined) {
    throw conflict(
      resource,
      name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  const current = entry ?? { object: {} as JsonObject, owners: new Map() as Owners };
  const { object, owners, conflicts } = applyPatch(current, {
    ...(subresource === undefined ? { metadata: labelsAndSuch } : {}),
    ...ownFields(target, fields),
  }, {
    manager: `${options.fieldManager} ${subresource ?? ""}`.trim(),
    force: options.force ?? false,
  });
  if (conflicts.length > 0) throw applyConflict(conflicts);
  const wanted = decodeObject(resource, {
    apiVersion,
    kind,
    ...object,
    metadata: {
      ...(isObject(object["metadata"]) ? object["metadata"] : {}),
      name,
      namespace,
      ...(uid === undefined || subresource ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  }, { asPatch: true });
  return { wanted, owners };
}

function readConfig(
  { resource }: Target,
  { config, options }: { config: unknown; options: ApplyOptions },
) {
  if ((options.fieldManager ?? "") === "") {
    throw new ApiError(
      422,
      "Invalid",
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  if (!isObject(config) || config["kind"] !== resource.kind) {
    throw badRequest("invalid object type");
  }
  const { apiVersion, kind, metadata = {}, ...fields } = config;
  if (!isObject(metadata)) throw badRequest("invalid metadata");
  if (metadata["managedFields"] !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  return { apiVersion, kind, metadata, fields };
}

/** What a request to this endpoint may set: the status endpoint only status, the other one all but it. */
function ownFields({ resource, subresource }: Target, fields: JsonObject): JsonObject {
  const { status, ...others } = fields;
  if (subresource === "status") return { status };
  return resource.isCustom ? others : fields;
}
