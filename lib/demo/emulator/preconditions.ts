// Owns the conditions under which a write to an object is refused, and the words for it.
// Never writes.

import { isEqual, isObject } from "./apply.ts";
import { ApiError, badRequest, conflict, invalid, MODIFIED } from "./failure.ts";
import type { PatchedObject } from "./objects.ts";
import { collectionOf, type Resource } from "./resources.ts";
import type { Entry, JsonObject, Key } from "./store.ts";

export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource?: "status" | undefined;
}

export function keyOf({ resource, namespace, name }: Target): Key {
  return { collection: collectionOf(resource), namespace, name };
}

export function requireName({ name }: Target, { metadata }: PatchedObject): void {
  const given = metadata.name ?? "";
  if (given !== name) {
    throw badRequest(
      `the name of the object (${given}) does not match the name on the URL (${name})`,
    );
  }
}

export function requireNamespace({ namespace }: Target, { metadata }: PatchedObject): void {
  if ((metadata.namespace ?? namespace) !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
}

/** A patch may carry the uid and resourceVersion it expects. */
export function requireUnmoved(
  { resource, name }: Target,
  entry: Entry,
  wanted: PatchedObject,
): void {
  const { uid, resourceVersion } = entry.object.metadata;
  if (wanted.metadata.resourceVersion !== resourceVersion) throw conflict(resource, name, MODIFIED);
  if (wanted.metadata.uid !== uid) {
    throw invalid(resource, name, {
      causes: [{
        field: "metadata.uid",
        message: `Invalid value: "${wanted.metadata.uid}": field is immutable`,
      }],
    });
  }
}

/** A deletion may carry the uid and resourceVersion it expects. */
export function requireAsExpected(
  { resource, name }: Target,
  entry: Entry,
  deleteOptions: unknown,
): void {
  const preconditions = isObject(deleteOptions) ? deleteOptions["preconditions"] : undefined;
  if (!isObject(preconditions)) return;
  const { uid, resourceVersion } = entry.object.metadata;
  const wanted = { uid, resourceVersion, ...preconditions };
  if (wanted.uid !== uid) {
    throw conflict(
      resource,
      name,
      `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (wanted.resourceVersion !== resourceVersion) {
    throw conflict(
      resource,
      name,
      `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** No schema of ours allows a null; and an apply that empties a status is taken to make it null. */
export function requireNoNulls(
  target: Target,
  fields: JsonObject,
  current: JsonObject = {},
): void {
  const { name, resource } = target;
  for (const [field, value] of Object.entries(fields)) {
    const emptiesStatus = field === "status" && isEqual(value, {}) && current[field] !== undefined;
    if (value === null || emptiesStatus) {
      throw invalid(resource, name, { causes: [{ field, message: 'Invalid value: "null"' }] });
    }
    if (isObject(value)) requireNoNulls(target, value);
  }
}

export function uidMismatch(
  target: Target,
  { wanted, entry }: { wanted: string; entry: Entry | undefined },
): string {
  const { collection, namespace, name } = keyOf(target);
  const found = entry?.object.metadata.uid ?? "";
  return `StorageError: invalid object, Code: 4, Key: /registry/${collection}/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;
}

export function applyConflict(conflicts: readonly { manager: string; field: string }[]): ApiError {
  const texts = conflicts.map(({ manager, field }) => {
    const [name, subresource] = manager.split(" ");
    const where = subresource === undefined ? "" : ` with subresource "${subresource}"`;
    return { field, message: `conflict with "${name}"${where}` };
  });
  const plural = texts.length === 1 ? "conflict" : "conflicts";
  const list = texts.map(({ field, message }) => `${message}: ${field}`).join(", ");
  return new ApiError(409, "Conflict", `Apply failed with ${texts.length} ${plural}: ${list}`, {
    causes: texts.map((text) => ({ reason: "FieldManagerConflict", ...text })),
  });
}
