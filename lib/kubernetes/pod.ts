// Owns what is read of a Pod: whose it is, and whether it is being deleted.
// Never writes one.

import { isNonEmptyString, isObject } from "./json_shape.ts";
import { resourcePath } from "./resource_path.ts";

export interface PodObject {
  readonly name: string;
  readonly uid: string;
  /** Set from the moment of the deletion on, while its containers end. */
  readonly deletionTimestamp: string | undefined;
}

/** Path of the collection, which is also what a watch of one Pod asks for. */
export function podsPath(namespace: string): string {
  return resourcePath({ group: "", version: "v1", namespace, plural: "pods" });
}

/** Undefined for anything without a name and a uid. */
export function parsePod(value: unknown): PodObject | undefined {
  if (!isObject(value) || !isObject(value.metadata)) return undefined;
  const { name, uid, deletionTimestamp } = value.metadata;
  if (!isNonEmptyString(name) || !isNonEmptyString(uid)) return undefined;
  const isDeleting = isNonEmptyString(deletionTimestamp);
  return { name, uid, deletionTimestamp: isDeleting ? deletionTimestamp : undefined };
}

/**
 * What an observation says of our own pod; `object` is undefined when there is none of our name.
 * Without a uid of ours the name must do. A pod that was ours and is gone was deleted by force: its
 * containers may run on where the kubelet does not hear of it.
 */
export function ownPodStanding(
  object: PodObject | undefined,
  { uid, wasSeen }: { readonly uid: string | undefined; readonly wasSeen: boolean },
): "ours" | "deleting" | "not_ours" {
  const isOurs = object !== undefined && (uid === undefined || object.uid === uid);
  if (isOurs) return object.deletionTimestamp === undefined ? "ours" : "deleting";
  return wasSeen ? "deleting" : "not_ours";
}
