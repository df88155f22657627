// Owns one change of one cluster's spec: what becomes of it, and the merge patch that says so.
// Never sends it.

import type { ClusterOverride, ClusterResource, ForgeState } from "../../core/cluster.ts";
import type { JsonObject } from "../../kubernetes/json_shape.ts";
import { type FailoverMark, MARK, markText, overridePatch } from "./mark.ts";

export interface ClusterEdit {
  readonly name: string;
  /** As in the verdict: for people. */
  readonly label: string;
  /** Undefined: stays. */
  readonly forgeState?: ForgeState;
  /** The whole of it; undefined: stays. */
  readonly override?: ClusterOverride;
  /** Undefined: stays. */
  readonly mark?: FailoverMark | "none";
  /** What it does and why, as a clause. */
  readonly says: string;
}

/** The resource as the API server would have it. */
export function edited(resource: ClusterResource, edit: ClusterEdit | undefined): ClusterResource {
  if (edit === undefined) return resource;
  const { forgeState, override } = edit;
  return {
    ...resource,
    spec: {
      ...resource.spec,
      ...(forgeState === undefined ? {} : { forgeState }),
      ...(override === undefined ? {} : { override }),
    },
  };
}

/** For `kubectl patch --type=merge` as for ourselves. */
export function patchOf({ forgeState, override, mark }: ClusterEdit): JsonObject {
  const annotation = mark === undefined || mark === "none" ? null : markText(mark);
  return {
    ...(mark === undefined ? {} : { metadata: { annotations: { [MARK]: annotation } } }),
    spec: {
      ...(forgeState === undefined ? {} : { forgeState }),
      ...(override === undefined ? {} : { override: overridePatch(override) }),
    },
  };
}
