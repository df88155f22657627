// Owns what a deletion makes of a Pod: marked, and there until its kubelet removes it.
// Never removes one: the store does.

import { isObject } from "./apply.ts";
import type { StoredObject } from "./store.ts";

/** As of a Pod that says nothing else. */
const GRACE_SECONDS = 30;

export interface PodDeletion {
  /** As it is marked; the same object where it was marked before and nothing changes. */
  readonly marked: StoredObject;
  /** By force, or on no node: gone as soon as it was marked. */
  readonly goesAtOnce: boolean;
}

/** Undefined for everything but a Pod, which is not marked. */
export function podDeletion(
  object: StoredObject,
  { deleteOptions, now }: { deleteOptions: unknown; now: Date },
): PodDeletion | undefined {
  if (object.kind !== "Pod") return undefined;
  const { metadata, spec } = object;
  const { nodeName, terminationGracePeriodSeconds } = isObject(spec) ? spec : {};
  const asked = isObject(deleteOptions) ? deleteOptions["gracePeriodSeconds"] : undefined;
  const wanted = Number(asked ?? terminationGracePeriodSeconds ?? GRACE_SECONDS);
  const graceSeconds = nodeName === undefined ? 0 : wanted;
  const before = metadata["deletionGracePeriodSeconds"];
  // A second deletion may shorten the time that is left, and never lengthen it.
  const isNews = typeof before !== "number" ||
    (graceSeconds < before && (asked !== undefined || graceSeconds === 0));
  const endsAt = new Date(now.getTime() + graceSeconds * 1_000);
  const marked = isNews
    ? {
      ...object,
      metadata: {
        ...metadata,
        deletionTimestamp: endsAt.toISOString().replace(/\.\d+Z$/, "Z"),
        deletionGracePeriodSeconds: graceSeconds,
      },
    }
    : object;
  return { marked, goesAtOnce: graceSeconds === 0 };
}
