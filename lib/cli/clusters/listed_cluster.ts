// Owns reading one item of a list: the cluster, and the mark of a failover on it.
// Never judges it.

import { type ForgeCluster, parseForgeCluster } from "../../kubernetes/forge_cluster_parse.ts";
import { isObject } from "../../kubernetes/json_shape.ts";
import { type FailoverMark, MARK, readMark } from "./mark.ts";

export interface ListedCluster {
  readonly cluster: ForgeCluster;
  readonly mark: FailoverMark | undefined;
}

/** Undefined for what is no object of the API at all. */
export function listedCluster(
  item: unknown,
  { apiVersion }: { readonly apiVersion: string },
): ListedCluster | undefined {
  const cluster = parseForgeCluster(item, { apiVersion });
  if (cluster === undefined) return undefined;
  const metadata = isObject(item) && isObject(item.metadata) ? item.metadata : {};
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
  return {
    cluster,
    mark: cluster.kind === "usable"
      ? readMark(annotations[MARK], cluster.resource.spec.override)
      : undefined,
  };
}
